exports.onExecutePostLogin = async (event, api) => {
  const headers = {};
  for (let i = 0; i < 5e4; i++) headers['x-header-' + i] = 'v'.repeat(400);
  await fetch('https://x.test/', { headers });
};
