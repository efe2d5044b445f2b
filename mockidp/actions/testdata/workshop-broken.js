const axios = require("axios");
exports.onExecutePostLogin = async (event, api) => {
   //Send data to app via claim
   api.idToken.setCustomClaim(`stripeid`, event.user.app_metadata["stripe_cus"]);
   api.idToken.setCustomClaim(`datalakeid`, event.user.app_metadata["lakeid"]);
   api.idToken.setCustomClaim(`subscription`, event.user.app_metadata["subscription"]);
 }
};
