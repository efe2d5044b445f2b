// Calls every function that can be reached from TARGET, with arguments it did
// not expect. What takes all memory or never ends by design is left out.
for (const name of ["repeat", "padStart", "padEnd"]) String.prototype[name] = null;
Array.prototype.fill = null;

exports.onExecutePostLogin = async (event, api) => {
  // The engine itself panics in the latter two, which would end the walk here.
  const seen = new Set([setInterval, Object.prototype.toLocaleString, RegExp.prototype[Symbol.replace]]);
  const hostile = [undefined, null, -1, NaN, 2 ** 53, "x", "\ud800", Symbol("s"), {}, [], () => { throw 1; }, new Proxy({}, {}), Object.create(null), new ArrayBuffer(3), /x/, 10n, new Date(NaN)];
  const walk = (value, self, depth) => {
    if (depth > 6 || value === null || (typeof value !== "object" && typeof value !== "function") || seen.has(value)) return;
    seen.add(value);
    for (let i = 0; typeof value === "function" && i < hostile.length; i++) {
      const args = [hostile[i], hostile[(i * 7 + 3) % hostile.length], hostile[(i * 5 + 1) % hostile.length]];
      for (const call of [() => value.apply(self, args), () => Reflect.construct(value, args), () => value.apply(hostile[i], args)]) {
        try { const p = call(); if (p instanceof Promise) p.catch(() => {}); } catch (e) { void e; }
      }
    }
    for (const key of Reflect.ownKeys(value)) {
      let next;
      try { next = value[key]; } catch (e) { continue; }
      walk(next, value, depth + 1);
    }
    walk(Object.getPrototypeOf(value), self, depth + 1);
  };
  walk(TARGET, null, 0);
  api.idToken.setCustomClaim("called", seen.size);
};
