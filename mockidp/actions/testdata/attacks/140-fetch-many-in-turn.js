exports.onExecutePostLogin = async (event, api) => {
  for (;;) await fetch('http://x');
};
