package store

import (
	"context"
	"database/sql"
	"time"
)

// AddAuthenticator stores second factors that a user has enrolled, all of them or
// none: an app without the recovery code that comes with it would never get one. It
// fills ID and CreatedAt where they are empty; an ID in use is ErrExists.
func (s *Store) AddAuthenticator(ctx context.Context, list ...*Authenticator) error {
	for _, a := range list {
		if a.ID == "" {
			a.ID = a.Type + "|dev_" + randomHex(8)
		}
		if a.CreatedAt.IsZero() {
			a.CreatedAt = time.Now()
		}
	}
	return s.tx(ctx, func(l *lane) error {
		for _, a := range list {
			_, err := l.exec(ctx, `INSERT INTO authenticators (id, user_id, type, secret, target, last_step, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
				a.ID, a.UserID, a.Type, a.Secret, a.Target, a.LastStep, ms(a.CreatedAt))
			if err != nil {
				return err
			}
		}
		return nil
	}, func(c *cache) {
		for _, a := range list {
			delete(c.factors, a.UserID)
		}
	})
}

// Authenticators returns the user's second factors, the oldest first. Callers
// must not change them.
func (s *Store) Authenticators(ctx context.Context, userID string) ([]*Authenticator, error) {
	return cached(ctx, s,
		func(c *cache) ([]*Authenticator, bool) { list, ok := c.factors[userID]; return list, ok },
		func(l *lane) (list []*Authenticator, err error) {
			query := `SELECT id, user_id, type, secret, target, last_step, created_at FROM authenticators WHERE user_id = $1 ORDER BY created_at, id`
			err = l.rows(ctx, query, []any{userID}, func(r *sql.Rows) error {
				a := new(Authenticator)
				list = append(list, a)
				return r.Scan(&a.ID, &a.UserID, &a.Type, &a.Secret, &a.Target, toInt{&a.LastStep}, toTime{&a.CreatedAt})
			})
			return list, err
		},
		func(c *cache, list []*Authenticator) {
			if len(c.factors) >= maxCached {
				clear(c.factors)
			}
			c.factors[userID] = list
		})
}

// UseAuthenticatorStep notes that the code of time step was used. Of several
// callers with one step the first wins; the others, and who comes with an older
// step, get ErrGone (RFC 6238 section 5.2).
func (s *Store) UseAuthenticatorStep(ctx context.Context, id string, step int64) error {
	return s.write(ctx, func(l *lane) error {
		return l.change(ctx, ErrGone, `UPDATE authenticators SET last_step = $2 WHERE id = $1 AND last_step < $2`, id, step)
	}, func(c *cache) { clear(c.factors) })
}

// DeleteAuthenticators takes all second factors from the user, remembered
// browsers among them. A user without any is no error.
func (s *Store) DeleteAuthenticators(ctx context.Context, userID string) error {
	return s.write(ctx, func(l *lane) error {
		return l.change(ctx, nil, `DELETE FROM authenticators WHERE user_id = $1`, userID)
	}, func(c *cache) { delete(c.factors, userID) })
}
