exports.onExecutePostLogin = async (event, api) => {
  const custom = Symbol.for('nodejs.util.inspect.custom');
  const evil = { [custom](depth, options, inspect) { return inspect({ evil, again: evil }, { ...options, depth: Infinity, compact: false }); } };
  console.log(evil);
};
