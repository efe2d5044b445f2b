// Data from elsewhere in the ID token.
exports.onExecutePostLogin = async (event, api) => {
  const { cityName, countryCode } = event.request.geoip;
  api.idToken.setCustomClaim("login_count", event.stats.logins_count)
    .idToken.setCustomClaim("last_login_city", cityName)
    .idToken.setCustomClaim("last_login_country", countryCode);
  if (event.user.app_metadata.plan) api.idToken.setCustomClaim("https://shop.example/plan", { ...event.user.app_metadata, since: new Date(event.user.created_at) });
};
