package provider

import (
	"errors"
	"net/http"
	"slices"

	"example.com/postlogin/mockidp/store"
)

// logoutV2 is Auth0's own logout address: /v2/logout?client_id=…&returnTo=….
// It asks nothing, so any site can log people out with a link, as on Auth0; but
// it goes on only to an address that is registered, compared exactly. Without a
// client_id the allowed logout URLs of all applications count, in place of
// Auth0's list of the tenant. The parameter federated has no effect.
func (p *Provider) logoutV2(w http.ResponseWriter, r *http.Request) error {
	ctx, v := r.Context(), r.URL.Query()
	if err := single(v); err != nil {
		return err
	}
	clients, err := p.logoutClients(r, v.Get("client_id"))
	if err != nil {
		return err
	}
	back := v.Get("returnTo")
	if back != "" && !slices.ContainsFunc(clients, func(c *store.Client) bool { return slices.Contains(c.PostLogoutRedirectURIs, back) }) {
		return badLogout(back + " in returnTo is not an allowed logout URL.")
	}
	s, err := p.browserSession(r)
	if err != nil {
		return err
	}
	if s != nil {
		if err := p.endSession(w, ctx, s.ID); err != nil {
			return err
		}
	}
	if back != "" {
		seeOther(w, r, back)
		return nil
	}
	p.logoutPage(w, r, LogoutView{Done: true})
	return nil
}

// logoutClients returns the client named id, or all of them when id is empty.
func (p *Provider) logoutClients(r *http.Request, id string) ([]*store.Client, error) {
	if id == "" {
		return p.cfg.Store.Clients(r.Context())
	}
	c, err := p.cfg.Store.Client(r.Context(), id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, p.unknownClient(r.Context(), id)
	}
	if err != nil {
		return nil, err
	}
	return []*store.Client{c}, nil
}
