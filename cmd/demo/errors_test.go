package main

import (
	"context"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/web"
)

// openAppAt is openApp for an app that s knows as its application.
func openAppAt(t *testing.T, s *stack, change func(*web.Config)) string {
	t.Helper()
	appURL := openApp(t, func(c *web.Config) {
		c.Issuer = s.issuer
		change(c)
	})
	client := mockidp.DemoClient()
	client.RedirectURIs = []string{appURL + "/callback"}
	client.BackchannelLogoutURI = ""
	if err := s.idp.Store.PutClient(t.Context(), client); err != nil {
		t.Fatal(err)
	}
	return appURL
}

// errorPages produces error pages by what really causes them, with settings and
// clocks that are wrong. everyPage and others have the rest; those that need a
// provider that breaks the protocol are tested in package web.
func errorPages(t *testing.T, browser context.Context) {
	s := openStack(t)
	for _, tt := range []struct {
		code   string
		status int
		login  string // the address that begins the login; "/login" when empty
		change func(*web.Config)
		says   string
	}{
		{code: "E-INT-1", status: 401, login: "/login?prompt=none", says: "silent login"},
		{code: "E-REQ-1", status: 400, change: func(c *web.Config) { c.Scopes = []string{"openid", "a\"b"} }, says: "settings does not fit"},
		{code: "E-IDP-2", status: 503, change: func(c *web.Config) { c.Issuer = strings.TrimSuffix(s.issuer, "/") }, says: "differ only in the last slash"},
		{code: "E-IDP-3", status: 503, change: func(c *web.Config) { c.Issuer = s.issuer + "nowhere/" }, says: "answered 404"},
		{code: "E-TOK-1", status: 502, change: func(c *web.Config) { c.ClientSecret = "another-secret" }, says: "…ret"},
		{code: "E-VER-2", status: 502, change: func(c *web.Config) { c.SigningAlg = "ES256" }, says: "RS256"},
		{code: "E-VER-6", status: 502, change: func(c *web.Config) { c.Now = func() time.Time { return time.Now().Add(-2 * time.Hour) } }, says: "iat"},
	} {
		t.Run(tt.code, func(t *testing.T) {
			change := tt.change
			if change == nil {
				change = func(*web.Config) {}
			}
			if tt.login == "" {
				tt.login = "/login"
			}
			appURL := openAppAt(t, s, change)
			b := ownCookies(t, browser)
			status := b.open(appURL + tt.login)
			if strings.HasPrefix(b.address(), s.issuer) {
				status = b.logIn("London")
			}
			b.wantCode(tt.code, status, tt.status)
			if got := b.text("main"); !strings.Contains(got, tt.says) {
				t.Errorf("the page does not say %q:\n%s", tt.says, got)
			}
			if at := b.address(); !strings.HasPrefix(at, appURL) {
				t.Errorf("the page is at %s", at)
			}
		})
	}
	t.Run("E-STATE-2", func(t *testing.T) {
		appURL := openAppAt(t, s, func(*web.Config) {})
		b := ownCookies(t, browser)
		b.open(appURL + "/login")
		b.wantCode("E-STATE-2", b.open(appURL+"/callback?code=x&state="+url.QueryEscape(strings.Repeat("s", 43))), 400)
	})
	t.Run("E-TIME-1", func(t *testing.T) {
		var late atomic.Int64
		appURL := openAppAt(t, s, func(c *web.Config) { c.Now = func() time.Time { return time.Now().Add(time.Duration(late.Load())) } })
		b := ownCookies(t, browser)
		b.open(appURL + "/login")
		late.Store(int64(23 * time.Minute))
		b.wantCode("E-TIME-1", b.logIn("London"), 400)
		if got := b.text("main"); !strings.Contains(got, "It was started 23 minutes ago.") {
			t.Errorf("the page says:\n%s", got)
		}
	})
	t.Run("E-REF-2", func(t *testing.T) {
		appURL := openAppAt(t, s, func(c *web.Config) { c.Scopes = append(c.Scopes, "offline_access") })
		b := ownCookies(t, browser)
		b.open(appURL + "/login")
		b.logIn("London")
		runs, err := s.idp.Store.Runs(t.Context(), 1)
		if err != nil || len(runs) != 1 {
			t.Fatalf("runs = %v, %v", runs, err)
		}
		if err := s.idp.Store.RevokeGrant(t.Context(), runs[0].ID, time.Now()); err != nil { // a grant has its transaction's id
			t.Fatal(err)
		}
		b.wantPage("E-REF-2", 502, b.click(labelled("Refresh my tokens")))
		b.click(labelled("Profile"))
		b.text("#user-profile") // the session goes on
	})
}
