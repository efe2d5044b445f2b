// Asks 05-office-hours.js for its decision at many times: used by answers.js in
// Node and by the test in an Action, so that both ask the same.
const RealDate = Date;

// at runs f while the clock stands still.
exports.at = async (ms, f) => {
  globalThis.Date = class extends RealDate {
    constructor(...args) { if (args.length) super(...args); else super(ms); }
    static now() { return ms; }
  };
  try { return await f(); } finally { globalThis.Date = RealDate; }
};

// times are all hours of a day in winter and of one in summer, at the start and
// at the end of each, and those around the changes of the clock.
exports.times = (changes) => {
  const list = [];
  for (const month of [0, 6]) for (let h = 0; h < 24; h++) list.push(Date.UTC(2026, month, 14, h), Date.UTC(2026, month, 14, h, 59, 59, 999));
  for (const change of changes) for (let h = -12; h <= 12; h++) list.push(change + h * 3600e3 - 1, change + h * 3600e3);
  return list;
};

// changes are the moments in 2026 at which the clock of a zone changes.
exports.changes = (timeZone) => {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const offset = (ms) => {
    const p = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second) - ms;
  };
  const found = [], day = 24 * 3600e3;
  for (let t = Date.UTC(2026, 0, 1); t < Date.UTC(2027, 0, 1); t += day) {
    if (offset(t) === offset(t + day)) continue;
    let [low, high] = [t, t + day];
    while (high - low > 1000) {
      const middle = low + Math.floor((high - low) / 2000) * 1000;
      if (offset(middle) === offset(low)) low = middle; else high = middle;
    }
    found.push(high);
  }
  return found;
};

// decide is one character for each time: 1 with a second factor, 0 without.
exports.decide = async (handler, timeZone, times) => {
  let decisions = "";
  for (const ms of times) {
    let asked = 0;
    const event = { request: { geoip: { timeZone, continentCode: "EU" } }, authentication: { riskAssessment: { assessments: {} } } };
    await exports.at(ms, () => handler(event, { multifactor: { enable() { asked = 1; } } }));
    decisions += asked;
  }
  return decisions;
};
