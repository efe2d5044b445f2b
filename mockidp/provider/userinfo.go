package provider

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"example.com/postlogin/mockidp/store"
)

// userinfo answers who the access token stands for (OIDC Core 5.3). The ID
// token's custom claims are there too, as on Auth0.
func (p *Provider) userinfo(w http.ResponseWriter, r *http.Request) error {
	bearer, err := bearerToken(r)
	if err != nil {
		return err
	}
	t, g, err := p.cfg.Store.Token(r.Context(), store.HashSecret(bearer))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err != nil || t.Kind != store.AccessToken || !p.active(t, g) {
		return bearerError(http.StatusUnauthorized, invalidToken, "the access token is unknown, expired or revoked")
	}
	if !hasScope(t.Scope, scopeOpenID) {
		return bearerError(http.StatusForbidden, insufficientScope, "the access token lacks scope openid")
	}
	u, err := p.cfg.Store.User(r.Context(), g.UserID)
	if errors.Is(err, store.ErrNotFound) {
		return bearerError(http.StatusUnauthorized, invalidToken, "the user no longer exists")
	}
	if err != nil {
		return err
	}
	o := newObject(512)
	o.str("sub", u.ID)
	p.userClaims(o, u, t.Scope, g.Claims[claimsUserInfo], g.IDClaims)
	o.custom(g.IDClaims, protocolClaim)
	writeJSON(w, http.StatusOK, o.bytes())
	return nil
}

// bearerToken reads the access token (RFC 6750 section 2): from the header or,
// on POST, from the form. Never from the query, which ends up in logs.
func bearerToken(r *http.Request) (string, error) {
	if r.URL.Query().Has("access_token") {
		return "", bearerError(http.StatusBadRequest, invalidRequest, "access_token belongs in the Authorization header, not in the query")
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		token = ""
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); r.Method == http.MethodPost && kind == "application/x-www-form-urlencoded" {
		if err := r.ParseForm(); err != nil {
			return "", bodyError(err)
		}
		switch body := r.PostForm["access_token"]; {
		case len(body) > 1 || len(body) == 1 && token != "":
			return "", bearerError(http.StatusBadRequest, invalidRequest, "more than one access token was sent")
		case len(body) == 1:
			token = body[0]
		}
	}
	if token = strings.TrimSpace(token); token == "" {
		// Nothing was sent: the challenge names no error (RFC 6750 section 3.1).
		return "", &oauthError{Code: invalidToken, Status: http.StatusUnauthorized, Text: "an access token is required", Challenge: `Bearer realm="mockidp"`}
	}
	return token, nil
}

// bearerError is an error with the challenge of RFC 6750 section 3. text must be
// plain ASCII without quotes.
func bearerError(status int, code, text string) error {
	return &oauthError{Code: code, Text: text, Status: status,
		Challenge: fmt.Sprintf(`Bearer realm="mockidp", error=%q, error_description=%q`, code, text)}
}
