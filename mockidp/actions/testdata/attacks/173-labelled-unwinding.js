exports.onExecutePostLogin = async (event, api) => {
  const f = (n) => { outer: for (;;) { try { try { return f(n + 1); } finally { continue outer; } } catch (e) { continue outer; } } };
  f(0);
};
