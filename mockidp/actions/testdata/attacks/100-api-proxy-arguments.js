exports.onExecutePostLogin = async (event, api) => {
  const trap = new Proxy(function () {}, {
    get: (t, k, r) => (k === Symbol.toPrimitive ? () => { throw new Error('no'); } : r),
    has: () => true, ownKeys: () => { throw new Error('keys'); }, apply: () => trap, construct: () => trap,
  });
  for (const group of Object.values(api)) {
    for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(group))) {
      for (const args of [[], [trap], [trap, trap], ['k', trap], [{ secret: trap }], [{ type: trap }], [[trap]], ['k', 'v', { ttl: trap }]]) {
        try { await group[name](...args); } catch (e) { void e; }
      }
    }
  }
};
