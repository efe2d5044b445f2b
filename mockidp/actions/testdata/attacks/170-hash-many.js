exports.onExecutePostLogin = async (event, api) => {
  const crypto = require('crypto');
  const data = 'x'.repeat(2 ** 22);
  for (;;) crypto.createHmac('sha512', data).update(data).digest('base64');
};
