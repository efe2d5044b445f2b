// The modules http and https: requests in the style of events, on the same way
// out as fetch. There is nothing to listen on, so servers are refused.
(function (host, need) {
  const { fail, wrongType, checkFunction, refused } = need('errors');
  const { Buffer } = need('encoding').globals;
  const { raw } = need('fetch');
  const { URL } = need('url').globals;
  const { urlToHttpOptions } = need('url').modules.url;
  const { Readable, Writable } = need('streams').modules.stream;
  const EventEmitter = need('emitter').modules.events;
  const { setTimeout, clearTimeout } = need('timers').globals;
  const nextTick = need('process').globals.process.nextTick;

  const STATUS_CODES = {
    100: 'Continue', 101: 'Switching Protocols', 102: 'Processing', 103: 'Early Hints', 200: 'OK', 201: 'Created', 202: 'Accepted', 203: 'Non-Authoritative Information', 204: 'No Content', 205: 'Reset Content',
    206: 'Partial Content', 207: 'Multi-Status', 208: 'Already Reported', 226: 'IM Used', 300: 'Multiple Choices', 301: 'Moved Permanently', 302: 'Found', 303: 'See Other', 304: 'Not Modified', 305: 'Use Proxy',
    307: 'Temporary Redirect', 308: 'Permanent Redirect', 400: 'Bad Request', 401: 'Unauthorized', 402: 'Payment Required', 403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed', 406: 'Not Acceptable',
    407: 'Proxy Authentication Required', 408: 'Request Timeout', 409: 'Conflict', 410: 'Gone', 411: 'Length Required', 412: 'Precondition Failed', 413: 'Payload Too Large', 414: 'URI Too Long',
    415: 'Unsupported Media Type', 416: 'Range Not Satisfiable', 417: 'Expectation Failed', 418: "I'm a Teapot", 421: 'Misdirected Request', 422: 'Unprocessable Entity', 423: 'Locked', 424: 'Failed Dependency',
    425: 'Too Early', 426: 'Upgrade Required', 428: 'Precondition Required', 429: 'Too Many Requests', 431: 'Request Header Fields Too Large', 451: 'Unavailable For Legal Reasons', 500: 'Internal Server Error',
    501: 'Not Implemented', 502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Timeout', 505: 'HTTP Version Not Supported', 506: 'Variant Also Negotiates', 507: 'Insufficient Storage',
    508: 'Loop Detected', 509: 'Bandwidth Limit Exceeded', 510: 'Not Extended', 511: 'Network Authentication Required',
  };
  const METHODS = ['ACL', 'BIND', 'CHECKOUT', 'CONNECT', 'COPY', 'DELETE', 'GET', 'HEAD', 'LINK', 'LOCK', 'M-SEARCH', 'MERGE', 'MKACTIVITY', 'MKCALENDAR', 'MKCOL', 'MOVE', 'NOTIFY', 'OPTIONS', 'PATCH', 'POST', 'PROPFIND', 'PROPPATCH', 'PURGE', 'PUT', 'REBIND', 'REPORT', 'SEARCH', 'SOURCE', 'SUBSCRIBE', 'TRACE', 'UNBIND', 'UNLINK', 'UNLOCK', 'UNSUBSCRIBE'];

  class Agent extends EventEmitter {
    constructor(options) { super(); this.options = { ...options }; this.maxSockets = this.options.maxSockets || Infinity; this.keepAlive = !!this.options.keepAlive; }
    destroy() {}
  }

  class IncomingMessage extends Readable {
    constructor(answer, req) {
      super();
      const headers = { ...answer.headers };
      if (typeof headers['set-cookie'] === 'string') headers['set-cookie'] = [headers['set-cookie']];
      Object.assign(this, {
        statusCode: answer.status, statusMessage: answer.statusText || STATUS_CODES[answer.status] || '', headers, rawHeaders: Object.entries(answer.headers).flat(), trailers: {}, rawTrailers: [],
        httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1, complete: false, aborted: false, req, url: '', method: null,
      });
      const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : Buffer.from(answer.body);
      nextTick(() => { if (body.length && req.method !== 'HEAD') this.push(body); this.complete = true; this.push(null); });
    }
    _read() {}
    setTimeout() { return this; }
  }

  const notHonoured = ['socketPath', 'createConnection', 'ca', 'cert', 'key', 'pfx', 'crl', 'ciphers', 'insecureHTTPParser', 'lookup'];
  class ClientRequest extends Writable {
    #headers = new Map(); #parts = []; #options; #url; #line; #timer = null; #done = false;
    constructor(line, protocol, options, callback) {
      super({ autoDestroy: false }); // it lives until its answer has been read
      this.#line = line;
      this.#options = options;
      for (const name of notHonoured) if (options[name] !== undefined && options[name] !== null) throw new Error(`${protocol.slice(0, -1)}.request: the option ${name} is not supported by this emulator`);
      const scheme = options.protocol || protocol;
      if (scheme !== protocol) fail(TypeError, 'ERR_INVALID_PROTOCOL', `Protocol "${scheme}" not supported. Expected "${protocol}"`);
      if (options.method !== undefined && options.method !== null && typeof options.method !== 'string') wrongType('options.method', 'of type string', options.method);
      this.method = (options.method || 'GET').toUpperCase();
      this.path = options.path || '/';
      if (/[^\u0021-\u00ff]/.test(this.path)) fail(TypeError, 'ERR_UNESCAPED_CHARACTERS', 'Request path contains unescaped characters');
      this.protocol = protocol;
      this.host = options.hostname || options.host || 'localhost';
      const port = options.port || options.defaultPort, standard = protocol === 'https:' ? 443 : 80;
      const name = this.host.includes(':') && !this.host.startsWith('[') ? `[${this.host}]` : this.host;
      this.#url = `${protocol}//${name}${port && Number(port) !== standard ? ':' + port : ''}${this.path}`;
      this.reusedSocket = false;
      this.aborted = false;
      this.finished = false;
      for (const key of Object.keys(options.headers || {})) if (options.headers[key] !== undefined) this.setHeader(key, options.headers[key]);
      if (options.auth && !this.hasHeader('authorization')) this.setHeader('Authorization', 'Basic ' + Buffer.from(options.auth).toString('base64'));
      if (callback) this.once('response', callback);
      if (options.timeout) this.setTimeout(options.timeout);
      const { signal } = options;
      if (signal) {
        const stop = () => this.destroy(Object.assign(new Error('The operation was aborted'), { name: 'AbortError', code: 'ABORT_ERR', cause: signal.reason }));
        if (signal.aborted) nextTick(stop); else signal.addEventListener('abort', stop, { once: true });
      }
    }
    setHeader(name, value) {
      if (!/^[\^_`a-zA-Z\-0-9!#$%&'*+.|~]+$/.test(String(name))) fail(TypeError, 'ERR_INVALID_HTTP_TOKEN', `Header name must be a valid HTTP token ["${name}"]`);
      if (value === undefined) fail(TypeError, 'ERR_HTTP_INVALID_HEADER_VALUE', `Invalid value "${value}" for header "${name}"`);
      if (/[^\t\x20-\x7e\x80-\xff]/.test(String(value))) fail(TypeError, 'ERR_INVALID_CHAR', `Invalid character in header content ["${name}"]`);
      if (this.headersSent) fail(Error, 'ERR_HTTP_HEADERS_SENT', 'Cannot set headers after they are sent to the client');
      this.#headers.set(String(name).toLowerCase(), { name: String(name), value });
      return this;
    }
    getHeader(name) { const h = this.#headers.get(String(name).toLowerCase()); return h && h.value; }
    hasHeader(name) { return this.#headers.has(String(name).toLowerCase()); }
    removeHeader(name) { this.#headers.delete(String(name).toLowerCase()); }
    getHeaders() { return Object.assign(Object.create(null), Object.fromEntries([...this.#headers].map(([k, h]) => [k, h.value]))); }
    getHeaderNames() { return [...this.#headers.keys()]; }
    getRawHeaderNames() { return [...this.#headers.values()].map((h) => h.name); }
    get headersSent() { return this.#done; }
    flushHeaders() {}
    setNoDelay() {}
    setSocketKeepAlive() {}
    setTimeout(ms, callback) {
      if (callback) { checkFunction(callback, 'callback'); this.once('timeout', callback); }
      clearTimeout(this.#timer);
      this.timeout = ms;
      if (ms > 0) this.#timer = setTimeout(() => this.emit('timeout'), ms);
      return this;
    }
    abort() { this.aborted = true; nextTick(() => this.emit('abort')); this.destroy(); }
    end(...args) { this.finished = true; return super.end(...args); }
    _write(chunk, encoding, done) { this.#parts.push(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk); done(); }
    _destroy(error, done) {
      clearTimeout(this.#timer);
      if (this.res) { if (!this.res.complete) this.res.destroy(error); } else if (!error) error = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
      done(error);
    }
    _final(done) {
      this.#done = true;
      const body = Buffer.concat(this.#parts), headers = {};
      for (const [name, { value }] of this.#headers) if (name !== 'content-length' && name !== 'transfer-encoding' && name !== 'connection') headers[name] = Array.isArray(value) ? value.join(name === 'cookie' ? '; ' : ', ') : String(value);
      done();
      let answer;
      try { answer = raw(this.#line, { method: this.method, url: this.#url, headers, body: body.length ? body : null, redirect: 'manual' }); } catch (e) { this.destroy(e); return; }
      answer.then((a) => {
        if (this.destroyed) return;
        clearTimeout(this.#timer);
        this.res = new IncomingMessage(a, this);
        this.res.once('close', () => nextTick(() => this.destroy()));
        if (!this.emit('response', this.res)) this.res.resume();
      }, (e) => {
        const message = e.message.replace(/^fetch failed: /, ''), code = /\bE[A-Z_]{3,}\b/.exec(message);
        this.destroy(Object.assign(new Error(message), code ? { code: code[0], hostname: this.host } : {}));
      });
    }
  }

  const refuseServer = (name) => refused(`${name}: an Action can't listen, and it`);
  const make = (protocol) => {
    const scheme = protocol.slice(0, -1);
    const request = (input, options, callback) => {
      const line = host('line');
      let all;
      if (typeof input === 'string') all = urlToHttpOptions(new URL(input));
      else if (input instanceof URL) all = urlToHttpOptions(input);
      else { callback = options; options = input; all = {}; }
      if (typeof options === 'function') { callback = options; options = {}; }
      return new ClientRequest(line, protocol, { ...all, ...options }, callback);
    };
    const get = (...args) => { const req = request(...args); req.end(); return req; };
    const module = { request, get, Agent, globalAgent: new Agent({ keepAlive: true, scheduling: 'lifo', timeout: 5000 }) };
    for (const name of ['createServer', 'Server']) module[name] = refuseServer(`${scheme}.${name}`);
    if (protocol === 'https:') return module;
    return Object.assign(module, {
      STATUS_CODES, METHODS, ClientRequest, IncomingMessage, maxHeaderSize: 16384, OutgoingMessage: refused('http.OutgoingMessage'), ServerResponse: refuseServer('http.ServerResponse'),
    });
  };
  return { globals: {}, modules: { http: make('http:'), https: make('https:') } };
})
