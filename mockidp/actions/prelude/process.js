// process, global and performance. Nothing of the server's own process shows.
(function (host, need) {
  const version = 'v22.12.0';
  const hrtime = (since) => {
    const ms = host('clock'), now = [Math.floor(ms / 1000), Math.round(ms % 1000 * 1e6)];
    if (!since) return now;
    const d = [now[0] - since[0], now[1] - since[1]];
    return d[1] < 0 ? [d[0] - 1, d[1] + 1e9] : d;
  };
  hrtime.bigint = () => BigInt(Math.round(host('clock') * 1e6));
  const process = {
    version, versions: { node: version.slice(1) }, title: 'node', platform: 'linux', arch: 'x64', pid: 1, env: {}, argv: ['node'], execArgv: [], release: { name: 'node' },
    cwd: () => '/',
    nextTick: (callback, ...args) => { Promise.resolve().then(() => { callback(...args); }); },
    hrtime,
    uptime: () => host('clock') / 1000,
    memoryUsage: () => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }),
    emitWarning: (text) => { need('console').globals.console.warn(String(text)); },
    on() { return process; }, once() { return process; }, off() { return process; }, emit() { return false; },
    exit() { throw new Error('process.exit is not available in an Action'); },
  };
  const timeOrigin = Date.now();
  const performance = { now: () => host('clock'), timeOrigin, mark() {}, measure() {}, toJSON: () => ({ timeOrigin }) };
  return { globals: { process, global: globalThis, performance }, modules: { process, perf_hooks: { performance } } };
})
