// TextEncoder, TextDecoder, atob, btoa and Buffer, over Go's codecs.
(function (host, need) {
  const encode = (text, encoding) => host('encode', text, encoding);
  const decode = (view, encoding) => host('decode', view.buffer, view.byteOffset, view.byteLength, encoding);
  const viewOf = (source) => {
    if (source === undefined) return new Uint8Array(0);
    if (source instanceof ArrayBuffer) return new Uint8Array(source);
    if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
    throw new TypeError('The "input" argument must be an instance of ArrayBuffer or ArrayBufferView.');
  };

  class TextEncoder {
    get encoding() { return 'utf-8'; }
    encode(text = '') { return new Uint8Array(encode(String(text), 'utf8')); }
    encodeInto(text, target) {
      let read = 0, written = 0;
      for (const character of String(text)) {
        const bytes = this.encode(character);
        if (written + bytes.length > target.length) break;
        target.set(bytes, written);
        written += bytes.length;
        read += character.length;
      }
      return { read, written };
    }
  }

  const labels = { 'utf-8': 'utf8', utf8: 'utf8', 'utf-16le': 'utf16le', latin1: 'latin1', ascii: 'latin1', 'iso-8859-1': 'latin1', 'windows-1252': 'latin1' };
  class TextDecoder {
    #encoding; #fatal; #keepBOM;
    constructor(label = 'utf-8', { fatal = false, ignoreBOM = false } = {}) {
      this.#encoding = labels[String(label).trim().toLowerCase()];
      if (!this.#encoding) throw new RangeError(`The "${label}" encoding is not supported`);
      this.#fatal = fatal;
      this.#keepBOM = ignoreBOM;
    }
    get encoding() { return { utf8: 'utf-8', utf16le: 'utf-16le', latin1: 'windows-1252' }[this.#encoding]; }
    get fatal() { return this.#fatal; }
    get ignoreBOM() { return this.#keepBOM; }
    decode(input, options) {
      if (options && options.stream) throw new Error('TextDecoder: the option stream is not supported by this emulator');
      const view = viewOf(input);
      let text = decode(view, this.#encoding);
      if (this.#fatal && text.includes('\ufffd') && host('decode', encode(text, 'utf8'), 0, view.byteLength, 'hex') !== decode(view, 'hex')) {
        throw new TypeError('The encoded data was not valid for encoding utf-8');
      }
      if (!this.#keepBOM && text.charCodeAt(0) === 0xfeff) text = text.slice(1);
      return text;
    }
  }

  const invalid = (message) => {
    const { DOMException } = need('events').globals;
    throw new DOMException(message, 'InvalidCharacterError');
  };
  function btoa(data) {
    const text = String(data);
    for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 255) invalid('Invalid character');
    return decode(new Uint8Array(encode(text, 'latin1')), 'base64');
  }
  function atob(data) {
    const text = String(data).replace(/[\t\n\f\r ]/g, '');
    const bare = text.length % 4 === 0 ? text.replace(/={1,2}$/, '') : text;
    if (bare.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(bare)) invalid('The string to be decoded is not correctly encoded.');
    return decode(new Uint8Array(encode(bare, 'base64')), 'latin1');
  }

  const known = ['utf8', 'utf-8', 'hex', 'base64', 'base64url', 'latin1', 'binary', 'ascii', 'utf16le', 'utf-16le', 'ucs2', 'ucs-2'];
  const encodingOf = (encoding) => {
    const name = encoding === undefined || encoding === null ? 'utf8' : String(encoding).toLowerCase();
    if (!known.includes(name)) {
      const e = new TypeError('Unknown encoding: ' + encoding);
      e.code = 'ERR_UNKNOWN_ENCODING';
      throw e;
    }
    return name;
  };

  class Buffer extends Uint8Array {
    static from(value, encodingOrOffset, length) {
      if (typeof value === 'string') return new Buffer(encode(value, encodingOf(encodingOrOffset)));
      if (value instanceof ArrayBuffer) return new Buffer(value, encodingOrOffset, length);
      if (value !== null && typeof value === 'object') {
        if (value.type === 'Buffer' && Array.isArray(value.data)) return Buffer.from(value.data);
        if (ArrayBuffer.isView(value) || typeof value.length === 'number') {
          const b = new Buffer(value.length);
          for (let i = 0; i < value.length; i++) b[i] = value[i];
          return b;
        }
        const primitive = value.valueOf();
        if (primitive !== value) return Buffer.from(primitive, encodingOrOffset, length);
      }
      const e = new TypeError('The first argument must be of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object. Received ' + host('inspect', value));
      e.code = 'ERR_INVALID_ARG_TYPE';
      throw e;
    }
    static alloc(size, fill, encoding) {
      const b = new Buffer(size);
      return fill === undefined ? b : b.fill(fill, 0, size, encoding);
    }
    static allocUnsafe(size) { return new Buffer(size); }
    static isBuffer(value) { return value instanceof Buffer; }
    static isEncoding(encoding) { return known.includes(String(encoding).toLowerCase()); }
    static byteLength(value, encoding) {
      return typeof value === 'string' ? encode(value, encodingOf(encoding)).byteLength : value.byteLength;
    }
    static concat(list, total) {
      if (total === undefined) { total = 0; for (const part of list) total += part.length; }
      const all = Buffer.alloc(total);
      let at = 0;
      for (const part of list) {
        all.set(part.subarray(0, Math.max(0, total - at)), Math.min(at, total));
        at += part.length;
      }
      return all;
    }
    static compare(a, b) {
      for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
      return Math.sign(a.length - b.length);
    }
    toString(encoding, start, end) {
      const all = start === undefined && end === undefined;
      return decode(all ? this : this.subarray(start, end), encodingOf(encoding));
    }
    toJSON() { return { type: 'Buffer', data: Array.from(this) }; }
    equals(other) { return Buffer.compare(this, other) === 0; }
    compare(other) { return Buffer.compare(this, other); }
    write(text, offset, length, encoding) {
      if (typeof offset === 'string') { encoding = offset; offset = 0; length = undefined; }
      if (typeof length === 'string') { encoding = length; length = undefined; }
      offset = offset || 0;
      const room = Math.min(length === undefined ? Infinity : length, this.length - offset);
      const bytes = new Uint8Array(encode(String(text), encodingOf(encoding))).subarray(0, room);
      this.set(bytes, offset);
      return bytes.length;
    }
    copy(target, at = 0, start = 0, end = this.length) {
      const part = this.subarray(start, Math.min(end, start + target.length - at));
      target.set(part, at);
      return part.length;
    }
    fill(value, start = 0, end = this.length, encoding) {
      if (typeof start === 'string') { encoding = start; start = 0; end = this.length; }
      if (typeof value !== 'string') return super.fill(value, start, end);
      const bytes = new Uint8Array(encode(value, encodingOf(encoding)));
      for (let i = start; bytes.length && i < end; i++) this[i] = bytes[(i - start) % bytes.length];
      return this;
    }
    slice(start, end) { return this.subarray(start, end); }
    subarray(start, end) {
      const part = super.subarray(start, end);
      return new Buffer(part.buffer, part.byteOffset, part.byteLength);
    }
    indexOf(value, from = 0, encoding) {
      if (typeof value === 'number') return super.indexOf(value & 255, from);
      const needle = typeof value === 'string' ? Buffer.from(value, encoding) : value;
      for (let i = Math.max(0, from < 0 ? this.length + from : from); i + needle.length <= this.length; i++) {
        let j = 0;
        while (j < needle.length && this[i + j] === needle[j]) j++;
        if (j === needle.length) return i;
      }
      return -1;
    }
    includes(value, from, encoding) { return this.indexOf(value, from, encoding) >= 0; }
    readUInt8(at = 0) { return this.#view(at, 1).getUint8(at); }
    readInt8(at = 0) { return this.#view(at, 1).getInt8(at); }
    readUInt16BE(at = 0) { return this.#view(at, 2).getUint16(at); }
    readUInt16LE(at = 0) { return this.#view(at, 2).getUint16(at, true); }
    readUInt32BE(at = 0) { return this.#view(at, 4).getUint32(at); }
    readUInt32LE(at = 0) { return this.#view(at, 4).getUint32(at, true); }
    readInt32BE(at = 0) { return this.#view(at, 4).getInt32(at); }
    readInt32LE(at = 0) { return this.#view(at, 4).getInt32(at, true); }
    writeUInt8(v, at = 0) { this.#view(at, 1).setUint8(at, v); return at + 1; }
    writeUInt16BE(v, at = 0) { this.#view(at, 2).setUint16(at, v); return at + 2; }
    writeUInt32BE(v, at = 0) { this.#view(at, 4).setUint32(at, v); return at + 4; }
    writeUInt32LE(v, at = 0) { this.#view(at, 4).setUint32(at, v, true); return at + 4; }
    #view(at, size) {
      if (at < 0 || at + size > this.length) {
        const e = new RangeError(`The value of "offset" is out of range. It must be >= 0 and <= ${this.length - size}. Received ${at}`);
        e.code = 'ERR_OUT_OF_RANGE';
        throw e;
      }
      return new DataView(this.buffer, this.byteOffset, this.byteLength);
    }
  }
  for (const name of ['readUInt8', 'readUInt16BE', 'readUInt16LE', 'readUInt32BE', 'readUInt32LE', 'writeUInt8', 'writeUInt16BE', 'writeUInt32BE', 'writeUInt32LE']) {
    Object.defineProperty(Buffer.prototype, name.replace('UInt', 'Uint'), { value: Buffer.prototype[name], writable: true, configurable: true });
  }

  const globals = { TextEncoder, TextDecoder, btoa, atob, Buffer };
  return { globals, modules: { buffer: { Buffer, atob, btoa } } };
})
