exports.onExecutePostLogin = async function (event, api) {
  setInterval(() => {}, 1); await new Promise(() => {});
};
