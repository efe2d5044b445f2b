// Country codes as in ISO 3166-1: two letters.
const REFUSED = ["JP", "BR"];

exports.onExecutePostLogin = async (event, api) => {
  const country = event.request.geoip.countryCode;
  if (REFUSED.includes(country)) {
    api.access.deny(`We don't serve customers in ${event.request.geoip.countryName} yet.`);
  }
};
