package store

import (
	"context"
	"time"
)

func insertTokens(ctx context.Context, l *lane, tokens []*Token) error {
	for _, t := range tokens {
		_, err := l.exec(ctx, `INSERT INTO tokens (hash, kind, grant_id, scope, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			t.Hash, t.Kind, t.GrantID, t.Scope, ms(t.CreatedAt), ms(t.ExpiresAt))
		if err != nil {
			return err
		}
	}
	return nil
}

// lastExpiry is when the last of tokens expires, in unix milliseconds: until
// then their grant must be kept.
func lastExpiry(now time.Time, tokens []*Token) int64 {
	last := ms(now)
	for _, t := range tokens {
		last = max(last, ms(t.ExpiresAt))
	}
	return last
}

// Token returns the token with this hash and its grant, or ErrNotFound. Expired,
// used and revoked ones are returned as they are: the caller must look at both.
func (s *Store) Token(ctx context.Context, hash string) (*Token, *Grant, error) {
	t, g := new(Token), (*Grant)(nil)
	err := s.read(ctx, func(l *lane) (err error) {
		err = l.row(ctx, `SELECT hash, kind, grant_id, scope, created_at, expires_at, used_at, revoked_at FROM tokens WHERE hash = $1`, []any{hash},
			&t.Hash, &t.Kind, &t.GrantID, &t.Scope, toTime{&t.CreatedAt}, toTime{&t.ExpiresAt}, toSet{&t.Used}, toSet{&t.Revoked})
		if err != nil {
			return err
		}
		g, err = l.grant(ctx, `id = $1`, t.GrantID)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return t, g, nil
}

// RotateRefresh marks the refresh token as used, stores its successors, replaces
// the grant's custom claims and what Actions may change of its refresh tokens by
// those of g, and stores run when it is not nil, in one transaction. The first UPDATE decides a race: one caller wins;
// the others, and who comes after the token has expired at now or it or its
// grant was revoked, get ErrGone and nothing is stored for them.
func (s *Store) RotateRefresh(ctx context.Context, hash string, g *Grant, now time.Time, run *Run, tokens ...*Token) error {
	idClaims, err := asJSON(g.IDClaims)
	if err != nil {
		return err
	}
	atClaims, err := asJSON(g.ATClaims)
	if err != nil {
		return err
	}
	details, err := g.details()
	if err != nil {
		return err
	}
	return s.tx(ctx, func(l *lane) error {
		err := l.change(ctx, ErrGone, `UPDATE tokens SET used_at = $2 WHERE hash = $1 AND kind = 'refresh' AND grant_id = $3 AND used_at = 0 AND revoked_at = 0 AND expires_at > $2`,
			hash, ms(now), g.ID)
		if err != nil {
			return err
		}
		err = l.change(ctx, ErrGone, `UPDATE grants SET id_claims = $2, at_claims = $3, expires_at = CASE WHEN expires_at < $4 THEN $4 ELSE expires_at END, details = $5 WHERE id = $1 AND revoked_at = 0`,
			g.ID, idClaims, atClaims, lastExpiry(now, tokens), details)
		if err != nil {
			return err
		}
		if err := insertTokens(ctx, l, tokens); err != nil {
			return err
		}
		return insertRun(ctx, l, run)
	})
}

// RevokeToken revokes this one token. A token that is gone or revoked already
// is no error (RFC 7009 section 2.2).
func (s *Store) RevokeToken(ctx context.Context, hash string, now time.Time) error {
	return s.change(ctx, nil, `UPDATE tokens SET revoked_at = $2 WHERE hash = $1 AND revoked_at = 0`, hash, ms(now))
}
