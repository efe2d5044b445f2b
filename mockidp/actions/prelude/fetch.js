// fetch, Headers, Request, Response over the host's HTTP, which the server
// captures, answers by rule or carries out.
(function (host, need) {
  const { URLSearchParams, URL } = need('url').globals;
  const { TextEncoder, TextDecoder } = need('encoding').globals;

  const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
  const nameOf = (name) => {
    if (!token.test(String(name))) throw new TypeError(`Headers: "${name}" is an invalid header name.`);
    return String(name).toLowerCase();
  };
  class Headers {
    #map = new Map();
    constructor(init) {
      if (init === undefined || init === null) return;
      const pairs = typeof init[Symbol.iterator] === 'function' ? init : Object.entries(init);
      for (const [name, value] of pairs) this.append(name, value);
    }
    append(name, value) {
      const key = nameOf(name), text = String(value).trim();
      if (/[\0\r\n]/.test(text)) throw new TypeError(`Headers.append: "${text}" is an invalid header value.`);
      this.#map.set(key, this.#map.has(key) ? this.#map.get(key) + ', ' + text : text);
    }
    set(name, value) { this.#map.delete(nameOf(name)); this.append(name, value); }
    get(name) { const v = this.#map.get(nameOf(name)); return v === undefined ? null : v; }
    getSetCookie() { const v = this.get('set-cookie'); return v === null ? [] : [v]; }
    has(name) { return this.#map.has(nameOf(name)); }
    delete(name) { this.#map.delete(nameOf(name)); }
    forEach(f, self) { for (const [name, value] of this) f.call(self, value, name, this); }
    *entries() { for (const name of [...this.#map.keys()].sort()) yield [name, this.#map.get(name)]; }
    *keys() { for (const [name] of this) yield name; }
    *values() { for (const [, value] of this) yield value; }
    [Symbol.iterator]() { return this.entries(); }
    get [Symbol.toStringTag]() { return 'Headers'; }
    [Symbol.for('nodejs.util.inspect.custom')]() { return 'Headers ' + host('inspect', Object.fromEntries(this)); }
  }

  // textOf gives a body's text and the content type that it implies.
  const textOf = (body) => {
    if (body === undefined || body === null) return ['', null];
    if (body instanceof URLSearchParams) return [String(body), 'application/x-www-form-urlencoded;charset=UTF-8'];
    if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return [new TextDecoder().decode(body), null];
    return [String(body), 'text/plain;charset=UTF-8'];
  };
  class Body {
    #text; #used = false; #empty;
    constructor(body) {
      const [text, type] = textOf(body);
      this.#text = text;
      this.#empty = body === undefined || body === null;
      Object.defineProperty(this, 'impliedType', { value: type, configurable: true });
    }
    get bodyUsed() { return this.#used; }
    get body() {
      if (this.#empty) return null;
      throw new Error('fetch: reading the body as a stream is not supported by this emulator: use text() or json()');
    }
    #take() {
      if (this.#used && !this.#empty) throw new TypeError('Body is unusable: Body has already been read');
      this.#used = true;
      return this.#text;
    }
    async text() { return this.#take(); }
    async json() { return JSON.parse(this.#take()); }
    async arrayBuffer() { return new TextEncoder().encode(this.#take()).buffer; }
    async bytes() { return new TextEncoder().encode(this.#take()); }
    async blob() { throw new Error('fetch: blob() is not supported by this emulator: use arrayBuffer()'); }
    async formData() { throw new Error('fetch: formData() is not supported by this emulator'); }
    copyText() {
      if (this.#used) throw new TypeError('Body is unusable: Body has already been read');
      return this.#empty ? null : this.#text;
    }
  }

  const nullBody = [101, 204, 205, 304];
  class Response extends Body {
    constructor(body, { status = 200, statusText = '', headers, url = '', redirected = false } = {}) {
      super(nullBody.includes(status) ? null : body);
      if (status < 200 || status > 599) throw new RangeError('init["status"] must be in the range of 200 to 599, inclusive.');
      this.headers = new Headers(headers);
      if (this.impliedType && !this.headers.has('content-type')) this.headers.set('content-type', this.impliedType);
      const fixed = { status, statusText: String(statusText), ok: status >= 200 && status < 300, url, redirected, type: 'default' };
      for (const name of Object.keys(fixed)) Object.defineProperty(this, name, { value: fixed[name], enumerable: true });
    }
    clone() { return new Response(this.copyText(), { status: this.status, statusText: this.statusText, headers: this.headers, url: this.url }); }
    static json(data, init = {}) {
      const headers = new Headers(init.headers);
      if (!headers.has('content-type')) headers.set('content-type', 'application/json');
      return new Response(JSON.stringify(data), { ...init, headers });
    }
    static error() { const r = new Response(null, { status: 200 }); Object.defineProperty(r, 'type', { value: 'error' }); return r; }
    static redirect(url, status = 302) { return new Response(null, { status, headers: { location: String(new URL(url)) } }); }
  }

  class Request extends Body {
    constructor(input, init = {}) {
      const from = input instanceof Request ? input : null;
      const body = init.body !== undefined ? init.body : from ? from.copyText() : null;
      super(body);
      const method = String(init.method || (from ? from.method : 'GET'));
      const upper = method.toUpperCase();
      this.method = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'].includes(upper) ? upper : method;
      if (body !== null && body !== undefined && (this.method === 'GET' || this.method === 'HEAD')) {
        throw new TypeError('Request with GET/HEAD method cannot have body.');
      }
      try { this.url = from ? from.url : new URL(String(input)).href; } catch (e) {
        throw new TypeError('Failed to parse URL from ' + input);
      }
      this.headers = new Headers(init.headers || (from ? from.headers : undefined));
      if (this.impliedType && !this.headers.has('content-type')) this.headers.set('content-type', this.impliedType);
      this.signal = init.signal || (from ? from.signal : null);
      this.redirect = init.redirect || (from ? from.redirect : 'follow');
    }
    clone() { return new Request(this); }
  }

  // send is fetch for callers in the prelude, which know the author's line.
  async function send(line, input, init) {
    const request = new Request(input, init);
    const { signal } = request;
    if (signal && signal.aborted) throw signal.reason;
    const answer = host('fetch', { method: request.method, url: request.url, headers: Object.fromEntries(request.headers), body: request.copyText() || '', line });
    const done = signal ? Promise.race([answer, new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))]) : answer;
    const { status, statusText, headers, body, url } = await done;
    return new Response(body, { status, statusText, headers, url: url || request.url });
  }

  function fetch(input, init) { return send(host('line'), input, init); }

  const nodeFetch = Object.assign((input, init) => fetch(input, init), { default: fetch, Headers, Request, Response });
  return { globals: { fetch, Headers, Request, Response }, modules: { 'node-fetch': nodeFetch }, send };
})
