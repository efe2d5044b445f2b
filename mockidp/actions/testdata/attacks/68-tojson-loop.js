exports.onExecutePostLogin = async function (event, api) {
  api.idToken.setCustomClaim("a", { toJSON() { for (;;); } });
};
