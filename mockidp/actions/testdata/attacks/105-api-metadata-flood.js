exports.onExecutePostLogin = async (event, api) => {
  for (let i = 0; ; i++) { try { api.user.setAppMetadata('k' + i, i); } catch (e) { break; } }
};
