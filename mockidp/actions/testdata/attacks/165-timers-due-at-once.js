exports.onExecutePostLogin = async (event, api) => {
  const again = () => { for (let i = 0; i < 2; i++) setTimeout(again, -1); };
  again();
  await new Promise(() => {});
};
