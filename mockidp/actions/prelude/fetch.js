// fetch, Headers, Request, Response over the host's HTTP, which the server
// captures, answers by rule or carries out.
(function (host, need) {
  const { URLSearchParams, URL } = need('url').globals;

  const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
  const nameOf = (name, method) => {
    if (!token.test(String(name))) throw new TypeError(`Headers.${method}: ${name} is an invalid header name.`);
    return String(name).toLowerCase();
  };
  class Headers {
    #map = new Map(); #cookies = [];
    constructor(init) {
      if (init === undefined) return;
      if (init === null || typeof init !== 'object') throw new TypeError("Headers constructor: init given is not one of sequence<sequence<ByteString>>, record<ByteString, ByteString>.");
      const pairs = typeof init[Symbol.iterator] === 'function' ? init : Object.entries(init);
      for (const pair of pairs) {
        if (!pair || pair.length !== 2) throw new TypeError('Headers constructor: expected name/value pair to be length 2, found ' + (pair ? pair.length : 0) + '.');
        this.append(pair[0], pair[1]);
      }
    }
    append(name, value) {
      const key = nameOf(name, 'append'), text = String(value).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');
      if (/[\0\r\n]/.test(text)) throw new TypeError(`Headers.append: ${text} is an invalid header value.`);
      if (key === 'set-cookie') this.#cookies.push(text);
      this.#map.set(key, this.#map.has(key) ? this.#map.get(key) + (key === 'cookie' ? '; ' : ', ') + text : text);
    }
    set(name, value) { this.delete(name); this.append(name, value); }
    get(name) { const v = this.#map.get(nameOf(name, 'get')); return v === undefined ? null : v; }
    getSetCookie() { return [...this.#cookies]; }
    has(name) { return this.#map.has(nameOf(name, 'has')); }
    delete(name) {
      const key = nameOf(name, 'delete');
      if (key === 'set-cookie') this.#cookies = [];
      this.#map.delete(key);
    }
    forEach(f, self) { for (const [name, value] of this) f.call(self, value, name, this); }
    *entries() {
      for (const name of [...this.#map.keys()].sort()) {
        if (name === 'set-cookie') for (const cookie of this.#cookies) yield [name, cookie];
        else yield [name, this.#map.get(name)];
      }
    }
    *keys() { for (const [name] of this) yield name; }
    *values() { for (const [, value] of this) yield value; }
    [Symbol.iterator]() { return this.entries(); }
    get [Symbol.toStringTag]() { return 'Headers'; }
    [Symbol.for('nodejs.util.inspect.custom')]() { return 'Headers ' + host('inspect', Object.fromEntries(this)); }
  }

  // contentOf gives a body's content, text or bytes, and the type that it implies.
  const contentOf = (body) => {
    if (body === undefined || body === null) return [null, null];
    if (typeof body === 'string') return [body, 'text/plain;charset=UTF-8'];
    if (body instanceof URLSearchParams) return [String(body), 'application/x-www-form-urlencoded;charset=UTF-8'];
    if (body instanceof ArrayBuffer) return [new Uint8Array(body.slice(0)), null];
    if (ArrayBuffer.isView(body)) return [new Uint8Array(body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength)), null];
    if (typeof body === 'object') { // only now, so that text alone does not load these
      const { globals: { Blob, FormData }, bytesOf, multipart } = need('blob');
      if (body instanceof Blob) return [bytesOf(body), body.type || null];
      if (body instanceof FormData) return multipart(body);
      if (typeof body.pipe === 'function' || typeof body.getReader === 'function') throw new Error('fetch: a stream as body is not supported by this emulator: give it text, a Buffer, a Blob or a FormData');
    }
    return [String(body), 'text/plain;charset=UTF-8'];
  };
  const textOf = (content) => (content === null ? '' : typeof content === 'string' ? content : host('decode', content.buffer, content.byteOffset, content.byteLength, 'utf8'));
  const bytesFrom = (content) => (content === null ? new Uint8Array(0) : typeof content === 'string' ? new Uint8Array(host('encode', content, 'utf8')) : content);
  const unusable = () => { throw new TypeError('Body is unusable: Body has already been read'); };
  class Body {
    #content; #used = false;
    constructor(body) {
      const [content, type] = contentOf(body);
      this.#content = content;
      Object.defineProperty(this, 'impliedType', { value: type, configurable: true });
    }
    get bodyUsed() { return this.#used; }
    get body() {
      if (this.#content === null) return null;
      throw new Error('fetch: reading the body as a stream is not supported by this emulator: use text() or json()');
    }
    #take() {
      if (this.#content === null) return null;
      if (this.#used) unusable();
      this.#used = true;
      return this.#content;
    }
    async text() { return textOf(this.#take()).replace(/^\ufeff/, ''); }
    async json() { return JSON.parse(textOf(this.#take()).replace(/^\ufeff/, '')); }
    async arrayBuffer() { return bytesFrom(this.#take()).slice().buffer; }
    async bytes() { return bytesFrom(this.#take()).slice(); }
    async blob() { return new (need('blob').globals.Blob)([bytesFrom(this.#take())], { type: this.headers.get('content-type') || '' }); }
    async formData() { return need('blob').parseForm(bytesFrom(this.#take()), this.headers.get('content-type')); }
    // content is the body as it is, for those who send it or copy it.
    static content(b) {
      if (b.#used) unusable();
      return b.#content;
    }
  }
  const content = Body.content;
  delete Body.content;

  const nullBody = [101, 204, 205, 304];
  class Response extends Body {
    constructor(body, init = {}) {
      const { status = 200, statusText = '', headers } = init || {};
      if (!(status >= 200 && status <= 599)) throw new RangeError('init["status"] must be in the range of 200 to 599, inclusive.');
      if (body !== null && body !== undefined && nullBody.includes(status)) throw new TypeError(`Response constructor: Invalid response status code ${status}`);
      super(body);
      this.headers = new Headers(headers);
      if (this.impliedType && !this.headers.has('content-type')) this.headers.set('content-type', this.impliedType);
      describe(this, { status, statusText: String(statusText), ok: status >= 200 && status < 300, url: '', redirected: false, type: 'default' });
    }
    clone() { return describe(new Response(content(this), { status: this.status || 200, statusText: this.statusText, headers: this.headers }), { url: this.url, redirected: this.redirected, type: this.type, status: this.status, ok: this.ok }); }
    get [Symbol.toStringTag]() { return 'Response'; }
    static json(data, init = {}) {
      const text = JSON.stringify(data);
      if (text === undefined) throw new TypeError('Value is not JSON serializable');
      const headers = new Headers(init.headers);
      if (!headers.has('content-type')) headers.set('content-type', 'application/json');
      return new Response(text, { ...init, headers });
    }
    static error() { return describe(new Response(null), { type: 'error', status: 0, ok: false }); }
    static redirect(url, status = 302) {
      let location;
      try { location = new URL(String(url)).href; } catch (e) { throw Object.assign(new TypeError(`Failed to parse URL from ${url}`), { cause: e }); }
      if (![301, 302, 303, 307, 308].includes(status)) throw new RangeError(`Invalid status code ${status}`);
      return new Response(null, { status, headers: { location } });
    }
  }
  const describe = (response, values) => {
    for (const name of Object.keys(values)) Object.defineProperty(response, name, { value: values[name], enumerable: true, configurable: true });
    return response;
  };

  const standard = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'];
  class Request extends Body {
    constructor(input, init) {
      init = init || {};
      const from = input instanceof Request ? input : null;
      const body = init.body !== undefined && init.body !== null ? init.body : from ? content(from) : null;
      super(body);
      const method = String(init.method || (from ? from.method : 'GET'));
      if (!token.test(method)) throw new TypeError(`'${method}' is not a valid HTTP method.`);
      const upper = method.toUpperCase();
      if (['CONNECT', 'TRACE', 'TRACK'].includes(upper)) throw new TypeError(`'${method}' HTTP method is unsupported.`);
      this.method = standard.includes(upper) ? upper : method;
      if (body !== null && (this.method === 'GET' || this.method === 'HEAD')) throw new TypeError('Request with GET/HEAD method cannot have body.');
      let url;
      try { url = from ? from.url : new URL(String(input)); } catch (e) {
        throw Object.assign(new TypeError('Failed to parse URL from ' + input), { cause: e });
      }
      if (url.username || url.password) throw new TypeError('Request cannot be constructed from a URL that includes credentials: ' + input);
      this.url = String(url);
      this.headers = new Headers(init.headers || (from ? from.headers : undefined));
      if (this.impliedType && !this.headers.has('content-type')) this.headers.set('content-type', this.impliedType);
      if (init.signal !== undefined && init.signal !== null && typeof init.signal.aborted !== 'boolean') throw new TypeError("Failed to construct 'Request': member signal is not of type AbortSignal.");
      const signal = init.signal || (from ? from.wanted : null);
      Object.defineProperty(this, 'wanted', { value: signal });
      Object.defineProperty(this, 'signal', { enumerable: true, get: () => signal || new (need('events').globals.AbortController)().signal });
      this.redirect = init.redirect || (from ? from.redirect : 'follow');
      if (!['follow', 'manual', 'error'].includes(this.redirect)) throw new TypeError(`Request constructor: ${this.redirect} is not an accepted type. Expected one of follow, error, manual.`);
    }
    clone() { content(this); return new Request(this); }
    get [Symbol.toStringTag]() { return 'Request'; }
  }

  // raw sends a request as it is given and gives what the host answers.
  const raw = (line, { method, url, headers, body, redirect }) => host('fetch', { method, url, headers, body: body === null ? '' : typeof body === 'string' ? body : body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength), redirect, line });

  // send is fetch for callers in the prelude, which know the author's line.
  async function send(line, input, init) {
    const request = new Request(input, init), signal = request.wanted;
    if (signal && signal.aborted) throw signal.reason;
    const answer = raw(line, { method: request.method, url: request.url, headers: Object.fromEntries(request.headers), body: content(request), redirect: request.redirect });
    const done = signal ? Promise.race([answer, new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))]) : answer;
    const { status, statusText, headers, body, url } = await done;
    const response = new Response(nullBody.includes(status) ? null : body, { status, statusText });
    response.headers = new Headers(headers);
    return describe(response, { url: url || request.url, redirected: !!url && url !== request.url, type: 'basic' });
  }

  function fetch(input, init) { return send(host('line'), input, init); }

  const nodeFetch = Object.assign((input, init) => fetch(input, init), { default: fetch, Headers, Request, Response });
  return { globals: { fetch, Headers, Request, Response }, modules: { 'node-fetch': nodeFetch }, send, raw };
})
