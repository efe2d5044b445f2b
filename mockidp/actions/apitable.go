package actions

import "github.com/dop251/goja"

// An apiGroup is one member of the post-login `api` object (Auth0: "Actions
// Triggers: post-login - API Object") with its methods.
type apiGroup struct {
	name    string
	methods []apiMethod
}

// An apiMethod is one command. A method without run is known and not built: it
// throws an error that says so, because a silent no-op would let a login pass
// that the real service would stop.
type apiMethod struct {
	name   string
	params string // names of its parameters, for length and toString
	run    func(*apiCall) goja.Value
}

// apiGroups is the whole api of the trigger, in the order of the documentation.
func apiGroups() []apiGroup {
	later := func(names ...string) []apiMethod {
		var methods []apiMethod
		for _, n := range names {
			methods = append(methods, apiMethod{name: n})
		}
		return methods
	}
	return []apiGroup{
		{"access", []apiMethod{{"deny", "reason", (*apiCall).deny}}},
		{"accessToken", append(later("addScope", "removeScope"), apiMethod{"setCustomClaim", "name, value", (*apiCall).setCustomClaim})},
		{"authentication", later("challengeWith", "challengeWithAny", "enrollWith", "enrollWithAny", "recordMethod", "setPrimaryUser")},
		{"cache", later("get", "set", "delete")},
		{"groups", later("getUserGroups", "hasGroupMembership")},
		{"idToken", []apiMethod{{"setCustomClaim", "name, value", (*apiCall).setCustomClaim}}},
		{"multifactor", later("enable")},
		{"prompt", later("render")},
		{"redirect", later("canRedirect", "encodeToken", "sendUserTo", "validateToken")},
		{"refreshToken", later("deleteMetadata", "evictMetadata", "revoke", "setExpiresAt", "setIdleExpiresAt", "setMetadata")},
		{"roles", later("getUserEffectiveRoles", "getUserEffectiveRolesByIds", "getUserEffectiveRolesByNames")},
		{"rules", later("wasExecuted")},
		{"samlResponse", later("setAttribute", "setAudience", "setRecipient", "setCreateUpnClaim", "setPassthroughClaimsWithNoMapping",
			"setMapUnknownClaimsAsIs", "setMapIdentities", "setSignatureAlgorithm", "setDigestAlgorithm", "setDestination",
			"setLifetimeInSeconds", "setSignResponse", "setNameIdentifierFormat", "setNameIdentifierProbes", "setAuthnContextClassRef",
			"setSigningCert", "setIncludeAttributeNameFormat", "setTypedAttributes", "setEncryptionCert", "setEncryptionPublicKey",
			"setCert", "setKey", "setRelayState", "setIssuer", "setEncryptionAlgorithm")},
		{"session", later("deleteMetadata", "evictMetadata", "revoke", "setCookieMode", "setExpiresAt", "setIdleExpiresAt", "setMetadata")},
		{"transaction", later("setMetadata")},
		{"user", []apiMethod{
			{"setAppMetadata", "name, value", (*apiCall).setMetadata},
			{"setUserMetadata", "name, value", (*apiCall).setMetadata},
		}},
		{"validation", later("error")},
	}
}
