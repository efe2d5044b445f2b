exports.onExecutePostLogin = async (event, api) => {
  /^(?:\p{L}+\s?)+$(?<=x)/u.test('\u00e9'.repeat(40) + '!');
};
