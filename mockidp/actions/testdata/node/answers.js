// Writes what Node answers: node answers.js, in this folder. The files are kept
// so that the tests need no Node; these are the answers of Node 20.
const fs = require('fs');
const util = require('util');

const run = new Function('require', 'util', fs.readFileSync('inspect-cases.js', 'utf8') + `
  return [...vals.map((v) => util.inspect(v)), ...formats.map((f) => util.format(...f))];`);
fs.writeFileSync('inspect.json', JSON.stringify(run(require, util), null, 1) + '\n');

const clean = (o) => Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined));
const options = [{}, { weekday: 'narrow' }, { month: 'narrow' }, { timeZoneName: 'short' }];
for (const weekday of [undefined, 'long', 'short']) for (const year of [undefined, 'numeric', '2-digit'])
  for (const month of [undefined, 'numeric', '2-digit', 'long', 'short']) for (const day of [undefined, 'numeric', '2-digit']) options.push(clean({ weekday, year, month, day }));
for (const hour of [undefined, 'numeric', '2-digit']) for (const minute of [undefined, '2-digit', 'numeric']) for (const second of [undefined, '2-digit'])
  for (const more of [{}, { hour12: true }, { hour12: false }, { hourCycle: 'h23' }, { hourCycle: 'h12' }, { timeZoneName: 'short' }]) options.push(clean({ hour, minute, second, ...more }));
for (const d of [{ year: 'numeric', month: '2-digit', day: '2-digit' }, { year: 'numeric', month: 'short', day: 'numeric' }, { year: 'numeric', month: 'long', day: 'numeric' }, { weekday: 'long' },
  { weekday: 'short', month: 'short', day: 'numeric' }, { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' }, { month: 'long' }, { day: 'numeric' }])
  for (const t of [{ hour: '2-digit', minute: '2-digit' }, { hour: 'numeric', minute: '2-digit' }, { hour: '2-digit', minute: '2-digit', second: '2-digit' }, { hour: 'numeric', hour12: false },
    { hour: '2-digit', minute: '2-digit', timeZoneName: 'short' }, { hour: 'numeric' }]) options.push({ ...d, ...t });
for (const dateStyle of [undefined, 'full', 'long', 'medium', 'short']) for (const timeStyle of [undefined, 'medium', 'short']) if (dateStyle || timeStyle) options.push(clean({ dateStyle, timeStyle }));
const zones = ['UTC', 'America/New_York', 'Europe/London', 'Asia/Kolkata', 'Australia/Sydney'];
const times = [0, 1e12, 1709208000000, 1795384152296, Date.UTC(2026, 10, 22, 0, 5, 9), Date.UTC(2026, 6, 4, 12), Date.UTC(2026, 8, 4, 23, 59, 59)];
const dates = [];
let n = 0;
for (const locale of ['en-US', 'en-GB']) for (const o of options) for (const kind of ['String', 'DateString', 'TimeString']) {
  if (++n % 2 === 0) continue; // half of them, each in another zone at another time
  const time = times[n % times.length], timeZone = zones[n % zones.length];
  let answer = '';
  try { answer = new Date(time)['toLocale' + kind](locale, { ...o, timeZone }); } catch (e) { answer = '!' + e.name; }
  dates.push([time, locale, kind, { ...o, timeZone }, answer]);
}
fs.writeFileSync('dates.json', '[\n' + dates.map((d) => JSON.stringify(d)).join(',\n') + '\n]\n');

const numbers = [];
for (const x of [0, -0, 1, 123, 1234, 12345.678, 1234567.891, 0.0625, 1.0005, 2.5, 0.5, 1e21, 1e15 + 0.5, -1234.5678, 0.1 + 0.2, 999.9995, 1e-7, NaN, Infinity, -Infinity, 1.005, 8.345])
  for (const o of [undefined, { minimumFractionDigits: 2 }, { maximumFractionDigits: 0 }, { minimumFractionDigits: 2, maximumFractionDigits: 2 }, { style: 'percent' }, { style: 'percent', maximumFractionDigits: 1 }])
    numbers.push([Object.is(x, -0) ? '-0' : String(x), o ?? null, x.toLocaleString('en-US', o)]);
fs.writeFileSync('numbers.json', '[\n' + numbers.map((d) => JSON.stringify(d)).join(',\n') + '\n]\n');

const urls = [];
for (const input of ['http://h.test', 'https://h.test:443/', 'http://h.test:8080/a/b?c#d', 'HTTP://H.TEST/%7Efoo/../a', 'http://h.test/a/./b/../../c', 'http://h.test/a/%2e%2e/b', 'http:h.test/x', 'http:\\\\h.test\\x', 'http://u:p@h.test',
  'http://u@h.test/', 'http://a b.test', 'http://h.test/a b?c d#e f', 'http://h.test/?q=é&r=\'"<>', 'http://h.test/#é`', 'http://bücher.test/', 'http://xn--bcher-kva.test', 'http://127.1/', 'http://0x7f000001', 'http://017700000001/', 'http://256.1.1.1',
  'http://1.2.3.4.5/', 'http://[::1]/', 'http://[2001:DB8::0:1]:80/', 'http://[::1', 'http://h.test:99999', 'http://h.test:x', 'http://', 'http://?q', 'https:///h.test/', 'file:///a/b', 'mailto:a@b.test?subject=x y', 'javascript:alert(1)', 'data:text/plain,a b',
  'urn:isbn:1', 'custom://Host/a/../b', 'custom:/a/b', 'x', '', '//o.test/p', '/abs', 'rel', '../up', './here', '?q', '#f', 'a/../../../b', 'http://h.test/a//b///c', 'http://h.test/a/b/..', 'http://h.test/.', ' http://h.test/\t\n', 'ht\ntp://h.test', 'http://h.test/{}|^[]',
  'http://h.test/%zz%41', 'ws://h.test:80', 'wss://h.test:443/x', 'ftp://h.test:21/', 'http://user:pa%20ss@h.test:81/?a=1#b', 'http://h.test?x', 'http://h.test#x', 'http://.', 'http://a..b', 'http://%41.test/', 'blob:https://h.test/id', '\\\\o.test\\x', 'http://a_b.test/', 'https://h.test/\u{1F600}'])
  for (const base of [undefined, 'http://base.test/dir/file?q#f', 'mailto:x@y.test']) {
    let answer;
    try { answer = new URL(input, base).href; } catch (e) { answer = '!' + e.code; }
    urls.push([input, base ?? null, answer]);
  }
fs.writeFileSync('urls.json', '[\n' + urls.map((d) => JSON.stringify(d)).join(',\n') + '\n]\n');
