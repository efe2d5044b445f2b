exports.onExecutePostLogin = async (event, api) => {
  class Evil extends Promise { static get [Symbol.species]() { return function (run) { for (;;) run(() => {}, () => {}); }; } }
  await new Evil((resolve) => resolve(1)).then(() => 1);
};
