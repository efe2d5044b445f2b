package store

import (
	"context"
	"database/sql"
	"time"
)

const grantColumns = `id, client_id, user_id, session_id, redirect_uri, scope, audience, nonce, challenge, auth_time, ip, simulated,
	id_claims, at_claims, claims, details, COALESCE(code_hash, ''), code_expires, created_at, redeemed_at, revoked_at`

func (g *Grant) columns() []any {
	return []any{&g.ID, &g.ClientID, &g.UserID, &g.SessionID, &g.RedirectURI, &g.Scope, &g.Audience, &g.Nonce, &g.Challenge, toTime{&g.AuthTime}, toAddr{&g.IP}, toBool{&g.Simulated},
		toJSON{&g.IDClaims}, toJSON{&g.ATClaims}, toJSON{&g.Claims}, toGrantDetails{g}, &g.CodeHash, toTime{&g.CodeExpires}, toTime{&g.CreatedAt}, toSet{&g.Redeemed}, toSet{&g.Revoked}}
}

// grantDetails is what is seldom read: in the event of a refresh, and in ID tokens.
type grantDetails struct {
	ACR              string            `json:"acr,omitempty"`
	AMR              []string          `json:"amr,omitempty"`
	RefreshExpires   int64             `json:"refresh_expires,omitempty"`
	RefreshIdle      int64             `json:"refresh_idle,omitempty"`
	RefreshMetadata  map[string]string `json:"refresh_metadata,omitempty"`
	LastExchangedAt  int64             `json:"last_exchanged_at,omitempty"`
	UserAgent        string            `json:"user_agent,omitempty"`
	LastIP           string            `json:"last_ip,omitempty"`
	LastUserAgent    string            `json:"last_user_agent,omitempty"`
	OrganizationID   string            `json:"organization_id,omitempty"`
	OrganizationName string            `json:"organization_name,omitempty"`
	TransactionID    string            `json:"transaction_id,omitempty"`
}

func (g *Grant) details() (string, error) {
	return asJSON(grantDetails{g.ACR, g.AMR, ms(g.RefreshExpires), ms(g.RefreshIdle), g.RefreshMetadata, ms(g.LastExchangedAt),
		g.UserAgent, addr(g.LastIP), g.LastUserAgent, g.OrganizationID, g.OrganizationName, g.TransactionID})
}

type toGrantDetails struct{ g *Grant }

func (d toGrantDetails) Scan(src any) error {
	var v grantDetails
	if err := (toJSON{&v}).Scan(src); err != nil {
		return err
	}
	g := d.g
	g.ACR, g.AMR, g.RefreshMetadata = v.ACR, v.AMR, v.RefreshMetadata
	g.OrganizationID, g.OrganizationName, g.TransactionID = v.OrganizationID, v.OrganizationName, v.TransactionID
	g.RefreshExpires, g.RefreshIdle, g.LastExchangedAt = fromMS(v.RefreshExpires), fromMS(v.RefreshIdle), fromMS(v.LastExchangedAt)
	g.UserAgent, g.LastUserAgent = v.UserAgent, v.LastUserAgent
	return toAddr{&g.LastIP}.Scan(v.LastIP)
}

// SaveGrant stores g, the run that led to it when run is not nil, and its tokens
// when there is no code that they wait for; and it notes g.ClientID in the
// session's list of clients, all in one transaction. When the session has been
// ended meanwhile it stores nothing and returns ErrGone: nobody could revoke such a
// grant by a logout. It fills ID and CreatedAt of g when they are empty. The caller
// must not change g's maps and lists afterwards.
func (s *Store) SaveGrant(ctx context.Context, g *Grant, run *Run, tokens ...*Token) error {
	return s.saveGrant(ctx, s.tx, g, run, tokens)
}

// SaveCode is [Store.SaveGrant] for a grant of which nobody gets more than the
// code now. It survives the end of this process at once, and a power cut with the
// next token, at the latest when its code is redeemed: RedeemCode waits for
// the disk. A code that is lost before had no chance: it lives a minute, and
// the machine takes longer to come back.
func (s *Store) SaveCode(ctx context.Context, g *Grant, run *Run) error {
	return s.saveGrant(ctx, s.txSoon, g, run, nil)
}

func (s *Store) saveGrant(ctx context.Context, tx txFunc, g *Grant, run *Run, tokens []*Token) error {
	if g.ID == "" {
		g.ID = randomHex(16)
	}
	if g.CreatedAt.IsZero() {
		g.CreatedAt = time.Now()
	}
	return tx(ctx, func(l *lane) error {
		if err := insertGrant(ctx, l, g, tokens); err != nil {
			return err
		}
		if err := insertTokens(ctx, l, tokens); err != nil {
			return err
		}
		if err := insertRun(ctx, l, run); err != nil || g.SessionID == "" {
			return err
		}
		return noteClient(ctx, l, g.SessionID, g.ClientID)
	}, func(c *cache) {
		c.noteClient(g.SessionID, g.ClientID)
		if g.CodeHash == "" {
			return // nobody will ask for it by its code
		}
		kept := *g
		kept.AuthTime, kept.CodeExpires, kept.CreatedAt = stored(g.AuthTime), stored(g.CodeExpires), stored(g.CreatedAt)
		kept.RefreshExpires, kept.RefreshIdle = stored(g.RefreshExpires), stored(g.RefreshIdle)
		c.putGrant(&kept)
	})
}

func insertGrant(ctx context.Context, l *lane, g *Grant, tokens []*Token) error {
	idClaims, err := asJSON(g.IDClaims)
	if err != nil {
		return err
	}
	atClaims, err := asJSON(g.ATClaims)
	if err != nil {
		return err
	}
	claims, err := asJSON(g.Claims)
	if err != nil {
		return err
	}
	details, err := g.details()
	if err != nil {
		return err
	}
	var code any // NULL: the hash of no code is not unique
	if g.CodeHash != "" {
		code = g.CodeHash
	}
	_, err = l.exec(ctx, `INSERT INTO grants (id, client_id, user_id, session_id, redirect_uri, scope, offline, audience, nonce, challenge, auth_time, ip, simulated,
		id_claims, at_claims, claims, details, code_hash, code_expires, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`,
		g.ID, g.ClientID, g.UserID, g.SessionID, g.RedirectURI, g.Scope, g.HasScope("offline_access"), g.Audience, g.Nonce, g.Challenge, ms(g.AuthTime), addr(g.IP), g.Simulated,
		idClaims, atClaims, claims, details, code, ms(g.CodeExpires), ms(g.CreatedAt), max(ms(g.CodeExpires), lastExpiry(g.CreatedAt, tokens)))
	return err
}

// GrantByCode returns the grant of the code with this hash, or ErrNotFound. A
// redeemed, revoked or expired one is returned too: the caller must look at
// Redeemed, Revoked and CodeExpires, and revoke the grant when a redeemed code
// comes back (RFC 6749 section 4.1.2).
func (s *Store) GrantByCode(ctx context.Context, codeHash string) (*Grant, error) {
	g, err := cached(ctx, s,
		func(c *cache) (*Grant, bool) { g, ok := c.grants[codeHash]; return g, ok },
		func(l *lane) (*Grant, error) { return l.grant(ctx, `code_hash = $1`, codeHash) },
		func(*cache, *Grant) {}) // it will be redeemed now
	if err != nil {
		return nil, err
	}
	mine := *g
	return &mine, nil
}

// Grant returns the grant with id, revoked or not, or ErrNotFound.
func (s *Store) Grant(ctx context.Context, id string) (g *Grant, err error) {
	err = s.read(ctx, func(l *lane) error {
		g, err = l.grant(ctx, `id = $1`, id)
		return err
	})
	return g, err
}

func (l *lane) grant(ctx context.Context, where, key string) (*Grant, error) {
	g := new(Grant)
	if err := l.row(ctx, `SELECT `+grantColumns+` FROM grants WHERE `+where, []any{key}, g.columns()...); err != nil {
		return nil, err
	}
	return g, nil
}

// RedeemCode marks the grant's code as used and stores the tokens made from it,
// in one transaction. The UPDATE decides a race: one caller wins; the others,
// and who comes after the code has expired at now or the grant was revoked, get
// ErrGone and nothing is stored for them (RFC 6749 section 4.1.2).
func (s *Store) RedeemCode(ctx context.Context, grantID string, now time.Time, tokens ...*Token) error {
	return s.tx(ctx, func(l *lane) error {
		err := l.change(ctx, ErrGone, `UPDATE grants SET redeemed_at = $2, expires_at = CASE WHEN expires_at < $3 THEN $3 ELSE expires_at END WHERE id = $1 AND redeemed_at = 0 AND revoked_at = 0 AND code_expires > $2`,
			grantID, ms(now), lastExpiry(now, tokens))
		if err != nil {
			return err
		}
		return insertTokens(ctx, l, tokens)
	}, func(c *cache) { c.dropGrant(grantID) })
}

// RevokeGrant revokes the grant, and with it its code and every token of it.
// A grant that is gone or revoked already is no error.
func (s *Store) RevokeGrant(ctx context.Context, grantID string, now time.Time) error {
	return s.write(ctx, func(l *lane) error {
		return l.change(ctx, nil, `UPDATE grants SET revoked_at = $2 WHERE id = $1 AND revoked_at = 0`, grantID, ms(now))
	}, func(c *cache) { c.dropGrant(grantID) })
}

// GrantOf returns the grant that the run of the login flow led to, or ErrNotFound:
// it led to none, or that has expired. It reads through the grants of the run's user
// and is for people who look at one login.
func (s *Store) GrantOf(ctx context.Context, r *Run) (*Grant, error) {
	var found *Grant
	err := s.list(ctx, func(l *lane) error {
		return l.rows(ctx, `SELECT `+grantColumns+` FROM grants WHERE user_id = $1 AND client_id = $2 AND created_at >= $3`, []any{r.UserID, r.ClientID, ms(r.At)}, func(rows *sql.Rows) error {
			g := new(Grant)
			err := rows.Scan(g.columns()...)
			if err == nil && g.TransactionID == r.ID {
				found = g
			}
			return err
		})
	})
	if err == nil && found == nil {
		err = ErrNotFound
	}
	return found, err
}
