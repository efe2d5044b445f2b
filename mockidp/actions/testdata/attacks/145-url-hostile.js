exports.onExecutePostLogin = async (event, api) => {
  const hosts = ['[::' + ':'.repeat(1e5), 'xn--' + 'a'.repeat(1e5), '\u00df'.repeat(1e5), '%'.repeat(1e5), '0x'.repeat(1e5), '1.'.repeat(1e5)];
  for (const host of hosts) for (const scheme of ['https://', 'file://', 'data:', '//']) { try { new URL(scheme + host, 'https://x.test'); } catch (e) { void e; } }
  const u = new URL('https://x.test');
  for (let i = 0; ; i++) { u.searchParams.append('k' + i, 'v'); u.href; }
};
