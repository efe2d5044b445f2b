const kept = [];
exports.onExecutePostLogin = async (event, api) => {
  for (const old of kept) {
    try { old.api.access.deny('by an earlier login'); } catch (e) { void e; }
    try { api.access.deny.call(old.api.access, 'x'); } catch (e) { void e; }
    old.event.user.email = event.user.email;
  }
  kept.push({ event, api });
  setInterval(() => { for (;;) api.idToken.setCustomClaim('late', 1); }, 1);
  Promise.resolve().then(function again() { return Promise.resolve().then(again); });
};
