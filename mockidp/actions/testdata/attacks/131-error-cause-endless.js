exports.onExecutePostLogin = async (event, api) => {
  const e = new Error('x');
  Object.defineProperty(e, 'cause', { get() { return new AggregateError([e, e, e], 'again', { cause: e }); }, enumerable: true });
  console.error(e);
  throw e;
};
