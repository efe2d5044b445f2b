// The page that asks. It sends the person back to https://YOUR_ISSUER/continue
// with the parameter state that it was given, and with what they have typed.
const PAGE = "http://localhost:3000/complete-profile";

exports.onExecutePostLogin = async (event, api) => {
  if (!event.user.user_metadata.department) {
    api.redirect.sendUserTo(PAGE, { query: { email: event.user.email } });
  }
};

exports.onContinuePostLogin = async (event, api) => {
  const department = event.request.query.department;
  if (department) {
    api.user.setUserMetadata("department", department);
  }
};
