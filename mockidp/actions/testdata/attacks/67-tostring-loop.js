exports.onExecutePostLogin = async function (event, api) {
  api.access.deny({ toString() { for (;;); } });
};
