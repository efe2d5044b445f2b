// console: every line goes to Go, which formats it as Node's util.format does.
(function (host) {
  const counts = new Map(), starts = new Map();
  const write = (level, args) => { host('console', level, args); };
  const passed = (label) => (host('clock') - starts.get(label)).toFixed(3).replace(/\.?0+$/, '') + 'ms';
  const say = (level, ...args) => write(level, args);
  const console = {
    log() { write('log', arguments); },
    info() { write('info', arguments); },
    warn() { write('warn', arguments); },
    error() { write('error', arguments); },
    debug() { write('debug', arguments); },
    trace(...args) {
      const at = new Error().stack.split('\n').slice(1).join('\n');
      say('trace', 'Trace' + (args.length ? ': ' + host('format', args) : '') + '\n' + at);
    },
    dir(value, options) { say('log', host('inspect', value, options)); },
    dirxml() { write('log', arguments); },
    table(value) { say('log', host('inspect', value, { depth: 1 })); },
    assert(ok, ...args) {
      if (ok) return;
      if (typeof args[0] === 'string') args[0] = 'Assertion failed: ' + args[0];
      else args.unshift('Assertion failed');
      write('warn', args);
    },
    count(label = 'default') {
      counts.set(label, (counts.get(label) || 0) + 1);
      say('log', `${label}: ${counts.get(label)}`);
    },
    countReset(label = 'default') { counts.delete(label); },
    group(...args) { if (args.length) write('log', args); host('group', 2); },
    groupCollapsed(...args) { console.group(...args); },
    groupEnd() { host('group', -2); },
    time(label = 'default') { starts.set(label, host('clock')); },
    timeEnd(label = 'default') {
      if (starts.has(label)) { say('log', `${label}: ${passed(label)}`); starts.delete(label); }
    },
    timeLog(label = 'default', ...args) {
      if (starts.has(label)) say('log', `${label}: ${passed(label)}`, ...args);
    },
  };
  return { globals: { console }, modules: { console } };
})
