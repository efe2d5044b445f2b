package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"example.com/postlogin/mockidp/store"
)

var logins = []test{
	{"a login counts, is kept and answers its request", func(t *testing.T, s *store.Store) {
		u := newUser(t, s)
		newRequest(t, s, "r1")
		lat, lon := 51.5, -0.125
		l := &store.Login{UserID: u.ID, At: now, IP: ip, Simulated: true, UserAgent: "agent", ClientID: "demo-app",
			Place: store.Place{City: "London", CountryCode: "GB", Country: "United Kingdom", Latitude: &lat, Longitude: &lon}}
		ss := &store.Session{Hash: "h", UserID: u.ID, AuthTime: now, IP: ip, Simulated: true, UserAgent: "agent", Methods: []store.Method{{Name: "pwd", Timestamp: now}},
			CreatedAt: now, ExpiresAt: now.Add(time.Hour)}
		check(t, s.CompleteLogin(t.Context(), "r1", l, ss))
		equal(t, "N", l.N, int64(1))

		got, err := s.User(t.Context(), u.ID)
		check(t, err)
		equal(t, "user's count, time and address", fmt.Sprintln(got.LoginsCount, got.LastLogin, got.LastIP), fmt.Sprintln(1, now, ip))
		list, err := s.Logins(t.Context(), u.ID, 0)
		check(t, err)
		equal(t, "history", list, []*store.Login{l})
		session, err := s.SessionByHash(t.Context(), "h", now)
		check(t, err)
		equal(t, "session", session, ss)
		r, err := s.Request(t.Context(), "r1", now)
		check(t, err)
		equal(t, "request's answer", r.LoginID+" "+r.SessionID, l.ID+" "+ss.ID)
		equal(t, "request's login number", r.LoginN, int64(1))
		if l.ID == "" || ss.ID == "" {
			t.Error("login or session got no id")
		}
	}},
	{"logins are counted from an instant on", func(t *testing.T, s *store.Store) {
		u := newUser(t, s)
		for i := range 3 {
			check(t, s.CompleteLogin(t.Context(), "", &store.Login{UserID: u.ID, At: now.Add(time.Duration(i) * time.Hour)}, nil))
		}
		for i, want := range []int{3, 2, 1, 0} {
			n, err := s.CountLogins(t.Context(), now.Add(time.Duration(i)*time.Hour))
			check(t, err)
			equal(t, fmt.Sprintf("from hour %d on", i), n, want)
		}
	}},
	{"a request is answered by one login", func(t *testing.T, s *store.Store) {
		u := newUser(t, s)
		newRequest(t, s, "r1")
		winner := oneWinner(t, race(16, func(i int) error {
			return s.CompleteLogin(t.Context(), "r1", &store.Login{ID: fmt.Sprint("login ", i), UserID: u.ID, At: now}, session(u, fmt.Sprint("h", i)))
		}))
		r, err := s.Request(t.Context(), "r1", now)
		check(t, err)
		equal(t, "login", r.LoginID, fmt.Sprint("login ", winner))
		counted(t, s, u.ID, 1)
	}},
	{"a login whose request was refused or taken counts nothing", func(t *testing.T, s *store.Store) {
		u := newUser(t, s)
		newRequest(t, s, "refused")
		check(t, s.RefuseRequest(t.Context(), "refused", "access_denied", ""))
		newRequest(t, s, "taken")
		_, err := s.TakeRequest(t.Context(), "taken", now)
		check(t, err)
		for _, id := range []string{"refused", "taken", "never there"} {
			wantErr(t, id, s.CompleteLogin(t.Context(), id, &store.Login{UserID: u.ID, At: now}, session(u, id)), store.ErrGone)
			_, err := s.SessionByHash(t.Context(), id, now)
			wantErr(t, "session of "+id, err, store.ErrNotFound)
		}
		counted(t, s, u.ID, 0)
	}},
	{"a login and a taker race for one request", func(t *testing.T, s *store.Store) {
		u := newUser(t, s)
		var done int64
		for i := range 20 {
			id := fmt.Sprint("r", i)
			newRequest(t, s, id)
			var taken *store.Request
			errs := race(2, func(who int) (err error) {
				if who == 0 {
					return s.CompleteLogin(t.Context(), id, &store.Login{UserID: u.ID, At: now}, session(u, id))
				}
				taken, err = s.TakeRequest(t.Context(), id, now)
				return err
			})
			check(t, errs[1])
			// The taker sees the login if and only if it was counted.
			switch {
			case errs[0] == nil && taken.LoginID != "":
				done++
			case !errors.Is(errs[0], store.ErrGone) || taken.LoginID != "":
				t.Errorf("login: %v, taken request has login %q", errs[0], taken.LoginID)
			}
		}
		counted(t, s, u.ID, done)
	}},
	{"a blocked account's login counts, but makes no session and leaves the request open", func(t *testing.T, s *store.Store) {
		u := newUser(t, s)
		newRequest(t, s, "r1")
		l := &store.Login{UserID: u.ID, At: now, Blocked: true}
		check(t, s.CompleteLogin(t.Context(), "r1", l, nil))
		counted(t, s, u.ID, 1)
		list, err := s.Logins(t.Context(), u.ID, 1)
		check(t, err)
		equal(t, "blocked in the history", list[0].Blocked, true)
		r, err := s.Request(t.Context(), "r1", now)
		check(t, err)
		equal(t, "request's login", r.LoginID, "")
		check(t, s.RefuseRequest(t.Context(), "r1", "unauthorized", "user is blocked"))
	}},
	{"a login again continues the session of its user", func(t *testing.T, s *store.Store) {
		u := newUser(t, s)
		old := newSession(t, s, u, "old")
		newGrant(t, s, "g", old.ID, "openid")
		_, err := s.SessionByHash(t.Context(), "old", now) // and it is in a cache
		check(t, err)
		again := session(u, "new")
		again.ID, again.AuthTime, again.Metadata = old.ID, now.Add(time.Minute), map[string]string{"k": "v"}
		again.Methods = []store.Method{{Name: "pwd", Timestamp: now.Add(time.Minute)}}
		check(t, s.CompleteLogin(t.Context(), "", &store.Login{UserID: u.ID, At: now.Add(time.Minute)}, again))

		_, err = s.SessionByHash(t.Context(), "old", now)
		wantErr(t, "the old hash", err, store.ErrNotFound)
		got, err := s.SessionByHash(t.Context(), "new", now)
		check(t, err)
		want := *again
		want.CreatedAt, want.Clients = old.CreatedAt, []string{"demo-app"}
		equal(t, "session", got, &want)

		// Somebody else's is not taken over, and nothing of such a login is kept.
		bob := &store.User{Email: "bob@example.test"}
		check(t, s.CreateUser(t.Context(), bob))
		planted := session(bob, "planted")
		planted.ID = old.ID
		wantErr(t, "another user", s.CompleteLogin(t.Context(), "", &store.Login{UserID: bob.ID, At: now}, planted), store.ErrExists)
		counted(t, s, bob.ID, 0)
	}},
	{"a login that fails leaves no trace", func(t *testing.T, s *store.Store) {
		u := newUser(t, s)
		newSession(t, s, u, "taken hash")
		newRequest(t, s, "r1")
		wantErr(t, "unknown user", s.CompleteLogin(t.Context(), "r1", &store.Login{UserID: "auth0|nobody", At: now}, session(u, "h")), store.ErrNotFound)
		wantErr(t, "session hash in use", s.CompleteLogin(t.Context(), "r1", &store.Login{UserID: u.ID, At: now}, session(u, "taken hash")), store.ErrExists)
		counted(t, s, u.ID, 1)
		// The request is still open.
		check(t, s.CompleteLogin(t.Context(), "r1", &store.Login{UserID: u.ID, At: now}, session(u, "h")))
		counted(t, s, u.ID, 2)
	}},
	{"a login needs no request and no session", func(t *testing.T, s *store.Store) {
		u := newUser(t, s)
		check(t, s.CompleteLogin(t.Context(), "", &store.Login{UserID: u.ID, At: now}, nil))
		counted(t, s, u.ID, 1)
	}},
	{"logins are listed from the newest", func(t *testing.T, s *store.Store) {
		u := newUser(t, s)
		for range 5 {
			check(t, s.CompleteLogin(t.Context(), "", &store.Login{UserID: u.ID, At: now}, nil))
		}
		for limit, want := range map[int][]int64{0: {5, 4, 3, 2, 1}, 2: {5, 4}} {
			equal(t, fmt.Sprintf("limit %d", limit), numbers(t, s, u.ID, limit), want)
		}
		equal(t, "nobody's", len(numbers(t, s, "auth0|nobody", 0)), 0)
	}},
	{"a short list of logins is always up to date", func(t *testing.T, s *store.Store) {
		u := newUser(t, s)
		const limit = 3
		for range limit + 2 {
			check(t, s.CompleteLogin(t.Context(), "", &store.Login{UserID: u.ID, At: now, IP: ip, UserAgent: "agent\x00", ClientID: "demo-app", Blocked: true}, nil))
			all, err := s.Logins(t.Context(), u.ID, 0)
			check(t, err)
			short, err := s.Logins(t.Context(), u.ID, limit)
			check(t, err)
			equal(t, "short list", short, all[:min(limit, len(all))])
		}
		other, err := s.Logins(t.Context(), u.ID, 1)
		check(t, err)
		equal(t, "length for another limit", len(other), 1)
		wantErr(t, "login that fails", s.CompleteLogin(t.Context(), "", &store.Login{UserID: "auth0|nobody", At: now}, nil), store.ErrNotFound)
		equal(t, "newest", numbers(t, s, u.ID, limit), []int64{5, 4, 3})
		check(t, s.DeleteUser(t.Context(), u.ID))
		equal(t, "rows of a deleted user", len(numbers(t, s, u.ID, limit)), 0)
	}},
	{"200 logins at the same time are counted 1 to 200", func(t *testing.T, s *store.Store) {
		u := newUser(t, s)
		seen := make([]int64, 200)
		for _, err := range race(200, func(i int) error {
			l := &store.Login{UserID: u.ID, At: now}
			err := s.CompleteLogin(t.Context(), "", l, session(u, fmt.Sprint("h", i)))
			seen[i] = l.N
			return errors.Join(err, readLast(t, s, u.ID, l.N))
		}) {
			check(t, err)
		}
		slices.Sort(seen)
		want := make([]int64, 200)
		for i := range want {
			want[i] = int64(i + 1)
		}
		equal(t, "numbers that the logins got", seen, want)
		slices.Reverse(want)
		equal(t, "numbers in the history", numbers(t, s, u.ID, 0), want)
		equal(t, "last numbers, read meanwhile", numbers(t, s, u.ID, 5), want[:5])
		counted(t, s, u.ID, 200)
	}},
}

func session(u *store.User, hash string) *store.Session {
	return &store.Session{Hash: hash, UserID: u.ID, AuthTime: now, ExpiresAt: now.Add(time.Hour)}
}

// counted checks the user's count and that the history agrees with it.
func counted(t *testing.T, s *store.Store, userID string, want int64) {
	t.Helper()
	u, err := s.User(t.Context(), userID)
	check(t, err)
	equal(t, "logins count", u.LoginsCount, want)
	equal(t, "rows of the history", int64(len(numbers(t, s, userID, 0))), want)
}

// readLast reads the last logins while others log in: login n is there already,
// if its row is among them, and no row is missing.
func readLast(t *testing.T, s *store.Store, userID string, n int64) error {
	list, err := s.Logins(t.Context(), userID, 5)
	if err != nil {
		return err
	}
	for i, l := range list {
		if l.N != list[0].N-int64(i) || list[0].N < n {
			return fmt.Errorf("after login %d: row %d is login %d, the first is %d", n, i, l.N, list[0].N)
		}
	}
	return nil
}

func numbers(t *testing.T, s *store.Store, userID string, limit int) (n []int64) {
	t.Helper()
	list, err := s.Logins(t.Context(), userID, limit)
	check(t, err)
	for _, l := range list {
		n = append(n, l.N)
	}
	return n
}
