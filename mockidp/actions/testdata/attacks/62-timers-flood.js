exports.onExecutePostLogin = async function (event, api) {
  for (;;) setTimeout(() => {}, 1);
};
