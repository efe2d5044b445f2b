// Deep equality as util.isDeepStrictEqual and assert.deepEqual define it.
(function (host) {
  const tag = (v) => Object.prototype.toString.call(v);
  const symbols = (v) => Object.getOwnPropertySymbols(v).filter((s) => Object.prototype.propertyIsEnumerable.call(v, s));
  const boxed = [Number, String, Boolean, BigInt, Symbol];
  const primitiveOf = (v) => { for (const B of boxed) if (v instanceof B) return [B.prototype.valueOf.call(v)]; };

  function equal(a, b, strict, seen) {
    if (strict ? Object.is(a, b) : a == b || a !== a && b !== b) return true;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
    if (strict && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
    if (tag(a) !== tag(b)) return false;
    if (Array.isArray(a) !== Array.isArray(b)) return false;
    if (Array.isArray(a) && a.length !== b.length) return false;
    if (a instanceof Date) { if (!(b instanceof Date) || !Object.is(a.getTime(), b.getTime())) return false; }
    if (a instanceof RegExp) { if (!(b instanceof RegExp) || String(a) !== String(b) || a.lastIndex !== b.lastIndex) return false; }
    if (a instanceof Error) { if (!(b instanceof Error) || a.message !== b.message || a.name !== b.name) return false; }
    const x = primitiveOf(a), y = primitiveOf(b);
    if (x || y) { if (!x || !y || !Object.is(x[0], y[0])) return false; }
    if (ArrayBuffer.isView(a) || a instanceof ArrayBuffer) {
      if (a.byteLength !== b.byteLength) return false;
      if (!strict && (a instanceof Float32Array || a instanceof Float64Array)) return a.every((v, i) => v === b[i]);
      const [p, q] = [a, b].map((v) => (v instanceof ArrayBuffer ? new Uint8Array(v) : new Uint8Array(v.buffer, v.byteOffset, v.byteLength)));
      for (let i = 0; i < p.length; i++) if (p[i] !== q[i]) return false;
    }
    if (a instanceof Map !== b instanceof Map || a instanceof Set !== b instanceof Set) return false;
    if ((a instanceof Map || a instanceof Set) && a.size !== b.size) return false;
    if (a instanceof Promise || a instanceof WeakMap || a instanceof WeakSet) return false;

    // Cycles are equal when both go back to the same place.
    if (seen.a.has(a) || seen.b.has(b)) return seen.a.get(a) === b;
    seen.a.set(a, b);
    seen.b.set(b, a);
    const ok = members(a, b, strict, seen) && (a instanceof Map ? maps(a, b, strict, seen) : a instanceof Set ? sets(a, b, strict, seen) : true);
    seen.a.delete(a);
    seen.b.delete(b);
    return ok;
  }
  const members = (a, b, strict, seen) => {
    const indexed = ArrayBuffer.isView(a) && !(a instanceof DataView);
    const names = indexed ? Object.keys(a).filter((k) => !/^\d+$/.test(k)) : Object.keys(a);
    const others = indexed ? Object.keys(b).filter((k) => !/^\d+$/.test(k)) : Object.keys(b);
    if (names.length !== others.length) return false;
    const all = strict ? [...names, ...symbols(a)] : names;
    if (strict && symbols(a).length !== symbols(b).length) return false;
    for (const k of all) if (!Object.prototype.propertyIsEnumerable.call(b, k)) return false;
    return all.every((k) => equal(a[k], b[k], strict, seen));
  };
  // What a set has that is not in the other needs an equal partner of its own.
  const sets = (a, b, strict, seen) => {
    const left = [...b].filter((v) => !a.has(v));
    return [...a].every((v) => {
      if (b.has(v)) return true;
      const at = left.findIndex((w) => equal(v, w, strict, seen));
      if (at < 0) return false;
      left.splice(at, 1);
      return true;
    });
  };
  const maps = (a, b, strict, seen) => {
    const left = [...b.keys()].filter((k) => !a.has(k));
    return [...a].every(([k, v]) => {
      if (b.has(k)) return equal(v, b.get(k), strict, seen);
      const at = left.findIndex((l) => equal(k, l, strict, seen) && equal(v, b.get(l), strict, seen));
      if (at < 0) return false;
      left.splice(at, 1);
      return true;
    });
  };
  const start = (strict) => (a, b) => equal(a, b, strict, { a: new Map(), b: new Map() });
  return { globals: {}, modules: {}, deepStrictEqual: start(true), deepLooseEqual: start(false) };
})
