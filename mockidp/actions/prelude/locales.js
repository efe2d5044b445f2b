// What the Locale methods and Intl share: which locale a script asks for.
(function () {
  const incorrect = () => { throw new RangeError('Incorrect locale information provided'); };
  const canonical = (tag) => {
    if (!/^[a-z]{2,8}(-[a-z0-9]{1,8})*$/i.test(tag)) incorrect();
    return /^en(-us|-gb)?$/i.test(tag) ? tag.slice(0, 2).toLowerCase() + tag.slice(2).toUpperCase() : tag;
  };
  // localeOf is the first that was asked for; Node knows nearly all there are.
  const localeOf = (locales) => {
    if (locales === undefined) return 'en-US';
    if (locales === null) throw new TypeError('Cannot convert undefined or null to object');
    if (typeof locales === 'string') return canonical(locales);
    const list = Array.from(locales);
    for (const tag of list) if (typeof tag !== 'string') throw new TypeError('Language ID should be string or object.');
    return list.length ? canonical(list[0]) : 'en-US';
  };
  const optionsOf = (options, asker) => {
    if (options === null) throw new TypeError(asker ? `${asker} called on null or undefined` : 'Cannot convert undefined or null to object');
    return options === undefined ? {} : Object(options);
  };
  return { globals: {}, modules: {}, localeOf, optionsOf, canonical };
})
