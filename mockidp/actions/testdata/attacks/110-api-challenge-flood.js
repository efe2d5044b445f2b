exports.onExecutePostLogin = async (event, api) => {
  for (;;) { try { api.authentication.challengeWith({ type: 'otp' }); } catch (e) { break; } }
};
