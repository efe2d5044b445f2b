// URL and URLSearchParams (WHATWG URL), and the module url.
(function (host) {
  const form = (text) => encodeURIComponent(text)
    .replace(/[!'()~]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase()).replace(/%20/g, '+');
  const unform = (text) => {
    const plain = text.replace(/\+/g, ' ');
    if (!plain.includes('%')) return plain;
    const bytes = plain.replace(/%([0-9a-fA-F]{2})/g, (_, hex) => '\u0000' + hex); // marks, so that one pass can tell
    const raw = new Uint8Array(host('encode', bytes, 'utf8')), out = [];
    for (let i = 0; i < raw.length; i++) {
      if (raw[i] === 0 && i + 2 < raw.length) { out.push(parseInt(String.fromCharCode(raw[i + 1], raw[i + 2]), 16)); i += 2; } else out.push(raw[i]);
    }
    const all = new Uint8Array(out);
    return host('decode', all.buffer, 0, all.length, 'utf8');
  };
  const parse = (text) => text.split('&').filter((part) => part !== '').map((part) => {
    const at = part.indexOf('=');
    return at < 0 ? [unform(part), ''] : [unform(part.slice(0, at)), unform(part.slice(at + 1))];
  });

  class URLSearchParams {
    #list = []; #changed = null;
    constructor(init = '') {
      if (init !== null && typeof init === 'object') {
        if (typeof init[Symbol.iterator] === 'function') {
          for (const pair of init) {
            if (!pair || pair.length !== 2) throw new TypeError('Each query pair must be an iterable [name, value] tuple');
            this.#list.push([String(pair[0]), String(pair[1])]);
          }
        } else {
          for (const name of Object.keys(init)) this.#list.push([name, String(init[name])]);
        }
      } else {
        const text = String(init);
        this.#list = parse(text[0] === '?' ? text.slice(1) : text);
      }
    }
    static bound(search, changed) {
      const params = new URLSearchParams(search);
      params.#changed = changed;
      return params;
    }
    #touch() { if (this.#changed) this.#changed(this.toString()); }
    get size() { return this.#list.length; }
    append(name, value) { this.#list.push([String(name), String(value)]); this.#touch(); }
    delete(name, value) {
      this.#list = this.#list.filter(([n, v]) => n !== String(name) || value !== undefined && v !== String(value));
      this.#touch();
    }
    get(name) { const hit = this.#list.find(([n]) => n === String(name)); return hit ? hit[1] : null; }
    getAll(name) { return this.#list.filter(([n]) => n === String(name)).map(([, v]) => v); }
    has(name, value) { return this.#list.some(([n, v]) => n === String(name) && (value === undefined || v === String(value))); }
    set(name, value) {
      const at = this.#list.findIndex(([n]) => n === String(name));
      if (at < 0) { this.append(name, value); return; }
      this.#list[at][1] = String(value);
      this.#list = this.#list.filter(([n], i) => i <= at || n !== String(name));
      this.#touch();
    }
    sort() { this.#list.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)); this.#touch(); }
    forEach(f, self) { for (const [n, v] of this.#list) f.call(self, v, n, this); }
    *keys() { for (const [n] of this.#list) yield n; }
    *values() { for (const [, v] of this.#list) yield v; }
    *entries() { for (const [n, v] of this.#list) yield [n, v]; }
    [Symbol.iterator]() { return this.entries(); }
    toString() { return this.#list.map(([n, v]) => form(n) + '=' + form(v)).join('&'); }
    get [Symbol.toStringTag]() { return 'URLSearchParams'; }
    [Symbol.for('nodejs.util.inspect.custom')]() {
      return 'URLSearchParams {' + this.#list.map(([n, v]) => ` ${host('inspect', n)} => ${host('inspect', v)}`).join(',') + (this.#list.length ? ' }' : '}');
    }
  }

  const invalid = (input) => {
    const e = new TypeError('Invalid URL');
    e.code = 'ERR_INVALID_URL';
    e.input = input;
    return e;
  };
  const shown = ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'searchParams', 'hash'];
  class URL {
    #parts; #params = null;
    constructor(input, base) {
      this.#parts = host('url', String(input), base === undefined ? undefined : String(base));
      if (!this.#parts) throw invalid(String(input));
    }
    static canParse(input, base) {
      return host('url', String(input), base === undefined ? undefined : String(base)) !== undefined;
    }
    #build(p) {
      const login = p.username || p.password ? p.username + (p.password ? ':' + p.password : '') + '@' : '';
      return p.protocol + (p.hasHost ? '//' + login + p.hostname + (p.port ? ':' + p.port : '') : '') + p.pathname + p.search + p.hash;
    }
    // A part that makes the URL invalid is ignored, as the standard's setters do.
    #change(part) {
      const next = host('url', this.#build({ ...this.#parts, ...part }));
      if (next) this.#parts = next;
      if (this.#params && 'search' in part) this.#params = null;
    }
    get href() { return this.#build(this.#parts); }
    set href(v) {
      const next = host('url', String(v));
      if (!next) throw invalid(String(v));
      this.#parts = next;
      this.#params = null;
    }
    get origin() { return this.#parts.special ? `${this.protocol}//${this.host}` : 'null'; }
    get protocol() { return this.#parts.protocol; }
    set protocol(v) { this.#change({ protocol: String(v).replace(/:.*$/, '') + ':' }); }
    get username() { return this.#parts.username; }
    set username(v) { this.#change({ username: encodeURIComponent(v) }); }
    get password() { return this.#parts.password; }
    set password(v) { this.#change({ password: encodeURIComponent(v) }); }
    get host() { return this.hostname + (this.port ? ':' + this.port : ''); }
    set host(v) { const [, name, port] = /^(\[[^\]]*\]|[^:/?#]*)(?::(\d*))?/.exec(String(v)); this.#change(port === undefined ? { hostname: name } : { hostname: name, port }); }
    get hostname() { return this.#parts.hostname; }
    set hostname(v) { this.#change({ hostname: String(v) }); }
    get port() { return this.#parts.port; }
    set port(v) { this.#change({ port: String(v) }); }
    get pathname() { return this.#parts.pathname; }
    set pathname(v) { v = String(v).replace(/\?/g, '%3F').replace(/#/g, '%23'); this.#change({ pathname: v[0] === '/' ? v : '/' + v }); }
    get search() { return this.#parts.search; }
    set search(v) { v = String(v).replace(/#/g, '%23'); this.#change({ search: v === '' || v[0] === '?' ? v : '?' + v }); }
    get hash() { return this.#parts.hash; }
    set hash(v) { v = String(v); this.#change({ hash: v === '' || v[0] === '#' ? v : '#' + v }); }
    get searchParams() {
      if (!this.#params) {
        this.#params = URLSearchParams.bound(this.search, (text) => { this.#parts.search = text === '' ? '' : '?' + text; });
      }
      return this.#params;
    }
    toString() { return this.href; }
    toJSON() { return this.href; }
    get [Symbol.toStringTag]() { return 'URL'; }
    [Symbol.for('nodejs.util.inspect.custom')]() {
      const lines = shown.map((name) => `  ${name}: ${host('inspect', this[name])}`);
      return 'URL {\n' + lines.join(',\n') + '\n}';
    }
  }

  const legacy = (name) => () => { throw new Error(`url.${name}() is not supported by this emulator: use new URL(…)`); };
  const decoded = (text) => (text === '' ? '' : decodeURIComponent(text));
  const urlToHttpOptions = (u) => ({
    protocol: u.protocol, hostname: u.hostname.replace(/^\[(.*)\]$/, '$1'), hash: u.hash, search: u.search, pathname: u.pathname, path: `${u.pathname || ''}${u.search || ''}`, href: u.href,
    ...(u.port !== '' ? { port: Number(u.port) } : {}), ...(u.username || u.password ? { auth: `${decoded(u.username)}:${decoded(u.password)}` } : {}),
  });
  const format = (u, options) => {
    if (!(u instanceof URL)) throw new Error('url.format() of anything but a URL is not supported by this emulator: use new URL(…)');
    if (options !== undefined) throw new Error('url.format() with options is not supported by this emulator yet');
    return u.href;
  };
  const url = { URL, URLSearchParams, format, urlToHttpOptions };
  for (const name of ['parse', 'resolve', 'resolveObject', 'Url', 'fileURLToPath', 'pathToFileURL', 'domainToASCII', 'domainToUnicode']) url[name] = legacy(name);
  return { globals: { URL, URLSearchParams }, modules: { url }, unform };
})
