// The part of Node's crypto that Actions use, over Go's standard library.
(function (host, need) {
  const { Buffer } = need('encoding').globals;
  const bytesOf = (data, encoding) => {
    if (typeof data === 'string') return Buffer.from(data, encoding);
    if (ArrayBuffer.isView(data) || data instanceof ArrayBuffer) return Buffer.from(data.buffer || data, data.byteOffset || 0, data.byteLength);
    const e = new TypeError('The "data" argument must be of type string or an instance of Buffer, TypedArray, or DataView. Received ' + host('inspect', data));
    e.code = 'ERR_INVALID_ARG_TYPE';
    throw e;
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

  const randomBytes = (size, callback) => {
    const b = Buffer.from(host('random', size));
    if (!callback) return b;
    need('timers').globals.setImmediate(callback, null, b);
  };
  const randomUUID = () => {
    const b = randomBytes(16);
    b[6] = b[6] & 15 | 64;
    b[8] = b[8] & 63 | 128;
    return b.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  };
  const randomInt = (min, max) => {
    if (max === undefined) { max = min; min = 0; }
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
  const subtle = {
    async digest(algorithm, data) {
      const name = typeof algorithm === 'string' ? algorithm : algorithm.name;
      const b = new Hash(name.toLowerCase()).update(new Uint8Array(data.buffer || data, data.byteOffset || 0, data.byteLength)).digest();
      return b.buffer.slice(b.byteOffset, b.byteOffset + b.byteLength);
    },
  };
  for (const name of ['decrypt', 'deriveBits', 'deriveKey', 'encrypt', 'exportKey', 'generateKey', 'importKey', 'sign', 'unwrapKey', 'verify', 'wrapKey']) {
    subtle[name] = async () => { throw new Error(`crypto.subtle.${name} is not supported by this emulator yet`); };
  }
  const crypto = { getRandomValues, randomUUID, subtle };
  const node = {
    createHash: (algorithm) => new Hash(algorithm),
    createHmac: (algorithm, key) => new Hmac(algorithm, bytesOf(key)),
    hash: (algorithm, data, encoding = 'hex') => new Hash(algorithm).update(data).digest(encoding),
    getHashes: () => ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'],
    randomBytes, randomUUID, randomInt, timingSafeEqual, getRandomValues, webcrypto: crypto, subtle, Hash, Hmac,
  };
  for (const name of ['createCipheriv', 'createDecipheriv', 'createSign', 'createVerify', 'createPublicKey', 'createPrivateKey', 'createSecretKey', 'generateKeyPairSync',
    'pbkdf2', 'pbkdf2Sync', 'scrypt', 'scryptSync', 'hkdfSync', 'sign', 'verify', 'publicEncrypt', 'privateDecrypt', 'createECDH', 'createDiffieHellman']) {
    node[name] = () => { throw new Error(`crypto.${name} is not supported by this emulator yet`); };
  }
  return { globals: { crypto }, modules: { crypto: node } };
})
