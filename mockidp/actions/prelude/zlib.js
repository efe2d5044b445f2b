// The module zlib, over Go's. What it packs, Node unpacks, and the other way
// round; the packed bytes themselves differ from Node's.
(function (host, need) {
  const { fail, wrongType, checkFunction, refused } = need('errors');
  const { Buffer } = need('encoding').globals;
  const codes = { Z_OK: 0, Z_STREAM_END: 1, Z_NEED_DICT: 2, Z_ERRNO: -1, Z_STREAM_ERROR: -2, Z_DATA_ERROR: -3, Z_MEM_ERROR: -4, Z_BUF_ERROR: -5, Z_VERSION_ERROR: -6 };
  const constants = {
    Z_NO_FLUSH: 0, Z_PARTIAL_FLUSH: 1, Z_SYNC_FLUSH: 2, Z_FULL_FLUSH: 3, Z_FINISH: 4, Z_BLOCK: 5, ...codes,
    Z_NO_COMPRESSION: 0, Z_BEST_SPEED: 1, Z_BEST_COMPRESSION: 9, Z_DEFAULT_COMPRESSION: -1,
    Z_FILTERED: 1, Z_HUFFMAN_ONLY: 2, Z_RLE: 3, Z_FIXED: 4, Z_DEFAULT_STRATEGY: 0,
    Z_MIN_WINDOWBITS: 8, Z_MAX_WINDOWBITS: 15, Z_DEFAULT_WINDOWBITS: 15, Z_MIN_CHUNK: 64, Z_MAX_CHUNK: Infinity, Z_DEFAULT_CHUNK: 16384, Z_MIN_MEMLEVEL: 1, Z_MAX_MEMLEVEL: 9, Z_DEFAULT_MEMLEVEL: 8, Z_MIN_LEVEL: -1, Z_MAX_LEVEL: 9, Z_DEFAULT_LEVEL: -1,
  };
  const kMaxLength = 2 ** 32;
  const check = (method, options = {}) => {
    for (const name of ['dictionary', 'info']) if (options && options[name]) throw new Error(`zlib: the option ${name} is not supported by this emulator yet`);
    const { level = -1, maxOutputLength = kMaxLength, finishFlush } = options || {};
    if (typeof level !== 'number') wrongType('options.level', 'of type number', level);
    if (!(level >= -1 && level <= 9)) fail(RangeError, 'ERR_OUT_OF_RANGE', `The value of "options.level" is out of range. It must be >= -1 and <= 9. Received ${level}`);
    return [method, level, maxOutputLength, finishFlush === constants.Z_SYNC_FLUSH || finishFlush === constants.Z_PARTIAL_FLUSH];
  };
  const bytesOf = (data) => {
    if (typeof data === 'string') return Buffer.from(data);
    if (data instanceof ArrayBuffer) return new Uint8Array(data);
    if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return wrongType('buffer', 'of type string or an instance of Buffer, TypedArray, DataView, or ArrayBuffer', data);
  };
  const run = (how, data) => {
    const b = bytesOf(data), out = host('zlib', ...how, b.buffer, b.byteOffset, b.byteLength);
    if (out instanceof ArrayBuffer) return Buffer.from(out);
    if (out.code === 'ERR_BUFFER_TOO_LARGE') fail(RangeError, out.code, `Cannot create a Buffer larger than ${how[2]} bytes`);
    throw Object.assign(new Error(out.message), { errno: codes[out.code], code: out.code });
  };

  const zlib = { constants, codes: Object.freeze({ ...codes, ...Object.fromEntries(Object.entries(codes).map(([k, v]) => [v, k])) }) };
  for (const [method, Name] of [['gzip', 'Gzip'], ['gunzip', 'Gunzip'], ['deflate', 'Deflate'], ['inflate', 'Inflate'], ['deflateRaw', 'DeflateRaw'], ['inflateRaw', 'InflateRaw'], ['unzip', 'Unzip']]) {
    zlib[method + 'Sync'] = (data, options) => run(check(method, options), data);
    zlib[method] = (data, options, callback) => {
      if (typeof options === 'function') { callback = options; options = {}; }
      checkFunction(callback, 'callback');
      const how = check(method, options);
      bytesOf(data);
      need('timers').globals.setImmediate(() => {
        let error = null, out;
        try { out = run(how, data); } catch (e) { error = e; }
        if (error) callback(error); else callback(null, out);
      });
    };
    // The streams give all they have at the end.
    zlib['create' + Name] = (options) => {
      const { Transform } = need('streams').modules.stream;
      const how = check(method, options), parts = [];
      return new Transform({
        transform(chunk, encoding, done) { parts.push(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk); done(); },
        flush(done) { try { const out = run(how, Buffer.concat(parts)); done(null, out.length ? out : undefined); } catch (e) { done(e); } },
      });
    };
    zlib[Name] = refused(`the constructor zlib.${Name} (use zlib.create${Name}())`);
  }
  zlib.crc32 = (data, value = 0) => { const b = bytesOf(data); return host('crc32', b.buffer, b.byteOffset, b.byteLength, value); };
  for (const name of ['brotliCompress', 'brotliCompressSync', 'brotliDecompress', 'brotliDecompressSync', 'createBrotliCompress', 'createBrotliDecompress']) zlib[name] = refused('zlib.' + name);
  for (const name of Object.keys(constants)) if (typeof constants[name] === 'number') Object.defineProperty(zlib, name, { value: constants[name], enumerable: false });
  return { globals: {}, modules: { zlib } };
})
