exports.onExecutePostLogin = async (event, api) => {
  for (;;) console.log('%s%o%j%d'.repeat(1e5), ...new Array(1e4).fill({ a: { b: [new Map([[1, 2]])] } }));
};
