// The module querystring.
(function (host, need) {
  const { unform } = need('url');
  const escape = (text) => {
    if (typeof text !== 'string') text = typeof text === 'object' ? String(text) : text + '';
    try { return encodeURIComponent(text); } catch (e) { throw Object.assign(new URIError('URI malformed'), { code: 'ERR_INVALID_URI' }); }
  };
  const unescape = (text) => { try { return decodeURIComponent(text); } catch (e) { return unform(text.replace(/\+/g, '%2B')); } };
  const plain = (v) => (typeof v === 'string' ? v : typeof v === 'number' && isFinite(v) || typeof v === 'bigint' || typeof v === 'boolean' ? '' + v : '');

  function parse(text, separator = '&', equals = '=', options) {
    const all = Object.create(null);
    if (typeof text !== 'string' || text.length === 0) return all;
    let most = options && typeof options.maxKeys === 'number' ? options.maxKeys : 1000;
    if (most <= 0) most = Infinity;
    const decode = (part) => {
      part = part.replace(/\+/g, ' ');
      const f = options && options.decodeURIComponent || querystring.unescape;
      if (f === decodeURIComponent || f === unescape && !part.includes('%')) return f === unescape ? part : unescape(part);
      try { return f(part); } catch (e) { return unescape(part); }
    };
    for (const part of text.split(String(separator || '&'))) {
      if (part === '') continue;
      if (most-- <= 0) break;
      const mark = String(equals || '='), at = part.indexOf(mark);
      const name = decode(at < 0 ? part : part.slice(0, at)), value = at < 0 ? '' : decode(part.slice(at + mark.length));
      if (!(name in all)) all[name] = value;
      else if (Array.isArray(all[name])) all[name].push(value);
      else all[name] = [all[name], value];
    }
    return all;
  }
  function stringify(object, separator = '&', equals = '=', options) {
    if (object === null || typeof object !== 'object') return '';
    const encode = options && options.encodeURIComponent || querystring.escape;
    const pairs = [];
    for (const name of Object.keys(object)) {
      for (const value of Array.isArray(object[name]) ? object[name] : [object[name]]) pairs.push(encode(plain(name)) + (equals || '=') + encode(plain(value)));
    }
    return pairs.join(separator || '&');
  }
  const querystring = { parse, stringify, escape, unescape, decode: parse, encode: stringify };
  return { globals: {}, modules: { querystring } };
})
