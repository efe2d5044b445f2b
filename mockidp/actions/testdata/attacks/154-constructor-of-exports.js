module.exports = new Proxy({}, { get(t, k) { if (k === 'onExecutePostLogin') { for (;;); } return undefined; } });
// exports.onExecutePostLogin = async () => {};
