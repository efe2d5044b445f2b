// A new privacy policy has to be accepted before the login goes on.
const current = 3;

exports.onExecutePostLogin = async (event, api) => {
  const { policy } = event.user.app_metadata;
  if (policy?.version >= current || !api.redirect.canRedirect()) return;
  api.redirect.sendUserTo(event.secrets.POLICY_URL, { query: { version: String(current), "last seen": policy?.version ?? "none" } });
};

exports.onContinuePostLogin = async (event, api) => {
  const { accepted } = event.request.query;
  if (accepted !== String(current)) return api.access.deny("The privacy policy was not accepted");
  api.user.setAppMetadata("policy", { version: current, at: new Date().toISOString() });
  api.accessToken.setCustomClaim("https://shop.example/policy", current);
};
