exports.onExecutePostLogin = async (event, api) => {
  for (;;) { try { api.accessToken.setCustomClaim('aud', 1); } catch (e) { break; } }
};
