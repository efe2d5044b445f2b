package management

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"example.com/postlogin/mockidp/store"
)

// identity is one account of a user (Auth0: "User Account Linking").
type identity struct {
	ProfileData json.RawMessage `json:"profileData,omitempty"`
	Connection  string          `json:"connection"`
	UserID      string          `json:"user_id"`
	Provider    string          `json:"provider"`
	IsSocial    bool            `json:"isSocial"`
}

// identities are the user's own account, which comes first, and those linked to
// it. ownProfile shows profileData of the first, too: answers to linking do.
func (a *API) identities(ctx context.Context, u *store.User, ownProfile bool) ([]identity, error) {
	linked, err := a.cfg.Store.Identities(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	provider, id, _ := strings.Cut(u.ID, "|")
	own := identity{Connection: a.connectionOf(provider), UserID: id, Provider: provider, IsSocial: provider != databaseStrategy}
	if ownProfile {
		if own.ProfileData, err = json.Marshal(u.Profile()); err != nil {
			return nil, err
		}
	}
	list := []identity{own}
	for _, i := range linked {
		list = append(list, identity{i.ProfileData, i.Connection, i.UserID, i.Provider, i.Provider != databaseStrategy})
	}
	return list, nil
}

// connectionOf is the connection of a provider: a social one has its name.
func (a *API) connectionOf(provider string) string {
	if provider == databaseStrategy {
		return a.cfg.Connection.Name
	}
	return provider
}

// link is the body of POST /users/{id}/identities.
type link struct {
	Provider     string          `json:"provider"`
	UserID       json.RawMessage `json:"user_id"` // text or number
	ConnectionID string          `json:"connection_id"`
	LinkWith     string          `json:"link_with"`
}

// target is the account to link, as provider and id.
func (b *link) target() (provider, id string, err error) {
	if b.LinkWith != "" {
		return "", "", refuse(http.StatusNotImplemented, "", "link_with is not supported here: send provider and user_id of the secondary account")
	}
	if json.Unmarshal(b.UserID, &id) != nil {
		id = string(b.UserID)
	}
	for name, value := range map[string]string{"provider": b.Provider, "user_id": id} {
		if value == "" {
			return "", "", badBody("Missing required property: %s", name)
		}
	}
	return b.Provider, strings.TrimPrefix(id, b.Provider+"|"), nil // both forms are accepted
}

// linkIdentity makes another account an identity of the user. An account of the
// own database must exist. Accounts of other providers have no other way into
// this mock, so an unknown one is linked as it is named.
func (a *API) linkIdentity(r *http.Request) (any, error) {
	var b link
	if err := read(r, &b); err != nil {
		return nil, err
	}
	provider, id, err := b.target()
	if err != nil {
		return nil, err
	}
	u, err := a.userOf(r)
	if err != nil {
		return nil, err
	}
	if err := a.link(r.Context(), u, provider, id); err != nil {
		return nil, err
	}
	return a.identities(r.Context(), u, true)
}

func (a *API) link(ctx context.Context, u *store.User, provider, id string) error {
	full := provider + "|" + id
	if full == u.ID {
		return refuse(http.StatusBadRequest, "invalid_body", "Main account and the account to link can not be the same: %s", full)
	}
	owner, err := a.cfg.Store.IdentityOwner(ctx, provider, id)
	switch {
	case err == nil:
		return refuse(http.StatusConflict, "identity_conflict", "The specified identity is already linked to %s", owner)
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	err = a.cfg.Store.LinkAccount(ctx, u.ID, full, a.connectionOf(provider))
	if errors.Is(err, store.ErrNotFound) && provider != databaseStrategy {
		err = a.cfg.Store.LinkIdentity(ctx, u.ID, &store.Identity{Connection: provider, Provider: provider, UserID: id})
	}
	return taken(noUser(err), "identity_conflict", "The specified identity is already linked to another user")
}

func (a *API) unlinkIdentity(r *http.Request) (any, error) {
	u, err := a.userOf(r)
	if err != nil {
		return nil, err
	}
	err = a.cfg.Store.UnlinkIdentity(r.Context(), u.ID, r.PathValue("provider"), r.PathValue("identity"))
	if err != nil {
		err = missing(err, "inexistent_identity", "The user has no such identity")
		return nil, taken(err, "auth0_idp_error", "The account can not be restored: another user has its email by now")
	}
	return a.identities(r.Context(), u, true)
}

// randomID is prefix and 16 random characters.
func randomID(prefix string) string { return prefix + rand.Text()[:16] }
