exports.onExecutePostLogin = async function (event, api) {
  const { isDeepStrictEqual } = require("util"); const make = () => { let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; return o; }; isDeepStrictEqual(make(), make()); const s = () => new Set(Array.from({ length: 3000 }, (_, i) => ({ i }))); for (;;) isDeepStrictEqual(s(), s());
};
