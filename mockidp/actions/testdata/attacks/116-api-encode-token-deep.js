exports.onExecutePostLogin = async (event, api) => {
  let deep = {};
  for (let i = 0; i < 2e5; i++) deep = { deep };
  const token = api.redirect.encodeToken({ secret: 's', payload: deep, expiresInSeconds: -1e300 });
  for (;;) api.redirect.encodeToken({ secret: token + token, payload: { token: 'x'.repeat(1e6) } });
};
