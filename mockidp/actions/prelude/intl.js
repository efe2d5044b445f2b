// Intl: DateTimeFormat, NumberFormat, PluralRules and ListFormat as far as the
// host knows them; the rest of Intl says that it is missing.
(function (host, need) {
  const { localeOf, optionsOf, canonical } = need('locales');
  const named = (pairs) => pairs.map(([type, value]) => ({ type, value }));
  const refuse = (name) => { throw new Error(`Intl.${name} is not supported by this emulator yet`); };
  const order = (all, names) => {
    const out = {};
    for (const name of names) if (all[name] !== undefined) out[name] = all[name];
    return out;
  };

  const dateNames = ['localeMatcher', 'calendar', 'numberingSystem', 'hour12', 'hourCycle', 'timeZone', 'weekday', 'era', 'year', 'month', 'day', 'dayPeriod', 'hour', 'minute', 'second', 'fractionalSecondDigits', 'timeZoneName', 'formatMatcher', 'dateStyle', 'timeStyle'];
  class DateTimeFormat {
    #locale; #styled; #compiled; #format;
    constructor(locales, options) {
      this.#locale = localeOf(locales);
      const o = order(optionsOf(options), dateNames);
      this.#styled = o.dateStyle !== undefined || o.timeStyle !== undefined;
      this.#compiled = host('dateFormat', this.#locale, o, 'format'); // what it does not know is refused here
      this.#format = (d) => this.#run(d);
    }
    #run(d, wanted) { return host('date', this.#compiled, d === undefined ? Date.now() : Number(d), wanted); }
    get format() { return this.#format; }
    formatToParts(d) { return named(this.#run(d, 'parts')); }
    resolvedOptions() {
      const r = host('dateOptions', this.#compiled);
      if (r.hourCycle) r.hour12 = r.hourCycle === 'h11' || r.hourCycle === 'h12';
      if (r.fractionalSecondDigits) r.fractionalSecondDigits = Number(r.fractionalSecondDigits);
      const fields = this.#styled ? [] : ['weekday', 'year', 'month', 'day', 'hour', 'minute', 'second', 'fractionalSecondDigits', 'timeZoneName'];
      return { locale: this.#locale, calendar: 'gregory', numberingSystem: 'latn', ...order(r, ['timeZone', 'hourCycle', 'hour12', ...fields, 'dateStyle', 'timeStyle']) };
    }
    formatRange() { refuse('DateTimeFormat.formatRange'); }
    formatRangeToParts() { refuse('DateTimeFormat.formatRangeToParts'); }
    get [Symbol.toStringTag]() { return 'Intl.DateTimeFormat'; }
  }

  const numberNames = ['localeMatcher', 'numberingSystem', 'style', 'currency', 'currencyDisplay', 'currencySign', 'unit', 'unitDisplay', 'notation', 'minimumIntegerDigits', 'minimumFractionDigits', 'maximumFractionDigits', 'minimumSignificantDigits', 'maximumSignificantDigits',
    'roundingIncrement', 'roundingMode', 'roundingPriority', 'trailingZeroDisplay', 'compactDisplay', 'useGrouping', 'signDisplay'];
  const digitNames = numberNames.slice(9, 14);
  const numeric = (n) => (typeof n === 'bigint' ? String(n) : Number(n));
  class NumberFormat {
    #locale; #options; #resolved; #format;
    constructor(locales, options) {
      this.#locale = localeOf(locales);
      this.#options = order(optionsOf(options), numberNames);
      this.#resolved = host('number', 0, this.#locale, this.#options, 'resolved', 'Intl.NumberFormat');
      this.#format = (n) => host('number', numeric(n), this.#locale, this.#options);
    }
    get format() { return this.#format; }
    formatToParts(n) { return named(host('number', numeric(n), this.#locale, this.#options, 'parts')); }
    resolvedOptions() { return { locale: this.#locale, numberingSystem: 'latn', ...this.#resolved, roundingMode: 'halfExpand', roundingIncrement: 1, trailingZeroDisplay: 'auto', roundingPriority: 'auto' }; }
    formatRange() { refuse('NumberFormat.formatRange'); }
    formatRangeToParts() { refuse('NumberFormat.formatRangeToParts'); }
    get [Symbol.toStringTag]() { return 'Intl.NumberFormat'; }
  }

  const known = (what, locales) => {
    const locale = localeOf(locales);
    if (!/^en(-US|-GB)?$/.test(locale)) throw new RangeError(`${what} for the locale "${locale}" is not supported by this emulator: it knows en, en-US and en-GB`);
    return locale;
  };
  const choice = (options, name, values, standard) => {
    const v = options[name];
    if (v === undefined) return standard;
    if (!values.includes(String(v))) throw new RangeError(`Value ${v} out of range for Intl options property ${name}`);
    return String(v);
  };
  class PluralRules {
    #locale; #type; #digits;
    constructor(locales, options) {
      this.#locale = known('a plural', locales);
      const o = optionsOf(options);
      this.#type = choice(o, 'type', ['cardinal', 'ordinal'], 'cardinal');
      this.#digits = new NumberFormat(this.#locale, { ...order(o, digitNames), useGrouping: false });
    }
    // CLDR: one is the integer 1 written without decimals; ordinals go by their last digits.
    select(n) {
      const text = this.#digits.format(Math.abs(Number(n)));
      if (this.#type === 'cardinal') return text === '1' ? 'one' : 'other';
      if (!/^\d+(\.0+)?$/.test(text)) return 'other';
      const last = Number(text) % 10, two = Number(text) % 100;
      return last === 1 && two !== 11 ? 'one' : last === 2 && two !== 12 ? 'two' : last === 3 && two !== 13 ? 'few' : 'other';
    }
    selectRange() { refuse('PluralRules.selectRange'); }
    resolvedOptions() { refuse('PluralRules.resolvedOptions'); }
    get [Symbol.toStringTag]() { return 'Intl.PluralRules'; }
  }
  class ListFormat {
    #locale; #type; #style;
    constructor(locales, options) {
      this.#locale = known('a list', locales);
      if (options !== undefined && (options === null || typeof options !== 'object')) throw new TypeError('Incorrect ListFormat information provided');
      const o = options || {};
      this.#type = choice(o, 'type', ['conjunction', 'disjunction', 'unit'], 'conjunction');
      this.#style = choice(o, 'style', ['long', 'short', 'narrow'], 'long');
      if (this.#type === 'unit' || this.#style !== 'long') throw new RangeError('Intl.ListFormat: the type unit and the styles short and narrow are not supported by this emulator');
    }
    formatToParts(list) {
      const items = [...list];
      for (const v of items) if (typeof v !== 'string') throw new TypeError('Iterable yielded ' + host('inspect', v) + ' which is not a string');
      const word = this.#type === 'conjunction' ? 'and' : 'or', parts = [];
      items.forEach((value, i) => {
        if (i > 0) parts.push({ type: 'literal', value: i < items.length - 1 ? ', ' : `${items.length > 2 && this.#locale !== 'en-GB' ? ',' : ''} ${word} ` });
        parts.push({ type: 'element', value });
      });
      return parts;
    }
    format(list) { return this.formatToParts(list).map((p) => p.value).join(''); }
    resolvedOptions() { return { locale: this.#locale, type: this.#type, style: this.#style }; }
    get [Symbol.toStringTag]() { return 'Intl.ListFormat'; }
  }

  const supported = (locales) => (locales === undefined ? [] : [].concat(locales).map((l) => canonical(String(l))).filter((l) => /^en(-US|-GB)?$/.test(l)));
  const callable = (Class) => {
    const f = function (locales, options) { return new Class(locales, options); };
    Object.defineProperty(f, 'name', { value: Class.name });
    f.prototype = Class.prototype;
    Object.defineProperty(Class.prototype, 'constructor', { value: f, writable: true, configurable: true });
    f.supportedLocalesOf = supported;
    return f;
  };
  PluralRules.supportedLocalesOf = ListFormat.supportedLocalesOf = supported;
  const Intl = { DateTimeFormat: callable(DateTimeFormat), NumberFormat: callable(NumberFormat), PluralRules, ListFormat };
  for (const name of ['Collator', 'DisplayNames', 'DurationFormat', 'Locale', 'RelativeTimeFormat', 'Segmenter', 'getCanonicalLocales', 'supportedValuesOf']) {
    Intl[name] = function () { refuse(name); };
  }
  return { globals: { Intl }, modules: {} };
})
