const jose = require('jose');
for (const alg of ['RS256', 'PS256', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']) {
  const { privateKey, publicKey } = await jose.generateKeyPair(alg, { extractable: true });
  const token = await new jose.SignJWT({ a: 1 }).setProtectedHeader({ alg, kid: 'k' }).setIssuedAt(1000).setIssuer('i').setAudience('x').setExpirationTime('2h').setSubject('s').sign(privateKey);
  const { payload, protectedHeader } = await jose.jwtVerify(token, publicKey, { issuer: 'i', audience: 'x', currentDate: new Date(2000e3) });
  delete payload.exp;
  tell([payload, protectedHeader, token.split('.')[2].length]);
  const jwk = await jose.exportJWK(publicKey);
  tell(Object.keys(jwk).sort());
  tell((await jose.jwtVerify(token, await jose.importJWK(jwk, alg), { currentDate: new Date(2000e3) })).payload.a);
  const spki = await jose.exportSPKI(publicKey), pkcs8 = await jose.exportPKCS8(privateKey);
  tell([spki.split('\n')[0], pkcs8.split('\n')[0], (await jose.jwtVerify(await new jose.SignJWT({ b: 2 }).setProtectedHeader({ alg }).sign(await jose.importPKCS8(pkcs8, alg)), await jose.importSPKI(spki, alg))).payload]);
  tell(await jose.calculateJwkThumbprint({ kty: 'oct', k: 'abc' }));
  const set = jose.createLocalJWKSet({ keys: [{ ...jwk, kid: 'k', alg }] });
  tell((await jose.jwtVerify(token, set, { currentDate: new Date(2000e3) })).protectedHeader.kid);
  await attempt(() => jose.jwtVerify(token.slice(0, -6) + 'AAAAAA', publicKey));
}
const secret = new TextEncoder().encode('0123456789abcdef0123456789abcdef');
const token = await new jose.SignJWT({ a: 1 }).setProtectedHeader({ alg: 'HS256' }).sign(secret);
tell(token);
tell((await jose.jwtVerify(token, secret)).payload);
for (const [alg, enc, key] of [['dir', 'A256GCM', secret], ['dir', 'A128CBC-HS256', secret], ['A256KW', 'A256GCM', secret], ['A256GCMKW', 'A128GCM', secret]]) {
  const jwe = await new jose.EncryptJWT({ a: 1 }).setProtectedHeader({ alg, enc }).setIssuer('i').encrypt(key);
  tell([jwe.split('.').length, (await jose.jwtDecrypt(jwe, key, { issuer: 'i' })).payload]);
}
for (const alg of ['RSA-OAEP', 'RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A128KW']) {
  const { privateKey, publicKey } = await jose.generateKeyPair(alg, { extractable: true });
  const jwe = await new jose.CompactEncrypt(new TextEncoder().encode('text')).setProtectedHeader({ alg, enc: 'A256GCM' }).encrypt(publicKey);
  tell(new TextDecoder().decode((await jose.compactDecrypt(jwe, privateKey)).plaintext));
}
const pbes = await new jose.CompactEncrypt(new TextEncoder().encode('text')).setProtectedHeader({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM' }).setKeyManagementParameters({ p2c: 2048, p2s: secret }).encrypt(secret);
tell(new TextDecoder().decode((await jose.compactDecrypt(pbes, secret, { keyManagementAlgorithms: ['PBES2-HS256+A128KW'] })).plaintext));
tell([jose.decodeJwt(token), jose.decodeProtectedHeader(token), jose.base64url.encode('hi')]);
for (const f of [() => jose.jwtVerify('nope', secret), () => jose.jwtVerify(token, new Uint8Array(32)), () => jose.importPKCS8('nope', 'RS256'), () => jose.jwtVerify(token, secret, { issuer: 'x' })]) await attempt(f);
