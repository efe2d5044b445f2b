exports.onExecutePostLogin = async (event, api) => {
  for (const name of ['lodash', 'uuid', 'util', 'crypto', 'events', 'url']) {
    const all = require(name);
    for (const key of Object.keys(all)) { try { all[key] = () => { for (;;); }; } catch (e) { void e; } }
  }
  require.cache = new Proxy({}, { get() { for (;;); } });
  require('lodash').map([1], () => 1);
};
