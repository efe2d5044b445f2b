exports.onExecutePostLogin = async (event, api) => {
  const fields = {};
  fields.self = fields;
  try { api.prompt.render('form', { fields }); } catch (e) { void e; }
  api.prompt.render('form', { get vars() { for (;;); } });
};
