// The module path: path-browserify, which is Node's code for POSIX systems, with
// the errors of today's Node. Auth0 runs on Linux; path.win32 is refused.
(function (host, need, bundled) {
  const { checkString, wrongType, refused } = need('errors');
  const source = bundled('path-browserify/index.js');
  const checked = (name, ...params) => function (...args) {
    params.forEach((param, i) => { if (i < args.length || !param.endsWith('?')) { if (!(param.endsWith('?') && args[i] === undefined)) checkString(args[i], param.replace('?', '')); } });
    return source[name](...args);
  };
  const path = { sep: '/', delimiter: ':' };
  for (const name of ['dirname', 'extname', 'isAbsolute', 'normalize', 'parse']) path[name] = checked(name, 'path');
  path.basename = checked('basename', 'path', 'suffix?');
  path.relative = checked('relative', 'from', 'to');
  path.join = (...parts) => { for (const p of parts) checkString(p, 'path'); return source.join(...parts); };
  path.resolve = (...parts) => { parts.forEach((p, i) => checkString(p, `paths[${i}]`)); return source.resolve(...parts); };
  path.format = (object) => {
    if (object === null || typeof object !== 'object') wrongType('pathObject', 'of type object', object);
    return source.format(object);
  };
  path.toNamespacedPath = (p) => p;
  path.posix = path;
  Object.defineProperty(path, 'win32', { enumerable: true, configurable: true, get: refused('path.win32') });
  for (const name of Object.keys(path)) if (name !== 'win32' && typeof path[name] === 'function') Object.defineProperty(path[name], 'name', { value: name });
  return { globals: {}, modules: { path, 'path/posix': path } };
})
