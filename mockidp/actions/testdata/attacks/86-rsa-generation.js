exports.onExecutePostLogin = async function (event, api) {
  const c = require("crypto"); for (const modulusLength of [2 ** 31, 16384, 512]) try { c.generateKeyPairSync("rsa", { modulusLength }); } catch (e) { console.log(e.message); } for (;;) c.generateKeyPairSync("rsa", { modulusLength: 3072 });
};
