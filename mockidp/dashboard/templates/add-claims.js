exports.onExecutePostLogin = async (event, api) => {
  api.idToken.setCustomClaim("login_count", event.stats.logins_count);

  const plan = event.user.app_metadata.subscription ?? "free";
  api.idToken.setCustomClaim("plan", plan);
};
