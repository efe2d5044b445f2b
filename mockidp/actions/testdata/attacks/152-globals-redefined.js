exports.onExecutePostLogin = async (event, api) => {
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    try { Object.defineProperty(globalThis, name, { get() { for (;;); }, configurable: false }); } catch (e) { void e; }
  }
  throw new (class extends Error {})('x');
};
