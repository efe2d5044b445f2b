package store

import (
	"context"
	"database/sql"
	"strings"
	"time"
)

// ListedUser is a user with the place of their latest login.
type ListedUser struct {
	User
	Place Place // zero before the first login
}

// FindUsers returns the users whose name, email or id contains text in any case,
// in the order of their creation, limit of them from offset on; and how many there are
// in all. Empty text finds everybody.
func (s *Store) FindUsers(ctx context.Context, text string, limit, offset int) (users []*ListedUser, total int, err error) {
	const where = ` FROM users u LEFT JOIN logins g ON g.user_id = u.id AND g.n = u.logins_count
		WHERE $1 = '' OR LOWER(u.name) LIKE $1 ESCAPE '!' OR u.email_key LIKE $1 ESCAPE '!' OR LOWER(u.id) LIKE $1 ESCAPE '!'`
	pattern := ""
	if text = strings.ToLower(strings.TrimSpace(text)); text != "" {
		pattern = "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(text) + "%"
	}
	columns := "u." + strings.ReplaceAll(strings.Join(strings.Fields(userColumns), ""), ",", ", u.")
	err = s.list(ctx, func(l *lane) error {
		var n int64
		if err := l.row(ctx, `SELECT COUNT(*)`+where, []any{pattern}, toInt{&n}); err != nil {
			return err
		}
		total = int(n)
		return l.rows(ctx, `SELECT `+columns+`, COALESCE(g.city, ''), COALESCE(g.country_code, ''), COALESCE(g.country, '')`+where+` ORDER BY u.seq, u.id LIMIT $2 OFFSET $3`,
			[]any{pattern, rowLimit(limit), offset}, func(r *sql.Rows) error {
				u := new(ListedUser)
				users = append(users, u)
				return r.Scan(append(u.columns(), &u.Place.City, &u.Place.CountryCode, &u.Place.Country)...)
			})
	})
	return users, total, err
}

// SetLoginsCount makes n the user's number of logins: the next one is n + 1.
// History after the nth login is deleted, since its numbers come again. ErrNotFound.
func (s *Store) SetLoginsCount(ctx context.Context, userID string, n int64, now time.Time) error {
	return s.tx(ctx, func(l *lane) error {
		if err := l.change(ctx, ErrNotFound, `UPDATE users SET logins_count = $2, updated_at = $3 WHERE id = $1`, userID, n, ms(now)); err != nil {
			return err
		}
		return l.change(ctx, nil, `DELETE FROM logins WHERE user_id = $1 AND n > $2`, userID, n)
	}, func(c *cache) {
		delete(c.users, userID)
		delete(c.logins, userID)
	})
}

// UserSessions returns the user's sessions that live at now, the newest first.
func (s *Store) UserSessions(ctx context.Context, userID string, now time.Time) (sessions []*Session, err error) {
	err = s.list(ctx, func(l *lane) error {
		return l.rows(ctx, `SELECT `+sessionColumns+` FROM sessions WHERE user_id = $1 AND expires_at > $2 ORDER BY created_at DESC, id`, []any{userID, ms(now)}, func(r *sql.Rows) error {
			ss := new(Session)
			if err := r.Scan(ss.columns()...); err != nil {
				return err
			}
			if now.Before(ss.IdleEnd()) {
				sessions = append(sessions, ss)
			}
			return nil
		})
	})
	return sessions, err
}

// EndUserSessions ends all sessions of the user, each as [Store.EndSession] does.
func (s *Store) EndUserSessions(ctx context.Context, userID string, now time.Time) (ended int, err error) {
	sessions, err := s.UserSessions(ctx, userID, now)
	for _, ss := range sessions {
		if err := s.EndSession(ctx, ss.ID); err != nil {
			return ended, err
		}
		ended++
	}
	return ended, err
}
