// The modules assert and assert/strict.
(function (host, need) {
  const { fail: raise, wrongType, refused } = need('errors');
  const { deepStrictEqual: strict, deepLooseEqual: loose } = need('equal');
  const { isRegExp, isPromise } = need('util').modules.util.types;
  const inspect = (v) => host('inspect', v, { depth: 1000, compact: false });
  const short = (v) => host('inspect', v);

  const heads = {
    strictEqual: 'Expected values to be strictly equal:', deepStrictEqual: 'Expected values to be strictly deep-equal:', strictEqualObject: 'Expected "actual" to be reference-equal to "expected":',
    deepEqual: 'Expected values to be loosely deep-equal:', notStrictEqual: 'Expected "actual" to be strictly unequal to:', notDeepStrictEqual: 'Expected "actual" not to be strictly deep-equal to:',
    notDeepEqual: 'Expected "actual" not to be loosely deep-equal to:', notStrictEqualObject: 'Expected "actual" not to be reference-equal to "expected":',
  };
  // The text for values of one line each is Node's. Longer ones are shown one
  // after the other; Node shows the lines that differ.
  const describe = (actual, expected, operator) => {
    if (operator === 'equal' || operator === 'notEqual') return `${short(actual)} ${operator === 'equal' ? '==' : '!='} ${short(expected)}`;
    const a = inspect(actual), b = inspect(expected);
    if (operator.startsWith('not')) {
      const key = operator === 'notStrictEqual' && (typeof actual === 'object' && actual !== null || typeof actual === 'function') ? 'notStrictEqualObject' : operator;
      return a.includes('\n') ? `${heads[key]}\n\n${a}\n` : `${heads[key]}${a.length > 5 ? '\n\n' : ' '}${a}`;
    }
    const simple = (v) => typeof v !== 'object' && typeof v !== 'function';
    if (operator === 'deepEqual') return `${heads.deepEqual}\n\n${a}\n\nshould loosely deep-equal\n\n${b}`;
    if (simple(actual) && simple(expected) && !a.includes('\n') && !b.includes('\n') && a.length + b.length <= 76 && (actual !== 0 || expected !== 0)) return `${heads[operator]}\n\n${a} !== ${b}\n`;
    const key = operator === 'strictEqual' && typeof actual === 'object' && actual !== null && typeof expected === 'object' && expected !== null ? 'strictEqualObject' : operator;
    return `${heads[key]}\n+ actual - expected\n\n${a.replace(/^/gm, '+ ')}\n${b.replace(/^/gm, '- ')}`;
  };

  class AssertionError extends Error {
    constructor(options) {
      if (options === null || typeof options !== 'object') wrongType('options', 'of type object', options);
      const { message, actual, expected, operator } = options;
      super(message !== undefined && message !== null ? String(message) : describe(actual, expected, operator));
      Object.defineProperty(this, 'name', { value: 'AssertionError', configurable: true, writable: true });
      Object.assign(this, { generatedMessage: message === undefined || message === null, code: 'ERR_ASSERTION', actual, expected, operator });
    }
    toString() { return `${this.name} [${this.code}]: ${this.message}`; }
  }
  const stop = (message, actual, expected, operator, generated) => {
    if (message instanceof Error) throw message;
    const e = new AssertionError({ message: message === undefined ? generated : message, actual, expected, operator });
    // The words about an unwanted exception count as given, in Node too.
    if (message === undefined && !/^doesNot(?:Throw|Reject)$/.test(operator)) e.generatedMessage = true;
      throw e;
  };
  const need2 = (args) => { if (args.length < 2) raise(TypeError, 'ERR_MISSING_ARGS', 'The "actual" and "expected" arguments must be specified'); };

  function ok(...args) {
    if (args.length === 0) stop(undefined, undefined, true, '==', 'No value argument passed to `assert.ok()`');
    // Node reads the author's file to quote the expression; here is none to read.
    if (!args[0]) stop(args[1], args[0], true, '==', 'The expression evaluated to a falsy value');
  }
  const methods = {
    ok,
    equal(a, b, message) { need2(arguments); if (!(a == b || a !== a && b !== b)) stop(message, a, b, '==', describe(a, b, 'equal')); },
    notEqual(a, b, message) { need2(arguments); if (a == b || a !== a && b !== b) stop(message, a, b, '!=', describe(a, b, 'notEqual')); },
    strictEqual(a, b, message) { need2(arguments); if (!Object.is(a, b)) stop(message, a, b, 'strictEqual'); },
    notStrictEqual(a, b, message) { need2(arguments); if (Object.is(a, b)) stop(message, a, b, 'notStrictEqual'); },
    deepEqual(a, b, message) { need2(arguments); if (!loose(a, b)) stop(message, a, b, 'deepEqual'); },
    notDeepEqual(a, b, message) { need2(arguments); if (loose(a, b)) stop(message, a, b, 'notDeepEqual'); },
    deepStrictEqual(a, b, message) { need2(arguments); if (!strict(a, b)) stop(message, a, b, 'deepStrictEqual'); },
    notDeepStrictEqual(a, b, message) { need2(arguments); if (strict(a, b)) stop(message, a, b, 'notDeepStrictEqual'); },
    fail(message = 'Failed') {
      if (arguments.length > 1) throw new Error('assert.fail with more than a message is not supported by this emulator');
      if (message instanceof Error) throw message;
      throw Object.assign(new AssertionError({ message, operator: 'fail' }), { generatedMessage: arguments.length === 0 });
    },
    ifError(value) {
      if (value === null || value === undefined) return;
      const text = value instanceof Error ? value.message || value.constructor.name : short(value);
      throw new AssertionError({ message: 'ifError got unwanted exception: ' + text, actual: value, expected: null, operator: 'ifError' });
    },
    match(text, pattern, message) { matching(text, pattern, message, true); },
    doesNotMatch(text, pattern, message) { matching(text, pattern, message, false); },
    throws(f, ...rest) { checkThrown('throws', caught(f), rest); },
    doesNotThrow(f, ...rest) { unwanted('doesNotThrow', caught(f), rest); },
    async rejects(f, ...rest) { checkThrown('rejects', await rejected(f), rest); },
    async doesNotReject(f, ...rest) { unwanted('doesNotReject', await rejected(f), rest); },
  };
  const matching = (text, pattern, message, wanted) => {
    if (!isRegExp(pattern)) wrongType('regexp', 'an instance of RegExp', pattern);
    if (typeof text === 'string' && pattern.test(text) === wanted) return;
    const operator = wanted ? 'match' : 'doesNotMatch';
    stop(message, text, pattern, operator, typeof text !== 'string' ? `The "string" argument must be of type string. ${need('errors').received(text)}`
      : `The input ${wanted ? 'did not match the regular expression' : 'was expected to not match the regular expression'} ${short(pattern)}. Input:\n\n${short(text)}\n`);
  };
  const none = Symbol('nothing thrown');
  const caught = (f) => {
    if (typeof f !== 'function') wrongType('fn', 'of type function', f);
    try { f(); } catch (e) { return e; }
    return none;
  };
  const rejected = async (f) => {
    let promise = f;
    if (typeof f === 'function') {
      promise = f();
      if (!promise || typeof promise.then !== 'function') raise(TypeError, 'ERR_INVALID_RETURN_VALUE', `Expected instance of Promise to be returned from the "promiseFn" function but got ${typeof promise === 'undefined' ? 'undefined' : 'type ' + typeof promise}.`);
    } else if (!isPromise(f)) wrongType('promiseFn', 'of type function or an instance of Promise', f);
    try { await promise; } catch (e) { return e; }
    return none;
  };
  const checkThrown = (operator, e, [expected, message]) => {
    if (typeof expected === 'string') { message = expected; expected = undefined; }
    if (e === none) {
      const what = expected && expected.name ? ` (${expected.name})` : '';
      throw new AssertionError({ message: `Missing expected ${operator === 'rejects' ? 'rejection' : 'exception'}${what}${message ? ': ' + message : '.'}`, actual: undefined, expected, operator });
    }
    if (expected === undefined) return;
    const differ = (text) => stop(message, e, expected, operator, text);
    if (isRegExp(expected)) {
      if (!expected.test(String(e))) differ(`The input did not match the regular expression ${short(expected)}. Input:\n\n${short(String(e))}\n`);
      return;
    }
    if (typeof expected !== 'function') {
      if (expected === null || typeof expected !== 'object') wrongType('expected', 'of type function or an instance of Error, RegExp, or Object', expected);
      const names = Object.keys(expected);
      if (expected instanceof Error) names.push('name', 'message');
      for (const name of names) {
        if (isRegExp(expected[name]) && typeof e[name] === 'string' ? !expected[name].test(e[name]) : !(name in Object(e)) || !strict(e[name], expected[name])) {
          differ(`Expected values to be strictly deep-equal: ${name} is ${short(e[name])}, expected ${short(expected[name])}`);
        }
      }
      return;
    }
    if (expected.prototype !== undefined && e instanceof expected) return;
    if (Object.prototype.isPrototypeOf.call(Error, expected)) {
      if (message === undefined) differ(`The error is expected to be an instance of "${expected.name}". Received ${e instanceof Error ? `"${e.name}"\n\nError message:\n\n${e.message}` : `"${short(e)}"`}`);
      throw e;
    }
    const result = expected.call({}, e);
    if (result !== true) differ(`The ${expected.name ? `"${expected.name}" ` : ''}validation function is expected to return "true". Received ${short(result)}\n\nCaught error:\n\n${e && e.stack || short(e)}`);
  };
  const unwanted = (operator, e, [expected, message]) => {
    if (typeof expected === 'string') { message = expected; expected = undefined; }
    if (e === none) return;
    if (expected && !(isRegExp(expected) ? expected.test(String(e)) : e instanceof expected)) throw e;
    stop(undefined, e, expected, operator, `Got unwanted ${operator === 'doesNotReject' ? 'rejection' : 'exception'}${message ? ': ' + message : '.'}\nActual message: "${e && e.message}"`);
  };

  const finish = (f, own) => Object.assign(f, methods, own, { AssertionError, CallTracker: refused('assert.CallTracker') });
  const assert = finish((...args) => ok(...args));
  assert.strict = finish((...args) => ok(...args), { equal: methods.strictEqual, notEqual: methods.notStrictEqual, deepEqual: methods.deepStrictEqual, notDeepEqual: methods.notDeepStrictEqual });
  assert.strict.strict = assert.strict;
  return { globals: {}, modules: { assert, 'assert/strict': assert.strict } };
})
