exports.onExecutePostLogin = async (event, api) => {
  for (let i = 1; ; i = (i % 100) + 1) (Number.MAX_VALUE).toFixed(i % 100).padEnd(1e5, (Number.MIN_VALUE).toPrecision(i));
};
