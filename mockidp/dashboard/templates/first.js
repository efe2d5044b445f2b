/**
 * Runs when somebody has logged in, before the tokens are made.
 *
 * @param {Event} event - who logs in, from where, and at which application
 * @param {PostLoginAPI} api - what this Action may do about it
 */
exports.onExecutePostLogin = async (event, api) => {
};

/**
 * Runs when the person comes back from where this Action sent them
 * (api.redirect, api.prompt). Take the comment marks away to use it.
 *
 * @param {Event} event - as above
 * @param {PostLoginAPI} api - as above
 */
// exports.onContinuePostLogin = async (event, api) => {
// };
