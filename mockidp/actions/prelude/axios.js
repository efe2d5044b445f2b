// A small axios over fetch: the calls, config members and errors that Actions use.
(function (host, need) {
  const { send } = need('fetch');
  const { URL, URLSearchParams } = need('url').globals;
  const { DOMException, AbortController } = need('events').globals;

  class AxiosHeaders {
    constructor(init) { if (init) this.set(init); }
    set(name, value) {
      const all = typeof name === 'string' ? { [name]: value } : Object.fromEntries(typeof name[Symbol.iterator] === 'function' ? name : Object.entries(name));
      for (const key of Object.keys(all)) {
        if (all[key] === undefined || all[key] === null || all[key] === false) continue;
        const old = Object.keys(this).find((k) => k.toLowerCase() === key.toLowerCase());
        if (old !== undefined && old !== key) delete this[old];
        this[key] = all[key];
      }
      return this;
    }
    get(name) { const key = Object.keys(this).find((k) => k.toLowerCase() === String(name).toLowerCase()); return key === undefined ? undefined : this[key]; }
    has(name) { return this.get(name) !== undefined; }
    delete(name) { for (const k of Object.keys(this)) if (k.toLowerCase() === String(name).toLowerCase()) delete this[k]; }
    toJSON() { return { ...this }; }
  }

  class AxiosError extends Error {
    constructor(message, code, config, request, response) {
      super(message);
      Object.defineProperty(this, 'name', { value: 'AxiosError', configurable: true, writable: true });
      Object.assign(this, { code, config, request });
      if (response) { this.response = response; this.status = response.status; }
    }
    get isAxiosError() { return true; }
    toJSON() { return { message: this.message, name: this.name, code: this.code, status: this.status, config: { url: this.config.url, method: this.config.method } }; }
  }

  const isPlain = (v) => v !== null && typeof v === 'object' && !Array.isArray(v) && !(v instanceof URLSearchParams) && !ArrayBuffer.isView(v) && !(v instanceof ArrayBuffer);
  const merge = (a, b) => {
    const out = { ...a };
    for (const key of Object.keys(b || {})) {
      if (b[key] === undefined) continue;
      out[key] = isPlain(a && a[key]) && isPlain(b[key]) && key !== 'data' ? merge(a[key], b[key]) : b[key];
    }
    return out;
  };

  // In the words of axios: arrays become key[], objects key[name], dates ISO strings.
  const query = (params, serializer) => {
    if (!params) return '';
    if (params instanceof URLSearchParams) return String(params);
    if (serializer) return (serializer.serialize || serializer)(params);
    const encode = (v) => encodeURIComponent(v).replace(/%3A/gi, ':').replace(/%24/g, '$').replace(/%2C/gi, ',').replace(/%20/g, '+');
    const pairs = [];
    const add = (key, value) => {
      if (value === undefined || value === null) return;
      if (value instanceof Date) pairs.push(encode(key) + '=' + encode(value.toISOString()));
      else if (Array.isArray(value)) for (const v of value) add(typeof v === 'object' && v !== null ? key : key + '[]', v);
      else if (isPlain(value)) for (const k of Object.keys(value)) add(`${key}[${k}]`, value[k]);
      else pairs.push(encode(key) + '=' + encode(value));
    };
    for (const key of Object.keys(params)) add(key, params[key]);
    return pairs.join('&');
  };

  const address = (config) => {
    let url = config.url || '';
    if (config.baseURL && !/^([a-z][a-z\d+\-.]*:)?\/\//i.test(url)) {
      url = url ? config.baseURL.replace(/\/?\/$/, '') + '/' + url.replace(/^\/+/, '') : config.baseURL;
    }
    const extra = query(config.params, config.paramsSerializer);
    if (!extra) return url;
    url = url.split('#')[0];
    return url + (url.includes('?') ? '&' : '?') + extra;
  };

  const requestBody = (data, headers) => {
    if (data === undefined || data === null) return undefined;
    const type = String(headers.get('content-type') || '');
    if (data instanceof URLSearchParams) {
      if (!type) headers.set('Content-Type', 'application/x-www-form-urlencoded;charset=utf-8');
      return String(data);
    }
    // fetch knows what these are, or refuses them; as JSON they would be {}.
    if (/FormData|Blob|File/.test(Object.prototype.toString.call(data)) || typeof data.pipe === 'function') return data;
    if (typeof data === 'object' && !ArrayBuffer.isView(data) && !(data instanceof ArrayBuffer)) {
      if (type.startsWith('application/x-www-form-urlencoded')) return query(data);
      if (!type) headers.set('Content-Type', 'application/json');
      return JSON.stringify(data);
    }
    if (type.startsWith('application/json') && typeof data === 'string') {
      try { JSON.parse(data); return data; } catch (e) { return JSON.stringify(data); }
    }
    if (!type) headers.set('Content-Type', 'application/x-www-form-urlencoded');
    return data;
  };

  const unsupported = ['adapter', 'httpAgent', 'httpsAgent', 'proxy', 'onUploadProgress', 'onDownloadProgress', 'socketPath'];
  async function dispatch(config, line) {
    for (const name of unsupported) {
      if (config[name]) throw new AxiosError(`axios: the option ${name} is not supported by this emulator`, 'ERR_BAD_OPTION', config);
    }
    if (config.responseType === 'stream') throw new AxiosError('axios: responseType "stream" is not supported by this emulator', 'ERR_BAD_OPTION', config);
    const method = (config.method || 'get').toUpperCase();
    const headers = new AxiosHeaders({ Accept: 'application/json, text/plain, */*' });
    const { common, get, post, put, patch, delete: del, head, ...own } = config.headers || {};
    headers.set(common || {}).set((config.headers || {})[method.toLowerCase()] || {}).set(own);
    if (config.auth) {
      const pair = (config.auth.username || '') + ':' + (config.auth.password || '');
      headers.set('Authorization', 'Basic ' + need('encoding').globals.Buffer.from(pair).toString('base64'));
    }
    let data = config.data;
    for (const f of [].concat(config.transformRequest || [])) data = f.call(config, data, headers);
    const body = method === 'GET' || method === 'HEAD' ? undefined : requestBody(data, headers);
    const request = { method, path: config.url };
    const stop = new AbortController();
    const timers = need('timers').globals;
    const limit = config.timeout > 0 ? timers.setTimeout(() => stop.abort('timeout'), config.timeout) : null;
    if (config.signal) {
      const cancel = () => stop.abort('canceled');
      if (config.signal.aborted) cancel(); else config.signal.addEventListener('abort', cancel);
    }
    let answer;
    try {
      answer = await send(line, address(config), { method, headers: Object.fromEntries(Object.entries(headers)), body, signal: stop.signal });
    } catch (e) {
      if (e === 'timeout') throw new AxiosError(config.timeoutErrorMessage || `timeout of ${config.timeout}ms exceeded`, 'ECONNABORTED', config, request);
      if (e === 'canceled') throw Object.assign(new AxiosError('canceled', 'ERR_CANCELED', config, request), { __CANCEL__: true });
      throw Object.assign(new AxiosError(e.message, e.message.startsWith('Failed to parse URL') ? 'ERR_INVALID_URL' : 'ERR_NETWORK', config, request), { cause: e });
    } finally {
      if (limit) timers.clearTimeout(limit);
    }
    let value;
    if (config.responseType === 'arraybuffer') value = need('encoding').globals.Buffer.from(await answer.arrayBuffer());
    else {
      value = await answer.text();
      if (config.responseType !== 'text') try { value = JSON.parse(value); } catch (e) { /* not JSON: axios leaves the text */ }
    }
    for (const f of [].concat(config.transformResponse || [])) value = f.call(config, value, answer.headers, answer.status);
    const response = { data: value, status: answer.status, statusText: answer.statusText, headers: new AxiosHeaders(answer.headers), config, request };
    const valid = config.validateStatus === undefined ? (s) => s >= 200 && s < 300 : config.validateStatus;
    if (valid && !valid(response.status)) {
      throw new AxiosError('Request failed with status code ' + response.status, response.status >= 500 ? 'ERR_BAD_RESPONSE' : 'ERR_BAD_REQUEST', config, request, response);
    }
    return response;
  }

  class Interceptors {
    list = [];
    use(done, failed) { return this.list.push({ done, failed }) - 1; }
    eject(id) { this.list[id] = null; }
    clear() { this.list = []; }
  }

  function create(defaults) {
    const interceptors = { request: new Interceptors(), response: new Interceptors() };
    function request(urlOrConfig, config) {
      const line = host('line'); // known now only: the request is sent from a promise
      const own = typeof urlOrConfig === 'string' ? { ...config, url: urlOrConfig } : urlOrConfig || {};
      const merged = merge(axios.defaults, own);
      merged.headers = merged.headers || {};
      let chain = Promise.resolve(merged);
      for (const i of [...interceptors.request.list].reverse()) if (i) chain = chain.then(i.done, i.failed);
      chain = chain.then((config) => dispatch(config, line));
      for (const i of interceptors.response.list) if (i) chain = chain.then(i.done, i.failed);
      return chain;
    }
    function axios(urlOrConfig, config) { return request(urlOrConfig, config); }
    axios.defaults = merge({ headers: { common: {} }, timeout: 0 }, defaults);
    axios.interceptors = interceptors;
    axios.request = request;
    axios.getUri = (config) => address(merge(axios.defaults, config));
    for (const method of ['get', 'delete', 'head', 'options']) axios[method] = (url, config) => request({ ...config, url, method });
    for (const method of ['post', 'put', 'patch']) {
      axios[method] = (url, data, config) => request({ ...config, url, data, method });
      axios[method + 'Form'] = () => { throw new Error(`axios.${method}Form is not supported by this emulator`); };
    }
    axios.create = (config) => create(merge(axios.defaults, config));
    return axios;
  }
  const axios = create({});
  Object.assign(axios, {
    AxiosError, AxiosHeaders, VERSION: '1.7.0',
    isAxiosError: (e) => !!e && e.isAxiosError === true,
    isCancel: (e) => !!(e && e.__CANCEL__),
    all: (list) => Promise.all(list),
    spread: (f) => (list) => f(...list),
  });
  axios.default = axios;
  axios.axios = axios;
  return { globals: {}, modules: { axios } };
})
