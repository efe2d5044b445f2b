exports.onExecutePostLogin = async (event, api) => {
  for (const name of ['/etc/passwd', '../../../../etc/passwd', './../etc/passwd', '/proc/self/environ', '/proc/self/mem', 'file:///etc/passwd', 'hostile-cycle/../../../etc/passwd', '/node_modules/../../etc/passwd', '/mockidp/node_modules/../../etc/passwd', 'node:fs', 'fs', 'child_process', 'net', 'worker_threads', 'vm', 'x'.repeat(1e6), '\u0000', '.', '..', '/', '@', '@/', '#x', 'hostile-cycle\u0000.js', new Proxy({}, {})]) {
    try { require(name); api.access.deny('required ' + String(name).slice(0, 100)); } catch (e) { void e; }
    try { require.resolve(name); } catch (e) { void e; }
  }
};
