while (true) {}
exports.onExecutePostLogin = async function (event, api) {
  api.access.deny("never");
};
