// Looks for texts in everything that an Action can reach. The texts come
// backwards, so that it does not find the request itself.
exports.onExecutePostLogin = async (event, api) => {
  const needles = event.secrets.BACKWARDS.split("|").map((s) => [...s].reverse().join(""));
  const seen = new Set(), found = new Set();
  const modules = ["util", "url", "querystring", "buffer", "crypto", "events", "timers", "process", "console", "perf_hooks", "axios", "lodash", "uuid"];
  const queue = [globalThis, event, api, module, require, exports, fetch, URL, Buffer, Intl, console, process, AbortSignal, structuredClone, ...modules.map((name) => require(name))];
  const note = (text) => {
    for (const n of needles) if (String(text).includes(n)) found.add(n);
  };
  for (let i = 0; i < queue.length && i < 50_000; i++) {
    const o = queue[i];
    if (o === null || (typeof o !== "object" && typeof o !== "function") || seen.has(o)) continue;
    seen.add(o);
    if (typeof o === "function") note(Function.prototype.toString.call(o));
    if (o instanceof ArrayBuffer) note(Buffer.from(o).toString("latin1"));
    queue.push(Object.getPrototypeOf(o));
    for (const key of Reflect.ownKeys(o)) {
      note(String(key));
      const d = Object.getOwnPropertyDescriptor(o, key);
      queue.push(d.get, d.set);
      let value = d.value;
      if (d.get) try { value = d.get.call(o); } catch (e) { value = e; }
      if (typeof value === "string") note(value);
      queue.push(value);
    }
  }
  try { null.x; } catch (e) { note(e.stack); }
  // An uninitialised buffer is all zeros.
  note(Buffer.allocUnsafe(1 << 20).toString("latin1"));
  api.idToken.setCustomClaim("r", { found: [...found], many: seen.size > 1000 });
};
