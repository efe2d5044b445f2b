// An async function's promise can't be replaced, but its constructor can.
Promise.prototype.constructor = function () { for (;;); };
exports.onExecutePostLogin = async (event, api) => {
  event.then = (resolve) => { for (;;) resolve; };
  return event;
};
