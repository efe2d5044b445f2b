package store

import (
	"fmt"
	"testing"
	"time"
)

// What a session leaves in the cache goes when the session does: a test server sees
// any number of log outs.
func TestEndedSessionsLeaveNothingInTheCache(t *testing.T) {
	s, err := Open(t.Context(), "memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := time.Now()
	u := &User{Email: "ada@example.test"}
	if err := s.CreateUser(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		ss := &Session{Hash: fmt.Sprint("hash", i), UserID: u.ID, AuthTime: now, ExpiresAt: now.Add(time.Hour)}
		if err := s.CompleteLogin(t.Context(), "", &Login{UserID: u.ID, At: now}, ss); err != nil {
			t.Fatal(err)
		}
		if _, err := s.UpdateSession(t.Context(), ss.ID, SessionChanges{CookieMode: "persistent"}, now); err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 { // half of them are read again before they end
			if _, err := s.SessionByHash(t.Context(), ss.Hash, now); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.EndSession(t.Context(), ss.ID); err != nil {
			t.Fatal(err)
		}
	}
	if n, m := len(s.cache.sessions), len(s.cache.hashes); n > 0 || m > 0 {
		t.Errorf("%d sessions and %d hashes are left, want none", n, m)
	}
}
