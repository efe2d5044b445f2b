package store

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"time"
)

const sessionColumns = `id, hash, user_id, auth_time, ip, simulated, user_agent, methods, clients, created_at, expires_at, details`

func (s *Session) columns() []any {
	return []any{&s.ID, &s.Hash, &s.UserID, toTime{&s.AuthTime}, toAddr{&s.IP}, toBool{&s.Simulated}, &s.UserAgent, toJSON{&s.Methods}, toLines{&s.Clients},
		toTime{&s.CreatedAt}, toTime{&s.ExpiresAt}, toSessionDetails{s}}
}

// sessionDetails is what may be set after the login: most sessions have none of it.
type sessionDetails struct {
	IdleExpiresAt int64             `json:"idle_expires_at,omitempty"`
	UpdatedAt     int64             `json:"updated_at,omitempty"`
	LastUsedAt    int64             `json:"last_used_at,omitempty"`
	LastIP        string            `json:"last_ip,omitempty"`
	LastUserAgent string            `json:"last_user_agent,omitempty"`
	CookieMode    string            `json:"cookie_mode,omitempty"`
	Metadata      map[string]string `json:"metadata,omitempty"`
}

func (s *Session) details() (string, error) {
	d := sessionDetails{ms(s.IdleExpiresAt), ms(s.UpdatedAt), ms(s.LastUsedAt), addr(s.LastIP), s.LastUserAgent, s.CookieMode, s.Metadata}
	text, err := asJSON(d)
	if text == "{}" {
		text = ""
	}
	return text, err
}

type toSessionDetails struct{ s *Session }

func (d toSessionDetails) Scan(src any) error {
	var v sessionDetails
	if err := (toJSON{&v}).Scan(src); err != nil {
		return err
	}
	s := d.s
	s.IdleExpiresAt, s.UpdatedAt, s.LastUsedAt = fromMS(v.IdleExpiresAt), fromMS(v.UpdatedAt), fromMS(v.LastUsedAt)
	s.LastUserAgent, s.CookieMode, s.Metadata = v.LastUserAgent, v.CookieMode, v.Metadata
	return toAddr{&s.LastIP}.Scan(v.LastIP)
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

// putSession stores a new session, or continues the one with its id, which must be
// the same user's: its clients and its beginning stay.
func putSession(ctx context.Context, l *lane, ss *Session) error {
	if ss.CreatedAt.IsZero() {
		ss.CreatedAt = ss.AuthTime
	}
	methods, err := asJSON(ss.Methods)
	if err != nil {
		return err
	}
	details, err := ss.details()
	if err != nil {
		return err
	}
	return l.change(ctx, ErrExists, `INSERT INTO sessions (`+sessionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (id) DO UPDATE SET hash = $2, auth_time = $4, ip = $5, simulated = $6, user_agent = $7, methods = $8, expires_at = $11, details = $12
		WHERE sessions.user_id = $3`,
		ss.ID, ss.Hash, ss.UserID, ms(ss.AuthTime), addr(ss.IP), ss.Simulated, ss.UserAgent, methods, lines(ss.Clients), ms(ss.CreatedAt), ms(ss.ExpiresAt), details)
}

// SessionByHash returns the session whose cookie has this hash; ErrNotFound also
// when it has expired at now, or was not used for too long ([Session.IdleEnd]).
// Callers must not change its lists.
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
	if !now.Before(ss.IdleEnd()) {
		return nil, ErrNotFound
	}
	mine := *ss
	return &mine, nil
}

// UpdateSession changes the session and returns it as it then is, or
// ErrNotFound. Changes at the same time all take effect: the first UPDATE locks
// the row before it is read. A method that is added twice stays once, with the
// newer time.
func (s *Store) UpdateSession(ctx context.Context, id string, c SessionChanges, now time.Time) (*Session, error) {
	return s.updateSession(ctx, id, func(ss *Session) { ss.apply(c, now) })
}

// UseSession notes an authorization that is answered from the session; ErrNotFound.
func (s *Store) UseSession(ctx context.Context, id string, ip netip.Addr, userAgent string, now time.Time) error {
	_, err := s.updateSession(ctx, id, func(ss *Session) { ss.LastUsedAt, ss.LastIP, ss.LastUserAgent = now, ip, userAgent })
	return err
}

func (s *Store) updateSession(ctx context.Context, id string, change func(*Session)) (*Session, error) {
	ss := new(Session)
	err := s.txSoon(ctx, func(l *lane) error {
		err := l.row(ctx, `UPDATE sessions SET expires_at = expires_at WHERE id = $1 RETURNING `+sessionColumns, []any{id}, ss.columns()...)
		if err != nil {
			return err
		}
		change(ss)
		methods, err := asJSON(ss.Methods)
		if err != nil {
			return err
		}
		details, err := ss.details()
		if err != nil {
			return err
		}
		_, err = l.exec(ctx, `UPDATE sessions SET user_id = $2, methods = $3, expires_at = $4, details = $5 WHERE id = $1`, id, ss.UserID, methods, ms(ss.ExpiresAt), details)
		return err
	}, func(c *cache) { c.dropSession(id) })
	if err != nil {
		return nil, err
	}
	return ss, nil
}

func (ss *Session) apply(c SessionChanges, now time.Time) {
	if c.UserID != "" {
		ss.UserID = c.UserID
	}
	if !c.ExpiresAt.IsZero() && c.ExpiresAt.Before(ss.ExpiresAt) {
		ss.ExpiresAt = c.ExpiresAt
	}
	if !c.IdleExpiresAt.IsZero() {
		ss.IdleExpiresAt = c.IdleExpiresAt
	}
	if c.CookieMode != "" {
		ss.CookieMode = c.CookieMode
	}
	if c.Metadata != nil {
		ss.Metadata = c.Metadata
	}
	for _, m := range c.AddMethods {
		ss.Methods = slices.DeleteFunc(ss.Methods, func(old Method) bool { return old.Name == m.Name && old.Type == m.Type })
		ss.Methods = append(ss.Methods, m)
	}
	ss.UpdatedAt = now
}

// noteClient adds the client to the session's list, unless it is there already. A
// session that has been ended is ErrGone: the row that is written decides it, so who
// ends the session meanwhile either finds the client in it or comes first.
func noteClient(ctx context.Context, l *lane, sessionID, clientID string) error {
	return l.change(ctx, ErrGone, `UPDATE sessions SET clients = CASE WHEN replace(clients, $2, '') = clients THEN clients || $2 ELSE clients END WHERE id = $1`,
		sessionID, line(clientID))
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
	return s.endSession(ctx, id, `UPDATE grants SET revoked_at = $2 WHERE session_id = $1 AND NOT offline AND revoked_at = 0`)
}

// RevokeSession is EndSession that spares no grant, whatever its scope.
func (s *Store) RevokeSession(ctx context.Context, id string) error {
	return s.endSession(ctx, id, `UPDATE grants SET revoked_at = $2 WHERE session_id = $1 AND revoked_at = 0`)
}

func (s *Store) endSession(ctx context.Context, id, revoke string) error {
	if id == "" {
		return nil // grants without a session have the empty id
	}
	return s.tx(ctx, func(l *lane) error {
		if _, err := l.exec(ctx, `DELETE FROM sessions WHERE id = $1`, id); err != nil {
			return err
		}
		_, err := l.exec(ctx, revoke, id, ms(time.Now()))
		return err
	}, func(c *cache) {
		c.dropSession(id)
		c.clearGrants()
	})
}
