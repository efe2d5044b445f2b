exports.onExecutePostLogin = async (event, api) => {
  const factors = [];
  factors[Symbol.iterator] = function* () { for (;;) yield { type: 'otp' }; };
  api.authentication.challengeWithAny(factors);
  const groups = [];
  groups[Symbol.iterator] = () => ({ next() { for (;;); } });
  await api.groups.hasGroupMembership(groups);
};
