// Throw-away mail domains may not log in.
const { isDisposable } = (() => {
  const domains = new Set(["bin.example", "ten-minutes.example", "trash.example"]);
  const isDisposable = (email) => {
    const parts = email.toLowerCase().split("@").at(-1).split(".");
    for (let i = 0; i < parts.length - 1; i++) if (domains.has(parts.slice(i).join("."))) return true;
    return false;
  };
  return { isDisposable };
})();

exports.onExecutePostLogin = async (event, api) => {
  if (!event.user.email) return api.access.deny("no-email");
  if (isDisposable(event.user.email)) {
    console.log("refused %s from %s", event.user.email, event.request.ip);
    api.access.deny(`Please use another address than ${event.user.email}`);
  }
};
