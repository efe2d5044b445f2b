// The module util.
(function (host, need) {
  const { TextEncoder, TextDecoder } = need('encoding').globals;
  const { checkFunction, checkString, wrongType, refused } = need('errors');
  const custom = Symbol.for('nodejs.util.inspect.custom');
  const customPromisify = Symbol.for('nodejs.util.promisify.custom');
  function inspect(value, options) {
    if (typeof options === 'boolean') options = { showHidden: options, depth: arguments[2], colors: arguments[3] };
    for (const name of ['showHidden', 'colors', 'sorted', 'getters', 'showProxy', 'numericSeparator']) {
      if (options && options[name]) throw new Error(`util.inspect: the option ${name} is not supported by this emulator yet`);
    }
    return host('inspect', value, options);
  }
  inspect.custom = custom;
  inspect.defaultOptions = {};
  function format() { return host('format', arguments); }
  function formatWithOptions(options, ...args) {
    if (options === null || typeof options !== 'object') wrongType('inspectOptions', 'of type object', options);
    if (options.colors) throw new Error('util.formatWithOptions: the option colors is not supported by this emulator yet');
    return host('format', args);
  }
  function promisify(original) {
    checkFunction(original, 'original');
    if (original[customPromisify]) {
      checkFunction(original[customPromisify], 'util.promisify.custom');
      return Object.defineProperty(original[customPromisify], customPromisify, { value: original[customPromisify], configurable: true });
    }
    const f = function (...args) {
      return new Promise((resolve, reject) => {
        original.call(this, ...args, (error, value) => { if (error) reject(error); else resolve(value); });
      });
    };
    Object.setPrototypeOf(f, Object.getPrototypeOf(original));
    Object.defineProperty(f, customPromisify, { value: f, configurable: true });
    return Object.defineProperties(f, Object.getOwnPropertyDescriptors(original));
  }
  promisify.custom = customPromisify;
  function callbackify(original) {
    checkFunction(original, 'original');
    const nextTick = need('process').globals.process.nextTick;
    const f = function (...args) {
      const callback = args.pop();
      if (typeof callback !== 'function') wrongType('last argument', 'of type function', callback);
      original.apply(this, args).then((value) => nextTick(callback, null, value), (reason) => {
        if (!reason) reason = Object.assign(new Error('Promise was rejected with falsy value'), { code: 'ERR_FALSY_VALUE_REJECTION', reason });
        nextTick(callback, reason);
      });
    };
    Object.defineProperty(f, 'name', { value: original.name + 'Callbackified' });
    Object.defineProperty(f, 'length', { value: original.length + 1 });
    return f;
  }
  function inherits(constructor, parent) {
    if (constructor === undefined || constructor === null) wrongType('ctor', 'of type function', constructor);
    if (parent === undefined || parent === null) wrongType('superCtor', 'of type function', parent);
    if (parent.prototype === undefined) wrongType('superCtor.prototype', 'of type object', parent.prototype);
    Object.defineProperty(constructor, 'super_', { value: parent, writable: true, configurable: true });
    Object.setPrototypeOf(constructor.prototype, parent.prototype);
  }
  // Node writes a warning to its process's standard error, which no tenant sees.
  function deprecate(f) {
    const deprecated = function (...args) { return new.target ? Reflect.construct(f, args, new.target) : f.apply(this, args); };
    Object.setPrototypeOf(deprecated, f);
    if (f.prototype) deprecated.prototype = f.prototype;
    return deprecated;
  }
  function debuglog() { return Object.assign(() => {}, { enabled: false }); }
  function stripVTControlCharacters(text) {
    checkString(text, 'str');
    return text.replace(/[\u001b\u009b][[\]()#;?]*(?:(?:(?:;[-a-zA-Z\d/#&.:=?%@~_]+)*|[a-zA-Z\d]+(?:;[-a-zA-Z\d/#&.:=?%@~_]*)*)?\u0007|(?:\d{1,4}(?:;\d{0,4})*)?[\dA-PR-TZcf-ntqry=><~])/g, '');
  }
  const toUSVString = (text) => String(text).replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, (c) => (c.length === 2 ? c : '\ufffd'));

  const typedName = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get;
  const kind = (v) => (v !== null && (typeof v === 'object' || typeof v === 'function') ? host('kind', v) : '');
  const is = (name) => (v) => kind(v) === name;
  const boxed = (B) => (v) => { if (typeof v !== 'object' || v === null) return false; try { B.prototype.valueOf.call(v); return true; } catch (e) { return false; } };
  const functionKind = (name) => (v) => typeof v === 'function' && Object.prototype.toString.call(v) === `[object ${name}]`;
  const isAsync = (v) => typeof v === 'function' && (functionKind('AsyncFunction')(v) || v.constructor.name === 'AsyncFunction');
  const hasSlot = (method, ...args) => (v) => { if (typeof v !== 'object' || v === null) return false; try { method.call(v, ...args); return true; } catch (e) { return false; } };
  const key = {};
  const types = {
    isPromise: is('Promise'), isProxy: is('Proxy'), isArrayBuffer: is('ArrayBuffer'), isAnyArrayBuffer: is('ArrayBuffer'), isSharedArrayBuffer: () => false,
    isDate: hasSlot(Date.prototype.getTime), isRegExp: is('RegExp'), isMap: is('Map'), isSet: is('Set'),
    isWeakMap: hasSlot(WeakMap.prototype.has, key), isWeakSet: hasSlot(WeakSet.prototype.has, key), isDataView: (v) => ArrayBuffer.isView(v) && typedName.call(v) === undefined,
    isNativeError: is('Error'), isTypedArray: (v) => typedName.call(v) !== undefined, isArrayBufferView: (v) => ArrayBuffer.isView(v),
    isAsyncFunction: isAsync, isGeneratorFunction: functionKind('GeneratorFunction'), isGeneratorObject: (v) => Object.prototype.toString.call(v) === '[object Generator]',
    isArgumentsObject: is('Arguments'), isNumberObject: boxed(Number), isStringObject: boxed(String), isBooleanObject: boxed(Boolean), isBigIntObject: boxed(BigInt), isSymbolObject: boxed(Symbol),
    isMapIterator: (v) => Object.prototype.toString.call(v) === '[object Map Iterator]', isSetIterator: (v) => Object.prototype.toString.call(v) === '[object Set Iterator]',
    isModuleNamespaceObject: () => false, isExternal: () => false,
    isKeyObject: (v) => need('keys').handleOf(v) !== undefined, isCryptoKey: (v) => need('webcrypto').handleOf(v) !== undefined,
  };
  types.isBoxedPrimitive = (v) => ['isNumberObject', 'isStringObject', 'isBooleanObject', 'isBigIntObject', 'isSymbolObject'].some((name) => types[name](v));
  for (const name of ['Uint8Array', 'Uint8ClampedArray', 'Uint16Array', 'Uint32Array', 'Int8Array', 'Int16Array', 'Int32Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array']) {
    types['is' + name] = (v) => typedName.call(v) === name;
  }

  const util = {
    inspect, format, formatWithOptions, promisify, callbackify, inherits, deprecate, isDeepStrictEqual: need('equal').deepStrictEqual, types, TextEncoder, TextDecoder,
    debuglog, debug: debuglog, stripVTControlCharacters, toUSVString,
    isArray: Array.isArray, isBoolean: (v) => typeof v === 'boolean', isNull: (v) => v === null, isNullOrUndefined: (v) => v === null || v === undefined, isNumber: (v) => typeof v === 'number',
    isString: (v) => typeof v === 'string', isSymbol: (v) => typeof v === 'symbol', isUndefined: (v) => v === undefined, isRegExp: types.isRegExp, isObject: (v) => v !== null && typeof v === 'object',
    isDate: types.isDate, isError: (v) => types.isNativeError(v) || v instanceof Error, isFunction: (v) => typeof v === 'function', isPrimitive: (v) => v === null || typeof v !== 'object' && typeof v !== 'function', isBuffer: (v) => need('encoding').globals.Buffer.isBuffer(v),
  };
  for (const name of ['parseArgs', 'aborted', 'getSystemErrorName', 'getSystemErrorMap', 'transferableAbortController', 'transferableAbortSignal', 'styleText', 'MIMEType', 'MIMEParams', 'log']) util[name] = refused('util.' + name);
  return { globals: {}, modules: { util, 'util/types': types } };
})
