exports.onExecutePostLogin = async (event, api) => {
  const seen = new Map();
  const evil = { get a() { return new Proxy(evil, {}); } };
  for (let i = 0; i < 1e5; i++) seen.set({ i }, seen);
  try { structuredClone(seen); } catch (e) { void e; }
  structuredClone(evil);
};
