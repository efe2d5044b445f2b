// Blob, File and FormData (W3C File API, WHATWG XMLHttpRequest), and how a form
// becomes the body of a request (RFC 7578).
(function (host, need) {
  const { URLSearchParams } = need('url').globals;
  const encode = (text) => new Uint8Array(host('encode', text, 'utf8'));
  const decode = (b) => host('decode', b.buffer, b.byteOffset, b.byteLength, 'utf8');
  const join = (list) => {
    const all = new Uint8Array(list.reduce((n, b) => n + b.length, 0));
    let at = 0;
    for (const b of list) { all.set(b, at); at += b.length; }
    return all;
  };
  const typeOf = (type) => { const t = String(type); return /[^\u0020-\u007e]/.test(t) ? '' : t.toLowerCase(); };

  let bytesOf;
  class Blob {
    #bytes; #type;
    constructor(parts = [], options = {}) {
      if (parts === null || typeof parts !== 'object' || typeof parts[Symbol.iterator] !== 'function') {
        throw Object.assign(new TypeError(`The "sources" argument must be a sequence. ${need('errors').received(parts)}`), { code: 'ERR_INVALID_ARG_TYPE' });
      }
      const { type = '', endings = 'transparent' } = options || {};
      if (endings !== 'transparent') throw new Error('Blob: the option endings: "native" is not supported by this emulator');
      this.#bytes = join([...parts].map((part) => {
        if (part instanceof Blob) return part.#bytes;
        if (part instanceof ArrayBuffer) return new Uint8Array(part.slice(0));
        if (ArrayBuffer.isView(part)) return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
        return encode(String(part));
      }));
      this.#type = typeOf(type);
    }
    static { bytesOf = (b) => b.#bytes; }
    get size() { return this.#bytes.length; }
    get type() { return this.#type; }
    slice(start = 0, end = this.size, type = '') { return new Blob([this.#bytes.slice(start, end)], { type }); }
    async arrayBuffer() { return this.#bytes.slice().buffer; }
    async text() { return decode(this.#bytes); }
    stream() { throw new Error('Blob: stream() is not supported by this emulator: use arrayBuffer() or text()'); }
    get [Symbol.toStringTag]() { return 'Blob'; }
    [Symbol.for('nodejs.util.inspect.custom')]() { return `Blob { size: ${this.size}, type: ${host('inspect', this.type)} }`; }
  }
  class File extends Blob {
    #name; #modified;
    constructor(parts, name, options = {}) {
      if (arguments.length < 2) throw Object.assign(new TypeError('The "fileBits" and "fileName" arguments must be specified'), { code: 'ERR_MISSING_ARGS' });
      super(parts, options);
      this.#name = String(name);
      this.#modified = options && options.lastModified !== undefined ? Number(options.lastModified) : Date.now();
    }
    get name() { return this.#name; }
    get lastModified() { return this.#modified; }
    get [Symbol.toStringTag]() { return 'File'; }
    [Symbol.for('nodejs.util.inspect.custom')]() { return `File { size: ${this.size}, type: ${host('inspect', this.type)}, name: ${host('inspect', this.name)}, lastModified: ${this.lastModified} }`; }
  }

  class FormData {
    #list = [];
    constructor(form) {
      if (form !== undefined) throw Object.assign(new TypeError("FormData constructor: Argument 1 could not be converted to: undefined."), { code: 'ERR_INVALID_ARG_TYPE' });
    }
    #entry(method, args) {
      if (args.length < 2) throw new TypeError(`FormData.${method}: 2 arguments required, but${args.length ? ' only ' + args.length : ''} present.`);
      let [name, value, filename] = args;
      if (!(value instanceof Blob)) {
        if (args.length > 2) throw new TypeError(`FormData.${method}: Argument 2 could not be converted to: Blob.`);
        return [String(name), String(value)];
      }
      if (!(value instanceof File)) value = new File([value], filename === undefined ? 'blob' : String(filename), { type: value.type });
      else if (filename !== undefined) value = new File([value], String(filename), { type: value.type, lastModified: value.lastModified });
      return [String(name), value];
    }
    append(...args) { this.#list.push(this.#entry('append', args)); }
    set(...args) {
      const entry = this.#entry('set', args), at = this.#list.findIndex(([n]) => n === entry[0]);
      if (at < 0) { this.#list.push(entry); return; }
      this.#list[at] = entry;
      this.#list = this.#list.filter(([n], i) => i <= at || n !== entry[0]);
    }
    delete(name) { this.#list = this.#list.filter(([n]) => n !== String(name)); }
    get(name) { const hit = this.#list.find(([n]) => n === String(name)); return hit ? hit[1] : null; }
    getAll(name) { return this.#list.filter(([n]) => n === String(name)).map(([, v]) => v); }
    has(name) { return this.#list.some(([n]) => n === String(name)); }
    forEach(f, self) { for (const [n, v] of this.#list) f.call(self, v, n, this); }
    *keys() { for (const [n] of this.#list) yield n; }
    *values() { for (const [, v] of this.#list) yield v; }
    *entries() { for (const [n, v] of this.#list) yield [n, v]; }
    [Symbol.iterator]() { return this.entries(); }
    get [Symbol.toStringTag]() { return 'FormData'; }
  }

  // multipart gives the bytes of a form and their content type.
  const multipart = (form) => {
    const boundary = '----formdata-undici-0' + String(Math.floor(Math.random() * 1e11)).padStart(11, '0');
    const quote = (s) => s.replace(/\n/g, '%0A').replace(/\r/g, '%0D').replace(/"/g, '%22');
    const lines = (s) => s.replace(/\r?\n|\r/g, '\r\n');
    const parts = [];
    for (const [name, value] of form) {
      const head = `--${boundary}\r\nContent-Disposition: form-data; name="${quote(lines(name))}"`;
      if (typeof value === 'string') parts.push(encode(`${head}\r\n\r\n${lines(value)}\r\n`));
      else parts.push(encode(`${head}; filename="${quote(value.name)}"\r\nContent-Type: ${value.type || 'application/octet-stream'}\r\n\r\n`), bytesOf(value), encode('\r\n'));
    }
    parts.push(encode(`--${boundary}--\r\n`));
    return [join(parts), 'multipart/form-data; boundary=' + boundary];
  };

  // parseForm reads the body of a request or answer with that content type.
  const parseForm = (bytes, type) => {
    const form = new FormData();
    if (/^application\/x-www-form-urlencoded\b/i.test(type || '')) {
      for (const [n, v] of new URLSearchParams(decode(bytes))) form.append(n, v);
      return form;
    }
    if (!/^multipart\/form-data\b/i.test(type || '')) throw new TypeError('Content-Type was not one of "multipart/form-data" or "application/x-www-form-urlencoded".');
    const parts = host('multipart', type, bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (!parts) throw new TypeError('Failed to parse body as FormData.');
    for (const { name, filename, contentType, data } of parts) {
      if (filename === undefined) form.append(name, decode(new Uint8Array(data)));
      else form.append(name, new File([data], filename, { type: contentType }));
    }
    return form;
  };
  return { globals: { Blob, File, FormData }, modules: {}, bytesOf, multipart, parseForm };
})
