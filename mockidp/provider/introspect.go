package provider

import (
	"errors"
	"net/http"

	"example.com/postlogin/mockidp/store"
)

// introspect is the introspection endpoint (RFC 7662), for resource servers that
// are registered as clients with a secret. It shows the custom claims of access
// tokens, which nobody can read out of an opaque one.
func (p *Provider) introspect(w http.ResponseWriter, r *http.Request) error {
	v, err := bodyParams(r)
	if err != nil {
		return err
	}
	c, err := p.authenticateClient(r, v)
	if err != nil {
		return err
	}
	if c.Public() {
		return errClientAuth // section 2.1: the caller must be authorized
	}
	if v.Get("token") == "" {
		return refuse(invalidRequest, "token is missing")
	}
	t, g, err := p.cfg.Store.Token(r.Context(), store.HashSecret(v.Get("token")))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err != nil || !p.active(t, g) || t.Kind == store.RefreshToken && g.ClientID != c.ID {
		writeJSON(w, http.StatusOK, []byte(`{"active":false}`)) // section 2.2: and nothing else
		return nil
	}
	o := newObject(512)
	o.boolean("active", true)
	o.str("iss", p.cfg.Issuer)
	o.str("sub", g.UserID)
	o.str("client_id", g.ClientID)
	o.str("scope", t.Scope)
	o.num("iat", t.CreatedAt.Unix())
	o.num("exp", t.ExpiresAt.Unix())
	if t.Kind == store.AccessToken {
		o.str("token_type", "Bearer")
		o.list("aud", p.audiences(g, t.Scope)...)
		o.custom(g.ATClaims, func(name string) bool {
			return protocolATClaim(name) || name == "active" || name == "token_type" || name == "username"
		})
	}
	writeJSON(w, http.StatusOK, o.bytes())
	return nil
}

// active reports whether t would be accepted now.
func (p *Provider) active(t *store.Token, g *store.Grant) bool {
	return !t.Revoked && !t.Used && !g.Revoked && p.now().Before(t.ExpiresAt)
}
