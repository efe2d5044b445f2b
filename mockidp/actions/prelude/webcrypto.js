// crypto.subtle and CryptoKey (Web Cryptography API), over Go's crypto.
(function (host, need) {
  const { span } = need('crypto');
  const { Buffer } = need('encoding').globals;
  const refuse = (name, message) => { throw new (need('events').globals.DOMException)(message, name); };
  const view = (data) => {
    if (data instanceof ArrayBuffer) return new Uint8Array(data);
    if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    throw new TypeError('The "data" argument must be an instance of ArrayBuffer, Buffer, TypedArray, or DataView.');
  };
  const none = new Uint8Array(0);
  const hashes = { 'SHA-1': 'sha1', 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' };
  const canonical = ['RSASSA-PKCS1-v1_5', 'RSA-PSS', 'RSA-OAEP', 'ECDSA', 'ECDH', 'Ed25519', 'X25519', 'HMAC', 'AES-GCM', 'AES-CBC', 'AES-CTR', 'AES-KW', 'PBKDF2', 'HKDF', ...Object.keys(hashes)];
  // The names of algorithms are compared without regard to case (18.4.4).
  const normal = (algorithm) => {
    const o = typeof algorithm === 'string' ? { name: algorithm } : algorithm;
    const name = canonical.find((known) => known.toLowerCase() === String(o && o.name).toLowerCase());
    if (!name) refuse('NotSupportedError', 'Unrecognized algorithm name');
    const out = { ...o, name };
    if (o.hash !== undefined) out.hash = { name: normal(o.hash).name };
    return out;
  };
  const digestOf = (hash) => hashes[hash.name] || refuse('NotSupportedError', 'Unrecognized algorithm name');
  const hashSize = { 'SHA-1': 20, 'SHA-256': 32, 'SHA-384': 48, 'SHA-512': 64 };
  const blockBits = { 'SHA-1': 512, 'SHA-256': 512, 'SHA-384': 1024, 'SHA-512': 1024 };

  const made = Symbol('made');
  let handleOf;
  class CryptoKey {
    #handle; #type; #extractable; #algorithm; #usages;
    constructor(key, handle, type, extractable, algorithm, usages) {
      if (key !== made) { const e = new TypeError('Illegal constructor'); e.code = 'ERR_ILLEGAL_CONSTRUCTOR'; throw e; }
      this.#handle = handle;
      this.#type = type;
      this.#extractable = !!extractable;
      this.#algorithm = algorithm;
      this.#usages = usages;
    }
    static { handleOf = (k) => (k !== null && typeof k === 'object' && #handle in k ? k.#handle : undefined); }
    get type() { return this.#type; }
    get extractable() { return this.#extractable; }
    get algorithm() { return this.#algorithm; }
    get usages() { return [...this.#usages]; }
    get [Symbol.toStringTag]() { return 'CryptoKey'; }
    [Symbol.for('nodejs.util.inspect.custom')](depth, options) {
      return 'CryptoKey ' + host('inspect', { type: this.type, extractable: this.extractable, algorithm: this.algorithm, usages: this.usages });
    }
  }

  const all = ['encrypt', 'decrypt', 'sign', 'verify', 'deriveKey', 'deriveBits', 'wrapKey', 'unwrapKey'];
  const families = {
    'RSASSA-PKCS1-v1_5': { kind: 'rsa', public: ['verify'], private: ['sign'] }, 'RSA-PSS': { kind: 'rsa', public: ['verify'], private: ['sign'] },
    'RSA-OAEP': { kind: 'rsa', public: ['encrypt', 'wrapKey'], private: ['decrypt', 'unwrapKey'] },
    ECDSA: { kind: 'ec', public: ['verify'], private: ['sign'] }, ECDH: { kind: 'ec', public: [], private: ['deriveKey', 'deriveBits'] },
    Ed25519: { kind: 'ed25519', public: ['verify'], private: ['sign'] }, X25519: { kind: 'x25519', public: [], private: ['deriveKey', 'deriveBits'] },
    HMAC: { secret: ['sign', 'verify'] }, 'AES-GCM': { secret: ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'] }, 'AES-CBC': { secret: ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'] },
    'AES-KW': { secret: ['wrapKey', 'unwrapKey'] }, PBKDF2: { secret: ['deriveKey', 'deriveBits'] }, HKDF: { secret: ['deriveKey', 'deriveBits'] },
  };
  const family = (a) => families[a.name] || refuse('NotSupportedError', `${a.name} is not supported by this emulator yet`);

  // keyOf ties a handle to an algorithm, after the checks that importKey makes.
  const keyOf = (handle, a, extractable, usages, generated) => {
    const f = family(a), info = host('keyInfo', handle);
    if (f.secret ? info.type !== 'secret' : info.kind !== f.kind) refuse('DataError', 'Invalid key type');
    for (const usage of usages) {
      if (!all.includes(usage)) throw new TypeError(`The argument 'keyUsages' contains an invalid usage: ${usage}`);
      if (!(f.secret || f[info.type]).includes(usage)) refuse('SyntaxError', `Unsupported key usage for ${a.name.startsWith('AES') ? 'an AES' : (/^[AEHIOR]/.test(a.name) ? 'an ' : 'a ') + a.name} key`);
    }
    if (info.type !== 'public' && usages.length === 0) refuse('SyntaxError', 'Usages cannot be empty when importing a private key.');
    let algorithm = { name: a.name };
    if (f.kind === 'rsa') algorithm = { name: a.name, modulusLength: info.bits, publicExponent: new Uint8Array([1, 0, 1]), hash: { name: a.hash.name } };
    else if (f.kind === 'ec') {
      if (info.curve !== a.namedCurve) refuse('DataError', 'Named curve mismatch');
      algorithm.namedCurve = info.curve;
    } else if (a.name === 'HMAC') algorithm = generated ? { name: 'HMAC', length: info.size * 8, hash: { name: a.hash.name } } : { name: 'HMAC', hash: { name: a.hash.name }, length: info.size * 8 };
    else if (a.name.startsWith('AES')) {
      if (![16, 24, 32].includes(info.size)) refuse('DataError', 'Invalid key length');
      algorithm.length = info.size * 8;
    } else if (f.secret && extractable) refuse('SyntaxError', `${a.name} keys are not extractable`);
    return new CryptoKey(made, handle, info.type, extractable, algorithm, all.filter((u) => usages.includes(u)));
  };

  async function importKey(format, data, algorithm, extractable, usages) {
    const a = normal(algorithm), f = family(a);
    let handle;
    try {
      if (format === 'jwk') {
        if (data === null || typeof data !== 'object' || typeof data.kty !== 'string') refuse('DataError', 'Invalid keyData');
        if (data.ext === false && extractable) refuse('DataError', 'JWK "ext" Parameter and extractable mismatch');
        handle = host('keyImport', 'jwk', '', ...span(Buffer.from(JSON.stringify({ ...data, use: undefined, key_ops: undefined, alg: undefined, x5c: undefined }))));
      } else if (format === 'raw' && f.secret) handle = host('keyImport', 'secret', '', ...span(view(data)));
      else if (format === 'raw') handle = host('keyImport', 'raw', 'public', ...span(view(data)), a.namedCurve || a.name);
      else if (format === 'spki' || format === 'pkcs8') handle = host('keyImport', format, format === 'spki' ? 'public' : 'private', ...span(view(data)));
      else refuse('NotSupportedError', `Unable to import a key using ${format} format`);
    } catch (e) {
      if (e.name !== 'Error' || / supported by this emulator/.test(e.message)) throw e;
      refuse('DataError', 'Invalid keyData');
    }
    return keyOf(handle, a, extractable, usages);
  }

  const handle = (key, usage, a) => {
    if (!handleOf(key)) throw new TypeError('The "key" argument must be an instance of CryptoKey.');
    if (a && key.algorithm.name !== a.name) refuse('InvalidAccessError', 'Key algorithm mismatch');
    if (usage && !key.usages.includes(usage)) refuse('InvalidAccessError', `Unable to use this key to ${usage}`);
    return handleOf(key);
  };
  const raw = (h) => new Uint8Array(host('keyExport', h, 'raw'));

  const jwkAlgorithm = ({ name, hash, length }) => {
    const bits = hash && hash.name.slice(4);
    const one = bits === '1' ? '' : '-' + bits;
    return { HMAC: 'HS' + bits, 'RSASSA-PKCS1-v1_5': 'RS' + bits, 'RSA-PSS': 'PS' + bits, 'RSA-OAEP': 'RSA-OAEP' + one, 'AES-GCM': `A${length}GCM`, 'AES-CBC': `A${length}CBC`, 'AES-KW': `A${length}KW`, Ed25519: 'Ed25519' }[name];
  };
  async function exportKey(format, key) {
    const h = handle(key);
    if (!key.extractable) refuse('InvalidAccessException', 'key is not extractable');
    if (format === 'jwk') {
      const alg = jwkAlgorithm(key.algorithm);
      return { key_ops: key.usages, ext: true, ...need('keys').jwkOf(h), ...(alg ? { alg } : {}) };
    }
    if (format === 'raw' && key.type !== 'private') return host('keyExport', h, 'raw');
    if (format === 'spki' && key.type === 'public' || format === 'pkcs8' && key.type === 'private') return host('keyExport', h, 'der', format);
    refuse(format === 'raw' || format === 'spki' || format === 'pkcs8' ? 'InvalidAccessError' : 'NotSupportedError', `Unable to export a ${key.type} key using ${format} format`);
  }

  async function generateKey(algorithm, extractable, usages) {
    const a = normal(algorithm), f = family(a);
    if (f.secret) {
      if (!f.secret.includes('sign') && !f.secret.includes('wrapKey')) refuse('NotSupportedError', 'Unrecognized algorithm name');
      const length = a.length === undefined && a.name === 'HMAC' ? blockBits[a.hash.name] : a.length;
      if (a.name !== 'HMAC' && ![128, 192, 256].includes(length)) refuse('OperationError', 'Invalid key length');
      return keyOf(host('keyImport', 'secret', '', ...span(new Uint8Array(host('random', length / 8)))), a, extractable, usages, true);
    }
    if (f.kind === 'rsa' && Buffer.from(view(a.publicExponent)).toString('hex').replace(/^0+/, '') !== '10001') throw new Error('RSA keys with another public exponent than 65537 are not supported by this emulator');
    const h = host('keyGenerate', f.kind, f.kind === 'rsa' ? a.modulusLength : a.namedCurve);
    const pick = (list) => usages.filter((u) => list.includes(u));
    if (!pick(f.private).length) refuse('SyntaxError', 'Usages cannot be empty when creating a key.');
    return { publicKey: keyOf(host('keyPublic', h), a, true, pick(f.public)), privateKey: keyOf(h, a, extractable, pick(f.private)) };
  }

  const how = (a, key) => (key.algorithm.name === 'Ed25519' ? ['', '', 0, ''] : key.algorithm.name === 'ECDSA' ? [digestOf(a.hash || refuse('OperationError', 'algorithm.hash is needed')), '', 0, 'ieee-p1363']
    : [digestOf(key.algorithm.hash), a.name === 'RSA-PSS' ? 'pss' : 'pkcs1', a.name === 'RSA-PSS' ? a.saltLength : -2, '']);
  const mac = (h, key, data) => new Uint8Array(host('hash', digestOf(key.algorithm.hash), ...span(data), ...span(raw(h))));
  async function sign(algorithm, key, data) {
    const a = normal(algorithm), h = handle(key, 'sign', a), d = view(data);
    return a.name === 'HMAC' ? mac(h, key, d).buffer : host('keySign', h, ...how(a, key), ...span(d));
  }
  async function verify(algorithm, key, signature, data) {
    const a = normal(algorithm), h = handle(key, 'verify', a), d = view(data), s = view(signature);
    if (a.name !== 'HMAC') return host('keyVerify', h, ...how(a, key), ...span(d), ...span(s));
    const right = mac(h, key, d);
    let different = right.length ^ s.length;
    for (let i = 0; i < right.length; i++) different |= right[i] ^ s[i];
    return different === 0;
  }

  const crypt = (what, a, h, key, data) => {
    if (a.name === 'RSA-OAEP') return host('keyCrypt', h, what, digestOf(key.algorithm.hash), ...span(data), ...span(a.label === undefined ? none : view(a.label)));
    if (a.name !== 'AES-GCM' && a.name !== 'AES-CBC') refuse('NotSupportedError', `${a.name} is not supported by this emulator yet`);
    if (a.tagLength !== undefined && a.tagLength !== 128) throw new Error('AES-GCM with a tagLength other than 128 is not supported by this emulator');
    const k = raw(h), gcm = a.name === 'AES-GCM', at = gcm && what === 'decrypt' ? data.length - 16 : data.length;
    if (at < 0) refuse('OperationError', 'The provided data is too small');
    if (!gcm && view(a.iv).length !== 16) refuse('OperationError', 'algorithm.iv must contain exactly 16 bytes');
    try {
      return host('cipher', `aes-${k.length * 8}-${gcm ? 'gcm' : 'cbc'}`, what, true, true, ...span(k), ...span(view(a.iv)), ...span(data.subarray(0, at)), ...span(a.additionalData === undefined ? none : view(a.additionalData)), ...span(data.subarray(at)));
    } catch (e) { refuse('OperationError', 'The operation failed for an operation-specific reason'); }
  };
  const crypting = (what) => async (algorithm, key, data) => {
    const a = normal(algorithm);
    return crypt(what, a, handle(key, what, a), key, view(data));
  };

  const bitsOf = (a, key, h, length) => {
    if (a.name === 'ECDH' || a.name === 'X25519') {
      const secret = host('keyAgree', h, handle(a.public));
      if (length === null || length === undefined) return secret;
      if (length / 8 > secret.byteLength) refuse('OperationError', 'derived bit length is too small');
      return secret.slice(0, Math.ceil(length / 8));
    }
    if (!length || length % 8) refuse('OperationError', 'length must be a multiple of 8 and not zero');
    const secret = raw(h), parts = [...span(secret), ...span(view(a.salt)), ...span(a.name === 'HKDF' ? view(a.info) : none)];
    return host('derive', a.name.toLowerCase(), digestOf(a.hash), ...parts, length / 8, a.iterations);
  };
  async function deriveBits(algorithm, key, length) {
    const a = normal(algorithm);
    return bitsOf(a, key, handle(key, 'deriveBits', a), length);
  }
  async function deriveKey(algorithm, key, derived, extractable, usages) {
    const a = normal(algorithm), b = normal(derived), h = handle(key, 'deriveKey', a);
    const length = b.name === 'HMAC' ? b.length || blockBits[b.hash.name] : b.name.startsWith('AES') ? b.length : null;
    return importKey('raw', bitsOf(a, key, h, length), b, extractable, usages);
  }

  async function wrapKey(format, key, wrapping, algorithm) {
    const a = normal(algorithm), h = handle(wrapping, 'wrapKey', a);
    const out = await exportKey(format, key);
    const data = format === 'jwk' ? Buffer.from(JSON.stringify(out)) : new Uint8Array(out);
    return a.name === 'AES-KW' ? host('keyWrap', 'wrap', ...span(raw(h)), ...span(data)) : crypt('encrypt', a, h, wrapping, data);
  }
  async function unwrapKey(format, data, wrapping, algorithm, keyAlgorithm, extractable, usages) {
    const a = normal(algorithm), h = handle(wrapping, 'unwrapKey', a);
    const out = a.name === 'AES-KW' ? host('keyWrap', 'unwrap', ...span(raw(h)), ...span(view(data))) : crypt('decrypt', a, h, wrapping, view(data));
    if (out === undefined) refuse('OperationError', 'The operation failed for an operation-specific reason');
    return importKey(format, format === 'jwk' ? JSON.parse(Buffer.from(out).toString()) : out, keyAlgorithm, extractable, usages);
  }

  async function digest(algorithm, data) { return host('hash', digestOf(normal(algorithm)), ...span(view(data))); }
  class SubtleCrypto {}
  const methods = { digest, importKey, exportKey, generateKey, sign, verify, encrypt: crypting('encrypt'), decrypt: crypting('decrypt'), deriveBits, deriveKey, wrapKey, unwrapKey };
  for (const name of Object.keys(methods)) Object.defineProperty(SubtleCrypto.prototype, name, { value: methods[name], writable: true, configurable: true, enumerable: true });
  return { globals: { CryptoKey }, modules: {}, subtle: new SubtleCrypto(), handleOf };
})
