package actions

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// maxClaims bounds the custom claims of one token, names and values together
// (Auth0: "Create Custom Claims").
const maxClaims = 100_000

// reservedClaims are dropped in silence by the real service (Auth0: "Create
// Custom Claims", restricted claims). scope is not among them: it throws.
func reservedClaims() map[string]bool {
	return set(`acr act active amr at_hash ath attest aud auth_time authorization_details azp c_hash client_id cnf cty
		dest entitlements events exp groups gty htm htu iat internalService iss jcard jku jti jwe jwk kid may_act mky
		nbf nonce object_id org_id org_name orig origid permissions roles rph s_hash sid sip_callid sip_cseq_num
		sip_date sip_from_tag sip_via_branch sub sub_jwk toe txn typ uuid vot vtm x5t#S256`)
}

// profileScopes tells which scope an OpenID Connect profile claim needs on an
// access token (OpenID Connect Core 5.4).
func profileScopes() map[string]string {
	m := map[string]string{
		"email": "email", "email_verified": "email", "address": "address",
		"phone_number": "phone", "phone_number_verified": "phone",
	}
	for _, name := range strings.Fields(`birthdate family_name gender given_name locale middle_name name nickname picture
		preferred_username profile updated_at website zoneinfo`) {
		m[name] = "profile"
	}
	return m
}

var (
	reserved = reservedClaims()
	profile  = profileScopes()
)

// claimRules decide which custom claims of this login may be added.
type claimRules struct {
	scopes []string
	ownAPI bool // the access token is for the tenant's own API
}

// claimRulesFor reads them from the event; host is the tenant's own, with its port.
func claimRulesFor(ev *Event, host string) claimRules {
	var r claimRules
	if ev.Transaction != nil {
		r.scopes = ev.Transaction.RequestedScopes
	}
	if ev.ResourceServer != nil {
		path := ""
		if u, err := url.Parse(ev.ResourceServer.Identifier); err == nil && u.Host != "" && (u.Host == host || u.Host == ev.Request.Hostname) {
			path = strings.TrimSuffix(u.Path, "/")
		}
		r.ownAPI = path == "/api" || path == "/api/v2" || path == "/mfa"
	}
	return r
}

// dropped says why a claim may not be added; "" when it may.
func (r *claimRules) dropped(token, name string) string {
	if reserved[name] {
		return "`" + name + "` is reserved: not added, use a namespaced name such as https://example.com/" + name
	}
	if namespaced := strings.HasPrefix(name, "http://") || strings.HasPrefix(name, "https://"); namespaced {
		u, err := url.Parse(name)
		for _, own := range []string{"auth0.com", "webtask.io", "webtask.run"} {
			if err == nil && (u.Hostname() == own || strings.HasSuffix(u.Hostname(), "."+own)) {
				return "`" + name + "` is in a namespace of " + own + ", which is reserved: not added"
			}
		}
		return ""
	}
	if strings.HasPrefix(name, "urn:auth0") {
		return "`" + name + "` is in the namespace urn:auth0, which is reserved: not added"
	}
	if token != "access_token" {
		return ""
	}
	if scope := profile[name]; scope != "" && !slices.Contains(r.scopes, scope) {
		return fmt.Sprintf("`%s` is added to access tokens only if the scope %s was requested: not added", name, scope)
	}
	if r.ownAPI {
		return "`" + name + "` has no namespace and the access token is for this tenant's own API: not added"
	}
	return ""
}

// claimsOf lists the claims among commands.
func claimsOf(commands []Command) []Claim {
	claims := []Claim{}
	for _, c := range commands {
		token := ""
		switch c.Name {
		case "idToken.setCustomClaim":
			token = "id_token"
		case "accessToken.setCustomClaim":
			token = "access_token"
		default:
			continue
		}
		claim := Claim{Token: token, Line: c.Line}
		if len(c.Args) == 0 || json.Unmarshal(c.Args[0], &claim.Name) != nil {
			continue // no worker of ours sends this
		}
		if len(c.Args) > 1 {
			claim.Value = c.Args[1]
		}
		claims = append(claims, claim)
	}
	return claims
}

// addClaims takes a run's claims into the outcome, the last writer winning, and
// warns of those the real service would drop in silence.
func (o *Outcome) addClaims(run *ActionRun, rules claimRules) {
	for i := range run.Claims {
		c := &run.Claims[i]
		target := o.IDToken
		if c.Token == "access_token" {
			target = o.AccessToken
		}
		switch reason := rules.dropped(c.Token, c.Name); {
		case reason != "":
			c.Dropped = reason
			run.Warnings = addWarning(run.Warnings, c.Line, fmt.Sprintf("%s (line %d)", reason, c.Line))
		case c.Value == nil:
			delete(target, c.Name)
			c.Dropped = "undefined"
			run.Warnings = addWarning(run.Warnings, c.Line, fmt.Sprintf("%s is undefined, so the claim will be missing (line %d)", c.Name, c.Line))
		default:
			target[c.Name] = c.Value
		}
	}
	if run.Outcome != OutcomeOK && run.Outcome != OutcomeDenied {
		return
	}
	for token, claims := range map[string]map[string]json.RawMessage{"ID token": o.IDToken, "access token": o.AccessToken} {
		if size := sizeOf(claims); size > maxClaims {
			run.Outcome = OutcomeTooLarge
			run.Error = &Error{Name: "Error", Message: fmt.Sprintf("The custom claims of the %s take %d bytes; at most %d are allowed", token, size, maxClaims)}
		}
	}
}
