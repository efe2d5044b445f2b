exports.onExecutePostLogin = async (event, api) => {
  api.idToken.setCustomClaim("login_count", event.stats.logins_count);
  api.idToken.setCustomClaim(
    "last_login_city",
    event.request.geoip.cityName
  );
  api.idToken.setCustomClaim(
    "last_login_country",
    event.request.geoip.countryCode
  );
};
