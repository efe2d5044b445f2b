// Locale methods of the built-in classes. The engine's own ignore their
// arguments; these answer as Node does or refuse. Loaded only for code that
// names one.
(function (host) {
  const put = (target, methods) => {
    for (const name of Object.keys(methods)) {
      Object.defineProperty(target, name, { __proto__: null, value: methods[name], writable: true, configurable: true });
    }
  };
  const localeOf = (locales) => {
    const first = Array.isArray(locales) ? locales[0] : locales;
    return first === undefined ? 'en-US' : String(first);
  };
  const date = (kind) => function (d, locales, options) {
    if (!(d instanceof Date)) throw new TypeError('this is not a Date object.');
    return isNaN(d) ? 'Invalid Date' : host('date', d.getTime(), localeOf(locales), options, kind);
  };
  const any = date('any'), day = date('date'), time = date('time');
  put(Date.prototype, {
    toLocaleString(locales, options) { return any(this, locales, options); },
    toLocaleDateString(locales, options) { return day(this, locales, options); },
    toLocaleTimeString(locales, options) { return time(this, locales, options); },
  });
  put(Number.prototype, {
    toLocaleString(locales, options) { return host('number', Number(this), localeOf(locales), options); },
  });
  put(BigInt.prototype, {
    toLocaleString(locales, options) { return host('number', String(this), localeOf(locales), options); },
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
