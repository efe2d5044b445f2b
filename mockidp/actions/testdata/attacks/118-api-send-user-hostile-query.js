exports.onExecutePostLogin = async (event, api) => {
  const query = { get a() { delete this.b; return 1; }, b: 2, ['x'.repeat(1e5)]: 'y'.repeat(1e6) };
  api.redirect.sendUserTo('https://x.test/' + 'p'.repeat(1e5), { query });
  api.redirect.sendUserTo('https://x.test/', { query: new Proxy({}, { ownKeys: () => Array.from({ length: 1e6 }, (_, i) => 'k' + i) }) });
};
