// Node's KeyObject, signatures, key pairs and derivation, over Go's crypto.
(function (host, need) {
  const { bytesOf, span, fail, later } = need('crypto');
  const { Buffer } = need('encoding').globals;
  const inspect = (v) => host('inspect', v);
  const constants = {
    RSA_PKCS1_PADDING: 1, RSA_NO_PADDING: 3, RSA_PKCS1_OAEP_PADDING: 4, RSA_PKCS1_PSS_PADDING: 6,
    RSA_PSS_SALTLEN_DIGEST: -1, RSA_PSS_SALTLEN_MAX_SIGN: -2, RSA_PSS_SALTLEN_AUTO: -2,
  };
  const curveNames = { 'P-256': 'prime256v1', 'P-384': 'secp384r1', 'P-521': 'secp521r1' };
  const jwkOrder = ['kty', 'k', 'x', 'y', 'crv', 'n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'];

  // Node's order of members, which shows in the JSON of a key.
  const jwkOf = (handle) => {
    const all = JSON.parse(host('keyExport', handle, 'jwk')), ordered = {};
    const order = all.kty === 'OKP' ? ['crv', 'd', 'x', 'kty'] : all.kty === 'EC' ? ['kty', 'x', 'y', 'crv', 'd'] : jwkOrder;
    for (const name of order) if (all[name] !== undefined) ordered[name] = all[name];
    return ordered;
  };

  const made = Symbol('made');
  let handleOf;
  class KeyObject {
    #handle; #info;
    constructor(key, handle) {
      if (key !== made) throw new TypeError('Illegal constructor');
      this.#handle = handle;
      this.#info = host('keyInfo', handle);
    }
    static { handleOf = (k) => (k !== null && typeof k === 'object' && #handle in k ? k.#handle : undefined); }
    static from(key) {
      const handle = need('webcrypto').handleOf(key);
      if (!handle) fail(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "key" argument must be an instance of CryptoKey. Received ' + inspect(key));
      return wrap(handle);
    }
    get type() { return this.#info.type; }
    equals(other) {
      if (!handleOf(other)) fail(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "otherKeyObject" argument must be an instance of KeyObject. Received ' + inspect(other));
      return this.type === other.type && host('keySame', this.#handle, handleOf(other));
    }
    // Of the kinds of keys below; here so that they see the private field.
    static info(k) { return k.#info; }
    static write(k, options) {
      const { format = 'pem', type } = options;
      if (options.cipher !== undefined || options.passphrase !== undefined) throw new Error('exporting a key with a passphrase is not supported by this emulator yet');
      if (format === 'jwk') return jwkOf(k.#handle);
      if (format !== 'pem' && format !== 'der') fail(TypeError, 'ERR_INVALID_ARG_VALUE', `The property 'options.format' is invalid. Received ${inspect(format)}`);
      const allowed = k.type === 'public' ? ['spki', 'pkcs1'] : ['pkcs8', 'pkcs1', 'sec1'];
      if (!allowed.includes(type)) fail(TypeError, 'ERR_INVALID_ARG_VALUE', `The property 'options.type' is invalid. Received ${inspect(type)}`);
      const out = host('keyExport', k.#handle, format, type);
      return format === 'pem' ? out : Buffer.from(out);
    }
    get [Symbol.toStringTag]() { return 'KeyObject'; }
  }
  const { info, write } = KeyObject;
  delete KeyObject.info;
  delete KeyObject.write;

  class SecretKeyObject extends KeyObject {
    get symmetricKeySize() { return info(this).size; }
    export(options) {
      if (options && options.format === 'jwk') return jwkOf(handleOf(this));
      return Buffer.from(host('keyExport', handleOf(this), 'raw'));
    }
  }
  class AsymmetricKeyObject extends KeyObject {
    get asymmetricKeyType() { return info(this).kind; }
    get asymmetricKeyDetails() {
      const { kind, bits, exponent, curve } = info(this);
      if (kind === 'rsa') return { modulusLength: bits, publicExponent: BigInt(exponent) };
      return kind === 'ec' ? { namedCurve: curveNames[curve] } : {};
    }
    export(options) {
      if (options === null || typeof options !== 'object') fail(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "options" argument must be of type object. Received ' + inspect(options));
      return write(this, options);
    }
  }
  class PublicKeyObject extends AsymmetricKeyObject {}
  class PrivateKeyObject extends AsymmetricKeyObject {}
  const wrap = (handle) => {
    const { type } = host('keyInfo', handle);
    return new (type === 'secret' ? SecretKeyObject : type === 'public' ? PublicKeyObject : PrivateKeyObject)(made, handle);
  };

  // importKey makes a handle of whatever Node takes as a key.
  const importKey = (input, wanted) => {
    let handle = handleOf(input);
    if (!handle && input !== null && typeof input === 'object') handle = need('webcrypto').handleOf(input);
    if (handle) {
      const { type } = host('keyInfo', handle);
      if (type === wanted || wanted === '' || wanted === 'public' && type === 'private') return wanted === 'public' && type === 'private' ? host('keyPublic', handle) : handle;
      fail(TypeError, 'ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE', `Invalid key object type ${type}, expected ${wanted === 'public' ? 'private or public' : wanted}.`);
    }
    let options = {}, data = input;
    if (input !== null && typeof input === 'object' && !ArrayBuffer.isView(input) && !(input instanceof ArrayBuffer)) {
      options = input;
      data = input.key;
      if (handleOf(data)) return importKey(data, wanted);
    }
    const { format = 'pem', type = wanted === 'public' ? 'spki' : 'pkcs8', encoding } = options;
    if (format === 'jwk') {
      if (data === null || typeof data !== 'object') fail(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "key.key" property must be of type object. Received ' + inspect(data));
      return host('keyImport', 'jwk', wanted, ...span(Buffer.from(JSON.stringify(data))));
    }
    if (typeof data !== 'string' && !ArrayBuffer.isView(data) && !(data instanceof ArrayBuffer)) {
      fail(TypeError, 'ERR_INVALID_ARG_TYPE', `The ${options === input ? '"key.key" property' : '"key" argument'} must be of type string or an instance of ArrayBuffer, Buffer, TypedArray, DataView, KeyObject, or CryptoKey. Received ` + inspect(data));
    }
    return host('keyImport', format === 'der' ? type : format, wanted, ...span(bytesOf(data, encoding)));
  };
  const createSecretKey = (key, encoding) => wrap(host('keyImport', 'secret', '', ...span(bytesOf(key, encoding))));
  const createPublicKey = (key) => wrap(importKey(key, 'public'));
  const createPrivateKey = (key) => {
    if (handleOf(key)) fail(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "key" argument must be of type string or an instance of ArrayBuffer, Buffer, TypedArray, or DataView. Received an instance of ' + key.constructor.name);
    return wrap(importKey(key, 'private'));
  };

  // how gives the host its four words on how to sign.
  const how = (algorithm, key) => {
    const o = key !== null && typeof key === 'object' && !handleOf(key) && !ArrayBuffer.isView(key) ? key : {};
    const { padding = constants.RSA_PKCS1_PADDING, saltLength = constants.RSA_PSS_SALTLEN_AUTO, dsaEncoding = 'der' } = o;
    if (padding !== constants.RSA_PKCS1_PADDING && padding !== constants.RSA_PKCS1_PSS_PADDING) throw new Error(`signatures with the padding ${padding} are not supported by this emulator yet`);
    if (dsaEncoding !== 'der' && dsaEncoding !== 'ieee-p1363') fail(TypeError, 'ERR_INVALID_ARG_VALUE', `The property 'options.dsaEncoding' is invalid. Received ${inspect(dsaEncoding)}`);
    return [algorithm, padding === constants.RSA_PKCS1_PSS_PADDING ? 'pss' : 'pkcs1', saltLength, dsaEncoding];
  };
  const text = (b, encoding) => (encoding && encoding !== 'buffer' ? b.toString(encoding) : b);
  const signBytes = (algorithm, data, key, encoding) => {
    if (key === undefined || key === null) fail(Error, 'ERR_CRYPTO_SIGN_KEY_REQUIRED', 'No key provided to sign');
    return text(Buffer.from(host('keySign', importKey(key, 'private'), ...how(algorithm, key), ...span(data))), encoding);
  };
  const verifyBytes = (algorithm, data, key, signature) => host('keyVerify', importKey(key, 'public'), ...how(algorithm, key), ...span(data), ...span(signature));

  class Signing {
    #algorithm; #parts = [];
    constructor(algorithm) {
      if (typeof algorithm !== 'string') fail(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "algorithm" argument must be of type string. Received ' + inspect(algorithm));
      this.#algorithm = algorithm.toLowerCase();
      if (!host('digest', this.#algorithm)) fail(TypeError, 'ERR_CRYPTO_INVALID_DIGEST', 'Invalid digest');
    }
    update(data, encoding) { this.#parts.push(Buffer.from(bytesOf(data, encoding))); return this; }
    write(data, encoding) { this.update(data, encoding); return true; }
    end(data, encoding) { if (data !== undefined) this.update(data, encoding); return this; }
    static run(s, f) { return f(s.#algorithm, Buffer.concat(s.#parts)); }
  }
  const { run } = Signing;
  delete Signing.run;
  class Sign extends Signing {
    sign(key, encoding) { return run(this, (algorithm, data) => signBytes(algorithm, data, key, encoding)); }
  }
  class Verify extends Signing {
    verify(key, signature, encoding) { return run(this, (algorithm, data) => verifyBytes(algorithm, data, key, bytesOf(signature, encoding))); }
  }
  const digestName = (algorithm) => (algorithm === undefined || algorithm === null ? '' : String(algorithm).toLowerCase());
  const sign = (algorithm, data, key, callback) => later(callback, () => signBytes(digestName(algorithm), bytesOf(data), key));
  const verify = (algorithm, data, key, signature, callback) => later(callback, () => verifyBytes(digestName(algorithm), bytesOf(data), key, bytesOf(signature)));

  const oaep = (what, wanted) => (key, data) => {
    const o = key !== null && typeof key === 'object' && !handleOf(key) && !ArrayBuffer.isView(key) ? key : {};
    if (o.padding !== undefined && o.padding !== constants.RSA_PKCS1_OAEP_PADDING) throw new Error(`crypto.${what}: only RSA_PKCS1_OAEP_PADDING is supported by this emulator`);
    const label = o.oaepLabel === undefined ? Buffer.alloc(0) : bytesOf(o.oaepLabel);
    return Buffer.from(host('keyCrypt', importKey(key, wanted), what === 'publicEncrypt' ? 'encrypt' : 'decrypt', digestName(o.oaepHash || 'sha1'), ...span(bytesOf(data)), ...span(label)));
  };

  const pair = (type, options = {}) => {
    const { modulusLength, publicExponent = 0x10001, namedCurve, publicKeyEncoding, privateKeyEncoding } = options;
    if (Number(publicExponent) !== 0x10001) throw new Error('RSA keys with another public exponent than 65537 are not supported by this emulator');
    if (type === 'rsa' && typeof modulusLength !== 'number') fail(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "options.modulusLength" property must be of type number. Received ' + inspect(modulusLength));
    const handle = host('keyGenerate', type, type === 'rsa' ? modulusLength : namedCurve);
    const privateKey = wrap(handle), publicKey = wrap(host('keyPublic', handle));
    return { publicKey: publicKeyEncoding ? publicKey.export(publicKeyEncoding) : publicKey, privateKey: privateKeyEncoding ? privateKey.export(privateKeyEncoding) : privateKey };
  };
  const generateKeyPair = (type, options, callback) => {
    if (typeof options === 'function') { callback = options; options = {}; }
    const { publicKey, privateKey } = pair(type, options);
    need('timers').globals.setImmediate(callback, null, publicKey, privateKey);
  };
  generateKeyPair[Symbol.for('nodejs.util.promisify.custom')] = async (type, options) => pair(type, options);
  const generateKeySync = (type, { length }) => {
    if (type !== 'hmac' && type !== 'aes') fail(TypeError, 'ERR_INVALID_ARG_VALUE', `The argument 'type' must be a supported key type. Received ${inspect(type)}`);
    return createSecretKey(Buffer.from(host('random', Math.floor(length / 8))));
  };

  const secretOf = (v) => (handleOf(v) ? Buffer.from(host('keyExport', handleOf(v), 'raw')) : bytesOf(v));
  const derive = (kind, hash, secret, salt, info, ...rest) => Buffer.from(host('derive', kind, hash, ...span(secret), ...span(salt), ...span(info), ...rest));
  const none = Buffer.alloc(0);
  const pbkdf2Sync = (password, salt, iterations, size, digest) => {
    if (typeof digest !== 'string') fail(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "digest" argument must be of type string. Received ' + inspect(digest));
    return derive('pbkdf2', digest.toLowerCase(), secretOf(password), bytesOf(salt), none, size, iterations);
  };
  const scryptSync = (password, salt, size, options = {}) => {
    const { N = options.cost === undefined ? 16384 : options.cost, r = options.blockSize === undefined ? 8 : options.blockSize, p = options.parallelization === undefined ? 1 : options.parallelization } = options;
    return derive('scrypt', '', secretOf(password), bytesOf(salt), none, size, N, r, p);
  };
  const hkdfSync = (digest, key, salt, info, size) => derive('hkdf', String(digest).toLowerCase(), secretOf(key), bytesOf(salt), bytesOf(info), size).buffer;
  const withCallback = (f) => (...args) => later(args.pop(), () => f(...args));

  const diffieHellman = ({ privateKey, publicKey }) => Buffer.from(host('keyAgree', importKey(privateKey, 'private'), importKey(publicKey, 'public')));
  const members = {
    constants, KeyObject, Sign, Verify, createSecretKey, createPublicKey, createPrivateKey, sign, verify,
    createSign: (algorithm) => new Sign(algorithm), createVerify: (algorithm) => new Verify(algorithm),
    publicEncrypt: oaep('publicEncrypt', 'public'), privateDecrypt: oaep('privateDecrypt', 'private'),
    generateKeyPairSync: pair, generateKeyPair, generateKeySync, generateKey: withCallback(generateKeySync),
    pbkdf2Sync, pbkdf2: withCallback(pbkdf2Sync), scryptSync, scrypt: withCallback(scryptSync), hkdfSync, hkdf: withCallback(hkdfSync),
    diffieHellman, getCurves: () => Object.values(curveNames),
  };
  return { globals: {}, modules: {}, members, wrap, handleOf, jwkOf, secretOf };
})
