exports.onExecutePostLogin = async (event, api) => {
  const large = 'x'.repeat(30000);
  for (let i = 0; i < 30; i++) api.user.setUserMetadata('k' + i, large);
  for (;;) { try { api.user.setUserMetadata('k', 1); } catch (e) { break; } }
};
