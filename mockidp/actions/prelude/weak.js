// WeakRef and FinalizationRegistry. The engine has neither; the standard lets an
// implementation hold on to its objects (ECMA-262, 9.9), and this one does.
(function () {
  const isObject = (v) => v !== null && (typeof v === 'object' || typeof v === 'function');
  class WeakRef {
    #target;
    constructor(target) {
      if (!isObject(target)) throw new TypeError('WeakRef: target must be an object');
      this.#target = target;
    }
    deref() { return this.#target; }
    get [Symbol.toStringTag]() { return 'WeakRef'; }
  }
  class FinalizationRegistry {
    constructor(cleanup) { if (typeof cleanup !== 'function') throw new TypeError('FinalizationRegistry: cleanup must be callable'); }
    register(target) { if (!isObject(target)) throw new TypeError('FinalizationRegistry.prototype.register: target must be an object'); }
    unregister() { return false; }
    get [Symbol.toStringTag]() { return 'FinalizationRegistry'; }
  }
  return { globals: { WeakRef, FinalizationRegistry }, modules: {} };
})
