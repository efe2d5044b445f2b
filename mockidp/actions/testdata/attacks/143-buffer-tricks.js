exports.onExecutePostLogin = async (event, api) => {
  const b = Buffer.alloc(8);
  const fake = { buffer: b.buffer, byteOffset: -8, byteLength: 2 ** 40 };
  Object.setPrototypeOf(fake, Uint8Array.prototype);
  for (const f of [() => b.readUInt32LE(2 ** 53), () => Buffer.prototype.toString.call(fake), () => Buffer.from(b.buffer, 2 ** 31, -1), () => b.write('x'.repeat(1e7), 3, -5, 'hex'), () => b.fill('ab', -1e9), () => Buffer.alloc(2 ** 31), () => b.copy(b, -1, 5, -9)]) {
    try { f(); } catch (e) { void e; }
  }
  class Sub extends Uint8Array { get byteOffset() { return 4; } get byteLength() { return 2 ** 31; } }
  new TextDecoder().decode(new Sub(8));
};
