// Sales hear of the first login from some countries.
const axios = require("axios");

exports.onExecutePostLogin = async (event, api) => {
  const vip = (event.secrets.VIP_COUNTRIES ?? "").split(",").map((s) => s.trim());
  const { countryCode3, countryName, cityName = "somewhere" } = event.request.geoip;
  if (event.stats.logins_count !== 1 || !vip.includes(countryCode3)) return;
  try {
    const { status } = await axios.post(event.secrets.SALES_URL, `New customer: ${event.user.name ?? event.user.email} from ${cityName}, ${countryName}`, {
      headers: { Title: "New customer", Priority: "high", Authorization: `Bearer ${event.secrets.SALES_TOKEN}` },
    });
    console.info("sales told:", status);
  } catch (error) {
    console.error("sales not told:", error.message);
  }
};
