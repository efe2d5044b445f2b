exports.onExecutePostLogin = async (event, api) => {
  const parts = ['', '.', '..', 'a.b.c', 'e30.e30.', '\u0000'.repeat(1e6), '.'.repeat(1e6)];
  for (const garbage of parts) {
    event.request.query.session_token = garbage;
    try { api.redirect.validateToken({ secret: 's', tokenParameterName: '__proto__' }); } catch (e) { void e; }
    try { api.redirect.validateToken({ secret: garbage, tokenParameterName: garbage }); } catch (e) { void e; }
  }
  api.redirect.validateToken({ secret: { toString() { for (;;); } } });
};
