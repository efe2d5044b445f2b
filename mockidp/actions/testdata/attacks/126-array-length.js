exports.onExecutePostLogin = async (event, api) => {
  const a = [];
  a.length = 2 ** 32 - 1;
  a[2 ** 32 - 2] = 1;
  Array.prototype.sort.call({ length: 2 ** 53 - 1 });
  a.reverse(); a.indexOf(7); a.join('x');
};
