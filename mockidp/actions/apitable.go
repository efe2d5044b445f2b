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
}

// apiGroups is the whole api of the trigger, in the order of the documentation.
func apiGroups() []apiGroup {
	return []apiGroup{
		{"access", []apiMethod{{"deny", "reason", (*apiCall).deny}}},
		{"accessToken", []apiMethod{
			{"addScope", "scope", (*apiCall).changeScope},
			{"removeScope", "scope", (*apiCall).changeScope},
			{"setCustomClaim", "name, value", (*apiCall).setCustomClaim},
		}},
		{"authentication", []apiMethod{
			{"challengeWith", "factor, options", (*apiCall).factorWith},
			{"challengeWithAny", "factors", (*apiCall).factorWithAny},
			{"enrollWith", "factor, options", (*apiCall).factorWith},
			{"enrollWithAny", "factors", (*apiCall).factorWithAny},
			{"recordMethod", "url", (*apiCall).recordMethod},
			{"setPrimaryUser", "primary_user_id", (*apiCall).setPrimaryUser},
		}},
		{"cache", []apiMethod{
			{"delete", "key", (*apiCall).cacheDelete},
			{"get", "key", (*apiCall).cacheGet},
			{"set", "key, value, options", (*apiCall).cacheSet},
		}},
		{"groups", []apiMethod{
			{"getUserGroups", "options", (*apiCall).getUserGroups},
			{"hasGroupMembership", "groups", (*apiCall).hasGroupMembership},
		}},
		{"idToken", []apiMethod{{"setCustomClaim", "name, value", (*apiCall).setCustomClaim}}},
		{"multifactor", []apiMethod{{"enable", "provider, options", (*apiCall).enableMFA}}},
		{"prompt", []apiMethod{{"render", "promptId, options", (*apiCall).render}}},
		{"redirect", []apiMethod{
			{"canRedirect", "", (*apiCall).canRedirect},
			{"encodeToken", "options", (*apiCall).encodeToken},
			{"sendUserTo", "url, options", (*apiCall).sendUserTo},
			{"validateToken", "options", (*apiCall).validateToken},
		}},
		{"refreshToken", []apiMethod{
			{"deleteMetadata", "key", (*apiCall).deleteTokenMetadata},
			{"evictMetadata", "", (*apiCall).deleteTokenMetadata},
			{"revoke", "reason", (*apiCall).revokeRefreshToken},
			{"setExpiresAt", "absolute", (*apiCall).setExpiry},
			{"setIdleExpiresAt", "idle", (*apiCall).setExpiry},
			{"setMetadata", "key, value", (*apiCall).setTokenMetadata},
		}},
		{"roles", []apiMethod{
			{"getUserEffectiveRoles", "options", (*apiCall).effectiveRoles},
			{"getUserEffectiveRolesByIds", "ids", (*apiCall).effectiveRolesBy},
			{"getUserEffectiveRolesByNames", "names", (*apiCall).effectiveRolesBy},
		}},
		{"rules", []apiMethod{{"wasExecuted", "ruleId", (*apiCall).wasExecuted}}},
		{"samlResponse", samlSetters("setAttribute", "setAudience", "setRecipient", "setCreateUpnClaim", "setPassthroughClaimsWithNoMapping",
			"setMapUnknownClaimsAsIs", "setMapIdentities", "setSignatureAlgorithm", "setDigestAlgorithm", "setDestination",
			"setLifetimeInSeconds", "setSignResponse", "setNameIdentifierFormat", "setNameIdentifierProbes", "setAuthnContextClassRef",
			"setSigningCert", "setIncludeAttributeNameFormat", "setTypedAttributes", "setEncryptionCert", "setEncryptionPublicKey",
			"setCert", "setKey", "setRelayState", "setIssuer", "setEncryptionAlgorithm")},
		{"session", []apiMethod{
			{"deleteMetadata", "key", (*apiCall).deleteTokenMetadata},
			{"evictMetadata", "", (*apiCall).deleteTokenMetadata},
			{"revoke", "reason, options", (*apiCall).revokeSession},
			{"setCookieMode", "mode", (*apiCall).setCookieMode},
			{"setExpiresAt", "absolute", (*apiCall).setExpiry},
			{"setIdleExpiresAt", "idle", (*apiCall).setExpiry},
			{"setMetadata", "key, value", (*apiCall).setTokenMetadata},
		}},
		{"transaction", []apiMethod{{"setMetadata", "key, value", (*apiCall).setTransactionMetadata}}},
		{"user", []apiMethod{
			{"setAppMetadata", "name, value", (*apiCall).setMetadata},
			{"setUserMetadata", "name, value", (*apiCall).setMetadata},
		}},
		{"validation", []apiMethod{{"error", "errorCode, errorMessage", (*apiCall).validationError}}},
	}
}

// samlSetters exist and chain, and do nothing: there is no SAML here.
func samlSetters(names ...string) []apiMethod {
	methods := make([]apiMethod, len(names))
	for i, name := range names {
		methods[i] = apiMethod{name, "value", func(c *apiCall) goja.Value {
			c.r.warn(c.line, "api."+c.name+" has no effect: this provider speaks no SAML")
			return c.r.api
		}}
	}
	return methods
}
