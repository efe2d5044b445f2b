package login_test

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.com/postlogin/mockidp/login"
	"example.com/postlogin/mockidp/store"
)

// checker is the login page of tn as code that has no page: its failures count together.
func (tn *tenant) checker() func(email, password, peer string) (*store.User, error) {
	return func(email, password, peer string) (*store.User, error) {
		return tn.login.CheckPassword(tn.t.Context(), email, password, netip.MustParseAddr(peer))
	}
}

func TestCheckPasswordReturnsTheUser(t *testing.T) {
	tn := newTenant(t)
	check := tn.checker()
	for _, tt := range []struct {
		name, email, password, want string
		err                         error
	}{
		{"right", ada, password, ada, nil},
		{"address in other letters", strings.ToUpper(ada), password, ada, nil},
		{"wrong password", ada, "swordfish", "", login.ErrWrongPassword},
		{"empty password", ada, "", "", login.ErrWrongPassword},
		{"password longer than any", ada, strings.Repeat("x", login.MaxPasswordBytes+1), "", login.ErrWrongPassword},
		{"unknown user", "nobody@example.test", password, "", login.ErrWrongPassword},
		{"address that no mailbox has", "ada\x00@example.test", password, "", login.ErrWrongPassword},
		{"blocked account", bob, password, bob, login.ErrBlocked},
		{"blocked account, wrong password", bob, "swordfish", "", login.ErrWrongPassword},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u, err := check(tt.email, tt.password, "10.0.0.1")
			if err != tt.err {
				t.Errorf("err = %v, want %v", err, tt.err)
			}
			if got := emailOf(u); got != tt.want {
				t.Errorf("user = %q, want %q", got, tt.want)
			}
		})
	}
	if n := tn.count(ada) + tn.count(bob); n != 0 {
		t.Errorf("%d logins counted: that is for the caller", n)
	}
}

func emailOf(u *store.User) string {
	if u == nil {
		return ""
	}
	return u.Email
}

func TestFailuresAtThePageAndAtCheckPasswordAddUp(t *testing.T) {
	tn := newTenant(t)
	check := tn.checker()
	b := tn.browser()
	id := b.start()
	for range 3 {
		b.post(url.Values{"state": {id}, "user": {ada}, "password": {"wrong"}}).wantStatus(http.StatusBadRequest)
	}
	for range 2 {
		if _, err := check(ada, "wrong", "10.9.9.9"); err != login.ErrWrongPassword {
			t.Fatalf("err = %v", err)
		}
	}
	// The right password waits, too, wherever it comes from.
	_, err := check(ada, password, "10.8.8.8")
	early, ok := errors.AsType[*login.ThrottledError](err)
	if !ok || early.Wait != time.Second || !strings.Contains(err.Error(), "wait 1 seconds") {
		t.Errorf("err = %v, want a wait of one second", err)
	}
	b.post(url.Values{"state": {id}, "user": {ada}, "password": {password}}).wantStatus(http.StatusTooManyRequests)
	tn.advance(time.Second)
	if u, err := check(ada, password, "10.8.8.8"); err != nil || u.Email != ada {
		t.Errorf("after the wait: %v, %v", u, err)
	}
}

func TestGuessesFromOnePeerSlowDownAllAccounts(t *testing.T) {
	check := newTenant(t).checker()
	for i, email := range []string{ada, grace, bob, "x@example.test", "y@example.test"} {
		if _, err := check(email, "wrong", "10.0.0.1"); err != login.ErrWrongPassword {
			t.Fatalf("guess %d: err = %v", i, err)
		}
	}
	_, err := check("z@example.test", "wrong", "10.0.0.1")
	if _, ok := errors.AsType[*login.ThrottledError](err); !ok {
		t.Errorf("err = %v, want to wait", err)
	}
	if _, err := check("z@example.test", "wrong", "10.0.0.2"); err != login.ErrWrongPassword {
		t.Errorf("from elsewhere: err = %v", err)
	}
}

func TestCheckPasswordEndsWithItsContext(t *testing.T) {
	tn := newTenant(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := tn.login.CheckPassword(ctx, ada, password, netip.MustParseAddr("10.0.0.1")); err == nil || err == login.ErrWrongPassword {
		t.Errorf("err = %v, want the context's", err)
	}
}
