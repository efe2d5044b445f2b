exports.onExecutePostLogin = async (event, api) => {
  for (let i = 0; ; i++) { try { api.accessToken.removeScope('s' + i); } catch (e) { break; } }
};
