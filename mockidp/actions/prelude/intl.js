// Intl: DateTimeFormat and NumberFormat as far as the host knows them; the rest
// of Intl says that it is missing.
(function (host) {
  const localeOf = (locales) => {
    const first = Array.isArray(locales) ? locales[0] : locales;
    return first === undefined ? 'en-US' : String(first);
  };
  class DateTimeFormat {
    #locale; #options;
    constructor(locales, options = {}) {
      this.#locale = localeOf(locales);
      this.#options = { ...options };
      host('date', 0, this.#locale, this.#options, 'any'); // what it does not know is refused here
      this.format = (d) => host('date', d === undefined ? Date.now() : +d, this.#locale, this.#options, 'format');
    }
    resolvedOptions() {
      const { timeZone = 'UTC', ...rest } = this.#options;
      return { locale: this.#locale, calendar: 'gregory', numberingSystem: 'latn', timeZone, ...rest };
    }
    formatToParts() { throw new Error('Intl.DateTimeFormat formatToParts is not supported by this emulator yet'); }
    formatRange() { throw new Error('Intl.DateTimeFormat formatRange is not supported by this emulator yet'); }
  }
  class NumberFormat {
    #locale; #options;
    constructor(locales, options = {}) {
      this.#locale = localeOf(locales);
      this.#options = { ...options };
      host('number', 0, this.#locale, this.#options);
      this.format = (n) => host('number', typeof n === 'bigint' ? String(n) : Number(n), this.#locale, this.#options);
    }
    resolvedOptions() { return { locale: this.#locale, numberingSystem: 'latn', ...this.#options }; }
    formatToParts() { throw new Error('Intl.NumberFormat formatToParts is not supported by this emulator yet'); }
  }
  const callable = (Class) => {
    const f = function (locales, options) { return new Class(locales, options); };
    Object.defineProperty(f, 'name', { value: Class.name });
    f.prototype = Class.prototype;
    f.supportedLocalesOf = (locales) => [].concat(locales || []).filter((l) => l === 'en-US' || l === 'en-GB' || l === 'en');
    return f;
  };
  const Intl = { DateTimeFormat: callable(DateTimeFormat), NumberFormat: callable(NumberFormat) };
  for (const name of ['Collator', 'DisplayNames', 'DurationFormat', 'ListFormat', 'Locale', 'PluralRules', 'RelativeTimeFormat', 'Segmenter']) {
    Intl[name] = function () { throw new Error(`Intl.${name} is not supported by this emulator yet`); };
  }
  return { globals: { Intl }, modules: {} };
})
