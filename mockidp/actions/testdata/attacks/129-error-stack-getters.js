exports.onExecutePostLogin = async (event, api) => {
  Error.prepareStackTrace = () => { for (;;); };
  Error.stackTraceLimit = Infinity;
  const e = new Error('x');
  Object.defineProperty(e, 'stack', { get() { return { toString() { for (;;); } }; } });
  Object.defineProperty(e, 'name', { get() { throw e; } });
  console.log(e);
  throw e;
};
