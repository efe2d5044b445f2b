// The module events: the npm package of that name, which is Node's own
// EventEmitter, and what Node has added since.
(function (host, need, bundled) {
  const { wrongType, refused } = need('errors');
  const EventEmitter = bundled('events/events.js');
  const { emit, once } = EventEmitter.prototype;
  const errorMonitor = Symbol('events.errorMonitor');
  EventEmitter.prototype.emit = function (name, ...args) {
    if (name === 'error' && this._events && this._events[errorMonitor] !== undefined) emit.call(this, errorMonitor, ...args);
    if (name === 'error' && (!this._events || this._events.error === undefined) && !(args[0] instanceof Error)) {
      const e = new Error(`Unhandled error. (${typeof args[0] === 'string' ? `'${args[0]}'` : host('inspect', args[0])})`);
      throw Object.assign(e, { code: 'ERR_UNHANDLED_ERROR', context: args[0] });
    }
    if (name === 'error' && (!this._events || this._events.error === undefined)) throw args[0];
    return emit.call(this, name, ...args);
  };
  for (const name of ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener', 'off', 'removeListener']) {
    const original = EventEmitter.prototype[name];
    EventEmitter.prototype[name] = function (event, listener) {
      if (typeof listener !== 'function') wrongType('listener', 'of type function', listener);
      return original.call(this, event, listener);
    };
    Object.defineProperty(EventEmitter.prototype[name], 'name', { value: name });
  }
  EventEmitter.prototype.addListener = EventEmitter.prototype.on;
  EventEmitter.prototype.off = EventEmitter.prototype.removeListener;
  Object.assign(EventEmitter, {
    EventEmitter, errorMonitor, captureRejectionSymbol: Symbol.for('nodejs.rejection'), captureRejections: false,
    once(emitter, name, options) {
      const signal = options && options.signal;
      return new Promise((resolve, reject) => {
        const target = typeof emitter.addEventListener === 'function' && typeof emitter.on !== 'function';
        if (target) { emitter.addEventListener(name, (event) => resolve([event]), { once: true }); return; }
        const stop = () => { emitter.removeListener(name, done); emitter.removeListener('error', failed); };
        const done = (...args) => { stop(); resolve(args); };
        const failed = (e) => { stop(); reject(e); };
        const aborted = () => {
          stop();
          const e = new Error('The operation was aborted');
          reject(Object.assign(e, { name: 'AbortError', code: 'ABORT_ERR', cause: signal.reason }));
        };
        if (signal && signal.aborted) { aborted(); return; }
        if (signal) signal.addEventListener('abort', aborted, { once: true });
        emitter.once(name, done);
        if (name !== 'error') emitter.once('error', failed);
      });
    },
    getEventListeners(emitter, name) {
      if (typeof emitter.listeners !== 'function') throw new Error('events.getEventListeners of an EventTarget is not supported by this emulator yet');
      return emitter.listeners(name);
    },
    setMaxListeners(n, ...emitters) { for (const e of emitters) if (e.setMaxListeners) e.setMaxListeners(n); },
    on: refused('events.on (an async iterator)'),
  });
  return { globals: {}, modules: { events: EventEmitter } };
})
