package management

import (
	"net/http"
	"slices"
	"time"

	"example.com/postlogin/mockidp/store"
)

// keysScope lets a token see the secrets of applications.
const keysScope = "read:client_keys"

// client is an application.
type client struct {
	ID         string            `json:"client_id"`
	Name       string            `json:"name"`
	Secret     string            `json:"client_secret,omitempty"`
	Type       string            `json:"app_type"`
	AuthMethod string            `json:"token_endpoint_auth_method"`
	Callbacks  []string          `json:"callbacks"`
	LogoutURLs []string          `json:"allowed_logout_urls"`
	GrantTypes []string          `json:"grant_types"`
	Metadata   map[string]string `json:"client_metadata,omitempty"`
	JWT        jwtConfiguration  `json:"jwt_configuration"`
	FirstParty bool              `json:"is_first_party"`
	Global     bool              `json:"global"`
}

type jwtConfiguration struct {
	Alg      string `json:"alg,omitempty"`
	Lifetime int64  `json:"lifetime_in_seconds,omitempty"`
}

func clientJSON(c *store.Client, secrets bool) client {
	out := client{
		ID: c.ID, Name: c.Name, Type: "regular_web", AuthMethod: "client_secret_post",
		Callbacks: append([]string{}, c.RedirectURIs...), LogoutURLs: append([]string{}, c.PostLogoutRedirectURIs...),
		GrantTypes: []string{"authorization_code", "refresh_token"}, Metadata: c.Metadata,
		JWT: jwtConfiguration{c.Alg, int64(c.IDTokenLifetime / time.Second)}, FirstParty: true,
	}
	switch {
	case c.Native:
		out.Type = "native"
	case c.Public():
		out.Type = "spa"
	}
	if c.Public() {
		out.AuthMethod = "none"
	} else {
		out.GrantTypes = append(out.GrantTypes, "client_credentials")
	}
	if secrets {
		out.Secret = c.Secret
	}
	return out
}

func (a *API) listClients(r *http.Request) (any, error) {
	rows, err := a.cfg.Store.Clients(r.Context())
	if err != nil {
		return nil, err
	}
	list, secrets := make([]client, len(rows)), a.hasScope(r, keysScope)
	for i, c := range rows {
		list[i] = clientJSON(c, secrets)
	}
	body, err := chosenAll(r.URL.Query(), list)
	if err != nil {
		return nil, err
	}
	return paged(r, "clients", body)
}

func (a *API) getClient(r *http.Request) (any, error) {
	c, err := a.cfg.Store.Client(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, missing(err, "inexistent_client", "The client does not exist")
	}
	return chosen(r.URL.Query(), clientJSON(c, a.hasScope(r, keysScope)))
}

// connection is where users come from.
type connection struct {
	ID             string         `json:"id"`
	Name           string         `json:"name"`
	Strategy       string         `json:"strategy"`
	Realms         []string       `json:"realms"`
	EnabledClients []string       `json:"enabled_clients"`
	IsDomain       bool           `json:"is_domain_connection"`
	Options        map[string]any `json:"options"`
}

// connection is the tenant's only one, which all applications use.
func (a *API) connection(r *http.Request) (*connection, error) {
	rows, err := a.cfg.Store.Clients(r.Context())
	if err != nil {
		return nil, err
	}
	c := &connection{ID: a.cfg.Connection.ID, Name: a.cfg.Connection.Name, Strategy: databaseStrategy,
		Realms: []string{a.cfg.Connection.Name}, EnabledClients: []string{}, Options: map[string]any{}}
	for _, row := range rows {
		c.EnabledClients = append(c.EnabledClients, row.ID)
	}
	return c, nil
}

func (a *API) listConnections(r *http.Request) (any, error) {
	c, err := a.connection(r)
	if err != nil {
		return nil, err
	}
	q, list := r.URL.Query(), []*connection{c}
	if name := q.Get("name"); name != "" && name != c.Name {
		list = nil
	}
	if asked := q["strategy"]; len(asked) > 0 && !slices.Contains(asked, c.Strategy) {
		list = nil
	}
	body, err := chosenAll(q, list)
	if err != nil {
		return nil, err
	}
	return paged(r, "connections", body)
}

func (a *API) getConnection(r *http.Request) (any, error) {
	c, err := a.connection(r)
	if err != nil {
		return nil, err
	}
	if r.PathValue("id") != c.ID {
		return nil, missing(store.ErrNotFound, "inexistent_connection", "The connection does not exist.")
	}
	return chosen(r.URL.Query(), c)
}
