// AES as Node's crypto.createCipheriv has it: cbc, ctr and gcm.
(function (host, need) {
  const { bytesOf, span, fail } = need('crypto');
  const { secretOf } = need('keys');
  const { Buffer } = need('encoding').globals;
  const names = ['cbc', 'ctr', 'gcm'].flatMap((mode) => [128, 192, 256].map((bits) => `aes-${bits}-${mode}`));
  const none = Buffer.alloc(0);

  // The host is asked with the whole data each time and says all it can; what
  // was said before is left out.
  class AES {
    #name; #what; #key; #iv; #parts = []; #given = 0; #aad = none; #tag = null; #padding = true; #done = false;
    constructor(what, name, key, iv, options = {}) {
      this.#name = String(name).toLowerCase();
      if (!names.includes(this.#name)) {
        if (/^(aes|aria|camellia|chacha20|des|id-aes)/.test(this.#name)) throw new Error(`crypto: the cipher ${name} is not supported by this emulator: it has ${names.join(', ')}`);
        fail(Error, 'ERR_CRYPTO_UNKNOWN_CIPHER', 'Unknown cipher');
      }
      if (options && options.authTagLength !== undefined && options.authTagLength !== 16) throw new Error('crypto: an authTagLength other than 16 is not supported by this emulator');
      this.#what = what;
      this.#key = Buffer.from(secretOf(key));
      this.#iv = iv === null ? none : Buffer.from(bytesOf(iv));
      this.#run(none, false); // a wrong key or iv fails here, as in Node
    }
    #run(all, final) {
      const tag = this.#tag || none;
      return Buffer.from(host('cipher', this.#name, this.#what, final, this.#padding, ...span(this.#key), ...span(this.#iv), ...span(all), ...span(this.#aad), ...span(tag)));
    }
    get #gcm() { return this.#name.endsWith('gcm'); }
    #emit(final, encoding) {
      let out = this.#run(Buffer.concat(this.#parts), final);
      if (final && this.#gcm && this.#what === 'encrypt') {
        this.#tag = out.subarray(out.length - 16);
        out = out.subarray(0, out.length - 16);
      }
      const fresh = Buffer.from(out.subarray(this.#given));
      this.#given = out.length;
      return encoding && encoding !== 'buffer' ? fresh.toString(encoding) : fresh;
    }
    update(data, inputEncoding, outputEncoding) {
      if (this.#done) fail(Error, 'ERR_CRYPTO_INVALID_STATE', 'Invalid state for operation update');
      this.#parts.push(Buffer.from(bytesOf(data, inputEncoding)));
      return this.#emit(false, outputEncoding);
    }
    final(encoding) {
      if (this.#done) fail(Error, 'ERR_CRYPTO_INVALID_STATE', 'Invalid state for operation final');
      this.#done = true;
      if (this.#gcm && this.#what === 'decrypt' && !this.#tag) throw new Error('Unsupported state or unable to authenticate data');
      return this.#emit(true, encoding);
    }
    setAutoPadding(on = true) { this.#padding = !!on; return this; }
    setAAD(data, options) {
      if (!this.#gcm) fail(Error, 'ERR_CRYPTO_INVALID_STATE', 'Invalid state for operation setAAD');
      this.#aad = Buffer.concat([this.#aad, Buffer.from(bytesOf(data, options && options.encoding))]);
      return this;
    }
    static tag(c) {
      if (!c.#gcm || !c.#done || !c.#tag) fail(Error, 'ERR_CRYPTO_INVALID_STATE', 'Invalid state for operation getAuthTag');
      return Buffer.from(c.#tag);
    }
    static setTag(c, tag, encoding) {
      if (!c.#gcm || c.#done) fail(Error, 'ERR_CRYPTO_INVALID_STATE', 'Invalid state for operation setAuthTag');
      const b = Buffer.from(bytesOf(tag, encoding));
      if (b.length !== 16) fail(TypeError, 'ERR_CRYPTO_INVALID_AUTH_TAG', `Invalid authentication tag length: ${b.length}`);
      c.#tag = b;
    }
  }
  const { tag, setTag } = AES;
  delete AES.tag;
  delete AES.setTag;
  class Cipheriv extends AES {
    constructor(name, key, iv, options) { super('encrypt', name, key, iv, options); }
    getAuthTag() { return tag(this); }
  }
  class Decipheriv extends AES {
    constructor(name, key, iv, options) { super('decrypt', name, key, iv, options); }
    setAuthTag(b, encoding) { setTag(this, b, encoding); return this; }
  }
  const members = {
    Cipheriv, Decipheriv, getCiphers: () => [...names],
    createCipheriv: (name, key, iv, options) => new Cipheriv(name, key, iv, options),
    createDecipheriv: (name, key, iv, options) => new Decipheriv(name, key, iv, options),
  };
  return { globals: {}, modules: {}, members };
})
