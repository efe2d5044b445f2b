// DOM events, AbortController and the module events.
(function (host, need) {
  class DOMException extends Error {
    #name;
    constructor(message = '', name = 'Error') {
      super(message);
      this.#name = typeof name === 'object' && name ? name.name || 'Error' : String(name);
    }
    get name() { return this.#name; }
    get code() { return { InvalidCharacterError: 5, AbortError: 20, TimeoutError: 23, DataCloneError: 25 }[this.#name] || 0; }
  }

  class Event {
    #type; #prevented = false; #cancelable;
    constructor(type, { cancelable = false } = {}) { this.#type = String(type); this.#cancelable = cancelable; this.target = null; }
    get type() { return this.#type; }
    get cancelable() { return this.#cancelable; }
    get defaultPrevented() { return this.#prevented; }
    preventDefault() { if (this.#cancelable) this.#prevented = true; }
    stopPropagation() {}
    stopImmediatePropagation() { this.stopped = true; }
  }

  class EventTarget {
    #listeners = new Map();
    addEventListener(type, listener, options) {
      if (!listener) return;
      const list = this.#listeners.get(type) || [];
      if (!list.some((entry) => entry.listener === listener)) list.push({ listener, once: !!(options && options.once) });
      this.#listeners.set(type, list);
    }
    removeEventListener(type, listener) {
      this.#listeners.set(type, (this.#listeners.get(type) || []).filter((entry) => entry.listener !== listener));
    }
    dispatchEvent(event) {
      event.target = this;
      for (const entry of [...(this.#listeners.get(event.type) || [])]) {
        if (entry.once) this.removeEventListener(event.type, entry.listener);
        if (typeof entry.listener === 'function') entry.listener.call(this, event);
        else entry.listener.handleEvent(event);
        if (event.stopped) break;
      }
      return !event.defaultPrevented;
    }
  }

  const abort = Symbol('abort');
  class AbortSignal extends EventTarget {
    #aborted = false; #reason;
    constructor(key) {
      super();
      if (key !== abort) throw new TypeError('Illegal constructor');
      this.onabort = null;
    }
    get aborted() { return this.#aborted; }
    get reason() { return this.#reason; }
    throwIfAborted() { if (this.#aborted) throw this.#reason; }
    [abort](reason) {
      if (this.#aborted) return;
      this.#aborted = true;
      this.#reason = reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : reason;
      const event = new Event('abort');
      if (typeof this.onabort === 'function') this.onabort(event);
      this.dispatchEvent(event);
    }
    static abort(reason) { const s = new AbortSignal(abort); s[abort](reason); return s; }
    static timeout(ms) {
      const s = new AbortSignal(abort);
      need('timers').globals.setTimeout(() => s[abort](new DOMException('The operation was aborted due to timeout', 'TimeoutError')), ms);
      return s;
    }
    static any(signals) {
      const s = new AbortSignal(abort);
      for (const other of signals) {
        if (other.aborted) { s[abort](other.reason); break; }
        other.addEventListener('abort', () => s[abort](other.reason));
      }
      return s;
    }
  }
  class AbortController {
    #signal = new AbortSignal(abort);
    get signal() { return this.#signal; }
    abort(reason) { this.#signal[abort](reason); }
  }

  class EventEmitter {
    #listeners(name) {
      this._events = this._events || Object.create(null);
      return (this._events[name] = this._events[name] || []);
    }
    on(name, listener) { this.#listeners(name).push({ listener }); return this; }
    addListener(name, listener) { return this.on(name, listener); }
    prependListener(name, listener) { this.#listeners(name).unshift({ listener }); return this; }
    once(name, listener) { this.#listeners(name).push({ listener, once: true }); return this; }
    off(name, listener) {
      const list = this.#listeners(name), at = list.findIndex((entry) => entry.listener === listener);
      if (at >= 0) list.splice(at, 1);
      return this;
    }
    removeListener(name, listener) { return this.off(name, listener); }
    removeAllListeners(name) { if (name === undefined) this._events = undefined; else this.#listeners(name).length = 0; return this; }
    emit(name, ...args) {
      const list = [...this.#listeners(name)];
      if (!list.length && name === 'error') throw args[0] instanceof Error ? args[0] : new Error('Unhandled error. (' + args[0] + ')');
      for (const entry of list) {
        if (entry.once) this.off(name, entry.listener);
        entry.listener.apply(this, args);
      }
      return list.length > 0;
    }
    listeners(name) { return this.#listeners(name).map((entry) => entry.listener); }
    listenerCount(name) { return this.#listeners(name).length; }
    eventNames() { return Object.keys(this._events || {}).filter((name) => this._events[name].length); }
    setMaxListeners() { return this; }
    static once(emitter, name) {
      return new Promise((resolve, reject) => {
        emitter.once(name, (...args) => resolve(args));
        if (name !== 'error') emitter.once('error', reject);
      });
    }
  }
  EventEmitter.EventEmitter = EventEmitter;
  EventEmitter.default = EventEmitter;
  return { globals: { DOMException, Event, EventTarget, AbortController, AbortSignal }, modules: { events: EventEmitter } };
})
