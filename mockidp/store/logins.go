package store

import (
	"context"
	"database/sql"
	"time"
)

const loginColumns = `id, user_id, n, at, ip, simulated, city, country_code, country, latitude, longitude, user_agent, client_id, blocked`

func (l *Login) columns() []any {
	return []any{&l.ID, &l.UserID, toInt{&l.N}, toTime{&l.At}, toAddr{&l.IP}, toBool{&l.Simulated}, &l.Place.City, &l.Place.CountryCode, &l.Place.Country,
		&l.Place.Latitude, &l.Place.Longitude, &l.UserAgent, &l.ClientID, toBool{&l.Blocked}}
}

// CompleteLogin records one completed credential login: the user's count grows
// by one, a row of the history is written and, unless the account is blocked,
// the session ss is stored, all in one transaction; then the request is marked
// as answered. It fills l.N, and the IDs of l and ss when they are empty. With the ID
// of a session of the same user, ss continues that one under its new hash: the clients
// that it was used for stay. The caller must not change ss's lists afterwards.
//
// Of several callers with one request the first wins and the others get
// ErrGone, and so does who comes after it was refused, taken, suspended or has
// expired at l.At; nothing is counted for them. A suspended request belongs to
// the session that it was suspended with: with another one, somebody could pass
// the step as one user and end the login as the other. A user that does not
// exist is ErrNotFound.
//
// For a blocked account ss is nil and the request stays open, so that its
// browser can be sent back with an error. requestID may be empty: no browser.
//
// The login survives the end of this process at once, and a power cut with the
// tokens that it ends with: SaveGrant and RedeemCode wait for the disk. So a login
// waits for it once, and one that an application knows of is never lost.
func (s *Store) CompleteLogin(ctx context.Context, requestID string, l *Login, ss *Session) error {
	if l.ID == "" {
		l.ID = randomHex(16)
	}
	if l.Blocked {
		ss = nil
	}
	isNew := ss != nil && ss.ID == ""
	if isNew {
		ss.ID = randomHex(16)
	}
	if requestID == "" {
		return s.countLogin(ctx, l, ss, isNew)
	}
	// The request's lock is held over the transaction: it decides who counts.
	w, err := s.pending.claim(ctx, requestID)
	if err != nil {
		return err
	}
	defer w.lock.Unlock()
	r := *w.req.Load()
	if r.LoginID != "" || r.ErrorCode != "" || r.Step != nil || !l.At.Before(r.ExpiresAt) {
		return ErrGone
	}
	if err := s.countLogin(ctx, l, ss, isNew); err != nil || l.Blocked {
		return err
	}
	r.LoginID, r.LoginN = l.ID, l.N
	if ss != nil {
		r.SessionID = ss.ID
	}
	w.req.Store(&r)
	return nil
}

// countLogin is the transaction of CompleteLogin. isNew tells that ss continues no
// other session.
func (s *Store) countLogin(ctx context.Context, l *Login, ss *Session, isNew bool) error {
	var n int64
	return s.txSoon(ctx, func(c *lane) error {
		var err error
		if n, err = s.number(ctx, c, l); err != nil {
			return err
		}
		_, err = c.exec(ctx, `INSERT INTO logins (`+loginColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
			l.ID, l.UserID, n, ms(l.At), addr(l.IP), l.Simulated, l.Place.City, l.Place.CountryCode, l.Place.Country,
			l.Place.Latitude, l.Place.Longitude, l.UserAgent, l.ClientID, l.Blocked)
		if err != nil || ss == nil {
			return err
		}
		return putSession(ctx, c, ss)
	}, func(c *cache) {
		l.N = n
		c.addLogin(l)
		if old, ok := c.users[l.UserID]; ok {
			u := *old
			u.LoginsCount, u.LastLogin, u.LastIP, u.UpdatedAt = l.N, stored(l.At), addr(l.IP), stored(l.At)
			c.users[l.UserID] = &u
		}
		switch {
		case isNew:
			kept := *ss
			kept.AuthTime, kept.CreatedAt, kept.ExpiresAt = stored(ss.AuthTime), stored(ss.CreatedAt), stored(ss.ExpiresAt)
			c.putSession(&kept)
		case ss != nil:
			c.dropSession(ss.ID) // the row knows its clients
		}
	})
}

// number counts l and returns its number. The UPDATE locks the user's row until
// COMMIT, which makes the count exact: the next login of the same user waits here.
func (s *Store) number(ctx context.Context, c *lane, l *Login) (n int64, err error) {
	at, ip := ms(l.At), addr(l.IP)
	if before, ok := s.cache.count(l.UserID); ok {
		// The database decides whether the cache is right: another process may
		// have counted a login meanwhile.
		changed, err := c.exec(ctx, `UPDATE users SET logins_count = $2, last_login = $3, last_ip = $4, updated_at = $3 WHERE id = $1 AND logins_count = $5`,
			l.UserID, before+1, at, ip, before)
		if err != nil || changed == 1 {
			return before + 1, err
		}
	}
	err = c.change(ctx, ErrNotFound, `UPDATE users SET logins_count = logins_count + 1, last_login = $2, last_ip = $3, updated_at = $2 WHERE id = $1`, l.UserID, at, ip)
	if err != nil {
		return 0, err
	}
	// Not RETURNING: on SQLite that builds a table for its one row.
	err = c.row(ctx, `SELECT logins_count FROM users WHERE id = $1`, []any{l.UserID}, toInt{&n})
	return n, err
}

// maxLastLogins is the longest list of logins that is kept in the cache.
const maxLastLogins = 50

// Logins returns the user's last logins, the newest first; a limit of 0 means
// all. Short lists come from a cache: callers must not change them.
func (s *Store) Logins(ctx context.Context, userID string, limit int) (logins []*Login, err error) {
	if limit <= 0 || limit > maxLastLogins {
		err = s.list(ctx, func(c *lane) error {
			logins, err = c.lastLogins(ctx, userID, limit)
			return err
		})
		return logins, err
	}
	last, err := cached(ctx, s,
		func(c *cache) (lastLogins, bool) {
			last, ok := c.logins[userID]
			return last, ok && last.limit == limit
		},
		func(c *lane) (lastLogins, error) {
			rows, err := c.lastLogins(ctx, userID, limit)
			return lastLogins{limit, rows}, err
		},
		func(c *cache, last lastLogins) { c.putLogins(userID, last) })
	return last.rows, err
}

func (l *lane) lastLogins(ctx context.Context, userID string, limit int) (logins []*Login, err error) {
	err = l.rows(ctx, `SELECT `+loginColumns+` FROM logins WHERE user_id = $1 ORDER BY n DESC LIMIT $2`, []any{userID, rowLimit(limit)}, func(r *sql.Rows) error {
		logins = append(logins, new(Login))
		return r.Scan(logins[len(logins)-1].columns()...)
	})
	return logins, err
}

// CountLogins returns how many credential logins there were from since on.
func (s *Store) CountLogins(ctx context.Context, since time.Time) (n int, err error) {
	var count int64
	err = s.read(ctx, func(l *lane) error {
		return l.row(ctx, `SELECT COUNT(*) FROM logins WHERE at >= $1`, []any{ms(since)}, toInt{&count})
	})
	return int(count), err
}
