// structuredClone: the structured clone algorithm for the types that exist here.
(function (host, need) {
  const errors = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
  const refuse = (value) => {
    const { DOMException } = need('events').globals;
    throw new DOMException(`${typeof value === 'symbol' ? String(value) : host('inspect', value)} could not be cloned.`, 'DataCloneError');
  };
  function clone(value, seen) {
    if (typeof value === 'function' || typeof value === 'symbol') refuse(value);
    if (typeof value !== 'object' || value === null) return value;
    if (seen.has(value)) return seen.get(value);
    const keep = (copy) => { seen.set(value, copy); return copy; };
    if (Array.isArray(value)) {
      const copy = keep(new Array(value.length));
      for (const key of Object.keys(value)) copy[key] = clone(value[key], seen);
      return copy;
    }
    if (value instanceof Date) return keep(new Date(value.getTime()));
    if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags));
    if (value instanceof Map) {
      const copy = keep(new Map());
      for (const [k, v] of value) copy.set(clone(k, seen), clone(v, seen));
      return copy;
    }
    if (value instanceof Set) {
      const copy = keep(new Set());
      for (const v of value) copy.add(clone(v, seen));
      return copy;
    }
    if (value instanceof ArrayBuffer) return keep(value.slice(0));
    if (ArrayBuffer.isView(value)) {
      const buffer = clone(value.buffer, seen);
      if (value instanceof DataView) return keep(new DataView(buffer, value.byteOffset, value.byteLength));
      const kind = Object.getPrototypeOf(Int8Array.prototype)[Symbol.toStringTag] === undefined ? globalThis[value[Symbol.toStringTag]] : Uint8Array;
      return keep(new kind(buffer, value.byteOffset, value.length));
    }
    if (value instanceof Error) {
      const copy = keep(new (errors[value.name] || Error)(value.message));
      copy.stack = value.stack;
      if ('cause' in value) copy.cause = clone(value.cause, seen);
      return copy;
    }
    for (const boxed of [Number, String, Boolean]) if (value instanceof boxed) return keep(Object(value.valueOf()));
    if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet) refuse(value);
    const copy = keep({});
    for (const key of Object.keys(value)) copy[key] = clone(value[key], seen);
    return copy;
  }
  function structuredClone(value, options) {
    if (arguments.length === 0) throw new TypeError("The \"value\" argument must be specified");
    if (options && options.transfer && options.transfer.length) throw new Error('structuredClone: the option transfer is not supported by this emulator');
    return clone(value, new Map());
  }
  return { globals: { structuredClone }, modules: {} };
})
