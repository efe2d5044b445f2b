package provider

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"example.com/postlogin/mockidp/store"
)

// clientSuffix ends the sub of a token that a client got for itself, as on Auth0.
const clientSuffix = "@clients"

// clientCredentials gives a client a token for itself (RFC 6749 section 4.4). No
// user takes part: no login is counted and no post-login Action runs. At Auth0
// each client is authorized for each API; this mock trusts any client with a
// secret, for all that Config.ClientScopes names.
func (p *Provider) clientCredentials(ctx context.Context, c *store.Client, v url.Values) (issued, error) {
	audience := v.Get("audience")
	switch {
	case c.Public(): // section 4.4.2
		return issued{}, &oauthError{Code: "unauthorized_client", Text: "client_credentials needs a client with a secret", Status: http.StatusForbidden}
	case audience == "": // Auth0: "Client Credentials Flow"
		return issued{}, refuse(invalidRequest, "audience is missing: name the API that the token is for, for example %sapi/v2/", p.cfg.Issuer)
	}
	scope, err := p.clientScope(audience, v.Get("scope"))
	if err != nil {
		return issued{}, err
	}
	now := p.now()
	g := &store.Grant{ClientID: c.ID, UserID: c.ID + clientSuffix, Scope: scope, Audience: audience, CreatedAt: now}
	return p.issueAtOnce(ctx, c, nil, g, nil, now)
}

// clientScope is what a client that asks for asked gets. An API whose scopes are
// known gives all of them to a client that asks for nothing, and no others; of
// any other API a client gets what it asks for.
func (p *Provider) clientScope(audience, asked string) (string, error) {
	if err := checkScopeText(asked); err != nil {
		return "", err
	}
	asked = normalScope(asked)
	var known []string
	if p.cfg.ClientScopes != nil {
		known = p.cfg.ClientScopes(audience)
	}
	if asked == "" {
		return strings.Join(known, " "), nil
	}
	for _, s := range strings.Fields(asked) {
		switch {
		case s == scopeOpenID || s == scopeOffline:
			return "", refuse(invalidScope, "scope %s is about a user, and client_credentials has none", s)
		case len(known) > 0 && !slices.Contains(known, s):
			return "", &oauthError{Code: accessDenied, Text: "Client has not been granted scopes: " + s, Status: http.StatusForbidden} // Auth0's text
		}
	}
	return asked, nil
}

// ClientScopes returns the scopes of r's bearer token, a token of this provider
// for an audience that fits and that a client got for itself, by
// client_credentials. ok is false for any other token: a user's is none, whatever
// scopes the user asked for.
func (p *Provider) ClientScopes(r *http.Request, fits func(audience string) bool) (scopes []string, ok bool) {
	scheme, bearer, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") { // RFC 6750 section 2.1
		return nil, false
	}
	t, g, err := p.cfg.Store.Token(r.Context(), store.HashSecret(bearer))
	if err != nil {
		if !errors.Is(err, store.ErrNotFound) {
			p.log.ErrorContext(r.Context(), "could not look up a client's token", "err", err)
		}
		return nil, false
	}
	if t.Kind != store.AccessToken || !p.active(t, g) || !fits(g.Audience) || g.UserID != g.ClientID+clientSuffix {
		return nil, false
	}
	return strings.Fields(t.Scope), true
}
