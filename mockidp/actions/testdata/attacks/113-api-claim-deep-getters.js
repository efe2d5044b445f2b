exports.onExecutePostLogin = async (event, api) => {
  const layer = (n) => ({ get next() { return layer(n + 1); } });
  api.idToken.setCustomClaim('deep', layer(0));
};
