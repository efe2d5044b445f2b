exports.onExecutePostLogin = async function (event, api) {
  Array.from({ length: 2 ** 32 - 1 });
};
