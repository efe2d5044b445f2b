package store_test

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"example.com/postlogin/mockidp/store"
)

// A count that is set back does not make the next login fail: its number is free.
func TestSetLoginsCount(t *testing.T) {
	ctx := t.Context()
	s, err := store.Open(ctx, "memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	u := &store.User{Email: "a@example.test"}
	if err := s.CreateUser(ctx, u); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	login := func(want int64) {
		t.Helper()
		l := &store.Login{UserID: u.ID, At: now, IP: netip.MustParseAddr("192.0.2.1"), ClientID: "c", Place: store.Place{City: "Łódź", CountryCode: "PL"}}
		ss := &store.Session{Hash: l.ID + time.Now().String(), UserID: u.ID, AuthTime: now, CreatedAt: now, ExpiresAt: now.Add(time.Hour)}
		if err := s.CompleteLogin(ctx, "", l, ss); err != nil || l.N != want {
			t.Fatalf("login %d, %v, want %d", l.N, err, want)
		}
	}
	set := func(n int64) {
		t.Helper()
		if err := s.SetLoginsCount(ctx, u.ID, n, now); err != nil {
			t.Fatal(err)
		}
	}
	login(1)
	login(2)
	set(1)
	login(2)
	set(0)
	if list, err := s.Logins(ctx, u.ID, 5); err != nil || len(list) != 0 {
		t.Errorf("%d logins, %v, want none", len(list), err)
	}
	login(1)
	set(100)
	login(101)

	found, total, err := s.FindUsers(ctx, "A@EXAMPLE", 10, 0)
	if err != nil || total != 1 || len(found) != 1 || found[0].LoginsCount != 101 || found[0].Place.City != "Łódź" {
		t.Errorf("found %+v, %d, %v", found, total, err)
	}
	if n, err := s.EndUserSessions(ctx, u.ID, now); err != nil || n != 5 {
		t.Errorf("%d sessions ended, %v, want 5", n, err)
	}
	if list, err := s.UserSessions(ctx, u.ID, now); err != nil || len(list) != 0 {
		t.Errorf("%d sessions, %v, want none", len(list), err)
	}
	if err := s.SetLoginsCount(ctx, "nobody", 1, now); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("unknown user: %v, want ErrNotFound", err)
	}
}
