const { webcrypto } = require('crypto');
const { subtle } = webcrypto;
const hex = (b) => Buffer.from(b).toString('hex');
const data = new TextEncoder().encode('some text');
for (const [algorithm, signing] of [[{ name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }, 'RSASSA-PKCS1-v1_5'],
  [{ name: 'RSA-PSS', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: { name: 'SHA-384' } }, { name: 'RSA-PSS', saltLength: 48 }],
  [{ name: 'ECDSA', namedCurve: 'P-256' }, { name: 'ECDSA', hash: 'SHA-256' }], [{ name: 'ecdsa', namedCurve: 'P-521' }, { name: 'ECDSA', hash: 'SHA-512' }], [{ name: 'Ed25519' }, 'Ed25519']]) {
  const { privateKey, publicKey } = await subtle.generateKey(algorithm, true, ['sign', 'verify']);
  tell([privateKey.type, privateKey.usages, privateKey.extractable, publicKey.type, publicKey.usages, publicKey.extractable, JSON.stringify(publicKey.algorithm), String(publicKey)]);
  const s = await subtle.sign(signing, privateKey, data);
  tell([s instanceof ArrayBuffer, await subtle.verify(signing, publicKey, s, data), await subtle.verify(signing, publicKey, s, new Uint8Array(3))]);
  const jwk = await subtle.exportKey('jwk', publicKey);
  tell([Object.keys(jwk).sort(), jwk.alg, jwk.key_ops, jwk.ext]);
  const again = await subtle.importKey('jwk', jwk, algorithm, true, ['verify']);
  tell(await subtle.verify(signing, again, s, data));
  const spki = await subtle.importKey('spki', await subtle.exportKey('spki', publicKey), algorithm, false, ['verify']);
  tell([await subtle.verify(signing, spki, s, data), spki.extractable]);
  const pkcs8 = await subtle.importKey('pkcs8', await subtle.exportKey('pkcs8', privateKey), algorithm, false, ['sign']);
  tell(await subtle.verify(signing, publicKey, await subtle.sign(signing, pkcs8, data), data));
  await attempt(() => subtle.exportKey('pkcs8', pkcs8));
  await attempt(() => subtle.sign(signing, publicKey, data));
}
const hmac = await subtle.importKey('raw', new TextEncoder().encode('key'), { name: 'HMAC', hash: 'SHA-256' }, true, ['sign', 'verify']);
const mac = await subtle.sign('HMAC', hmac, data);
tell([hex(mac), await subtle.verify('HMAC', hmac, mac, data), await subtle.verify('HMAC', hmac, mac, new Uint8Array(1)), JSON.stringify(hmac.algorithm), await subtle.exportKey('jwk', hmac), hex(await subtle.exportKey('raw', hmac))]);
tell(JSON.stringify((await subtle.generateKey({ name: 'HMAC', hash: 'SHA-512' }, true, ['sign'])).algorithm));
for (const name of ['AES-GCM', 'AES-CBC']) {
  const key = await subtle.importKey('raw', new Uint8Array(32).fill(3), name, true, ['encrypt', 'decrypt']);
  const iv = new Uint8Array(name === 'AES-GCM' ? 12 : 16).fill(5);
  const c = await subtle.encrypt({ name, iv }, key, data);
  tell([hex(c), new TextDecoder().decode(await subtle.decrypt({ name, iv }, key, c)), JSON.stringify(key.algorithm)]);
  const broken = new Uint8Array(c);
  broken[broken.length - 1] ^= 1;
  await attempt(() => subtle.decrypt({ name, iv }, key, broken));
}
const gcm = await subtle.importKey('raw', new Uint8Array(16), 'AES-GCM', false, ['encrypt']);
tell(hex(await subtle.encrypt({ name: 'AES-GCM', iv: new Uint8Array(12), additionalData: data }, gcm, data)));
const kw = await subtle.importKey('raw', new Uint8Array(16).map((_, i) => i), 'AES-KW', false, ['wrapKey', 'unwrapKey']);
const inner = await subtle.importKey('raw', new Uint8Array(32).map((_, i) => i * 3), { name: 'AES-GCM' }, true, ['encrypt']);
const wrapped = await subtle.wrapKey('raw', inner, kw, 'AES-KW');
tell(hex(wrapped));
tell(hex(await subtle.exportKey('raw', await subtle.unwrapKey('raw', wrapped, kw, 'AES-KW', 'AES-GCM', true, ['encrypt']))));
await attempt(() => subtle.unwrapKey('raw', new Uint8Array(40), kw, 'AES-KW', 'AES-GCM', true, ['encrypt']));
const password = await subtle.importKey('raw', new TextEncoder().encode('password'), 'PBKDF2', false, ['deriveBits', 'deriveKey']);
tell(hex(await subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: data, iterations: 1000 }, password, 256)));
const derived = await subtle.deriveKey({ name: 'PBKDF2', hash: 'SHA-1', salt: data, iterations: 10 }, password, { name: 'AES-GCM', length: 128 }, true, ['encrypt', 'decrypt']);
tell([hex(await subtle.exportKey('raw', derived)), derived.usages]);
const hkdf = await subtle.importKey('raw', data, 'HKDF', false, ['deriveBits']);
tell(hex(await subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: data }, hkdf, 512)));
for (const name of ['ECDH', 'X25519']) {
  const algorithm = name === 'ECDH' ? { name, namedCurve: 'P-384' } : { name };
  const a = await subtle.generateKey(algorithm, true, ['deriveBits']), b = await subtle.generateKey(algorithm, true, ['deriveBits']);
  tell([hex(await subtle.deriveBits({ name, public: b.publicKey }, a.privateKey, 256)) === hex(await subtle.deriveBits({ name, public: a.publicKey }, b.privateKey, 256)), a.publicKey.usages, a.privateKey.usages, (await subtle.exportKey('raw', a.publicKey)).byteLength]);
}
const oaep = await subtle.generateKey({ name: 'RSA-OAEP', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }, true, ['encrypt', 'decrypt']);
tell(new TextDecoder().decode(await subtle.decrypt('RSA-OAEP', oaep.privateKey, await subtle.encrypt('RSA-OAEP', oaep.publicKey, data))));
for (const name of ['SHA-1', 'SHA-256', 'sha-384', { name: 'SHA-512' }]) tell(hex(await subtle.digest(name, data)));
await attempt(() => subtle.digest('MD5', data));
await attempt(() => subtle.importKey('raw', new Uint8Array(5), 'AES-GCM', false, ['encrypt']));
await attempt(() => subtle.importKey('raw', new Uint8Array(16), 'nope', false, ['encrypt']));
await attempt(() => subtle.importKey('pkcs8', new Uint8Array(16), { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']));
await attempt(() => subtle.importKey('raw', new Uint8Array(16), 'AES-GCM', false, ['sign']));
tell([typeof webcrypto.randomUUID(), webcrypto.getRandomValues(new Uint8Array(4)).length, hmac instanceof CryptoKey]);
const { KeyObject } = require('crypto');
tell([KeyObject.from(hmac).export().toString(), KeyObject.from(hmac).type]);
