package provider

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"example.com/postlogin/mockidp/store"
)

// Grant types (RFC 6749 sections 4.1.3, 4.3, 4.4 and 6).
const (
	grantCode          = "authorization_code"
	grantRefresh       = "refresh_token"
	grantPassword      = "password"
	grantPasswordRealm = "http://auth0.com/oauth/grant-type/password-realm" // Auth0's: names the connection
	grantClient        = "client_credentials"
)

// token is the token endpoint (RFC 6749 section 3.2). Every grant goes through
// the same steps: parameters, client authentication, then its own checks.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) error {
	v, err := bodyParams(r)
	if err != nil {
		return err
	}
	c, err := p.authenticateClient(r, v)
	if err != nil {
		return err
	}
	var out issued
	switch v.Get("grant_type") {
	case grantCode:
		out, err = p.redeemCode(r.Context(), c, v)
	case grantRefresh:
		out, err = p.refresh(r, c, v)
	case grantPassword, grantPasswordRealm:
		out, err = p.passwordGrant(r, c, v)
	case grantClient:
		out, err = p.clientCredentials(r.Context(), c, v)
	case "":
		err = refuse(invalidRequest, "grant_type is missing")
	default:
		err = refuse("unsupported_grant_type", "grant_type: expected authorization_code, refresh_token, password or client_credentials, got %q", truncate(v.Get("grant_type"), 60))
	}
	if err != nil {
		return err
	}
	if out.transaction != "" { // not standard: where the story of these tokens can be read
		w.Header().Set(TransactionHeader, out.transaction)
	}
	writeJSON(w, http.StatusOK, out.body)
	return nil
}

// TransactionHeader names, in a token answer, the run of the login flow that gave
// its claims, so that an app can ask for it. Tokens themselves stay standard.
const TransactionHeader = "Mockidp-Transaction"

// issued is one token answer and the rows that must be stored before it is sent.
type issued struct {
	body        []byte
	rows        []*store.Token
	transaction string // the grant's
}

// issue makes the tokens for grant g and the answer of RFC 6749 section 5.1.
// Nothing is stored yet: all that can fail comes before the row that decides
// which of several callers wins.
func (p *Provider) issue(ctx context.Context, c *store.Client, u *store.User, g *store.Grant, scope, nonce string, now time.Time) (issued, error) {
	access, row, err := p.accessToken(ctx, c, g, scope, now)
	if err != nil {
		return issued{}, err
	}
	out := issued{rows: []*store.Token{row}, transaction: g.TransactionID}
	o := newObject(2 << 10)
	o.str("access_token", access)
	if g.HasScope(scopeOffline) { // OIDC Core 11
		refresh := randomToken()
		out.rows = append(out.rows, &store.Token{Hash: store.HashSecret(refresh), Kind: store.RefreshToken, GrantID: g.ID, Scope: g.Scope,
			CreatedAt: now, ExpiresAt: refreshEnd(c, g, now)})
		o.str("refresh_token", refresh)
	}
	if hasScope(scope, scopeOpenID) {
		id, err := p.idToken(ctx, idTokenInput{client: c, user: u, grant: g, scope: scope, nonce: nonce, access: access})
		if err != nil {
			return issued{}, err
		}
		o.str("id_token", id)
	}
	o.str("scope", scope)
	o.num("expires_in", int64(row.ExpiresAt.Sub(now).Seconds()))
	o.str("token_type", "Bearer")
	out.body = o.bytes()
	return out, nil
}

func hasScope(list, scope string) bool { return slices.Contains(strings.Fields(list), scope) }

// withoutSecrets is what PostLogin may see of a token request.
func withoutSecrets(v url.Values) url.Values {
	out := url.Values{}
	for name, values := range v {
		switch name {
		case "client_secret", "client_assertion", "code", "code_verifier", "refresh_token", "token", "password":
		default:
			out[name] = values
		}
	}
	return out
}
