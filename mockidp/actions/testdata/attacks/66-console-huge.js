exports.onExecutePostLogin = async function (event, api) {
  const a = []; for (let i = 0; i < 3e5; i++) a.push({ i, s: "x".repeat(50) }); for (;;) console.log(a, new Proxy(a, {}));
};
