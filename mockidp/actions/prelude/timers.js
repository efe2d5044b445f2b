// Timers. The host fires them while the handler's promise is pending.
(function (host) {
  const check = (f) => {
    if (typeof f === 'function') return;
    const e = new TypeError('The "callback" argument must be of type function. Received ' + host('inspect', f));
    e.code = 'ERR_INVALID_ARG_TYPE';
    throw e;
  };
  class Timeout {
    #id; #start;
    constructor(start) { this.#start = start; this.#id = start(); }
    ref() { return this; }
    unref() { return this; }
    hasRef() { return true; }
    refresh() { host('clearTimer', this.#id); this.#id = this.#start(); return this; }
    close() { host('clearTimer', this.#id); return this; }
    [Symbol.toPrimitive]() { return this.#id; }
    static id(t) { return #id in t ? t.#id : undefined; }
  }
  class Immediate extends Timeout {}
  const clear = (t) => { host('clearTimer', t !== null && typeof t === 'object' ? Timeout.id(t) : t); };
  function setTimeout(callback, delay, ...args) {
    check(callback);
    return new Timeout(() => host('timer', callback, delay, args, false));
  }
  function setInterval(callback, delay, ...args) {
    check(callback);
    return new Timeout(() => host('timer', callback, delay, args, true));
  }
  function setImmediate(callback, ...args) {
    check(callback);
    return new Immediate(() => host('timer', callback, 0, args, false));
  }
  function clearTimeout(timeout) { clear(timeout); }
  function clearInterval(timeout) { clear(timeout); }
  function clearImmediate(immediate) { clear(immediate); }
  function queueMicrotask(callback) { check(callback); Promise.resolve().then(() => { callback(); }).catch(uncaught); }

  // uncaught ends the run: what such a callback throws has nobody to catch it.
  const uncaught = (e) => { host('timer', () => { throw e; }, 0, [], false); };

  const globals = { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate, queueMicrotask };
  const promises = {
    setTimeout: (delay, value) => new Promise((resolve) => { setTimeout(resolve, delay, value); }),
    setImmediate: (value) => new Promise((resolve) => { setImmediate(resolve, value); }),
  };
  const { queueMicrotask: _, ...timers } = globals;
  return { globals, modules: { timers: { ...timers, promises }, 'timers/promises': promises }, uncaught };
})
