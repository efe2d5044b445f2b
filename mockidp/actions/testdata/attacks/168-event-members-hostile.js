exports.onExecutePostLogin = async (event, api) => {
  for (const name of Object.keys(event)) Object.defineProperty(event, name, { get() { for (;;); } });
  api.transaction.setMetadata('k', 'v');
};
