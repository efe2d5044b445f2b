exports.onExecutePostLogin = async (event, api) => {
  for (const init of [{ headers: new Proxy({}, { ownKeys() { for (let i = 0; i < 1e4; i++); throw 1; } }) }, { signal: { aborted: false, addEventListener(n, f) { f(); } } }, { headers: (function* () { for (;;) yield ['a', 'b']; })() }]) {
    try { await fetch('https://x.test/', init); } catch (e) { void e; }
  }
};
