package actions

import "github.com/dop251/goja"

// An apiGroup is one member of the post-login `api` object (Auth0: "Actions
// Triggers: post-login - API Object") with its methods.
type apiGroup struct {
	name    string
	methods []apiMethod
}

// An apiMethod is one method; run sees its arguments and returns its value.
type apiMethod struct {
	name   string
	params string // names of its parameters, for length and toString
	run    func(*apiCall) goja.Value
	does   support // what of the real method it does, for docs/actions.md
}

// apiGroups is the whole api of the trigger, in the order of the documentation.
func apiGroups() []apiGroup {
	devices := partly("devices are played: the page offers to approve or to refuse for them")
	ownRoles := partly("the user's own roles; organizations give none")
	noGroups := partly("no user is in a group here")
	return []apiGroup{
		{"access", []apiMethod{{"deny", "reason", (*apiCall).deny, yes()}}},
		{"accessToken", []apiMethod{
			{"addScope", "scope", (*apiCall).changeScope, yes()},
			{"removeScope", "scope", (*apiCall).changeScope, yes()},
			{"setCustomClaim", "name, value", (*apiCall).setCustomClaim, yes()},
		}},
		{"authentication", []apiMethod{
			{"challengeWith", "factor, options", (*apiCall).factorWith, devices},
			{"challengeWithAny", "factors", (*apiCall).factorWithAny, devices},
			{"enrollWith", "factor, options", (*apiCall).factorWith, devices},
			{"enrollWithAny", "factors", (*apiCall).factorWithAny, devices},
			{"recordMethod", "url", (*apiCall).recordMethod, yes()},
			{"setPrimaryUser", "primary_user_id", (*apiCall).setPrimaryUser, yes()},
		}},
		{"cache", []apiMethod{
			{"delete", "key", (*apiCall).cacheDelete, yes()},
			{"get", "key", (*apiCall).cacheGet, yes()},
			{"set", "key, value, options", (*apiCall).cacheSet, yes()},
		}},
		{"groups", []apiMethod{
			{"getUserGroups", "options", (*apiCall).getUserGroups, noGroups},
			{"hasGroupMembership", "groups", (*apiCall).hasGroupMembership, noGroups},
		}},
		{"idToken", []apiMethod{{"setCustomClaim", "name, value", (*apiCall).setCustomClaim, yes()}}},
		{"multifactor", []apiMethod{{"enable", "provider, options", (*apiCall).enableMFA, partly("every provider leads to this provider's own pages; of providerOptions nothing is done")}}},
		{"prompt", []apiMethod{{"render", "promptId, options", (*apiCall).render, partly("the form has the fields that the Action fills in: there is no form editor")}}},
		{"redirect", []apiMethod{
			{"canRedirect", "", (*apiCall).canRedirect, yes()},
			{"encodeToken", "options", (*apiCall).encodeToken, yes()},
			{"sendUserTo", "url, options", (*apiCall).sendUserTo, yes()},
			{"validateToken", "options", (*apiCall).validateToken, yes()},
		}},
		{"refreshToken", []apiMethod{
			{"deleteMetadata", "key", (*apiCall).deleteTokenMetadata, yes()},
			{"evictMetadata", "", (*apiCall).deleteTokenMetadata, yes()},
			{"revoke", "reason", (*apiCall).revokeRefreshToken, yes()},
			{"setExpiresAt", "absolute", (*apiCall).setExpiry, yes()},
			{"setIdleExpiresAt", "idle", (*apiCall).setExpiry, yes()},
			{"setMetadata", "key, value", (*apiCall).setTokenMetadata, yes()},
		}},
		{"roles", []apiMethod{
			{"getUserEffectiveRoles", "options", (*apiCall).effectiveRoles, ownRoles},
			{"getUserEffectiveRolesByIds", "ids", (*apiCall).effectiveRolesBy, ownRoles},
			{"getUserEffectiveRolesByNames", "names", (*apiCall).effectiveRolesBy, ownRoles},
		}},
		{"rules", []apiMethod{{"wasExecuted", "ruleId", (*apiCall).wasExecuted, partly("false: there are no Rules")}}},
		{"samlResponse", samlSetters("setAttribute", "setAudience", "setRecipient", "setCreateUpnClaim", "setPassthroughClaimsWithNoMapping",
			"setMapUnknownClaimsAsIs", "setMapIdentities", "setSignatureAlgorithm", "setDigestAlgorithm", "setDestination",
			"setLifetimeInSeconds", "setSignResponse", "setNameIdentifierFormat", "setNameIdentifierProbes", "setAuthnContextClassRef",
			"setSigningCert", "setIncludeAttributeNameFormat", "setTypedAttributes", "setEncryptionCert", "setEncryptionPublicKey",
			"setCert", "setKey", "setRelayState", "setIssuer", "setEncryptionAlgorithm")},
		{"session", []apiMethod{
			{"deleteMetadata", "key", (*apiCall).deleteTokenMetadata, yes()},
			{"evictMetadata", "", (*apiCall).deleteTokenMetadata, yes()},
			{"revoke", "reason, options", (*apiCall).revokeSession, yes()},
			{"setCookieMode", "mode", (*apiCall).setCookieMode, yes()},
			{"setExpiresAt", "absolute", (*apiCall).setExpiry, yes()},
			{"setIdleExpiresAt", "idle", (*apiCall).setExpiry, yes()},
			{"setMetadata", "key, value", (*apiCall).setTokenMetadata, yes()},
		}},
		{"transaction", []apiMethod{{"setMetadata", "key, value", (*apiCall).setTransactionMetadata, yes()}}},
		{"user", []apiMethod{
			{"setAppMetadata", "name, value", (*apiCall).setMetadata, yes()},
			{"setUserMetadata", "name, value", (*apiCall).setMetadata, yes()},
		}},
		{"validation", []apiMethod{{"error", "errorCode, errorMessage", (*apiCall).validationError, yes()}}},
	}
}

// samlSetters exist and chain, and do nothing: there is no SAML here.
func samlSetters(names ...string) []apiMethod {
	methods := make([]apiMethod, len(names))
	for i, name := range names {
		methods[i] = apiMethod{name, "value", func(c *apiCall) goja.Value {
			c.r.warn(c.line, "api."+c.name+" has no effect: this provider speaks no SAML")
			return c.r.api
		}, no("accepted and ignored, with a warning: there is no SAML")}
	}
	return methods
}
