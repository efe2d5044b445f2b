Symbol.for = () => 5;
Symbol.iterator;
exports.onExecutePostLogin = async (event, api) => {
  console.log({ a: 1 }, new Map([[1, 2]]));
  Object.defineProperty(globalThis, "Error", { get() { for (;;); } });
  api.access.nothing();
};
