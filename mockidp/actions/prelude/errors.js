// Errors with a code, in Node's words.
(function (host) {
  const fail = (Class, code, message) => { throw Object.assign(new Class(message), { code }); };
  // received is how Node's errors describe a value that they did not expect.
  const received = (v) => {
    if (v === null || v === undefined) return `Received ${v}`;
    if (typeof v === 'function') return v.name ? `Received function ${v.name}` : 'Received function ';
    if (typeof v === 'object') {
      if (v.constructor && v.constructor.name) return `Received an instance of ${v.constructor.name}`;
      return 'Received ' + host('inspect', v, { depth: -1 });
    }
    let text = host('inspect', v);
    if (text.length > 28) text = text.slice(0, 25) + '...';
    return `Received type ${typeof v} (${text})`;
  };
  const wrongType = (name, expected, v) => fail(TypeError, 'ERR_INVALID_ARG_TYPE', `The ${/ (argument|property)$/.test(name) ? name : name.includes('.') ? `"${name}" property` : `"${name}" argument`} must be ${expected}. ${received(v)}`);
  const checkString = (v, name) => { if (typeof v !== 'string') wrongType(name, 'of type string', v); };
  const checkFunction = (v, name) => { if (typeof v !== 'function') wrongType(name, 'of type function', v); };
  const refused = (what) => () => { throw new Error(`${what} is not supported by this emulator yet`); };
  return { globals: {}, modules: {}, fail, received, wrongType, checkString, checkFunction, refused };
})
