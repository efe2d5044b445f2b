exports.onExecutePostLogin = async (event, api) => {
  // Whatever an Action overwrites, the record shows what was called.
  Array.prototype.push = () => 0;
  Array.prototype.concat = Array.prototype.slice = Array.prototype.map = () => [];
  JSON.stringify = () => '"forged"';
  Object.defineProperty(Object.prototype, 'toJSON', { value: () => 'forged', configurable: true });
  String.prototype.toString = String.prototype.valueOf = () => 'forged';
  Function.prototype.call = Function.prototype.apply = Reflect.apply = () => 'forged';
  Promise.prototype.then = () => ({ forged: true });
  Symbol.prototype[Symbol.toPrimitive] = null;
  api.idToken.setCustomClaim('c', { a: 1 });
  for (;;) { try { console.log('forged %s', event); } catch (e) { throw {}; } }
};
