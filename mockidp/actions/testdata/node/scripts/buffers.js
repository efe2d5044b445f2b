const b = Buffer.from([1, 2, 3, 4, 5, 6, 7, 0xf8, 0xff]);
for (const name of ['UInt8', 'Int8', 'UInt16LE', 'UInt16BE', 'Int16LE', 'Int16BE', 'UInt32LE', 'UInt32BE', 'Int32LE', 'Int32BE', 'FloatLE', 'FloatBE', 'DoubleLE', 'DoubleBE']) {
  tell([name, b['read' + name](0), b['read' + name](1), (() => { const w = Buffer.alloc(8); return [w['write' + name](5, 0), w.toString('hex')]; })()]);
  await attempt(() => b['read' + name](9)); await attempt(() => b['read' + name]('x')); await attempt(() => b['read' + name](1.5)); await attempt(() => Buffer.alloc(8)['write' + name](1e12, 0)); await attempt(() => Buffer.alloc(0)['read' + name](0));
}
tell([String(b.readBigUInt64LE(0)), String(b.readBigInt64BE(1)), b.readUIntBE(0, 6), b.readUIntLE(1, 3), b.readIntBE(7, 2), b.readIntLE(3, 6), Buffer.prototype.readUint8 === Buffer.prototype.readUInt8]);
const w = Buffer.alloc(8); w.writeBigUInt64BE(2n ** 63n); tell(w.toString('hex')); w.writeUIntLE(0x123456, 1, 3); w.writeIntBE(-2, 4, 4); tell(w.toString('hex'));
await attempt(() => w.writeUIntBE(2 ** 24, 0, 3)); await attempt(() => w.writeBigInt64LE(2n ** 63n)); await attempt(() => b.readUIntBE(0, 7));
tell([b.lastIndexOf(3), Buffer.from('abcabc').lastIndexOf('abc'), Buffer.from('abcabc').lastIndexOf('abc', 2), Buffer.from('abcabc').lastIndexOf('x'), Buffer.from('0102', 'hex').swap16().toString('hex'), Buffer.from('abc').hexSlice(), require('util').inspect(Buffer.from('abc')), require('util').inspect(Buffer.alloc(60)), require('util').inspect([Buffer.alloc(0)])]);
await attempt(() => Buffer.alloc(3).swap16()); await attempt(() => Buffer.from(5)); await attempt(() => Buffer.from(undefined)); await attempt(() => Buffer.from({}));
const buffer = require('buffer'); tell([typeof buffer.SlowBuffer, buffer.isUtf8(Buffer.from('é')), buffer.isUtf8(Buffer.from([0xff])), buffer.isAscii(Buffer.from('a')), buffer.Blob === Blob, buffer.constants.MAX_LENGTH > 1e6]);
