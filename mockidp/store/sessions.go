package store

import (
	"context"
	"slices"
	"strings"
	"time"
)

const sessionColumns = `id, hash, user_id, auth_time, ip, simulated, user_agent, methods, clients, created_at, expires_at`

func (s *Session) columns() []any {
	return []any{&s.ID, &s.Hash, &s.UserID, toTime{&s.AuthTime}, toAddr{&s.IP}, toBool{&s.Simulated}, &s.UserAgent, toJSON{&s.Methods}, toLines{&s.Clients},
		toTime{&s.CreatedAt}, toTime{&s.ExpiresAt}}
}

// lines keeps a list of client ids as "\na\n\nb\n": with a line break on both
// sides, SQL can find and add one without parsing.
func lines(list []string) string {
	var b strings.Builder
	for _, v := range list {
		b.WriteString(line(v))
	}
	return b.String()
}

func line(v string) string { return "\n" + v + "\n" }

type toLines struct{ l *[]string }

func (d toLines) Scan(src any) error {
	s, _ := src.(string)
	*d.l = nil
	for id := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == '\n' }) {
		*d.l = append(*d.l, id)
	}
	return nil
}

func insertSession(ctx context.Context, l *lane, ss *Session) error {
	if ss.CreatedAt.IsZero() {
		ss.CreatedAt = ss.AuthTime
	}
	methods, err := asJSON(ss.Methods)
	if err != nil {
		return err
	}
	_, err = l.exec(ctx, `INSERT INTO sessions (`+sessionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		ss.ID, ss.Hash, ss.UserID, ms(ss.AuthTime), addr(ss.IP), ss.Simulated, ss.UserAgent, methods, lines(ss.Clients), ms(ss.CreatedAt), ms(ss.ExpiresAt))
	return err
}

// SessionByHash returns the session whose cookie has this hash; ErrNotFound
// also when it has expired at now. Callers must not change its lists.
func (s *Store) SessionByHash(ctx context.Context, hash string, now time.Time) (*Session, error) {
	return s.session(ctx, func(c *cache) string { return c.hashes[hash] }, `SELECT `+sessionColumns+` FROM sessions WHERE hash = $1`, hash, now)
}

// Session returns the session with this public id, as SessionByHash does.
func (s *Store) Session(ctx context.Context, id string, now time.Time) (*Session, error) {
	return s.session(ctx, func(c *cache) string { return id }, `SELECT `+sessionColumns+` FROM sessions WHERE id = $1`, id, now)
}

func (s *Store) session(ctx context.Context, id func(*cache) string, query, key string, now time.Time) (*Session, error) {
	ss, err := cached(ctx, s,
		func(c *cache) (*Session, bool) { ss, ok := c.sessions[id(c)]; return ss, ok },
		func(l *lane) (*Session, error) {
			ss := new(Session)
			return ss, l.row(ctx, query, []any{key}, ss.columns()...)
		},
		(*cache).putSession)
	if err != nil {
		return nil, err
	}
	if !now.Before(ss.ExpiresAt) {
		return nil, ErrNotFound
	}
	mine := *ss
	return &mine, nil
}

// noteClient adds the client to the session's list, unless it is there already.
func noteClient(ctx context.Context, l *lane, sessionID, clientID string) error {
	_, err := l.exec(ctx, `UPDATE sessions SET clients = clients || $2 WHERE id = $1 AND replace(clients, $2, '') = clients`, sessionID, line(clientID))
	return err
}

// noteClient is noteClient for the session in the cache, if it is there.
func (c *cache) noteClient(sessionID, clientID string) {
	old, ok := c.sessions[sessionID]
	if !ok || slices.Contains(old.Clients, clientID) {
		return
	}
	ss := *old
	ss.Clients = append(slices.Clip(ss.Clients), clientID)
	c.sessions[sessionID] = &ss
}

// EndSession deletes the session and revokes what hangs off it, except grants
// with offline_access: their refresh tokens outlive the session, as at Auth0.
// A session that is gone already is no error.
func (s *Store) EndSession(ctx context.Context, id string) error {
	if id == "" {
		return nil // grants without a session have the empty id
	}
	return s.tx(ctx, func(l *lane) error {
		if _, err := l.exec(ctx, `DELETE FROM sessions WHERE id = $1`, id); err != nil {
			return err
		}
		_, err := l.exec(ctx, `UPDATE grants SET revoked_at = $2 WHERE session_id = $1 AND NOT offline AND revoked_at = 0`, id, ms(time.Now()))
		return err
	}, func(c *cache) {
		delete(c.sessions, id)
		c.clearGrants()
	})
}
