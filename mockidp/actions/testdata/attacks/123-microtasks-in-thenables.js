exports.onExecutePostLogin = async (event, api) => {
  const thenable = { then(resolve) { resolve(thenable); } };
  await thenable;
};
