exports.onExecutePostLogin = async (event, api) => {
  require('hostile-memory');
};
