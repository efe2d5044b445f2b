// The clients of the auth0 SDK over fetch: the calls, answers and errors that
// Actions use. Its versions differ: 4 answers with {data, status, headers}, 2 and 3
// (also with a callback) and 5 to 7 with the body itself. The version is the one that
// the Action declares. Without one it is the one that has the called name; of a name
// that several have, 4 is meant, unless the arguments are those of another. The SDK's
// retries are left out.
(function (host, need) {
  const { send } = need('fetch');
  const { URLSearchParams } = need('url').globals;
  const { AbortController } = need('events').globals;
  const { index, parse, major, arranged, address } = need('auth0calls');

  const fail = (what) => { throw new Error(`auth0: ${what} is not supported by this emulator yet${major ? `, or not part of version ${major}, which the Action declares` : ''}`); };
  // Asked for by the language or by tools, and not there in the SDK either.
  const quiet = ['then', 'toJSON', 'default', '$$typeof'];
  // known is target with what make gives for a key that is not there; where that is
  // nothing, it says so.
  const known = (target, name, make) => new Proxy(target, {
    get: (o, key) => {
      if (typeof key === 'symbol' || key in o || quiet.includes(key)) return o[key];
      const made = make && make(key);
      return made ? o[key] = made : fail(name ? name + '.' + key : key);
    },
  });
  // tree is target, a client of this kind, with the methods of index (by names such
  // as users.roles.list), which method makes at first use: making all of them would
  // take longer than most Actions run.
  const spacesOf = (index) => {
    const spaces = new Set();
    for (const name of index.keys()) {
      for (let i = name.indexOf('.'); i > 0; i = name.indexOf('.', i + 1)) spaces.add(name.slice(0, i));
    }
    return spaces;
  };
  const tree = (target, kind, index, method) => {
    const spaces = index.spaces = index.spaces || spacesOf(index);
    const node = (o, path) => known(o, path ? kind + '.' + path : kind, (key) => {
      const name = path ? path + '.' + key : key;
      return index.has(name) ? method(index.get(name)) : spaces.has(name) && node({}, name);
    });
    return node(target, '');
  };

  // ---- errors ----
  const named = (e, name) => { Object.defineProperty(e, 'name', { value: name, configurable: true, writable: true }); return e; };
  class ManagementApiError extends Error {
    constructor(errorCode, error, statusCode, body, headers, msg) {
      super(msg);
      Object.assign(this, { errorCode, error, statusCode, body, headers, msg, name: 'ManagementApiError' });
    }
  }
  class AuthApiError extends Error {
    constructor(error, error_description, statusCode, body, headers) {
      super(error_description || error);
      Object.assign(this, { error, error_description, statusCode, body, headers, name: 'AuthApiError' });
    }
  }
  class UserInfoError extends Error {
    constructor(error, error_description, statusCode, body, headers) {
      super(error_description || error);
      Object.assign(this, { error, error_description, statusCode, body, headers, name: 'UserInfoError' });
    }
  }
  class ResponseError extends Error {
    constructor(statusCode, body, headers, msg) { super(msg); Object.assign(this, { statusCode, body, headers, name: 'ResponseError' }); }
  }
  class FetchError extends Error {
    constructor(cause, msg) { super(msg); Object.assign(this, { cause, name: 'FetchError' }); }
  }
  class TimeoutError extends Error {
    constructor() { super('The request was timed out.'); this.name = 'TimeoutError'; }
  }
  class RequiredError extends Error {
    constructor(field, msg) { super(msg); Object.assign(this, { field, name: 'RequiredError' }); }
  }
  // of versions 5 to 7
  class ManagementError extends Error {
    constructor({ message, statusCode, body, rawResponse, cause } = {}) {
      const lines = [message, statusCode && `Status code: ${statusCode}`, body && `Body: ${JSON.stringify(body, undefined, 2)}`];
      super(lines.filter((s) => s !== undefined && s !== null && s !== '').join('\n'));
      Object.assign(this, { statusCode, body, rawResponse, name: 'ManagementError' });
      if (cause) this.cause = cause;
    }
  }
  const Management = {}, byStatus = {};
  const kinds = { 400: 'BadRequestError', 401: 'UnauthorizedError', 402: 'PaymentRequiredError', 403: 'ForbiddenError', 404: 'NotFoundError', 409: 'ConflictError', 413: 'ContentTooLargeError', 429: 'TooManyRequestsError' };
  for (const status of Object.keys(kinds)) {
    const name = kinds[status];
    byStatus[status] = Management[name] = ({ [name]: class extends ManagementError {
      constructor(body, rawResponse) { super({ message: name, statusCode: Number(status), body, rawResponse }); this.name = name; }
    } })[name];
  }
  // of versions 2 and 3: the error is named by the answer
  class SanitizedError extends Error {
    constructor(name, message, statusCode, requestInfo) { super(message); named(this, name); Object.assign(this, { statusCode, requestInfo }); }
  }

  const parsed = (text) => { try { const v = JSON.parse(text); return v !== null && typeof v === 'object' ? v : null; } catch (e) { return null; } };
  // refused is the error for an answer that is none of success; own makes version 4's.
  function refused(style, q, answer, own) {
    const body = parsed(answer.text);
    if (style === 5) {
      const raw = { headers: answer.headers, status: answer.status, statusText: answer.statusText, url: answer.url };
      const Kind = byStatus[answer.status];
      return Kind ? new Kind(body || answer.text, raw) : new ManagementError({ statusCode: answer.status, body: body || answer.text, rawResponse: raw });
    }
    if (style === 3) {
      const { error, message, error_description: text } = body || {};
      return new SanitizedError(error || 'APIError', message || text || answer.text, answer.status, { method: q.method.toLowerCase(), url: q.url });
    }
    return body ? own(body, answer) : new ResponseError(answer.status, answer.text, answer.headers, 'Response returned an error code');
  }
  const managementError = (b, a) => new ManagementApiError(b.errorCode, b.error, b.statusCode || a.status, a.text, a.headers, b.message);
  const authError = (b, a) => (b.error ? new AuthApiError(b.error, b.error_description, a.status, a.text, a.headers) : new AuthApiError(b.code, b.description, a.status, a.text, a.headers));
  const userInfoError = (b, a) => new UserInfoError(b.error, b.error_description, a.status, a.text, a.headers);

  // ---- requests ----
  // baseOf is where a client's tenant is. The SDK takes any text and fails later;
  // here that could be a captured request, and pass.
  function baseOf({ domain } = {}) {
    if (typeof domain === 'string' && domain && !domain.includes('://')) return 'https://' + domain;
    throw new FetchError(undefined, `auth0: the client's domain is ${domain === undefined ? 'undefined: is the secret set?' : JSON.stringify(domain) + ': expected a host, such as tenant.eu.auth0.com'}`);
  }

  // exchange sends q (method, url, headers, body) and gives the answer with its text.
  async function exchange(line, q, options, style) {
    const stop = new AbortController(), timers = need('timers').globals;
    const limit = options.timeoutDuration || (options.timeoutInSeconds ? options.timeoutInSeconds * 1000 : 10000);
    const timer = timers.setTimeout(() => stop.abort(), limit);
    try {
      const answer = await send(line, q.url, { method: q.method, headers: { ...options.headers, ...q.headers }, body: q.body, signal: stop.signal });
      const { status, statusText, headers, url, ok } = answer;
      return { status, statusText, headers, url, ok, text: await answer.text() };
    } catch (e) {
      if (style === 5) throw new ManagementError({ message: stop.signal.aborted ? `Timeout exceeded when calling ${q.method} ${q.url}.` : e.message, cause: e });
      throw stop.signal.aborted ? new TimeoutError() : new FetchError(e, e.message);
    } finally {
      timers.clearTimeout(timer);
    }
  }

  class JSONApiResponse { constructor(data, a) { Object.assign(this, { data, headers: a.headers, status: a.status, statusText: a.statusText }); } }
  class TextApiResponse { constructor(data, a) { Object.assign(this, { data, headers: a.headers, status: a.status, statusText: a.statusText }); } }
  class VoidApiResponse { constructor(a) { Object.assign(this, { headers: a.headers, status: a.status, statusText: a.statusText }); } }
  // shaped is what a call returns for a good answer.
  function shaped(style, answer, plain) {
    const nothing = answer.status === 204 || answer.text === '';
    if (style !== 4) return nothing ? undefined : plain ? answer.text : JSON.parse(answer.text);
    if (nothing) return new VoidApiResponse(answer);
    return plain ? new TextApiResponse(answer.text, answer) : new JSONApiResponse(JSON.parse(answer.text), answer);
  }

  const required = (values, names) => {
    for (const name of names) {
      if (values[name] === undefined || values[name] === null) throw new RequiredError(name, `Required parameter requestParameters.${name} was null or undefined.`);
    }
  };
  // begun makes the promise of a call, f(line), and gives its value to the callback if
  // there is one. An error gets the stack of the call: it comes up where the author's
  // code stands no more.
  const begun = (f, callback) => {
    const frames = new Error().stack.split('\n').slice(1).filter((s) => !s.includes('node:internal/'));
    const promise = f(host('line')).catch((e) => {
      if (e instanceof Error) Object.defineProperty(e, 'stack', { value: [String(e), ...frames].join('\n'), configurable: true, writable: true });
      throw e;
    });
    if (!callback) return promise;
    promise.then((value) => callback(null, value), (e) => callback(e));
  };
  const refuseOptions = (options, kind) => {
    for (const name of ['clientAssertionSigningKey', 'useMTLS', 'fetch', 'fetcher', 'proxy']) {
      if (options && options[name]) fail(`the option ${name} of ${kind}`);
    }
    return options || {};
  };

  // ---- the clients ----
  const grant = (grant_type, ...needs) => ({ path: '/oauth/token', needs, grant_type });
  const authCalls = new Map(Object.entries({
    'oauth.clientCredentialsGrant': grant('client_credentials', 'audience'),
    'oauth.passwordGrant': grant('password', 'username', 'password'),
    'oauth.refreshTokenGrant': grant('refresh_token', 'refresh_token'),
    'oauth.authorizationCodeGrant': grant('authorization_code', 'code'),
    'oauth.authorizationCodeGrantWithPKCE': grant('authorization_code', 'code', 'code_verifier'),
    'oauth.revokeRefreshToken': { path: '/oauth/revoke', needs: ['token'], secret: true },
    'database.signUp': { path: '/dbconnections/signup', needs: ['email', 'password', 'connection'] },
    'database.changePassword': { path: '/dbconnections/change_password', needs: ['email', 'connection'], plain: true },
  }));
  // of versions 2 and 3
  for (const [name, now] of Object.entries({
    clientCredentialsGrant: 'oauth.clientCredentialsGrant', passwordGrant: 'oauth.passwordGrant', refreshToken: 'oauth.refreshTokenGrant',
    'oauth.refreshToken': 'oauth.refreshTokenGrant', changePassword: 'database.changePassword', requestChangePasswordEmail: 'database.changePassword',
    'database.requestChangePasswordEmail': 'database.changePassword',
  })) authCalls.set(name, { ...authCalls.get(now), old: true });
  const getInfo = { old: true, profile: true };
  authCalls.set('getProfile', getInfo).set('users.getInfo', getInfo).set('tokens.getInfo', { path: '/tokeninfo', needs: ['id_token'], old: true, text: 'id_token' });

  // authorize makes one call of the Authentication API.
  async function authorize(options, call, given, line, style) {
    required(given || {}, call.needs);
    const body = { client_id: options.clientId, ...given };
    if (call.grant_type || call.secret) body.client_secret = body.client_secret || options.clientSecret;
    if (call.grant_type) body.grant_type = call.grant_type === 'password' && body.realm ? 'http://auth0.com/oauth/grant-type/password-realm' : call.grant_type;
    for (const name of Object.keys(body)) if (body[name] === undefined) delete body[name];
    const form = call.path === '/oauth/token';
    const q = { method: 'POST', url: baseOf(options) + call.path, headers: { 'content-type': form ? 'application/x-www-form-urlencoded' : 'application/json' }, body: form ? String(new URLSearchParams(body)) : JSON.stringify(body) };
    const answer = await exchange(line, q, options, style);
    if (!answer.ok) throw refused(style, q, answer, authError);
    return shaped(style, answer, call.plain);
  }

  async function profile(options, token, line, style) {
    const q = { method: 'GET', url: baseOf(options) + '/userinfo', headers: { authorization: 'Bearer ' + token } };
    const answer = await exchange(line, q, options, style);
    if (!answer.ok) throw refused(style, q, answer, userInfoError);
    return shaped(style, answer);
  }

  class AuthenticationClient {
    constructor(given) {
      const options = refuseOptions(given, 'AuthenticationClient');
      return tree(this, 'AuthenticationClient', authCalls, (call) => (body, ...more) => {
        const callback = more.find((a) => typeof a === 'function');
        const style = call.old || callback || (major && major < 4) ? 3 : 4;
        if (call.profile) return begun((line) => profile(options, body, line, style), callback);
        return begun((line) => authorize(options, call, call.text ? { [call.text]: body } : body, line, style), callback);
      });
    }
  }

  class UserInfoClient {
    constructor(given) {
      const options = refuseOptions(given, 'UserInfoClient');
      this.getUserInfo = (token) => begun((line) => profile(options, token, line, 4));
      return known(this, 'UserInfoClient');
    }
  }

  // tokens gives the function that has a client's access token, its own or one got
  // by client_credentials and used until ten seconds before it expires.
  function tokens(options) {
    let token, expires = 0, pending;
    return async (line) => {
      if (options.token) return typeof options.token === 'function' ? options.token() : options.token;
      if (!token || Date.now() > expires - 10000) {
        const audience = options.audience || baseOf(options) + '/api/v2/';
        pending = pending || authorize(options, authCalls.get('oauth.clientCredentialsGrant'), { audience, scope: options.scope }, line, 4);
        const { data } = await pending.finally(() => { pending = undefined; });
        token = data.access_token;
        expires = Date.now() + data.expires_in * 1000;
      }
      return token;
    };
  }

  // A page of a list, of versions 5 to 7.
  class Page {
    #next;
    constructor(call, query, answer, load) {
      this.#next = load;
      this.#fill(call, query, answer);
    }
    #fill(call, query, answer) {
      this.response = answer;
      this.data = (answer && answer[call.page || call.take]) || [];
      this.hasNextPage = () => (call.take ? !!(answer && answer.next) : this.data.length > 0 && this.data.length >= query.per_page);
      this.getNextPage = async () => {
        const next = call.take ? { ...query, from: answer.next } : { ...query, page: Number(query.page) + 1 };
        this.#fill(call, next, await this.#next(next));
        return this;
      };
    }
    // The engine has no async generators.
    [Symbol.asyncIterator]() {
      let i = 0;
      const next = async () => {
        while (i >= this.data.length) {
          if (!this.hasNextPage()) return { value: undefined, done: true };
          await this.getNextPage();
          i = 0;
        }
        return { value: this.data[i++], done: false };
      };
      return { next, [Symbol.asyncIterator]() { return this; } };
    }
  }

  class ManagementClient {
    constructor(given) {
      const kind = 'ManagementClient', options = refuseOptions(given, kind), token = tokens(options);
      async function request(call, found, line) {
        required(found.ids, call.ids);
        const q = { method: call.verb, url: baseOf(options) + '/api/v2/' + address(call, found), headers: { authorization: 'Bearer ' + await token(line) } };
        if (found.body !== undefined) {
          q.headers['content-type'] = 'application/json';
          q.body = JSON.stringify(found.body);
        }
        const answer = await exchange(line, q, options, found.style);
        if (!answer.ok) throw refused(found.style, q, answer, managementError);
        return answer;
      }
      const list = async (call, found, line) => {
        const query = { ...(call.take ? { take: 50 } : { page: 0, per_page: 50 }), include_totals: true, ...found.query };
        const load = async (query) => shaped(5, await request(call, { ...found, query }, line));
        return new Page(call, query, await load(query), load);
      };
      this.getAccessToken = () => begun(token);
      return tree(this, kind, index, (entry) => {
        const call = parse(entry);
        return (...args) => {
          const found = arranged(call, args);
          if (call.page || call.take) return begun((line) => list(call, found, line));
          let raw;
          const promise = begun(async (line) => shaped(found.style, raw = await request(call, found, line)), found.callback);
          if (found.style === 5) promise.withRawResponse = async () => ({ data: await promise, rawResponse: raw });
          return promise;
        };
      });
    }
  }

  const auth0 = {
    ManagementClient, AuthenticationClient, UserInfoClient, Management, ManagementError, ManagementApiError, AuthApiError, UserInfoError,
    ResponseError, FetchError, TimeoutError, RequiredError,
  };
  Object.defineProperty(auth0, '__esModule', { value: true });
  return { globals: {}, modules: { auth0: known(auth0, '') } };
})
