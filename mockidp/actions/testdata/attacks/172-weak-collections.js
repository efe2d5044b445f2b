exports.onExecutePostLogin = async (event, api) => {
  const w = new WeakMap();
  let last = {};
  for (;;) { const next = { last }; w.set(next, last); last = next; }
};
