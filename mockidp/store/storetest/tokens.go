package storetest

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"example.com/postlogin/mockidp/store"
)

// refreshable stores a grant with the refresh token "rt" and the access token "at".
func refreshable(t *testing.T, s *store.Store) *store.Grant {
	t.Helper()
	g := newGrant(t, s, "g", "", "openid offline_access")
	check(t, s.RedeemCode(t.Context(), g.ID, now, token("at", store.AccessToken, g), token("rt", store.RefreshToken, g)))
	return g
}

var tokens = []test{
	{"a token comes back as stored, with its grant", func(t *testing.T, s *store.Store) {
		g := refreshable(t, s)
		tok, of, err := s.Token(t.Context(), "rt")
		check(t, err)
		equal(t, "token", tok, token("rt", store.RefreshToken, g))
		g.Redeemed = true
		equal(t, "grant", of, g)
		noToken(t, s, "nope")
	}},
	{"a revoked token stays revoked alone", func(t *testing.T, s *store.Store) {
		refreshable(t, s)
		for range 2 {
			check(t, s.RevokeToken(t.Context(), "at", now))
		}
		check(t, s.RevokeToken(t.Context(), "nope", now))
		for hash, revoked := range map[string]bool{"at": true, "rt": false} {
			tok, g, err := s.Token(t.Context(), hash)
			check(t, err)
			equal(t, hash+" revoked, its grant revoked", fmt.Sprint(tok.Revoked, g.Revoked), fmt.Sprint(revoked, false))
		}
	}},
	{"rotation uses the token up, replaces the claims and stores the run", func(t *testing.T, s *store.Store) {
		g := refreshable(t, s)
		g.IDClaims, g.ATClaims = store.Claims{{Name: "n", Value: json.RawMessage(`2`)}}, nil
		g.RefreshExpires, g.RefreshIdle, g.RefreshMetadata = now.Add(time.Hour), now.Add(time.Minute), map[string]string{"a": "b"}
		g.LastExchangedAt, g.LastIP, g.LastUserAgent = now, ip, "agent"
		check(t, s.RotateRefresh(t.Context(), "rt", g, now, &store.Run{ID: "run", Kind: "refresh"}, token("rt2", store.RefreshToken, g), token("at2", store.AccessToken, g)))
		old, of, err := s.Token(t.Context(), "rt")
		check(t, err)
		equal(t, "old token used", old.Used, true)
		equal(t, "claims", fmt.Sprintf("%s %v", of.IDClaims, of.ATClaims), "[{n 2}] []")
		g.Redeemed = true
		equal(t, "grant", of, g)
		next, _, err := s.Token(t.Context(), "rt2")
		check(t, err)
		equal(t, "successor used", next.Used, false)
		_, err = s.Run(t.Context(), "run")
		check(t, err)
	}},
	{"a refresh token is used once by 16 at the same time", func(t *testing.T, s *store.Store) {
		g := refreshable(t, s)
		current := "rt"
		for n := range 5 {
			hash := func(i int) string { return fmt.Sprint("rt ", n, " of racer ", i) }
			winner := oneWinner(t, race(16, func(i int) error {
				return s.RotateRefresh(t.Context(), current, g, now, &store.Run{ID: hash(i)}, token(hash(i), store.RefreshToken, g))
			}))
			for i := range 16 {
				if i != winner {
					noToken(t, s, hash(i))
				}
			}
			current = hash(winner)
		}
		list, err := s.Runs(t.Context(), 0)
		check(t, err)
		equal(t, "runs stored", len(list), 5)
	}},
	{"a token that can't be rotated is gone", func(t *testing.T, s *store.Store) {
		g := refreshable(t, s)
		other := newGrant(t, s, "other", "", "openid")
		expiry := now.Add(time.Hour)
		for _, tt := range []struct {
			what, hash string
			grant      *store.Grant
			at         time.Time
		}{
			{"an access token", "at", g, now},
			{"an unknown token", "nope", g, now},
			{"another grant's token", "rt", other, now},
			{"an expired token", "rt", g, expiry},
		} {
			wantErr(t, tt.what, s.RotateRefresh(t.Context(), tt.hash, tt.grant, tt.at, nil, token("new", store.RefreshToken, g)), store.ErrGone)
			noToken(t, s, "new")
		}
		check(t, s.RevokeGrant(t.Context(), g.ID, now))
		wantErr(t, "a revoked grant's token", s.RotateRefresh(t.Context(), "rt", g, now, nil, token("new", store.RefreshToken, g)), store.ErrGone)
		noToken(t, s, "new")
		tok, _, err := s.Token(t.Context(), "rt")
		check(t, err)
		equal(t, "used", tok.Used, false)
	}},
	{"a revoked refresh token can't be rotated", func(t *testing.T, s *store.Store) {
		g := refreshable(t, s)
		check(t, s.RevokeToken(t.Context(), "rt", now))
		wantErr(t, "RotateRefresh", s.RotateRefresh(t.Context(), "rt", g, now, nil), store.ErrGone)
	}},
}
