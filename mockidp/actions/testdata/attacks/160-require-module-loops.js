exports.onExecutePostLogin = async (event, api) => {
  require('hostile-loop');
};
