exports.onExecutePostLogin = async (event, api) => {
  for (let i = 0; i < 2; i++) api.transaction.setMetadata('large' + i, 'x'.repeat(8000));
  for (let i = 0; ; i++) { try { api.transaction.setMetadata('k', i); } catch (e) { break; } }
};
