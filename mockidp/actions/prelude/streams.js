// The modules stream and string_decoder: the npm packages readable-stream and
// string_decoder, which are Node's own code, cut out for use elsewhere.
(function (host, need, bundled) {
  const { refused } = need('errors');
  const stream = bundled('readable-stream/lib/stream.js');
  // Web streams do not exist here; the package says so in other words.
  for (const Class of [stream.Readable, stream.Writable, stream.Duplex]) {
    for (const name of ['fromWeb', 'toWeb']) Class[name] = refused(`stream.${Class.name}.${name}`);
  }
  return { globals: {}, modules: { stream, 'stream/promises': stream.promises } };
})
