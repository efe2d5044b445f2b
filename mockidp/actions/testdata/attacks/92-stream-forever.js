exports.onExecutePostLogin = async function (event, api) {
  const { Readable, PassThrough, pipeline } = require("stream"); await new Promise((r) => pipeline(new Readable({ read() { this.push("x"); } }), new PassThrough(), new PassThrough(), r).resume());
};
