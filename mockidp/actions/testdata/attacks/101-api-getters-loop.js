exports.onExecutePostLogin = async (event, api) => {
  const endless = { get type() { for (;;); } };
  api.authentication.challengeWith(endless);
};
