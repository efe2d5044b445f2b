// Symbol.asyncIterator, which the engine lacks. Code with for await and async
// generators is rewritten for the engine, and the rewritten code looks it up.
(function () {
  if (Symbol.asyncIterator === undefined) Object.defineProperty(Symbol, 'asyncIterator', { value: Symbol.for('Symbol.asyncIterator') });
  return { globals: {}, modules: {} };
})
