const crypto = require('crypto');
const { privateKey: rsa, publicKey: rsaPublic } = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
const { privateKey: ec, publicKey: ecPublic } = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
const { privateKey: ed, publicKey: edPublic } = crypto.generateKeyPairSync('ed25519');
tell([rsa.type, rsa.asymmetricKeyType, String(rsa.asymmetricKeyDetails.publicExponent), rsa.asymmetricKeyDetails.modulusLength, rsaPublic.type, ec.asymmetricKeyType, ec.asymmetricKeyDetails, ed.asymmetricKeyType, ed.asymmetricKeyDetails]);
tell([Object.keys(rsa.export({ format: 'jwk' })), Object.keys(rsaPublic.export({ format: 'jwk' })), Object.keys(ec.export({ format: 'jwk' })), Object.keys(ecPublic.export({ format: 'jwk' })), Object.keys(ed.export({ format: 'jwk' })), Object.keys(edPublic.export({ format: 'jwk' }))]);
for (const [k, options] of [[rsa, { type: 'pkcs1', format: 'pem' }], [rsa, { type: 'pkcs8', format: 'pem' }], [rsaPublic, { type: 'pkcs1', format: 'pem' }], [rsaPublic, { type: 'spki', format: 'pem' }], [ec, { type: 'sec1', format: 'pem' }], [ec, { type: 'pkcs8', format: 'pem' }], [ecPublic, { type: 'spki', format: 'pem' }], [ed, { type: 'pkcs8', format: 'pem' }], [edPublic, { type: 'spki', format: 'pem' }]]) {
  const text = k.export(options);
  const back = (k.type === 'private' ? crypto.createPrivateKey : crypto.createPublicKey)(text);
  tell([text.split('\n')[0], text.endsWith('-----\n'), back.equals(k), crypto.createPublicKey(text).type]);
  const der = k.export({ ...options, format: 'der' });
  tell([Buffer.isBuffer(der), (k.type === 'private' ? crypto.createPrivateKey : crypto.createPublicKey)({ key: der, format: 'der', type: options.type }).equals(k)]);
  tell((k.type === 'private' ? crypto.createPrivateKey : crypto.createPublicKey)({ key: k.export({ format: 'jwk' }), format: 'jwk' }).equals(k));
}
for (const [algorithm, k, p] of [['RSA-SHA256', rsa, rsaPublic], ['sha1', rsa, rsaPublic], ['SHA512', rsa, rsaPublic], ['SHA256', ec, ecPublic], ['RSA-SHA384', ec, ecPublic]]) {
  const s = crypto.createSign(algorithm).update('a').update('bc').sign(k);
  tell([Buffer.isBuffer(s), crypto.createVerify(algorithm).update('abc').verify(p, s), crypto.createVerify(algorithm).update('abd').verify(p, s), crypto.verify(algorithm, Buffer.from('abc'), p, s), crypto.verify(algorithm, Buffer.from('abc'), k, s)]);
  tell(crypto.createVerify(algorithm).update('abc').verify(p, crypto.createSign(algorithm).update('abc').sign(k, 'hex'), 'hex'));
}
for (const saltLength of [crypto.constants.RSA_PSS_SALTLEN_DIGEST, crypto.constants.RSA_PSS_SALTLEN_AUTO, 20, 0]) {
  const padding = crypto.constants.RSA_PKCS1_PSS_PADDING;
  const s = crypto.sign('sha256', Buffer.from('x'), { key: rsa, padding, saltLength });
  tell([s.length, crypto.verify('sha256', Buffer.from('x'), { key: rsaPublic, padding, saltLength }, s), crypto.verify('sha256', Buffer.from('x'), { key: rsaPublic, padding }, s), crypto.verify('sha256', Buffer.from('x'), rsaPublic, s), crypto.verify('sha256', Buffer.from('x'), { key: rsaPublic, padding, saltLength: 21 }, s)]);
}
const compact = crypto.sign('sha256', Buffer.from('x'), { key: ec, dsaEncoding: 'ieee-p1363' });
tell([compact.length, crypto.verify('sha256', Buffer.from('x'), { key: ecPublic, dsaEncoding: 'ieee-p1363' }, compact), crypto.verify('sha256', Buffer.from('x'), ecPublic, compact)]);
const e = crypto.sign(null, Buffer.from('x'), ed);
tell([e.length, crypto.verify(null, Buffer.from('x'), edPublic, e), crypto.verify(undefined, Buffer.from('y'), edPublic, e)]);
// A fixed key: deterministic signatures must be the same to the byte.
const fixed = crypto.createPrivateKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' } });
tell(crypto.sign(null, Buffer.from('abc'), fixed).toString('base64'));
tell(fixed.export({ type: 'pkcs8', format: 'pem' }));
const secret = crypto.createSecretKey(Buffer.from('key'));
tell([secret.type, secret.symmetricKeySize, secret.export().toString(), secret.export({ format: 'jwk' }), crypto.createHmac('sha256', secret).update('x').digest('hex'), secret.equals(crypto.createSecretKey('key', 'utf8')), secret.asymmetricKeyType === undefined, secret instanceof crypto.KeyObject]);
const m = Buffer.from('some text');
tell(crypto.privateDecrypt(rsa, crypto.publicEncrypt(rsaPublic, m)).toString());
tell(crypto.privateDecrypt({ key: rsa, oaepHash: 'sha256' }, crypto.publicEncrypt({ key: rsaPublic, oaepHash: 'sha256' }, m)).toString());
for (const name of ['aes-128-cbc', 'aes-256-cbc', 'aes-192-ctr', 'aes-256-ctr']) {
  const key = Buffer.alloc(Number(name.slice(4, 7)) / 8, 7), iv = Buffer.alloc(16, 9);
  const c = crypto.createCipheriv(name, key, iv);
  const parts = [c.update('0123456789', 'utf8', 'hex'), c.update(Buffer.from('abcdefghij')).toString('hex'), c.final('hex')];
  tell([name, parts]);
  const d = crypto.createDecipheriv(name, key, iv);
  tell([d.update(parts.join(''), 'hex', 'utf8'), d.final('utf8')]);
}
for (const size of [12, 16]) {
  const key = Buffer.alloc(32, 1), iv = Buffer.alloc(size, 2);
  const c = crypto.createCipheriv('aes-256-gcm', key, iv);
  c.setAAD(Buffer.from('more'));
  const text = c.update('secret text', 'utf8', 'base64') + c.final('base64'), tag = c.getAuthTag();
  tell([text, tag.toString('hex')]);
  const d = crypto.createDecipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from('more')).setAuthTag(tag);
  tell(d.update(text, 'base64', 'utf8') + d.final('utf8'));
  const bad = crypto.createDecipheriv('aes-256-gcm', key, iv).setAuthTag(tag);
  bad.update(text, 'base64');
  await attempt(() => bad.final());
}
tell(crypto.pbkdf2Sync('password', 'salt', 1000, 40, 'sha512').toString('hex'));
tell(crypto.scryptSync('password', 'salt', 32).toString('hex'));
tell(crypto.scryptSync('password', 'salt', 16, { N: 1024, r: 4, p: 2 }).toString('hex'));
tell([crypto.scryptSync('p', 's', 0).length, crypto.pbkdf2Sync('p', 's', 1, 0, 'sha1').length, crypto.hkdfSync('sha256', 'k', 's', 'i', 0).byteLength]);
tell(Buffer.from(crypto.hkdfSync('sha256', 'key', 'salt', 'info', 42)).toString('hex'));
tell(await new Promise((resolve) => crypto.pbkdf2('p', 's', 2, 8, 'sha1', (err, v) => resolve([err, v.toString('hex')]))));
const a = crypto.generateKeyPairSync('x25519'), b = crypto.generateKeyPairSync('x25519');
tell(crypto.diffieHellman({ privateKey: a.privateKey, publicKey: b.publicKey }).equals(crypto.diffieHellman({ privateKey: b.privateKey, publicKey: a.publicKey })));
tell(crypto.randomFillSync(Buffer.alloc(8)).length);
tell(typeof (await new Promise((resolve) => crypto.randomInt(10, (err, n) => resolve(n)))));
const pem = crypto.generateKeyPairSync('rsa', { modulusLength: 1024, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
tell([pem.publicKey.slice(0, 26), pem.privateKey.slice(0, 27)]);
for (const f of [() => crypto.createPrivateKey('nonsense'), () => crypto.createPublicKey('nonsense'), () => crypto.createPrivateKey(rsaPublic.export({ type: 'spki', format: 'pem' })), () => crypto.createSign('nope'), () => crypto.createSign('sha256').update('x').sign(), () => crypto.createCipheriv('nope', 'k', 'i'), () => crypto.createCipheriv('aes-256-cbc', 'short', Buffer.alloc(16)), () => crypto.createCipheriv('aes-256-cbc', Buffer.alloc(32), Buffer.alloc(8)),
  () => crypto.pbkdf2Sync('p', 's', 1, 8, 'nope'), () => crypto.createPrivateKey(secret), () => rsa.export({ format: 'pem', type: 'spki' }), () => crypto.createVerify('sha256').update('x').verify(secret, Buffer.alloc(1)), () => crypto.createHash('sha256').update(5)]) await attempt(f);
