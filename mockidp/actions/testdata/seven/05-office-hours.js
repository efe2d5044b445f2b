// A second factor from anonymizers and outside office hours, where the person is.
const anonymous = ["anonymizers", "abuse"];

exports.onExecutePostLogin = async (event, api) => {
  const { timeZone, continentCode } = event.request.geoip;
  const { UntrustedIP } = event.authentication.riskAssessment.assessments;
  const hour = new Date().toLocaleTimeString("en-GB", { timeZone, hour: "2-digit" });
  const atWork = Number(hour) >= 9 && Number(hour) < 17;
  const category = UntrustedIP?.details?.category;
  console.log(`${hour} in ${timeZone} (${continentCode}), network: ${category ?? "ordinary"}`);
  if (!atWork || anonymous.includes(category)) api.multifactor.enable("any", { allowRememberBrowser: false });
};
