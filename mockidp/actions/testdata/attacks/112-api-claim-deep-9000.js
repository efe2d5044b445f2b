exports.onExecutePostLogin = async (event, api) => {
  let deep = 1;
  for (let i = 0; i < 9990; i++) deep = [deep];
  api.idToken.setCustomClaim('deep', deep);
  api.user.setAppMetadata('deep', deep);
};
