package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"strings"
	"time"
)

const userColumns = `id, email, email_verified, name, given_name, family_name, nickname, picture, password_hash,
	app_metadata, user_metadata, blocked, logins_count, last_login, last_ip, created_at, updated_at`

func (u *User) columns() []any {
	return []any{&u.ID, &u.Email, toBool{&u.EmailVerified}, &u.Name, &u.GivenName, &u.FamilyName, &u.Nickname, &u.Picture, &u.PasswordHash,
		toRaw{&u.AppMetadata}, toRaw{&u.UserMetadata}, toBool{&u.Blocked}, toInt{&u.LoginsCount}, toTime{&u.LastLogin}, &u.LastIP, toTime{&u.CreatedAt}, toTime{&u.UpdatedAt}}
}

// CreateUser stores u and fills what is empty: ID, CreatedAt, UpdatedAt and
// the two metadata objects. An email that differs from an existing one by case
// alone, and an ID in use, are ErrExists.
func (s *Store) CreateUser(ctx context.Context, u *User) error {
	if err := u.complete(); err != nil {
		return err
	}
	return s.write(ctx, func(l *lane) error { return l.insertUser(ctx, u) }, dropFirstUsers)
}

// complete fills what CreateUser says it fills.
func (u *User) complete() error {
	if u.ID == "" {
		u.ID = "auth0|" + randomHex(12)
	}
	if u.CreatedAt.IsZero() {
		u.CreatedAt = time.Now()
	}
	if u.UpdatedAt.IsZero() {
		u.UpdatedAt = u.CreatedAt
	}
	for _, m := range []*json.RawMessage{&u.AppMetadata, &u.UserMetadata} {
		if len(*m) == 0 {
			*m = json.RawMessage(`{}`)
		}
		if _, err := merge(*m, nil); err != nil {
			return fmt.Errorf("store: metadata of user %s: %w", u.Email, err)
		}
	}
	return nil
}

func (l *lane) insertUser(ctx context.Context, u *User) error {
	_, err := l.exec(ctx, `INSERT INTO users (seq, email_key, `+userColumns+`)
		VALUES ((SELECT COALESCE(MAX(seq), 0) + 1 FROM users), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
		emailKey(u.Email), u.ID, u.Email, u.EmailVerified, u.Name, u.GivenName, u.FamilyName, u.Nickname, u.Picture, u.PasswordHash,
		string(u.AppMetadata), string(u.UserMetadata), u.Blocked, u.LoginsCount, ms(u.LastLogin), u.LastIP, ms(u.CreatedAt), ms(u.UpdatedAt))
	return err
}

func dropFirstUsers(c *cache) { c.first, c.firstLimit = nil, 0 }

// emailKey is what makes two emails the same account.
func emailKey(email string) string { return strings.ToLower(clean(email)) }

// User returns the user with id, or ErrNotFound. The metadata may come from a
// cache: callers must not change the bytes in place.
func (s *Store) User(ctx context.Context, id string) (*User, error) {
	return s.user(ctx, func(c *cache) string { return id }, `SELECT `+userColumns+` FROM users WHERE id = $1`, id)
}

// UserByEmail returns the user with email in any case, or ErrNotFound; see User.
func (s *Store) UserByEmail(ctx context.Context, email string) (*User, error) {
	key := emailKey(email)
	return s.user(ctx, func(c *cache) string { return c.emails[key] }, `SELECT `+userColumns+` FROM users WHERE email_key = $1`, key)
}

// user returns a copy of the user whose id the cache may know, or the one that query finds.
func (s *Store) user(ctx context.Context, id func(*cache) string, query, key string) (*User, error) {
	u, err := cached(ctx, s,
		func(c *cache) (*User, bool) { u, ok := c.users[id(c)]; return u, ok },
		func(l *lane) (*User, error) {
			u := new(User)
			return u, l.row(ctx, query, []any{key}, u.columns()...)
		},
		(*cache).putUser)
	if err != nil {
		return nil, err
	}
	mine := *u
	return &mine, nil
}

// Users returns up to limit users in the order of their creation; a limit of
// 0 means all.
func (s *Store) Users(ctx context.Context, limit int) ([]*User, error) {
	if limit <= 0 || limit > maxListed {
		return s.listUsers(ctx, limit)
	}
	users, err := cached(ctx, s,
		func(c *cache) ([]*User, bool) { return c.firstUsers(limit) },
		func(l *lane) ([]*User, error) { return l.users(ctx, limit) },
		func(c *cache, users []*User) { c.putFirstUsers(limit, users) })
	if err != nil {
		return nil, err
	}
	mine := make([]*User, len(users))
	for i, u := range users {
		own := *u
		mine[i] = &own
	}
	return mine, nil
}

func (s *Store) listUsers(ctx context.Context, limit int) (users []*User, err error) {
	err = s.list(ctx, func(l *lane) error {
		users, err = l.users(ctx, limit)
		return err
	})
	return users, err
}

func (l *lane) users(ctx context.Context, limit int) (users []*User, err error) {
	err = l.rows(ctx, `SELECT `+userColumns+` FROM users ORDER BY seq, id LIMIT $1`, []any{rowLimit(limit)}, func(r *sql.Rows) error {
		users = append(users, new(User))
		return r.Scan(users[len(users)-1].columns()...)
	})
	return users, err
}

// rowLimit is limit for LIMIT, where 0 and less mean no limit.
func rowLimit(limit int) int64 {
	if limit <= 0 {
		return math.MaxInt32
	}
	return int64(limit)
}

// CountUsers returns how many users there are.
func (s *Store) CountUsers(ctx context.Context) (n int, err error) {
	var count int64
	err = s.read(ctx, func(l *lane) error { return l.row(ctx, `SELECT COUNT(*) FROM users`, nil, toInt{&count}) })
	return int(count), err
}

// SetBlocked blocks the user or lets them in again; ErrNotFound.
func (s *Store) SetBlocked(ctx context.Context, userID string, blocked bool) error {
	return s.changeUser(ctx, userID, `UPDATE users SET blocked = $2, updated_at = $3 WHERE id = $1`, blocked)
}

// SetPasswordHash stores the PHC string that package login made; ErrNotFound.
func (s *Store) SetPasswordHash(ctx context.Context, userID, hash string) error {
	return s.changeUser(ctx, userID, `UPDATE users SET password_hash = $2, updated_at = $3 WHERE id = $1`, hash)
}

func (s *Store) changeUser(ctx context.Context, id, query string, value any) error {
	return s.write(ctx, func(l *lane) error {
		return l.change(ctx, ErrNotFound, query, id, value, ms(time.Now()))
	}, func(c *cache) { delete(c.users, id) })
}

// PatchMetadata merges p into the user's metadata: a top-level key replaces the
// old value whole, JSON null deletes it. It returns the user as it then is.
// Patches that run at the same time all take effect: the first UPDATE locks the
// row before its metadata is read.
func (s *Store) PatchMetadata(ctx context.Context, userID string, p MetadataPatch, now time.Time) (*User, error) {
	if len(p.App) == 0 && len(p.User) == 0 {
		return s.User(ctx, userID)
	}
	u := new(User)
	err := s.tx(ctx, func(l *lane) error {
		err := l.row(ctx, `UPDATE users SET updated_at = $2 WHERE id = $1 RETURNING `+userColumns, []any{userID, ms(now)}, u.columns()...)
		if err != nil {
			return err
		}
		if u.AppMetadata, err = merge(u.AppMetadata, p.App); err != nil {
			return err
		}
		if u.UserMetadata, err = merge(u.UserMetadata, p.User); err != nil {
			return err
		}
		_, err = l.exec(ctx, `UPDATE users SET app_metadata = $2, user_metadata = $3 WHERE id = $1`, userID, string(u.AppMetadata), string(u.UserMetadata))
		return err
	}, func(c *cache) { c.putUser(u) })
	if err != nil {
		return nil, err
	}
	mine := *u
	return &mine, nil
}

// merge returns object with patch merged into it. Neither is changed.
func merge(object json.RawMessage, patch map[string]json.RawMessage) (json.RawMessage, error) {
	merged := map[string]json.RawMessage{}
	if err := json.Unmarshal(object, &merged); err != nil {
		return nil, fmt.Errorf("want a JSON object: %w", err)
	}
	if len(patch) == 0 {
		return object, nil
	}
	maps.Copy(merged, patch)
	maps.DeleteFunc(merged, func(_ string, v json.RawMessage) bool { return len(v) == 0 || string(v) == "null" })
	return json.Marshal(merged)
}
