exports.onExecutePostLogin = async (event, api) => {
  const c = new AbortController();
  c.signal.addEventListener('abort', function again() { c.signal.addEventListener('abort', again); c.signal.dispatchEvent({ type: 'abort' }); });
  c.abort();
};
