// Combinations of options, each at another time and in another zone. What this
// emulator refuses tells so in an error, which the test counts and lets pass.
const pick = (list, n) => list[n % list.length];
const times = [0, 1e12, 1709208000000, 1795384152296, Date.UTC(2026, 10, 22, 0, 5, 9, 70), Date.UTC(2026, 6, 4, 12), Date.UTC(2026, 8, 4, 23, 59, 59, 999), Date.UTC(1990, 8, 30, 13, 1, 2, 3)];
const zones = ['UTC', 'America/New_York', 'Europe/London', 'Asia/Kolkata', 'Australia/Sydney', 'us/pacific', 'Europe/Paris', 'Pacific/Chatham'];
const axes = {
  weekday: [, , 'long', 'short', , 'narrow'], year: [, 'numeric', '2-digit', 'numeric'], month: [, 'numeric', '2-digit', 'long', 'short', , 'narrow'], day: [, 'numeric', '2-digit', 'numeric', ,],
  hour: [, 'numeric', '2-digit', , 'numeric'], minute: [, '2-digit', 'numeric', '2-digit'], second: [, '2-digit', , 'numeric', ,], fractionalSecondDigits: [, , , 3, , , 1, , , , 2],
  timeZoneName: [, , , 'short', , , 'long', , , , 'shortOffset', , , 'longOffset'], hourCycle: [, , , 'h23', , 'h12', , , 'h11', , , 'h24', ,], hour12: [, , , , true, , , , , false, , , , ,], dateStyle: [, , , , , , , , , , , , , , , , , , , , , , ,], dayPeriod: [, , , , , , , , , , , , , , , , , , , , , , , , , , , , 'short'],
};
const make = (seed) => {
  const o = {};
  let x = seed * 2654435761 % 4294967296;
  for (const name of Object.keys(axes)) { x = (x * 1664525 + 1013904223) % 4294967296; const v = pick(axes[name], Math.floor(x / 65536)); if (v !== undefined) o[name] = v; }
  return o;
};
const say = (f) => { try { return f(); } catch (e) { return '!' + e.name + ': ' + e.message; } };
for (let i = 0; i < 600; i++) {
  const o = { ...make(i), timeZone: pick(zones, i) }, locale = pick(['en-US', 'en-GB', 'en', ['en-GB', 'en'], undefined], i >> 3), d = new Date(pick(times, i * 7 + 3));
  tell([i, say(() => new Intl.DateTimeFormat(locale, o).format(d)), say(() => d.toLocaleString(locale, o)), say(() => d.toLocaleDateString(locale, o)), say(() => d.toLocaleTimeString(locale, o))]);
  if (i % 5 === 0) tell([i, say(() => new Intl.DateTimeFormat(locale, o).formatToParts(d)), say(() => JSON.stringify(new Intl.DateTimeFormat(locale, o).resolvedOptions()))]);
}
for (const locale of ['en-US', 'en-GB']) for (const dateStyle of [undefined, 'full', 'long', 'medium', 'short']) for (const timeStyle of [undefined, 'full', 'long', 'medium', 'short']) for (const more of [{}, { hour12: true }, { hour12: false }, { hourCycle: 'h11' }, { hourCycle: 'h24' }]) {
  const o = { dateStyle, timeStyle, ...more, timeZone: 'America/Los_Angeles' };
  tell(times.slice(0, 3).map((t) => say(() => new Intl.DateTimeFormat(locale, o).format(t))).concat(say(() => new Date(0).toLocaleDateString(locale, o)), say(() => JSON.stringify(new Intl.DateTimeFormat(locale, o).resolvedOptions()))));
}
for (const [locale, o] of [['en-US', { year: 'x' }], ['en-US', { dateStyle: 'short', hour: 'numeric' }], ['en-US', { timeStyle: 'short', weekday: 'long', year: 'numeric' }], ['nope nope', {}], ['', {}], [null, {}], [[5], {}], ['EN-us', {}], ['en-US', { timeZone: 'Mars/X' }], ['en-US', { timeZone: '' }], ['en-US', { fractionalSecondDigits: 4 }], ['en-US', null], ['en-US', { hourCycle: 'h13' }], ['en-US', { somethingElse: 1 }], ['en-GB', { calendar: 'gregory', numberingSystem: 'latn', localeMatcher: 'lookup', formatMatcher: 'basic' }]]) tell([say(() => new Date(0).toLocaleString(locale, o)), say(() => new Intl.DateTimeFormat(locale, o).format(0))]);
await attempt(() => new Intl.DateTimeFormat('en').format(NaN)); tell([new Date(NaN).toLocaleString(), String(new Intl.DateTimeFormat()), Intl.DateTimeFormat().format(0), Intl.DateTimeFormat.supportedLocalesOf(['en-GB', 'en']), new Intl.DateTimeFormat() instanceof Intl.DateTimeFormat]);

const numbers = [0, -0, 1, 9, 123, 1234, 12345.678, 1234567.891, 0.0625, 1.0005, 2.5, 0.5, 1e21, 1e15 + 0.5, -1234.5678, 0.1 + 0.2, 999.9995, 1e-7, NaN, Infinity, -Infinity, 1.005, -0.0004, 9.995, 99999, 12345678901234567890n, 0.999];
const numberAxes = {
  style: [, 'decimal', 'percent', 'currency', 'currency', ,], currency: ['USD', 'EUR', 'GBP', 'JPY', 'usd'], currencyDisplay: [, , 'code', 'narrowSymbol', , 'symbol'], minimumFractionDigits: [, , , 0, 2, , 1, ,], maximumFractionDigits: [, , , 0, 2, , 3, , 5, 20], minimumIntegerDigits: [, , , , 3, , , ,],
  minimumSignificantDigits: [, , , , , , , 3, , , ,], maximumSignificantDigits: [, , , , , , 1, , 4, , , 2], useGrouping: [, , , false, , true, , 'always', , 'auto'], signDisplay: [, , , 'always', , 'never', , 'exceptZero', , 'negative', 'auto', ,],
};
for (let i = 0; i < 200; i++) {
  const o = {};
  let x = (i + 7) * 2654435761 % 4294967296;
  for (const name of Object.keys(numberAxes)) { x = (x * 1664525 + 1013904223) % 4294967296; const v = pick(numberAxes[name], Math.floor(x / 65536)); if (v !== undefined) o[name] = v; }
  const locale = pick(['en-US', 'en-GB', 'en'], i);
  tell([JSON.stringify(o), ...numbers.filter((_, n) => (n + i) % 3 === 0).map((n) => say(() => n.toLocaleString(locale, o))), say(() => JSON.stringify(new Intl.NumberFormat(locale, o).formatToParts(-1234567.891)))]);
}
tell([new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' }), new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 3 }), new Intl.NumberFormat('en', { style: 'percent', useGrouping: false })].map((f) => JSON.stringify(f.resolvedOptions())));
for (const o of [{ style: 'currency' }, { style: 'currency', currency: 'US' }, { style: 'x' }, { minimumFractionDigits: 21 }, { minimumFractionDigits: 101 }, { minimumFractionDigits: 3, maximumFractionDigits: 1 }, { minimumIntegerDigits: 0 }, { minimumSignificantDigits: 5, maximumSignificantDigits: 2 }, { signDisplay: 'x' }, null]) tell(say(() => (1.5).toLocaleString('en-US', o)));
const cardinal = new Intl.PluralRules('en'), ordinal = new Intl.PluralRules('en-GB', { type: 'ordinal' });
tell([[0, 1, 1.5, 2, 1.0004, 0.9996, -1, 1e6].map((n) => cardinal.select(n)), [1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 101, 111, 112, 1.5, 0].map((n) => ordinal.select(n)), new Intl.PluralRules('en-US', { minimumFractionDigits: 1 }).select(1)]);
for (const l of ['en-US', 'en-GB']) for (const type of ['conjunction', 'disjunction']) tell([0, 1, 2, 3, 4].map((n) => new Intl.ListFormat(l, { type }).format(['a', 'b', 'c', 'd'].slice(0, n))).concat(JSON.stringify(new Intl.ListFormat(l, { type }).formatToParts(['a', 'b', 'c']))));
