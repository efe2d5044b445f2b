// What is known of a login goes to a data lake.
const axios = require("axios");
const parser = require("ua-parser-js");

exports.onExecutePostLogin = async (event, api) => {
  const { browser, os, device } = parser(event.request.user_agent);
  const [{ provider, isSocial } = {}] = event.user.identities;
  const record = {
    user: event.user.user_id,
    at: new Date().toISOString(),
    browser: `${browser.name} ${browser.major}`,
    os: os.name,
    mobile: device.type === "mobile",
    provider, isSocial,
    where: [event.request.geoip.latitude, event.request.geoip.longitude],
    first: event.stats.logins_count === 1,
    missing: event.user.no_such_member,
  };
  const response = await axios({ method: "post", url: `${event.secrets.LAKE_URL}/logins`, params: { source: event.tenant.id, tags: ["login", "web"] }, data: record, timeout: 3000 });
  console.log(response.status, response.data, record);
};
