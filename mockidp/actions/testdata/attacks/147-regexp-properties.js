exports.onExecutePostLogin = async (event, api) => {
  const source = '[\\p{L}\\p{N}\\p{Script=Greek}\\P{Lu}]'.repeat(3000);
  for (;;) new RegExp(source, 'u').test('a');
};
