exports.onExecutePostLogin = async function (event, api) {
  const e = new Error("x".repeat(1e7)); e.stack = "y".repeat(1e8); throw e;
};
