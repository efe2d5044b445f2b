// RegExp made at run time: patterns with \p{…} are rewritten for the engine, or
// refused, as literals are when the Action is compiled. Loaded only for code
// that has both words.
(function (host) {
  const Native = RegExp;
  // A plain function: the engine's instanceof refuses a Proxy on its right side.
  const Patched = function RegExp(pattern, flags) {
    if (typeof pattern === 'string' && typeof flags === 'string') pattern = host('pattern', pattern, flags);
    return new.target && new.target !== Patched ? Reflect.construct(Native, [pattern, flags], new.target) : Native(pattern, flags);
  };
  Patched.prototype = Native.prototype;
  Object.setPrototypeOf(Patched, Native);
  Object.defineProperty(Native.prototype, 'constructor', { __proto__: null, value: Patched, writable: true, configurable: true });
  Object.defineProperty(globalThis, 'RegExp', { __proto__: null, value: Patched, writable: true, configurable: true });
  return { globals: {}, modules: {} };
})
