// Writes ../../localedata from what Node 20 answers: node localedata.js, in this
// folder; it takes minutes. Names of zones come from zones.txt as it is there.
const fs = require('fs');
const dir = '../../localedata/';
const locales = ['en-US', 'en-GB'];
const widths = { undefined: '-', numeric: 'n', '2-digit': '2', long: 'l', short: 's', narrow: 'r' };
const present = (o) => Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined));

// A pattern is read off the parts of a time at which no two fields look alike.
const at = Date.UTC(2003, 1, 4, 5, 6, 7, 8);
const letters = {
  weekday: { Tuesday: 'EEEE', Tue: 'EEE', T: 'EEEEE' }, year: { 2003: 'y', '03': 'yy' }, month: { 2: 'M', '02': 'MM', February: 'MMMM', Feb: 'MMM', F: 'MMMMM' }, day: { 4: 'd', '04': 'dd' },
  minute: { 6: 'm', '06': 'mm' }, second: { 7: 's', '07': 'ss' }, timeZoneName: { UTC: 'z', 'Coordinated Universal Time': 'zzzz' }, dayPeriod: { AM: 'a', am: 'a' },
};
const pattern = (locale, options) => {
  const f = new Intl.DateTimeFormat(locale, { ...present(options), timeZone: 'UTC' });
  const hour = { h11: 'K', h12: 'h', h23: 'H', h24: 'k' }[f.resolvedOptions().hourCycle];
  return f.formatToParts(at).map(({ type, value }) => {
    if (type === 'literal') return value.replace(/[A-Za-z']+/g, (w) => `'${w}'`);
    const field = type === 'hour' ? { 5: hour, '05': hour + hour }[value] : letters[type][value];
    if (!field) throw new Error(`${type} ${value}`);
    return field;
  }).join('');
};
const axes = { weekday: [undefined, 'long', 'short', 'narrow'], year: [undefined, 'numeric', '2-digit'], month: [undefined, 'numeric', '2-digit', 'long', 'short', 'narrow'], day: [undefined, 'numeric', '2-digit'], hour: [undefined, 'numeric', '2-digit'], minute: [undefined, 'numeric', '2-digit'], second: [undefined, 'numeric', '2-digit'] };
const cross = (names) => names.reduce((all, n) => all.flatMap((o) => axes[n].map((v) => ({ ...o, [n]: v }))), [{}]).filter((o) => Object.values(o).some(Boolean));
const code = (o) => Object.values(o).map((v) => widths[v]).join('');
const cycles = ['h11', 'h12', 'h23', 'h24'];

const patterns = [];
for (const locale of locales) {
  const add = (key, options) => patterns.push(`${locale}\t${key}\t${pattern(locale, options)}`);
  for (const o of cross(['weekday', 'year', 'month', 'day'])) add(code(o), o);
  for (const o of cross(['hour', 'minute', 'second'])) {
    if (o.hour && o.second && !o.minute) continue; // 5 (second: 7)
    for (const hourCycle of o.hour ? cycles : [undefined]) {
      for (const weekday of axes.weekday) add((weekday ? widths[weekday] + '.' : '') + code(o) + (hourCycle || ''), { weekday, ...o, hourCycle });
      add('z.' + code(o) + (hourCycle || ''), { ...o, hourCycle, timeZoneName: 'short' });
    }
  }
  for (const style of ['full', 'long', 'medium', 'short']) {
    add('date.' + style, { dateStyle: style });
    for (const hourCycle of cycles) add(`time.${style}.${hourCycle}`, { timeStyle: style, hourCycle });
  }
}
fs.writeFileSync(dir + 'patterns.txt', patterns.join('\n') + '\n');

// The names of a zone from 1970 to 2037: a period ends when an offset gets
// another name than it had in it.
const end = Date.UTC(2038, 0, 1), step = 6 * 86400e3;
const periodsOf = (locale, timeZoneName, timeZone) => {
  const last = (style) => { const f = new Intl.DateTimeFormat(style[0], { timeZone, hour: 'numeric', timeZoneName: style[1] }); return (t) => f.formatToParts(t).pop().value; };
  const name = last([locale, timeZoneName]), offset = last(['en-US', 'longOffset']);
  const periods = [[0, {}]];
  let previous = null, before = 0;
  for (let t = 0; t < end; before = t, t += step) {
    const now = offset(t) + '|' + name(t);
    if (now === previous) continue;
    let low = before, high = previous === null ? 0 : t;
    while (high - low > 60000) {
      const middle = Math.floor((low + high) / 120000) * 60000;
      if (middle <= low) break;
      if (offset(middle) + '|' + name(middle) === previous) low = middle; else high = middle;
    }
    const [o, n] = now.split('|'), map = periods[periods.length - 1][1];
    if (map[o] !== undefined && map[o] !== n) periods.push([high, { [o]: n }]); else map[o] = n;
    previous = now;
  }
  return periods;
};
const minutes = (offset) => { const m = /^GMT(?:([+-])(\d\d):(\d\d))?$/.exec(offset); if (!m) return NaN; return m[1] ? (m[1] === '-' ? -1 : 1) * (m[2] * 60 + +m[3]) : 0; };
// What the emulator writes for an offset without a name.
const gmt = (m, style) => {
  const h = Math.floor(Math.abs(m) / 60), rest = Math.abs(m) % 60, two = (n) => String(n).padStart(2, '0');
  return m === 0 ? 'GMT' : `GMT${m < 0 ? '-' : '+'}` + (style === 'long' ? `${two(h)}:${two(rest)}` : h + (rest ? ':' + two(rest) : ''));
};
const compact = (periods, style) => periods.map(([since, map]) => `${since / 1000}@` + Object.entries(map).filter(([o, n]) => !isNaN(minutes(o)) && n !== gmt(minutes(o), style)).map(([o, n]) => `${minutes(o)}=${n}`).join(',')).join(';').replace(/^0@$/, '');

const names = fs.readFileSync(dir + 'zones.txt', 'utf8').trim().split('\n').map((line) => line.split('\t')[0]);
const canonical = new Map(names.map((n) => [n, new Intl.DateTimeFormat('en', { timeZone: n }).resolvedOptions().timeZone]));
// Etc/Greenwich goes by the name of UTC, but its time is called GMT.
const own = (n, c) => {
  const names = (z) => ['short', 'long'].map((s) => new Intl.DateTimeFormat('en-US', { timeZone: z, hour: 'numeric', timeZoneName: s }).formatToParts(0).pop().value);
  const mine = names(n);
  return mine.join() === names(c).join() ? '' : `\t0@0=${mine[0]}\t=\t0@0=${mine[1]}\t=`;
};
const lines = [...canonical].filter(([n, c]) => n !== c).map(([n, c]) => `${n}\t${c}` + own(n, c));
for (const zone of new Set(canonical.values())) {
  const [us, gb, usLong, gbLong] = [['en-US', 'short'], ['en-GB', 'short'], ['en-US', 'long'], ['en-GB', 'long']].map(([l, s]) => compact(periodsOf(l, s, zone), s));
  lines.push([zone, us, gb === us ? '=' : gb, usLong, gbLong === usLong ? '=' : gbLong].join('\t'));
}
fs.writeFileSync(dir + 'zones.txt', lines.sort().join('\n') + '\n');
