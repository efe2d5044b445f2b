// DOM events and AbortController.
(function (host, need) {
  // The names that have a number, in the order of their numbers (Web IDL, 2.8.1).
  const codes = {};
  ['IndexSizeError', '', 'HierarchyRequestError', 'WrongDocumentError', 'InvalidCharacterError', '', 'NoModificationAllowedError', 'NotFoundError', 'NotSupportedError', 'InUseAttributeError', 'InvalidStateError', 'SyntaxError', 'InvalidModificationError',
    'NamespaceError', 'InvalidAccessError', '', 'TypeMismatchError', 'SecurityError', 'NetworkError', 'AbortError', 'URLMismatchError', 'QuotaExceededError', 'TimeoutError', 'InvalidNodeTypeError', 'DataCloneError'].forEach((name, i) => { codes[name] = i + 1; });
  class DOMException extends Error {
    #name;
    constructor(message = '', name = 'Error') {
      super(message);
      this.#name = typeof name === 'object' && name ? name.name || 'Error' : String(name);
    }
    get name() { return this.#name; }
    get code() { return codes[this.#name] || 0; }
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
    #aborted = false; #reason; #handler = null;
    constructor(key) {
      super();
      if (key !== abort) throw new TypeError('Illegal constructor');
    }
    get aborted() { return this.#aborted; }
    get reason() { return this.#reason; }
    // A handler is called in its turn among the listeners: when it was first set.
    get onabort() { return this.#handler; }
    set onabort(f) {
      if (!this.#handler) this.addEventListener('abort', (event) => { if (typeof this.#handler === 'function') this.#handler(event); });
      this.#handler = f;
    }
    throwIfAborted() { if (this.#aborted) throw this.#reason; }
    [abort](reason) {
      if (this.#aborted) return;
      this.#aborted = true;
      this.#reason = reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : reason;
      const event = new Event('abort');
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

  return { globals: { DOMException, Event, EventTarget, AbortController, AbortSignal }, modules: {} };
})
