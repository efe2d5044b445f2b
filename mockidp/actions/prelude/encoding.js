// TextEncoder, TextDecoder, atob, btoa and Buffer, over Go's codecs.
(function (host, need) {
  const fail = (Class, code, message) => { throw Object.assign(new Class(message), { code }); };
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

  const sizeOf = (size) => {
    if (typeof size !== 'number') need('errors').wrongType('size', 'of type number', size);
    if (!(size >= 0 && size <= 2 ** 32)) fail(RangeError, 'ERR_OUT_OF_RANGE', `The value of "size" is out of range. It must be >= 0 && <= 4294967296. Received ${size}`);
    return size;
  };
  class Bytes extends Uint8Array {
    static from(value, encodingOrOffset, length) {
      if (typeof value === 'string') return new Bytes(encode(value, encodingOf(encodingOrOffset)));
      if (value instanceof ArrayBuffer) return new Bytes(value, encodingOrOffset, length);
      if (value !== null && typeof value === 'object') {
        if (value.type === 'Buffer' && Array.isArray(value.data)) return Buffer.from(value.data);
        if (ArrayBuffer.isView(value) || typeof value.length === 'number') {
          const b = new Bytes(value.length);
          if (value instanceof Uint8Array) { b.set(value); return b; } // the engine's own loop
          for (let i = 0; i < value.length; i++) b[i] = value[i];
          return b;
        }
        const primitive = value.valueOf();
        if (primitive !== value) return Buffer.from(primitive, encodingOrOffset, length);
      }
      fail(TypeError, 'ERR_INVALID_ARG_TYPE', 'The first argument must be of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object. ' + need('errors').received(value));
    }
    static alloc(size, fill, encoding) {
      const b = new Bytes(sizeOf(size));
      return fill === undefined ? b : b.fill(fill, 0, size, encoding);
    }
    static allocUnsafe(size) { return new Bytes(sizeOf(size)); }
    static allocUnsafeSlow(size) { return new Bytes(sizeOf(size)); }
    static isBuffer(value) { return value instanceof Bytes; }
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
      return new Bytes(part.buffer, part.byteOffset, part.byteLength);
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
    lastIndexOf(value, from, encoding) {
      if (typeof value === 'number') return from === undefined ? super.lastIndexOf(value & 255) : super.lastIndexOf(value & 255, from);
      const needle = typeof value === 'string' ? Buffer.from(value, encoding) : value;
      let start = from === undefined ? this.length : from < 0 ? this.length + from : from;
      for (start = Math.min(start, this.length - needle.length); start >= 0; start--) if (this.indexOf(needle, start) === start) return start;
      return -1;
    }
    #swap(size) {
      if (this.length % size) fail(RangeError, 'ERR_INVALID_BUFFER_SIZE', `Buffer size must be a multiple of ${size * 8}-bits`);
      for (let i = 0; i < this.length; i += size) this.subarray(i, i + size).reverse();
      return this;
    }
    swap16() { return this.#swap(2); }
    swap32() { return this.#swap(4); }
    swap64() { return this.#swap(8); }
    get parent() { return this.buffer; }
    get offset() { return this.byteOffset; }
    toLocaleString(encoding, start, end) { return this.toString(encoding, start, end); }
    [Symbol.for('nodejs.util.inspect.custom')]() {
      const shown = this.toString('hex', 0, 50).replace(/(..)(?!$)/g, '$1 '), more = this.length - 50;
      return `<Buffer ${shown}${more > 0 ? ` ... ${more} more byte${more > 1 ? 's' : ''}` : ''}>`;
    }
  }
  // Old packages call Buffer(…), with and without new; a class would not do.
  function Buffer(value, encodingOrOffset, length) {
    return typeof value === 'number' ? Buffer.alloc(value) : Buffer.from(value, encodingOrOffset, length);
  }
  Object.setPrototypeOf(Buffer, Uint8Array);
  for (const name of Object.getOwnPropertyNames(Bytes)) {
    if (!['length', 'name', 'prototype'].includes(name)) Object.defineProperty(Buffer, name, { value: Bytes[name], writable: true, configurable: true, enumerable: true });
  }
  Buffer.prototype = Bytes.prototype;
  Object.defineProperty(Buffer, Symbol.species, { configurable: true, get: () => Bytes });
  Object.defineProperty(Bytes.prototype, 'constructor', { value: Buffer, writable: true, configurable: true });
  const outOfRange = (name, range, v) => fail(RangeError, 'ERR_OUT_OF_RANGE', `The value of "${name}" is out of range. It must be ${range}. Received ${typeof v === 'bigint' ? v + 'n' : v}`);
  const viewAt = (b, at, size) => {
    if (typeof at !== 'number') need('errors').wrongType('offset', 'of type number', at);
    if (!Number.isInteger(at)) outOfRange('offset', 'an integer', at);
    if (b.length < size) fail(RangeError, 'ERR_BUFFER_OUT_OF_BOUNDS', 'Attempt to access memory outside buffer bounds');
    if (at < 0 || at + size > b.length) outOfRange('offset', `>= 0 and <= ${b.length - size}`, at);
    return new DataView(b.buffer, b.byteOffset, b.byteLength);
  };
  const method = (name, f) => {
    for (const alias of name.includes('UInt') ? [name, name.replace('UInt', 'Uint')] : [name]) Object.defineProperty(Buffer.prototype, alias, { value: f, writable: true, configurable: true });
  };
  const shown = (n) => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, '_');
  const checkRange = (v, low, high, size) => {
    if (!(v < low || v > high)) return;
    const n = typeof low === 'bigint' ? 'n' : '';
    let range = size > 4 || n ? (low < 0 ? `>= -(2${n} ** ${size * 8 - 1}${n}) and < 2${n} ** ${size * 8 - 1}${n}` : `>= 0${n} and < 2${n} ** ${size * 8}${n}`) : `>= ${low} and <= ${high}`;
    const text = typeof v === 'bigint' ? shown(v) + 'n' : Number.isInteger(v) && Math.abs(v) > 2 ** 32 ? shown(v) : v;
    fail(RangeError, 'ERR_OUT_OF_RANGE', `The value of "value" is out of range. It must be ${range}. Received ${text}`);
  };
  for (const [kind, size, low, high] of [['UInt8', 1, 0, 255], ['Int8', 1, -128, 127], ['UInt16', 2, 0, 65535], ['Int16', 2, -32768, 32767], ['UInt32', 4, 0, 2 ** 32 - 1], ['Int32', 4, -(2 ** 31), 2 ** 31 - 1],
    ['BigUInt64', 8, 0n, 2n ** 64n - 1n], ['BigInt64', 8, -(2n ** 63n), 2n ** 63n - 1n], ['Float', 4], ['Double', 8]]) {
    const native = { Float: 'Float32', Double: 'Float64', BigUInt64: 'BigUint64' }[kind] || kind.replace('UInt', 'Uint');
    for (const end of size === 1 ? [''] : ['LE', 'BE']) {
      method('read' + kind + end, function (at = 0) { return viewAt(this, at, size)['get' + native](at, end === 'LE'); });
      method('write' + kind + end, function (value, at = 0) {
        if (low === undefined || typeof low === 'number') value = +value;
        if (low !== undefined) checkRange(value, low, high, size);
        viewAt(this, at, size)['set' + native](at, value, end === 'LE');
        return at + size;
      });
    }
  }
  // Numbers of 1 to 6 bytes.
  for (const signed of [false, true]) for (const end of ['LE', 'BE']) {
    const kind = (signed ? 'Int' : 'UInt') + end;
    const checkSize = (size) => { if (typeof size !== 'number') need('errors').wrongType('byteLength', 'of type number', size); if (!(size >= 1 && size <= 6)) outOfRange('byteLength', '>= 1 and <= 6', size); };
    method('read' + kind, function (at, size) {
      checkSize(size);
      viewAt(this, at, size);
      let n = 0;
      for (let i = 0; i < size; i++) n = n * 256 + this[end === 'BE' ? at + i : at + size - 1 - i];
      return signed && n >= 2 ** (size * 8 - 1) ? n - 2 ** (size * 8) : n;
    });
    method('write' + kind, function (value, at, size) {
      checkSize(size);
      value = +value;
      checkRange(value, signed ? -(2 ** (size * 8 - 1)) : 0, 2 ** (size * 8 - (signed ? 1 : 0)) - 1, size);
      viewAt(this, at, size);
      let n = value < 0 ? value + 2 ** (size * 8) : value;
      for (let i = 0; i < size; i++) { this[end === 'LE' ? at + i : at + size - 1 - i] = n % 256; n = Math.floor(n / 256); }
      return at + size;
    });
  }
  for (const [name, encoding] of [['ascii', 'ascii'], ['base64', 'base64'], ['base64url', 'base64url'], ['hex', 'hex'], ['latin1', 'latin1'], ['ucs2', 'utf16le'], ['utf8', 'utf8']]) {
    method(name + 'Slice', function (start, end) { return this.toString(encoding, start, end); });
    method(name + 'Write', function (text, at, size) { return this.write(text, at, size, encoding); });
  }
  Buffer.poolSize = 8192;
  // Only for old packages that touch it when they load.
  const SlowBuffer = function (size) { return Buffer.alloc(size); };
  SlowBuffer.prototype = Object.create(Buffer.prototype);
  const constants = { MAX_LENGTH: 2 ** 32, MAX_STRING_LENGTH: 2 ** 29 - 24 };
  const buffer = {
    Buffer, SlowBuffer, atob, btoa, constants, kMaxLength: constants.MAX_LENGTH, kStringMaxLength: constants.MAX_STRING_LENGTH, INSPECT_MAX_BYTES: 50,
    isUtf8: (b) => { const v = viewOf(b), text = decode(v, 'utf8'); return !text.includes('\ufffd') || decode(new Uint8Array(encode(text, 'utf8')), 'hex') === decode(v, 'hex'); },
    isAscii: (b) => viewOf(b).every((c) => c < 128),
  };
  for (const name of ['transcode', 'resolveObjectURL']) buffer[name] = () => { throw new Error(`buffer.${name} is not supported by this emulator yet`); };
  for (const name of ['Blob', 'File']) Object.defineProperty(buffer, name, { enumerable: true, configurable: true, get: () => need('blob').globals[name] });

  const globals = { TextEncoder, TextDecoder, btoa, atob, Buffer };
  return { globals, modules: { buffer } };
})
