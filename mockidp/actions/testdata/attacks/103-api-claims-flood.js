exports.onExecutePostLogin = async (event, api) => {
  for (let i = 0; ; i++) api.idToken.setCustomClaim('c' + i, i);
};
