exports.onExecutePostLogin = async (event, api) => {
  for (const make of [Array.from, Buffer.from, (x) => new Uint8Array(x), (x) => Reflect.apply(Math.max, null, x), (x) => Buffer.concat(x)]) {
    try { make({ length: 2 ** 31 - 2 }); } catch (e) { void e; }
  }
};
