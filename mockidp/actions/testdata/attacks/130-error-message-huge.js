exports.onExecutePostLogin = async (event, api) => {
  const e = new Error('m'.repeat(3e7));
  e.name = 'n'.repeat(3e7);
  throw e;
};
