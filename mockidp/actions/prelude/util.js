// The module util.
(function (host, need) {
  const { TextEncoder, TextDecoder } = need('encoding').globals;
  const custom = Symbol.for('nodejs.util.inspect.custom');
  const customPromisify = Symbol.for('nodejs.util.promisify.custom');
  function inspect(value, options) { return host('inspect', value, options); }
  inspect.custom = custom;
  inspect.defaultOptions = {};
  function format() { return host('format', arguments); }
  function promisify(original) {
    if (typeof original !== 'function') throw new TypeError('The "original" argument must be of type function. Received ' + inspect(original));
    if (original[customPromisify]) return original[customPromisify];
    return function (...args) {
      return new Promise((resolve, reject) => {
        original.call(this, ...args, (error, value) => { if (error) reject(error); else resolve(value); });
      });
    };
  }
  promisify.custom = customPromisify;
  function callbackify(original) {
    return function (...args) {
      const callback = args.pop();
      original.apply(this, args).then((value) => callback(null, value), (error) => callback(error));
    };
  }
  function inherits(constructor, parent) {
    Object.defineProperty(constructor, 'super_', { value: parent, writable: true, configurable: true });
    Object.setPrototypeOf(constructor.prototype, parent.prototype);
  }
  function deprecate(f) { return f; }
  function isDeepStrictEqual(a, b) {
    if (Object.is(a, b)) return true;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
    if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
    if (a instanceof Date) return a.getTime() === b.getTime();
    if (a instanceof Map || a instanceof Set) {
      return a.size === b.size && [...a].every((entry) => Array.isArray(entry) && a instanceof Map ? b.has(entry[0]) && isDeepStrictEqual(entry[1], b.get(entry[0])) : b.has(entry));
    }
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => Object.prototype.hasOwnProperty.call(b, key) && isDeepStrictEqual(a[key], b[key]));
  }
  const types = {
    isPromise: (v) => host('promise', v),
    isDate: (v) => v instanceof Date,
    isRegExp: (v) => v instanceof RegExp,
    isMap: (v) => v instanceof Map,
    isSet: (v) => v instanceof Set,
    isNativeError: (v) => v instanceof Error,
    isTypedArray: (v) => ArrayBuffer.isView(v) && !(v instanceof DataView),
    isArrayBuffer: (v) => v instanceof ArrayBuffer,
    isAsyncFunction: (v) => typeof v === 'function' && v.constructor.name === 'AsyncFunction',
  };
  const util = { inspect, format, promisify, callbackify, inherits, deprecate, isDeepStrictEqual, types, TextEncoder, TextDecoder, isArray: Array.isArray };
  return { globals: {}, modules: { util } };
})
