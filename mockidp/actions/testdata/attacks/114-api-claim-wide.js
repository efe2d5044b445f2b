exports.onExecutePostLogin = async (event, api) => {
  const wide = new Proxy([], { get: (t, k) => (k === 'length' ? 2 ** 32 - 1 : 0) });
  api.idToken.setCustomClaim('wide', wide);
};
