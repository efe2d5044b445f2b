exports.onExecutePostLogin = async (event, api) => {
  for (;;) { console.log(); console.group(); console.count({ toString() { return ''; } }); }
};
