exports.onExecutePostLogin = async (event, api) => {
  for (const group of Object.values(api)) {
    const shared = Object.getPrototypeOf(group);
    for (const name of Object.getOwnPropertyNames(shared)) {
      Object.defineProperty(shared, name, { get() { for (;;); }, configurable: false });
    }
    Object.freeze(shared);
  }
  Object.setPrototypeOf(api, new Proxy({}, { get() { for (;;); } }));
  api.then;
};
