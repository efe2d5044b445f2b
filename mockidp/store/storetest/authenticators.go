package storetest

import (
	"fmt"
	"testing"
	"time"

	"example.com/postlogin/mockidp/store"
)

var authenticators = []test{
	{"authenticators come back as stored, the oldest first", func(t *testing.T, s *store.Store) {
		phone := &store.Authenticator{ID: "sms|1", UserID: "auth0|1", Type: "phone", Target: "+49 30 1", CreatedAt: now.Add(time.Second)}
		otp := &store.Authenticator{ID: "totp|1", UserID: "auth0|1", Type: "otp", Secret: "JBSWY3DP", LastStep: 7, CreatedAt: now}
		check(t, s.AddAuthenticator(t.Context(), phone))
		list, err := s.Authenticators(t.Context(), "auth0|1") // now cached
		check(t, err)
		equal(t, "authenticators", list, []*store.Authenticator{phone})
		check(t, s.AddAuthenticator(t.Context(), otp))
		list, err = s.Authenticators(t.Context(), "auth0|1")
		check(t, err)
		equal(t, "authenticators", list, []*store.Authenticator{otp, phone})
		other, err := s.Authenticators(t.Context(), "auth0|2")
		check(t, err)
		equal(t, "somebody else's", len(other), 0)
	}},
	{"an authenticator gets an id, which is unique", func(t *testing.T, s *store.Store) {
		a := &store.Authenticator{UserID: "auth0|1", Type: "otp"}
		check(t, s.AddAuthenticator(t.Context(), a))
		if a.ID == "" || a.CreatedAt.IsZero() {
			t.Errorf("authenticator %+v", a)
		}
		wantErr(t, "same id", s.AddAuthenticator(t.Context(), &store.Authenticator{ID: a.ID, UserID: "auth0|2", Type: "otp"}), store.ErrExists)
	}},
	{"several authenticators are stored together or not at all", func(t *testing.T, s *store.Store) {
		otp := &store.Authenticator{ID: "totp|1", UserID: "auth0|1", Type: "otp", CreatedAt: now}
		recovery := &store.Authenticator{ID: "recovery|1", UserID: "auth0|1", Type: "recovery-code", CreatedAt: now.Add(time.Second)}
		_, err := s.Authenticators(t.Context(), "auth0|1") // now cached
		check(t, err)
		wantErr(t, "the second in use", s.AddAuthenticator(t.Context(), otp, &store.Authenticator{ID: otp.ID, UserID: "auth0|1"}), store.ErrExists)
		list, err := s.Authenticators(t.Context(), "auth0|1")
		check(t, err)
		equal(t, "authenticators", len(list), 0)
		check(t, s.AddAuthenticator(t.Context(), otp, recovery))
		list, err = s.Authenticators(t.Context(), "auth0|1")
		check(t, err)
		equal(t, "authenticators", list, []*store.Authenticator{otp, recovery})
	}},
	{"all authenticators of one user are deleted", func(t *testing.T, s *store.Store) {
		for i, user := range []string{"auth0|1", "auth0|1", "auth0|2"} {
			check(t, s.AddAuthenticator(t.Context(), &store.Authenticator{ID: fmt.Sprint(i), UserID: user, Type: "otp"}))
			_, err := s.Authenticators(t.Context(), user)
			check(t, err)
		}
		for range 2 { // the second time there is none
			check(t, s.DeleteAuthenticators(t.Context(), "auth0|1"))
		}
		for user, want := range map[string]int{"auth0|1": 0, "auth0|2": 1} {
			list, err := s.Authenticators(t.Context(), user)
			check(t, err)
			equal(t, "authenticators of "+user, len(list), want)
		}
	}},
	{"a time step is used once by 16 at the same time, and never an older one", func(t *testing.T, s *store.Store) {
		check(t, s.AddAuthenticator(t.Context(), &store.Authenticator{ID: "a", UserID: "auth0|1", Type: "otp"}))
		for step := int64(10); step < 15; step++ {
			oneWinner(t, race(16, func(int) error { return s.UseAuthenticatorStep(t.Context(), "a", step) }))
			wantErr(t, "an older step", s.UseAuthenticatorStep(t.Context(), "a", step-1), store.ErrGone)
			list, err := s.Authenticators(t.Context(), "auth0|1")
			check(t, err)
			equal(t, "last step", list[0].LastStep, step)
		}
		wantErr(t, "unknown authenticator", s.UseAuthenticatorStep(t.Context(), "nope", 1), store.ErrGone)
	}},
}
