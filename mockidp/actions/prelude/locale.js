// Locale methods of the built-in classes. The engine's own ignore their
// arguments; these answer as Node does or refuse. Loaded only for code that
// names one.
(function (host, need) {
  const put = (target, methods) => {
    for (const name of Object.keys(methods)) {
      Object.defineProperty(target, name, { __proto__: null, value: methods[name], writable: true, configurable: true });
    }
  };
  const { localeOf, optionsOf } = need('locales');
  const date = (kind) => function (d, locales, options) {
    if (!(d instanceof Date)) throw new TypeError('this is not a Date object.');
    const time = Date.prototype.getTime.call(d);
    return isNaN(time) ? 'Invalid Date' : host('date', host('dateFormat', localeOf(locales), optionsOf(options), kind), time);
  };
  const any = date('any'), day = date('date'), time = date('time');
  put(Date.prototype, {
    toLocaleString(locales, options) { return any(this, locales, options); },
    toLocaleDateString(locales, options) { return day(this, locales, options); },
    toLocaleTimeString(locales, options) { return time(this, locales, options); },
  });
  put(Number.prototype, {
    toLocaleString(locales, options) { return host('number', Number(this), localeOf(locales), optionsOf(options, 'Number.prototype.toLocaleString'), undefined, 'Number.prototype.toLocaleString'); },
  });
  put(BigInt.prototype, {
    toLocaleString(locales, options) { return host('number', String(this), localeOf(locales), optionsOf(options), undefined, 'BigInt.prototype.toLocaleString'); },
  });
  const compare = String.prototype.localeCompare;
  put(String.prototype, {
    localeCompare(that, locales, options) {
      if (options !== undefined || !/^en\b/.test(localeOf(locales))) {
        throw new RangeError('localeCompare with a locale other than English or with options is not supported by this emulator');
      }
      return compare.call(this, that);
    },
    toLocaleUpperCase(locales) { refuseSpecial(locales); return this.toUpperCase(); },
    toLocaleLowerCase(locales) { refuseSpecial(locales); return this.toLowerCase(); },
  });
  const refuseSpecial = (locales) => {
    if (/^(tr|az|lt)\b/.test(localeOf(locales))) throw new RangeError(`case mapping for ${localeOf(locales)} is not supported by this emulator`);
  };
  return { globals: {}, modules: {} };
})
