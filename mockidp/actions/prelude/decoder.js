// The module string_decoder: the npm package, which is Node's own code.
(function (host, need, bundled) {
  return { globals: {}, modules: { string_decoder: bundled('string_decoder/lib/string_decoder.js') } };
})
