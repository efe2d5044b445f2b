exports.onExecutePostLogin = async (event, api) => {
  const country = event.request.geoip.countryCode ?? "unknown";
  const known = event.user.app_metadata.countries ?? [];
  if (known.includes(country)) {
    return;
  }
  api.multifactor.enable("any");
  api.user.setAppMetadata("countries", [...known, country]);
};
