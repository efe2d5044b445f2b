package provider

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"example.com/postlogin/mockidp/store"
)

// Members of the claims parameter (OIDC Core 5.5).
const (
	claimsUserInfo = "userinfo"
	claimsIDToken  = "id_token"
)

// idTokenInput says what one ID token is made from.
type idTokenInput struct {
	client *store.Client
	user   *store.User
	grant  *store.Grant
	scope  string // what this token answers for; never more than the grant's
	nonce  string // empty on refresh: OIDC Core 12.2
	access string // access token that is issued with it, or empty
	code   string // code that is issued with it, or empty
}

// protocolClaim reports whether only the provider may set name in an ID token,
// also where it sets no such claim.
func protocolClaim(name string) bool {
	switch name {
	case "iss", "sub", "aud", "exp", "iat", "nbf", "jti", "nonce", "auth_time", "at_hash", "c_hash", "s_hash", "sid", "azp", "acr", "amr", "cnf", "org_id", "org_name":
		return true
	}
	return false
}

// idToken makes and signs an ID token (OIDC Core 2). Profile claims are in it as
// well as in userinfo, as Auth0 does (5.4 would allow userinfo only). Custom
// claims stand before protocol claims and can't take their names.
func (p *Provider) idToken(ctx context.Context, in idTokenInput) (string, error) {
	key, err := p.keys.signer(ctx, cmp.Or(in.client.Alg, p.cfg.DefaultAlg))
	if err != nil {
		return "", err
	}
	now := p.now()
	o := newObject(1 << 10)
	o.custom(in.grant.IDClaims, protocolClaim)
	p.userClaims(o, in.user, in.scope, in.grant.Claims[claimsIDToken], in.grant.IDClaims)
	o.str("iss", p.cfg.Issuer)
	o.str("sub", in.user.ID)
	o.str("aud", in.client.ID)
	o.num("iat", now.Unix())
	o.num("exp", now.Add(lifetime(in.client.IDTokenLifetime, idTokenTTL)).Unix())
	o.num("auth_time", in.grant.AuthTime.Unix())
	o.opt("sid", in.grant.SessionID)
	o.opt("acr", in.grant.ACR)
	if len(in.grant.AMR) > 0 {
		o.list("amr", in.grant.AMR...)
	}
	o.opt("org_id", in.grant.OrganizationID)
	o.opt("org_name", in.grant.OrganizationName)
	o.opt("nonce", in.nonce)
	if in.access != "" {
		o.str("at_hash", leftHalf(in.access)) // 3.1.3.6
	}
	if in.code != "" {
		o.str("c_hash", leftHalf(in.code)) // 3.3.2.11
	}
	return key.sign(typIDToken, o.bytes())
}

// leftHalf is the left half of the SHA-256, as both RS256 and ES256 want it.
func leftHalf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
}

// userClaims writes the standard claims that scope or the claims parameter asks
// for (OIDC Core 5.4, 5.5), as far as they are known. A custom claim of the same
// name stands already and wins.
func (p *Provider) userClaims(o *object, u *store.User, scope string, asked map[string]json.RawMessage, custom store.Claims) {
	scopes := strings.Fields(scope)
	wanted := func(scope, name string) bool {
		if custom.Has(name) {
			return false
		}
		_, byName := asked[name]
		return byName || slices.Contains(scopes, scope)
	}
	for _, c := range []struct{ scope, name, value string }{
		{scopeProfile, "name", u.Name},
		{scopeProfile, "given_name", u.GivenName},
		{scopeProfile, "family_name", u.FamilyName},
		{scopeProfile, "nickname", u.Nickname},
		{scopeProfile, "picture", u.Picture},
		{scopeEmail, "email", u.Email},
	} {
		if c.value != "" && wanted(c.scope, c.name) {
			o.str(c.name, c.value)
		}
	}
	if u.Email != "" && wanted(scopeEmail, "email_verified") {
		o.boolean("email_verified", u.EmailVerified)
	}
	if !u.UpdatedAt.IsZero() && wanted(scopeProfile, "updated_at") {
		o.num("updated_at", u.UpdatedAt.Unix()) // 5.1: a number, though Auth0 writes a date
	}
}

// lifetime is the client's own or the provider's default.
func lifetime(own, fallback time.Duration) time.Duration { return cmp.Or(own, fallback) }
