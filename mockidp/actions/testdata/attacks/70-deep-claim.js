exports.onExecutePostLogin = async function (event, api) {
  let a = {}; for (let i = 0; i < 1e6; i++) a = { a }; api.idToken.setCustomClaim("a", a);
};
