// The part of Node's crypto that Actions use, over Go's standard library.
(function (host, need) {
  const { Buffer } = need('encoding').globals;
  const { fail, wrongType } = need('errors');
  const bytesOf = (data, encoding) => {
    if (typeof data === 'string') return Buffer.from(data, encoding);
    if (ArrayBuffer.isView(data) || data instanceof ArrayBuffer) return Buffer.from(data.buffer || data, data.byteOffset || 0, data.byteLength);
    wrongType('data', 'of type string or an instance of Buffer, TypedArray, or DataView', data);
  };
  const span = (b) => [b.buffer, b.byteOffset, b.byteLength];

  class Hash {
    #algorithm; #key; #parts = []; #done = false;
    constructor(algorithm, key) {
      this.#algorithm = String(algorithm).toLowerCase();
      this.#key = key;
      this.#digest(); // an unknown algorithm fails here, as in Node
    }
    #digest() {
      const key = this.#key === undefined ? [] : span(this.#key);
      return Buffer.from(host('hash', this.#algorithm, ...span(Buffer.concat(this.#parts)), ...key));
    }
    update(data, encoding) {
      if (this.#done) { const e = new Error('Digest already called'); e.code = 'ERR_CRYPTO_HASH_FINALIZED'; throw e; }
      this.#parts.push(Buffer.from(bytesOf(data, encoding)));
      return this;
    }
    digest(encoding) {
      if (this.#done) { const e = new Error('Digest already called'); e.code = 'ERR_CRYPTO_HASH_FINALIZED'; throw e; }
      this.#done = true;
      const result = this.#digest();
      return encoding && encoding !== 'buffer' ? result.toString(encoding) : result;
    }
    copy() { const h = new Hash(this.#algorithm, this.#key); h.#parts = [...this.#parts]; return h; }
  }
  class Hmac extends Hash {}

  // later is how Node's functions with a callback answer: not before the caller has gone on.
  const later = (callback, f) => {
    if (typeof callback !== 'function') return f();
    let error = null, value;
    try { value = f(); } catch (e) { error = e; }
    need('timers').globals.setImmediate(() => { if (error) callback(error); else callback(null, value); });
  };
  const randomBytes = (size, callback) => later(callback, () => Buffer.from(host('random', size)));
  const randomFillSync = (buffer, offset = 0, size = buffer.byteLength - offset) => {
    new Uint8Array(buffer.buffer || buffer, (buffer.byteOffset || 0) + offset, size).set(new Uint8Array(host('random', size)));
    return buffer;
  };
  const randomUUID = () => {
    const b = randomBytes(16);
    b[6] = b[6] & 15 | 64;
    b[8] = b[8] & 63 | 128;
    return b.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  };
  const randomInt = (min, max, callback) => {
    if (max === undefined || typeof max === 'function') { callback = max; max = min; min = 0; }
    if (callback) return later(callback, () => randomInt(min, max));
    const range = max - min;
    if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || range <= 0 || range > 2 ** 48) throw new RangeError('The value of "max" is out of range.');
    const limit = 2 ** 48 - 2 ** 48 % range; // draws beyond would favour small numbers
    for (;;) {
      const b = randomBytes(6);
      const n = b.readUInt16BE(0) * 2 ** 32 + b.readUInt32BE(2);
      if (n < limit) return min + n % range;
    }
  };
  const timingSafeEqual = (a, b) => {
    const x = bytesOf(a), y = bytesOf(b);
    if (x.length !== y.length) {
      const e = new RangeError('Input buffers must have the same byte length');
      e.code = 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH';
      throw e;
    }
    let different = 0;
    for (let i = 0; i < x.length; i++) different |= x[i] ^ y[i];
    return different === 0;
  };
  const getRandomValues = (view) => {
    if (view.byteLength > 65536) throw new Error('The requested length exceeds 65,536 bytes');
    new Uint8Array(view.buffer, view.byteOffset, view.byteLength).set(new Uint8Array(host('random', view.byteLength)));
    return view;
  };
  // The larger parts load when one of their names is touched.
  const lazily = (object, names, members) => {
    for (const name of names) {
      Object.defineProperty(object, name, {
        enumerable: true, configurable: true,
        get() { const value = members()[name]; Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true }); return value; },
        set(value) { Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true }); },
      });
    }
    return object;
  };
  const webcrypto = lazily({ getRandomValues, randomUUID }, ['subtle'], () => need('webcrypto'));
  const secretOf = (key) => (typeof key === 'string' || ArrayBuffer.isView(key) || key instanceof ArrayBuffer ? bytesOf(key) : need('keys').secretOf(key));
  const node = {
    createHash: (algorithm) => new Hash(algorithm),
    createHmac: (algorithm, key) => new Hmac(algorithm, secretOf(key)),
    hash: (algorithm, data, encoding = 'hex') => new Hash(algorithm).update(data).digest(encoding),
    getHashes: () => ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'],
    randomBytes, randomFillSync, randomFill: (buffer, ...rest) => later(rest.pop(), () => randomFillSync(buffer, ...rest)),
    randomUUID, randomInt, timingSafeEqual, getRandomValues, webcrypto, Hash, Hmac,
  };
  lazily(node, ['subtle'], () => ({ subtle: webcrypto.subtle }));
  lazily(node, ['constants', 'KeyObject', 'Sign', 'Verify', 'createSecretKey', 'createPublicKey', 'createPrivateKey', 'createSign', 'createVerify', 'sign', 'verify', 'publicEncrypt', 'privateDecrypt',
    'generateKeyPairSync', 'generateKeyPair', 'generateKeySync', 'generateKey', 'pbkdf2Sync', 'pbkdf2', 'scryptSync', 'scrypt', 'hkdfSync', 'hkdf', 'diffieHellman', 'getCurves'], () => need('keys').members);
  lazily(node, ['Cipheriv', 'Decipheriv', 'createCipheriv', 'createDecipheriv', 'getCiphers'], () => need('ciphers').members);
  for (const name of ['createECDH', 'createDiffieHellman', 'createDiffieHellmanGroup', 'getDiffieHellman', 'privateEncrypt', 'publicDecrypt', 'generatePrime', 'generatePrimeSync', 'checkPrime', 'checkPrimeSync', 'getCipherInfo']) {
    node[name] = () => { throw new Error(`crypto.${name} is not supported by this emulator yet`); };
  }
  return { globals: { crypto: webcrypto }, modules: { crypto: node }, bytesOf, span, fail, later };
})
