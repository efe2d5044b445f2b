const handler = async () => {};
exports.onExecutePostLogin = new Proxy(handler, { get(t, k) { for (;;); } });
