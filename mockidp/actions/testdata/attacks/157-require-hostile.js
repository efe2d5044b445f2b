exports.onExecutePostLogin = async (event, api) => {
  for (const name of ['hostile-cycle', 'hostile-deep-0', 'hostile-main-loop', 'hostile-exports-bomb', 'hostile-exports-deep', 'hostile-json-deep', 'hostile-link-out', 'hostile-file-out', 'hostile-link-loop', 'hostile-getter', 'hostile-name', 'hostile-addon', 'hostile-fifo', 'hostile-huge']) {
    try { console.log(name, require(name)); } catch (e) { console.log(name, e.code, String(e.message).slice(0, 200)); }
  }
};
