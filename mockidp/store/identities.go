package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Identity is an account of some provider that is linked to a user's.
type Identity struct {
	Connection  string
	Provider    string          // "auth0", "google-oauth2"
	UserID      string          // at that provider; without "provider|"
	ProfileData json.RawMessage // JSON object
}

// Identities returns the accounts that are linked to the user, the oldest link
// first, without the user's own. They come from a cache: callers must not change them.
func (s *Store) Identities(ctx context.Context, userID string) ([]*Identity, error) {
	return cached(ctx, s,
		func(c *cache) ([]*Identity, bool) { list, ok := c.identities[userID]; return list, ok },
		func(l *lane) (list []*Identity, err error) {
			err = l.rows(ctx, `SELECT connection, provider, identity_id, profile_data FROM identities WHERE user_id = $1 ORDER BY linked_at, identity_id`, []any{userID}, func(r *sql.Rows) error {
				i := new(Identity)
				list = append(list, i)
				return r.Scan(&i.Connection, &i.Provider, &i.UserID, toRaw{&i.ProfileData})
			})
			return list, err
		},
		func(c *cache, list []*Identity) {
			if len(c.identities) >= maxCached {
				clear(c.identities)
			}
			c.identities[userID] = list
		})
}

// LinkIdentity links i to the user. An identity that is linked already is
// ErrExists, a user that does not exist ErrNotFound.
func (s *Store) LinkIdentity(ctx context.Context, userID string, i *Identity) error {
	profile := string(i.ProfileData)
	if profile == "" {
		profile = "{}"
	}
	return s.write(ctx, func(l *lane) error {
		return l.change(ctx, ErrNotFound, `INSERT INTO identities (provider, identity_id, user_id, connection, profile_data, linked_at)
			SELECT $1, $2, id, $4, $5, CAST($6 AS BIGINT) FROM users WHERE id = $3`, i.Provider, i.UserID, userID, i.Connection, profile, ms(time.Now()))
	}, func(c *cache) { delete(c.identities, userID) })
}

// LinkAccount makes the account secondaryID an identity of primaryID (Auth0:
// "User Account Linking"): the accounts linked to it and its sessions go over
// to the primary one, its grants are revoked, its roles, factors, memberships
// and metadata are lost. connection is the name of the connection that it logs
// in with. ErrNotFound when one of the two does not exist.
func (s *Store) LinkAccount(ctx context.Context, primaryID, secondaryID, connection string) error {
	if primaryID == secondaryID {
		return fmt.Errorf("store: link %s to itself: %w", primaryID, ErrExists)
	}
	return s.tx(ctx, func(l *lane) error {
		now := time.Now()
		if err := l.change(ctx, ErrNotFound, `UPDATE users SET updated_at = $2 WHERE id = $1`, primaryID, ms(now)); err != nil {
			return err
		}
		u := new(User)
		if err := l.row(ctx, `DELETE FROM users WHERE id = $1 RETURNING `+userColumns, []any{secondaryID}, u.columns()...); err != nil {
			return err
		}
		u.AppMetadata, u.UserMetadata = json.RawMessage(`{}`), json.RawMessage(`{}`)
		if err := l.linkAccount(ctx, primaryID, u, connection, now); err != nil {
			return err
		}
		for _, table := range []string{"identities", "sessions"} {
			if _, err := l.exec(ctx, `UPDATE `+table+` SET user_id = $1 WHERE user_id = $2`, primaryID, secondaryID); err != nil {
				return err
			}
		}
		return l.dropBelongings(ctx, secondaryID)
	}, (*cache).clear)
}

func (l *lane) linkAccount(ctx context.Context, primaryID string, u *User, connection string, now time.Time) error {
	account, err := asJSON(u)
	if err != nil {
		return err
	}
	profile, err := asJSON(u.Profile())
	if err != nil {
		return err
	}
	provider, id, _ := strings.Cut(u.ID, "|")
	_, err = l.exec(ctx, `INSERT INTO identities (provider, identity_id, user_id, connection, profile_data, account, linked_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		provider, id, primaryID, connection, profile, account, ms(now))
	return err
}

// Profile is what is kept of a linked account, and shown as its profileData.
func (u *User) Profile() map[string]any {
	p := map[string]any{"email_verified": u.EmailVerified}
	for name, value := range map[string]string{"email": u.Email, "name": u.Name, "given_name": u.GivenName, "family_name": u.FamilyName, "nickname": u.Nickname, "picture": u.Picture} {
		if value != "" {
			p[name] = value
		}
	}
	return p
}

// UnlinkIdentity removes the link; ErrNotFound when there is none. What
// LinkAccount linked becomes an account of its own again, with its password and
// without metadata; ErrExists when somebody else has its email by now.
func (s *Store) UnlinkIdentity(ctx context.Context, userID, provider, identityID string) error {
	return s.tx(ctx, func(l *lane) error {
		var account string
		err := l.row(ctx, `DELETE FROM identities WHERE user_id = $1 AND provider = $2 AND identity_id = $3 RETURNING account`, []any{userID, provider, identityID}, &account)
		if err != nil || account == "" {
			return err
		}
		u := new(User)
		if err := json.Unmarshal([]byte(account), u); err != nil {
			return fmt.Errorf("store: linked account %s|%s: %w", provider, identityID, err)
		}
		return l.insertUser(ctx, u)
	}, func(c *cache) {
		delete(c.identities, userID)
		dropFirstUsers(c)
	})
}

// IdentityOwner returns the id of the user that the account is linked to, or ErrNotFound.
func (s *Store) IdentityOwner(ctx context.Context, provider, identityID string) (userID string, err error) {
	err = s.read(ctx, func(l *lane) error {
		return l.row(ctx, `SELECT user_id FROM identities WHERE provider = $1 AND identity_id = $2`, []any{provider, identityID}, &userID)
	})
	return userID, err
}
