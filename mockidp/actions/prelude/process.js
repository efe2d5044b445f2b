// process, global and performance. Nothing of the server's own process shows.
(function (host, need) {
  const version = 'v18.20.8';
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
    nextTick: (callback, ...args) => {
      need('errors').checkFunction(callback, 'callback');
      Promise.resolve().then(() => { callback(...args); }).catch(need('timers').uncaught);
    },
    hrtime,
    uptime: () => host('clock') / 1000,
    memoryUsage: () => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }),
    emitWarning: (text) => { need('console').globals.console.warn(String(text)); },
    on() { return process; }, once() { return process; }, off() { return process; }, emit() { return false; },
    exit() { throw new Error('process.exit is not available in an Action'); },
  };
  const timeOrigin = Date.now();
  let entries = [];
  const entry = (entryType, name, startTime, duration, detail = null) => { const e = { name, entryType, startTime, duration, detail }; entries.push(e); return e; };
  const at = (mark, otherwise) => {
    if (mark === undefined) return otherwise;
    if (typeof mark === 'number') return mark;
    const found = entries.filter((e) => e.entryType === 'mark' && e.name === mark).pop();
    if (!found) throw new (need('events').globals.DOMException)(`The "${mark}" performance mark has not been set`, 'SyntaxError');
    return found.startTime;
  };
  const clear = (type) => (name) => { entries = entries.filter((e) => e.entryType !== type || name !== undefined && e.name !== name); };
  const performance = {
    now: () => host('clock'), timeOrigin, toJSON: () => ({ timeOrigin }),
    mark: (name, options = {}) => entry('mark', String(name), options.startTime === undefined ? host('clock') : options.startTime, 0, options.detail),
    measure(name, start, end) {
      const o = start !== null && typeof start === 'object' ? start : { start, end };
      const to = at(o.end, host('clock')), from = at(o.start, 0);
      return entry('measure', String(name), from, to - from, o.detail);
    },
    clearMarks: clear('mark'), clearMeasures: clear('measure'),
    getEntries: () => [...entries], getEntriesByName: (name, type) => entries.filter((e) => e.name === name && (type === undefined || e.entryType === type)), getEntriesByType: (type) => entries.filter((e) => e.entryType === type),
  };
  return { globals: { process, global: globalThis, performance }, modules: { process, perf_hooks: { performance } } };
})
