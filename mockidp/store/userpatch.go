package store

import (
	"context"
	"encoding/json"
	"time"
)

// UserPatch changes an account. Nil members change nothing.
type UserPatch struct {
	Email, Name, GivenName, FamilyName, Nickname, Picture *string
	PasswordHash                                          *string // PHC string that package login made
	EmailVerified, Blocked                                *bool

	ClearApp, ClearUser bool          // empty the metadata before Metadata is merged into it
	Metadata            MetadataPatch // as PatchMetadata has it
}

// UpdateUser applies p and returns the user as it then is; ErrNotFound, or
// ErrExists for an email of somebody else's. Patches at the same time all take
// effect: the first UPDATE locks the row before it is read.
func (s *Store) UpdateUser(ctx context.Context, id string, p UserPatch, now time.Time) (*User, error) {
	u := new(User)
	var oldKey string
	err := s.tx(ctx, func(l *lane) error {
		err := l.row(ctx, `UPDATE users SET updated_at = $2 WHERE id = $1 RETURNING `+userColumns, []any{id, ms(now)}, u.columns()...)
		if err != nil {
			return err
		}
		oldKey = emailKey(u.Email)
		if err := u.apply(p); err != nil {
			return err
		}
		_, err = l.exec(ctx, `UPDATE users SET email = $2, email_key = $3, email_verified = $4, name = $5, given_name = $6, family_name = $7, nickname = $8,
			picture = $9, password_hash = $10, app_metadata = $11, user_metadata = $12, blocked = $13 WHERE id = $1`,
			id, u.Email, emailKey(u.Email), u.EmailVerified, u.Name, u.GivenName, u.FamilyName, u.Nickname,
			u.Picture, u.PasswordHash, string(u.AppMetadata), string(u.UserMetadata), u.Blocked)
		return err
	}, func(c *cache) {
		delete(c.emails, oldKey)
		delete(c.users, id) // and not put: what was written may have been cleaned
	})
	if err != nil {
		return nil, err
	}
	return u, nil
}

func (u *User) apply(p UserPatch) (err error) {
	for _, f := range []struct{ to, from *string }{
		{&u.Email, p.Email}, {&u.Name, p.Name}, {&u.GivenName, p.GivenName}, {&u.FamilyName, p.FamilyName},
		{&u.Nickname, p.Nickname}, {&u.Picture, p.Picture}, {&u.PasswordHash, p.PasswordHash},
	} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	for _, f := range []struct{ to, from *bool }{{&u.EmailVerified, p.EmailVerified}, {&u.Blocked, p.Blocked}} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	if p.ClearApp {
		u.AppMetadata = json.RawMessage(`{}`)
	}
	if p.ClearUser {
		u.UserMetadata = json.RawMessage(`{}`)
	}
	if u.AppMetadata, err = merge(u.AppMetadata, p.Metadata.App); err != nil {
		return err
	}
	u.UserMetadata, err = merge(u.UserMetadata, p.Metadata.User)
	return err
}

// DeleteUser deletes the account and what hangs off it: its sessions, second
// factors, roles, memberships, linked accounts and login history. Its grants
// are revoked. The runs of its logins stay in the log. ErrNotFound.
func (s *Store) DeleteUser(ctx context.Context, id string) error {
	return s.tx(ctx, func(l *lane) error {
		if err := l.change(ctx, ErrNotFound, `DELETE FROM users WHERE id = $1`, id); err != nil {
			return err
		}
		for _, table := range []string{"sessions", "identities", "logins"} {
			if _, err := l.exec(ctx, `DELETE FROM `+table+` WHERE user_id = $1`, id); err != nil {
				return err
			}
		}
		return l.dropBelongings(ctx, id)
	}, (*cache).clear)
}

// dropBelongings takes from an account what can't belong to another one.
func (l *lane) dropBelongings(ctx context.Context, userID string) error {
	for _, table := range []string{"authenticators", "user_roles", "organization_members"} {
		if _, err := l.exec(ctx, `DELETE FROM `+table+` WHERE user_id = $1`, userID); err != nil {
			return err
		}
	}
	_, err := l.exec(ctx, `UPDATE grants SET revoked_at = $2 WHERE user_id = $1 AND revoked_at = 0`, userID, ms(time.Now()))
	return err
}

// DeleteAuthenticator takes one second factor from the user; ErrNotFound.
func (s *Store) DeleteAuthenticator(ctx context.Context, userID, id string) error {
	return s.write(ctx, func(l *lane) error {
		return l.change(ctx, ErrNotFound, `DELETE FROM authenticators WHERE user_id = $1 AND id = $2`, userID, id)
	}, func(c *cache) { delete(c.factors, userID) })
}
