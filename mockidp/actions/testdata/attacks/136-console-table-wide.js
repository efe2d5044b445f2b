exports.onExecutePostLogin = async (event, api) => {
  const o = {};
  for (let i = 0; i < 3e5; i++) o['key' + i] = { i };
  console.table(o); console.dir(o, { depth: Infinity, maxArrayLength: Infinity, breakLength: 1 });
};
