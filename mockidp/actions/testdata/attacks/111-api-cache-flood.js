exports.onExecutePostLogin = async (event, api) => {
  for (let i = 0; i < 2e4; i++) api.cache.set('k' + (i % 30), 'v'.repeat(i % 5000), { ttl: 1e15, expires_at: -i });
  for (;;) { api.cache.set('x'.repeat(1e6), 'y'); api.cache.delete('k' + Math.random()); api.cache.get({ toString() { return 'k1'; } }); }
};
