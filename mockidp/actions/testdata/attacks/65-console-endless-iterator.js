exports.onExecutePostLogin = async function (event, api) {
  const m = new Map(); m[Symbol.iterator] = function* () { for (;;) yield [1, 2]; }; m.set(1, 1); for (;;) console.log(m);
};
