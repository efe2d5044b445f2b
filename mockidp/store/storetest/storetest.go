// Package storetest is the contract of package store as tests: what every
// method returns, each of its errors, and who wins a race. Any database that
// a Store runs on has to pass it.
package storetest

import (
	"errors"
	"net/netip"
	"reflect"
	"sync"
	"testing"
	"time"

	"example.com/postlogin/mockidp/store"
)

// Run runs the contract. open returns an empty store of its own for each test
// and closes it when that test ends.
func Run(t *testing.T, open func(t *testing.T) *store.Store) {
	for _, group := range [][]test{users, clients, requests, steps, logins, authenticators, sessions, grants, tokens, keys, actions, runs, failures, outbox, edges, accounts, actionEdit, fill} {
		for _, tt := range group {
			t.Run(tt.name, func(t *testing.T) { tt.run(t, open(t)) })
		}
	}
}

type test struct {
	name string
	run  func(t *testing.T, s *store.Store)
}

// now is when the tests take place; a store keeps milliseconds.
var now = time.Date(2026, 11, 20, 21, 4, 5, 678e6, time.UTC)

var ip = netip.MustParseAddr("203.0.113.7")

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantErr checks that err is want.
func wantErr(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: error %v, want %v", what, err, want)
	}
}

// equal checks that got and want are deeply equal.
func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

// race runs f n times at once and returns the errors, nil ones included.
func race(n int, f func(i int) error) []error {
	var wg sync.WaitGroup
	start := make(chan struct{})
	errs := make([]error, n)
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = f(i)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

// oneWinner checks that one of errs is nil and the others are ErrGone, and
// returns the winner's index.
func oneWinner(t *testing.T, errs []error) int {
	t.Helper()
	winners, winner := 0, -1
	for i, err := range errs {
		switch {
		case err == nil:
			winners, winner = winners+1, i
		case !errors.Is(err, store.ErrGone):
			t.Errorf("racer %d: %v, want nil or ErrGone", i, err)
		}
	}
	if winners != 1 {
		t.Errorf("%d of %d racers won, want 1", winners, len(errs))
	}
	return winner
}

func newUser(t *testing.T, s *store.Store) *store.User {
	t.Helper()
	u := &store.User{Email: "ada@example.test", Name: "Ada Lovelace", CreatedAt: now}
	check(t, s.CreateUser(t.Context(), u))
	return u
}

func newRequest(t *testing.T, s *store.Store, id string) *store.Request {
	t.Helper()
	r := &store.Request{ID: id, ClientID: "demo-app", RedirectURI: "http://localhost:3000/callback", ResponseType: "code", ResponseMode: "query",
		Scope: "openid profile", MaxAge: -1, CreatedAt: now, ExpiresAt: now.Add(10 * time.Minute)}
	check(t, s.CreateRequest(t.Context(), r))
	return r
}

// newSession logs u in and returns the session.
func newSession(t *testing.T, s *store.Store, u *store.User, hash string) *store.Session {
	t.Helper()
	ss := &store.Session{Hash: hash, UserID: u.ID, AuthTime: now, IP: ip, CreatedAt: now, ExpiresAt: now.Add(time.Hour)}
	check(t, s.CompleteLogin(t.Context(), "", &store.Login{UserID: u.ID, At: now, IP: ip, ClientID: "demo-app"}, ss))
	return ss
}

// newGrant stores a grant whose code has the hash "code of " and its id.
func newGrant(t *testing.T, s *store.Store, id, sessionID, scope string) *store.Grant {
	t.Helper()
	g := &store.Grant{ID: id, ClientID: "demo-app", UserID: "auth0|1", SessionID: sessionID, Scope: scope, AuthTime: now, IP: ip,
		CodeHash: "code of " + id, CodeExpires: now.Add(time.Minute), CreatedAt: now}
	check(t, s.SaveGrant(t.Context(), g, nil))
	return g
}

func token(hash, kind string, g *store.Grant) *store.Token {
	return &store.Token{Hash: hash, Kind: kind, GrantID: g.ID, Scope: g.Scope, CreatedAt: now, ExpiresAt: now.Add(time.Hour)}
}

// noToken checks that no token with hash was stored.
func noToken(t *testing.T, s *store.Store, hash string) {
	t.Helper()
	_, _, err := s.Token(t.Context(), hash)
	wantErr(t, "token "+hash, err, store.ErrNotFound)
}
