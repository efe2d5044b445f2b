exports.onExecutePostLogin = async function (event, api) {
  for (;;) new URL("http://h.test/" + "a/../".repeat(1e5));
};
