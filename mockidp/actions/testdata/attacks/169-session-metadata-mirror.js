exports.onExecutePostLogin = async (event, api) => {
  event.session.metadata = new Proxy({}, { set() { for (;;); }, deleteProperty() { for (;;); } });
  api.session.setMetadata('k', 'v');
};
