const jwt = require('jsonwebtoken'), crypto = require('crypto');
const rsa = crypto.generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
const ecs = Object.fromEntries(['P-256', 'P-384', 'P-521'].map((namedCurve) => [namedCurve, crypto.generateKeyPairSync('ec', { namedCurve })]));
for (const [algorithm, key, publicKey] of [['HS256', 'secret', 'secret'], ['HS384', 'secret', 'secret'], ['HS512', Buffer.from('secret'), 'secret'], ['RS256', rsa.privateKey, rsa.publicKey], ['RS384', rsa.privateKey, rsa.publicKey], ['RS512', crypto.createPrivateKey(rsa.privateKey), crypto.createPublicKey(rsa.publicKey)],
  ['PS256', rsa.privateKey, rsa.publicKey], ['PS384', rsa.privateKey, rsa.publicKey], ['PS512', rsa.privateKey, rsa.publicKey], ['ES256', ecs['P-256'].privateKey, ecs['P-256'].publicKey], ['ES384', ecs['P-384'].privateKey, ecs['P-384'].publicKey], ['ES512', ecs['P-521'].privateKey, ecs['P-521'].publicKey]]) {
  const token = jwt.sign({ a: 1, iat: 1000 }, key, { algorithm, subject: 's', issuer: 'i', audience: ['x'], expiresIn: '10y', keyid: 'k', jwtid: 'j', notBefore: 5 });
  tell([token.split('.').slice(0, 2), token.split('.')[2].length]);
  tell(jwt.verify(token, publicKey, { algorithms: [algorithm], issuer: 'i', audience: 'x', clockTimestamp: 2000, complete: true }).payload);
  await attempt(() => jwt.verify(token.slice(0, -4) + 'AAAA', publicKey, { algorithms: [algorithm], clockTimestamp: 2000 }));
}
tell(jwt.sign({ iat: 1 }, 'k'));
tell(jwt.sign('text', 'k', { algorithm: 'HS384' }));
tell(jwt.decode(jwt.sign({ iat: 1, b: 'ü' }, 'k'), { complete: true }));
tell(await new Promise((resolve) => jwt.sign({ iat: 1 }, 'k', (err, token) => resolve([err, token]))));
tell(await new Promise((resolve) => jwt.verify(jwt.sign({ iat: 1 }, 'k'), (header, callback) => callback(null, 'k'), (err, payload) => resolve([err, payload]))));
for (const f of [() => jwt.verify('nope', 'k'), () => jwt.verify(jwt.sign({ iat: 1, exp: 2 }, 'k'), 'k', { clockTimestamp: 5 }), () => jwt.sign({}, ''), () => jwt.sign({}, rsa.publicKey, { algorithm: 'RS256' }), () => jwt.verify(jwt.sign({}, 'k'), rsa.publicKey), () => jwt.sign({}, 'k', { algorithm: 'RS256' }), () => jwt.sign({}, 'k', { algorithm: 'XX' }), () => jwt.verify(jwt.sign({}, 'k'), 'other'), () => jwt.verify(jwt.sign({ nbf: 10 }, 'k'), 'k', { clockTimestamp: 5 }),
  () => jwt.verify(jwt.sign({ iat: 1 }, 'k', { audience: 'a' }), 'k', { audience: 'b' })]) await attempt(f);
