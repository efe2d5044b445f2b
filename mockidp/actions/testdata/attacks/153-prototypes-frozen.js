exports.onExecutePostLogin = async (event, api) => {
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    const v = globalThis[name];
    if (typeof v === 'function' && v.prototype) { Object.freeze(v.prototype); Object.freeze(v); }
  }
  Object.prototype.__proto__ = null;
  Object.freeze(globalThis);
  await fetch('https://x.test/');
  console.log(new URL('https://x.test/'), require('util'));
};
