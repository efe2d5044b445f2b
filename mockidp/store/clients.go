package store

import (
	"context"
	"database/sql"
	"net/url"
	"slices"
	"time"
)

const clientColumns = `id, name, secret, redirect_uris, post_logout_redirect_uris, native, alg, metadata,
	id_token_ms, access_token_ms, refresh_token_ms, created_at, backchannel_logout_uri`

func (c *Client) columns() []any {
	return []any{&c.ID, &c.Name, &c.Secret, toJSON{&c.RedirectURIs}, toJSON{&c.PostLogoutRedirectURIs}, toBool{&c.Native}, &c.Alg, toJSON{&c.Metadata},
		toMillis{&c.IDTokenLifetime}, toMillis{&c.AccessTokenLifetime}, toMillis{&c.RefreshTokenLifetime}, toTime{&c.CreatedAt}, &c.BackchannelLogoutURI}
}

// PutClient stores c, replacing the client with its ID when there is one. It
// fills CreatedAt when it is zero.
func (s *Store) PutClient(ctx context.Context, c *Client) error {
	return s.write(ctx, func(l *lane) error { return l.putClient(ctx, c) }, func(k *cache) { delete(k.clients, c.ID) })
}

// AddAddresses lets the client with c's ID be reached at c's addresses as well, and
// reports whether it had to change anything. A client is told of logouts at one
// address only: that one moves along when c's has the same path at another host or
// port. Nothing else of c counts. ErrNotFound.
func (s *Store) AddAddresses(ctx context.Context, c *Client) (changed bool, err error) {
	have, err := s.Client(ctx, c.ID)
	if err != nil {
		return false, err
	}
	if mine := *have; !mine.addAddresses(c) {
		return false, nil
	}
	err = s.tx(ctx, func(l *lane) error {
		// An UPDATE reads it, so that the row is locked until it is written.
		have := new(Client)
		if err := l.row(ctx, `UPDATE clients SET name = name WHERE id = $1 RETURNING `+clientColumns, []any{c.ID}, have.columns()...); err != nil {
			return err
		}
		changed = have.addAddresses(c)
		return l.putClient(ctx, have)
	}, func(k *cache) { delete(k.clients, c.ID) })
	return changed && err == nil, err
}

// addAddresses replaces lists that it makes longer: the old ones may be shared.
func (c *Client) addAddresses(from *Client) (changed bool) {
	for _, list := range []struct {
		to   *[]string
		from []string
	}{{&c.RedirectURIs, from.RedirectURIs}, {&c.PostLogoutRedirectURIs, from.PostLogoutRedirectURIs}} {
		for _, uri := range list.from {
			if !slices.Contains(*list.to, uri) {
				*list.to = append(slices.Clip(*list.to), uri)
				changed = true
			}
		}
	}
	if c.BackchannelLogoutURI != from.BackchannelLogoutURI && samePath(c.BackchannelLogoutURI, from.BackchannelLogoutURI) {
		c.BackchannelLogoutURI, changed = from.BackchannelLogoutURI, true
	}
	return changed
}

func samePath(a, b string) bool {
	u, err1 := url.Parse(a)
	v, err2 := url.Parse(b)
	return err1 == nil && err2 == nil && u.Host != "" && v.Host != "" && u.RequestURI() == v.RequestURI()
}

func (l *lane) putClient(ctx context.Context, c *Client) error {
	if c.CreatedAt.IsZero() {
		c.CreatedAt = time.Now()
	}
	redirects, err := asJSON(c.RedirectURIs)
	if err != nil {
		return err
	}
	logouts, err := asJSON(c.PostLogoutRedirectURIs)
	if err != nil {
		return err
	}
	metadata, err := asJSON(c.Metadata)
	if err != nil {
		return err
	}
	_, err = l.exec(ctx, `INSERT INTO clients (`+clientColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT (id) DO UPDATE SET name = $2, secret = $3, redirect_uris = $4, post_logout_redirect_uris = $5, native = $6, alg = $7, metadata = $8,
		id_token_ms = $9, access_token_ms = $10, refresh_token_ms = $11, backchannel_logout_uri = $13`,
		c.ID, c.Name, c.Secret, redirects, logouts, c.Native, c.Alg, metadata,
		c.IDTokenLifetime.Milliseconds(), c.AccessTokenLifetime.Milliseconds(), c.RefreshTokenLifetime.Milliseconds(), ms(c.CreatedAt), c.BackchannelLogoutURI)
	return err
}

// Client returns the client with id, or ErrNotFound. It comes from a cache:
// callers must not change it.
func (s *Store) Client(ctx context.Context, id string) (*Client, error) {
	return cached(ctx, s,
		func(c *cache) (*Client, bool) { v, ok := c.clients[id]; return v, ok },
		func(l *lane) (*Client, error) {
			c := new(Client)
			return c, l.row(ctx, `SELECT `+clientColumns+` FROM clients WHERE id = $1`, []any{id}, c.columns()...)
		},
		func(c *cache, v *Client) { c.clients[id] = v })
}

// Clients returns all clients, the oldest first.
func (s *Store) Clients(ctx context.Context) (clients []*Client, err error) {
	err = s.list(ctx, func(l *lane) error {
		return l.rows(ctx, `SELECT `+clientColumns+` FROM clients ORDER BY created_at, id`, nil, func(r *sql.Rows) error {
			clients = append(clients, new(Client))
			return r.Scan(clients[len(clients)-1].columns()...)
		})
	})
	return clients, err
}
