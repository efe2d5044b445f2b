exports.onExecutePostLogin = async function (event, api) {
  const f = () => Promise.resolve().then(f); f();
};
