exports.onExecutePostLogin = async function (event, api) {
  "x".repeat(1e7).replace(/x/g, () => { for (;;); });
};
