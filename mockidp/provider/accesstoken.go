package provider

import (
	"cmp"
	"context"
	"time"

	"example.com/postlogin/mockidp/store"
)

// accessToken makes an access token and the row that stands for it. It is an
// opaque random string unless the request named an API as its audience: then it
// is a JWT that the API can read (RFC 9068). Opaque ones save a signature, half
// the cost of a login; their claims are seen by introspection.
func (p *Provider) accessToken(ctx context.Context, c *store.Client, g *store.Grant, scope string, now time.Time) (string, *store.Token, error) {
	expires := now.Add(lifetime(c.AccessTokenLifetime, accessTokenTTL))
	token := randomToken()
	if p.forAPI(g) {
		var err error
		if token, err = p.jwtAccessToken(ctx, c, g, scope, now, expires); err != nil {
			return "", nil, err
		}
	}
	return token, &store.Token{Hash: store.HashSecret(token), Kind: store.AccessToken, GrantID: g.ID, Scope: scope, CreatedAt: now, ExpiresAt: expires}, nil
}

// forAPI reports whether the grant's audience is another than userinfo.
func (p *Provider) forAPI(g *store.Grant) bool {
	return g.Audience != "" && g.Audience != p.base+"/userinfo"
}

// audiences are who may accept g's access tokens: the API and, when there is
// something to see, userinfo (as on Auth0).
func (p *Provider) audiences(g *store.Grant, scope string) []string {
	var list []string
	if p.forAPI(g) {
		list = append(list, g.Audience)
	}
	if hasScope(scope, scopeOpenID) {
		list = append(list, p.base+"/userinfo")
	}
	return list
}

// protocolATClaim is protocolClaim for access tokens (RFC 9068 section 2.2).
func protocolATClaim(name string) bool {
	return protocolClaim(name) || name == "client_id" || name == "scope" || name == "typ"
}

func (p *Provider) jwtAccessToken(ctx context.Context, c *store.Client, g *store.Grant, scope string, now, expires time.Time) (string, error) {
	key, err := p.keys.signer(ctx, cmp.Or(c.Alg, p.cfg.DefaultAlg))
	if err != nil {
		return "", err
	}
	o := newObject(512)
	o.custom(g.ATClaims, protocolATClaim)
	o.str("iss", p.cfg.Issuer)
	o.str("sub", g.UserID)
	if aud := p.audiences(g, scope); len(aud) == 1 {
		o.str("aud", aud[0])
	} else {
		o.list("aud", aud...)
	}
	o.str("client_id", c.ID)
	o.str("azp", c.ID) // Auth0's name for client_id
	o.str("scope", scope)
	o.num("iat", now.Unix())
	o.num("exp", expires.Unix())
	if g.AuthTime.IsZero() { // no person took part
		o.str("gty", "client-credentials") // Auth0's
	} else {
		o.num("auth_time", g.AuthTime.Unix())
	}
	o.opt("org_id", g.OrganizationID)
	o.opt("org_name", g.OrganizationName)
	o.str("jti", randomToken())
	return key.sign(typAccessToken, o.bytes())
}
