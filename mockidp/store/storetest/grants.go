package storetest

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"example.com/postlogin/mockidp/store"
)

var grants = []test{
	{"a grant comes back as stored, with its run", func(t *testing.T, s *store.Store) {
		ss := newSession(t, s, newUser(t, s), "h")
		want := &store.Grant{ID: "g", ClientID: "demo-app", UserID: "auth0|1", SessionID: ss.ID, RedirectURI: "http://localhost:3000/callback", Scope: "openid", Audience: "https://api",
			Nonce: "n", Challenge: "c", AuthTime: now, IP: ip, Simulated: true, IDClaims: store.Claims{{Name: "login_count", Value: json.RawMessage(`1`)}, {Name: "city", Value: json.RawMessage(`"Zürich"`)}},
			ATClaims: store.Claims{{Name: "plan", Value: json.RawMessage(`"premium"`)}}, Claims: map[string]map[string]json.RawMessage{"userinfo": {"email": json.RawMessage(`null`)}},
			CodeHash: "ch", CodeExpires: now.Add(time.Minute), CreatedAt: now,
			ACR: "class", AMR: []string{"mfa"}, RefreshExpires: now.Add(time.Hour), RefreshIdle: now.Add(time.Minute), RefreshMetadata: map[string]string{"k": "v"},
			LastExchangedAt: now, UserAgent: "agent", LastIP: ip, LastUserAgent: "agent 2", OrganizationID: "org_1", OrganizationName: "acme"}
		run := &store.Run{ID: "run", Kind: "login", UserID: "auth0|1", ClientID: "demo-app", LoginID: "l", At: now, Outcome: "ok", Record: json.RawMessage(`{"a":1}`)}
		check(t, s.SaveGrant(t.Context(), want, run))
		byCode, err := s.GrantByCode(t.Context(), "ch")
		check(t, err)
		equal(t, "grant by code", byCode, want)
		byID, err := s.Grant(t.Context(), "g")
		check(t, err)
		equal(t, "grant by id", byID, want)
		got, err := s.Run(t.Context(), "run")
		check(t, err)
		equal(t, "run", got, run)
	}},
	{"a grant and its run are stored together or not at all", func(t *testing.T, s *store.Store) {
		newGrant(t, s, "g", "", "openid")
		err := s.SaveGrant(t.Context(), &store.Grant{ID: "g2", CodeHash: "code of g"}, &store.Run{ID: "run"})
		wantErr(t, "code in use", err, store.ErrExists)
		_, err = s.Run(t.Context(), "run")
		wantErr(t, "run", err, store.ErrNotFound)
		_, err = s.Grant(t.Context(), "g2")
		wantErr(t, "grant", err, store.ErrNotFound)
	}},
	{"a grant whose session has ended is not stored", func(t *testing.T, s *store.Store) {
		u := newUser(t, s)
		for _, save := range []func(*store.Grant) error{
			func(g *store.Grant) error {
				return s.SaveGrant(t.Context(), g, &store.Run{ID: "run"}, token("at", store.AccessToken, g))
			},
			func(g *store.Grant) error { return s.SaveCode(t.Context(), g, &store.Run{ID: "run"}) },
		} {
			ss := newSession(t, s, u, rand.Text())
			newGrant(t, s, rand.Text(), ss.ID, "openid") // its client is noted in the session before
			check(t, s.EndSession(t.Context(), ss.ID))
			wantErr(t, "grant", save(&store.Grant{ID: "g", ClientID: "demo-app", SessionID: ss.ID, CodeHash: "c"}), store.ErrGone)
			_, err := s.Grant(t.Context(), "g")
			wantErr(t, "stored grant", err, store.ErrNotFound)
			_, err = s.Run(t.Context(), "run")
			wantErr(t, "its run", err, store.ErrNotFound)
			noToken(t, s, "at")
		}
	}},
	{"a grant that needs no code is stored with its tokens", func(t *testing.T, s *store.Store) {
		g := &store.Grant{ID: "g", ClientID: "demo-app", CreatedAt: now}
		check(t, s.SaveGrant(t.Context(), g, nil, token("at", store.AccessToken, g), token("rt", store.RefreshToken, g)))
		for _, hash := range []string{"at", "rt"} {
			_, of, err := s.Token(t.Context(), hash)
			check(t, err)
			equal(t, "grant of "+hash, of.ID, "g")
		}
		check(t, s.Prune(t.Context(), now.Add(time.Hour-time.Millisecond)))
		_, _, err := s.Token(t.Context(), "rt")
		check(t, err)
		other := &store.Grant{ID: "g2", CreatedAt: now}
		wantErr(t, "a token in use", s.SaveGrant(t.Context(), other, nil, token("at", store.AccessToken, other)), store.ErrExists)
		_, err = s.Grant(t.Context(), "g2")
		wantErr(t, "its grant", err, store.ErrNotFound)
	}},
	{"grants without a code don't collide and are not found by one", func(t *testing.T, s *store.Store) {
		for range 2 {
			g := &store.Grant{ClientID: "demo-app"}
			check(t, s.SaveGrant(t.Context(), g, nil))
			_, err := s.Grant(t.Context(), g.ID)
			check(t, err)
		}
		_, err := s.GrantByCode(t.Context(), "")
		wantErr(t, "GrantByCode", err, store.ErrNotFound)
	}},
	{"an unknown grant is not found, and revoking it is no error", func(t *testing.T, s *store.Store) {
		_, err := s.Grant(t.Context(), "nope")
		wantErr(t, "Grant", err, store.ErrNotFound)
		_, err = s.GrantByCode(t.Context(), "nope")
		wantErr(t, "GrantByCode", err, store.ErrNotFound)
		wantErr(t, "RedeemCode", s.RedeemCode(t.Context(), "nope", now), store.ErrGone)
		check(t, s.RevokeGrant(t.Context(), "nope", now))
	}},
	{"a code is redeemed once by 16 at the same time", func(t *testing.T, s *store.Store) {
		for n := range 5 {
			g := newGrant(t, s, fmt.Sprint("g", n), "", "openid")
			hash := func(i int) string { return fmt.Sprint("token ", n, " of racer ", i) }
			winner := oneWinner(t, race(16, func(i int) error {
				return s.RedeemCode(t.Context(), g.ID, now, token(hash(i), store.AccessToken, g))
			}))
			for i := range 16 {
				if i != winner {
					noToken(t, s, hash(i))
				}
			}
			tok, _, err := s.Token(t.Context(), hash(winner))
			check(t, err)
			equal(t, "winner's token", tok, token(hash(winner), store.AccessToken, g))
			got, err := s.GrantByCode(t.Context(), g.CodeHash)
			check(t, err)
			equal(t, "redeemed", got.Redeemed, true)
		}
	}},
	{"a code that expired or was revoked is not redeemed", func(t *testing.T, s *store.Store) {
		expired, revoked := newGrant(t, s, "expired", "", "openid"), newGrant(t, s, "revoked", "", "openid")
		check(t, s.RevokeGrant(t.Context(), revoked.ID, now))
		wantErr(t, "expired", s.RedeemCode(t.Context(), "expired", expired.CodeExpires, token("a", store.AccessToken, expired)), store.ErrGone)
		wantErr(t, "revoked", s.RedeemCode(t.Context(), "revoked", now, token("b", store.AccessToken, revoked)), store.ErrGone)
		noToken(t, s, "a")
		noToken(t, s, "b")
	}},
	{"a code is not redeemed when its tokens can't be stored", func(t *testing.T, s *store.Store) {
		g := newGrant(t, s, "g", "", "openid")
		same := token("same", store.AccessToken, g)
		wantErr(t, "RedeemCode", s.RedeemCode(t.Context(), g.ID, now, token("first", store.AccessToken, g), same, same), store.ErrExists)
		noToken(t, s, "first")
		check(t, s.RedeemCode(t.Context(), g.ID, now, same))
	}},
	{"revoking a grant is seen at its code and its tokens", func(t *testing.T, s *store.Store) {
		g := newGrant(t, s, "g", "", "openid")
		check(t, s.RedeemCode(t.Context(), g.ID, now, token("at", store.AccessToken, g)))
		for range 2 {
			check(t, s.RevokeGrant(t.Context(), g.ID, now))
		}
		tok, of, err := s.Token(t.Context(), "at")
		check(t, err)
		equal(t, "token revoked, its grant revoked", fmt.Sprint(tok.Revoked, of.Revoked), "false true")
		of, err = s.GrantByCode(t.Context(), g.CodeHash)
		check(t, err)
		equal(t, "grant revoked", of.Revoked, true)
	}},
}
