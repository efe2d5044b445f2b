package provider

import (
	"errors"
	"net/http"

	"example.com/postlogin/mockidp/store"
)

// revoke is the revocation endpoint (RFC 7009). A refresh token takes its whole
// grant along, an access token only itself. token_type_hint is not needed.
func (p *Provider) revoke(w http.ResponseWriter, r *http.Request) error {
	v, err := bodyParams(r)
	if err != nil {
		return err
	}
	c, err := p.authenticateClient(r, v)
	if err != nil {
		return err
	}
	if v.Get("token") == "" {
		return refuse(invalidRequest, "token is missing")
	}
	t, g, err := p.cfg.Store.Token(r.Context(), store.HashSecret(v.Get("token")))
	switch {
	case errors.Is(err, store.ErrNotFound):
		// Section 2.2: what the client wants is the case already.
	case err != nil:
		return err
	case g.ClientID != c.ID: // section 2.1
		return refuse(invalidGrant, "the token was issued to another client")
	case t.Kind == store.RefreshToken:
		err = p.cfg.Store.RevokeGrant(r.Context(), g.ID, p.now())
	default:
		err = p.cfg.Store.RevokeToken(r.Context(), t.Hash, p.now())
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	w.WriteHeader(http.StatusOK)
	return nil
}
