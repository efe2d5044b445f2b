package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
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
// clocks that are wrong. everyPage, ownFaults and others have the rest; those that
// need a provider that breaks the protocol are in brokenProvider.
func errorPages(t *testing.T, browser context.Context) {
	s := openStack(t)
	for _, tt := range []struct {
		code   string
		status int
		login  string // the address that begins the login; "/login" when empty
		change func(*web.Config)
		says   string
		looked bool // brokenProvider looks at this page
	}{
		{code: "E-INT-1", status: 401, login: "/login?prompt=none", says: "silent login"},
		{code: "E-REQ-1", status: 400, change: func(c *web.Config) { c.Scopes = []string{"openid", "a\"b"} }, says: "settings does not fit"},
		{code: "E-IDP-2", status: 503, change: func(c *web.Config) { c.Issuer = strings.TrimSuffix(s.issuer, "/") }, says: "differ only in the last slash", looked: true},
		{code: "E-IDP-3", status: 503, change: func(c *web.Config) { c.Issuer = s.issuer + "nowhere/" }, says: "answered 404", looked: true},
		{code: "E-TOK-1", status: 502, change: func(c *web.Config) { c.ClientSecret = "another-secret" }, says: "…ret"},
		{code: "E-VER-2", status: 502, change: func(c *web.Config) { c.SigningAlg = "ES256" }, says: "RS256", looked: true},
		{code: "E-VER-6", status: 502, change: func(c *web.Config) { c.Now = func() time.Time { return time.Now().Add(-2 * time.Hour) } }, says: "iat", looked: true},
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
			if !tt.looked {
				b.page(tt.code, tt.status, status)
			}
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
		b.wantPage("E-STATE-2", 400, b.open(appURL+"/callback?code=x&state="+url.QueryEscape(strings.Repeat("s", 43))))
	})
	t.Run("E-TIME-1", func(t *testing.T) {
		var late atomic.Int64
		appURL := openAppAt(t, s, func(c *web.Config) { c.Now = func() time.Time { return time.Now().Add(time.Duration(late.Load())) } })
		b := ownCookies(t, browser)
		b.open(appURL + "/login")
		late.Store(int64(23 * time.Minute))
		b.wantPage("E-TIME-1", 400, b.logIn("London"))
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

// ownFaults produces the error pages that the provider has no part in, or that come
// of what people do with a session.
func ownFaults(t *testing.T, browser context.Context) {
	s := openStack(t)
	t.Run("E-403", func(t *testing.T) {
		b := ownCookies(t, browser)
		b.open(s.appURL + "/login")
		b.logIn("London")
		// Another site's form, which its visitor is made to send.
		other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			io.WriteString(w, `<!doctype html><title>Prize</title><main><form method="post" action="`+s.appURL+`/logout"><button>Win</button></form></main>`)
		}))
		defer other.Close()
		b.open(other.URL)
		b.wantPage("E-403", 403, b.click(labelled("Win")))
		b.open(s.appURL + "/profile")
		b.text("#user-profile") // nobody was logged out
	})
	t.Run("E-REF-1", func(t *testing.T) {
		// An Action takes offline_access away, and a page from before has its button still.
		appURL := openAppAt(t, s, func(c *web.Config) { c.Scopes = append(c.Scopes, "offline_access") })
		before := ownCookies(t, browser)
		before.open(appURL + "/login")
		before.logIn("London")
		s.deploy(t, "no-refresh", `  api.accessToken.removeScope("offline_access");`)
		newTab(t, before.ctx).open(appURL + "/login") // single sign-on: a new session in the same browser
		before.wantPage("E-REF-1", 409, before.click(labelled("Refresh my tokens")))
		before.click(labelled("Profile"))
		before.text("#user-profile") // the session goes on
	})
	t.Run("E-405", func(t *testing.T) {
		// An address that a form posts to, opened as a link.
		b := ownCookies(t, browser)
		b.wantPage("E-405", 405, b.open(s.appURL+"/refresh"))
		if got := b.text("main"); !strings.Contains(got, "POST") || !strings.Contains(got, "GET") {
			t.Errorf("the page does not say what was expected and what came:\n%s", got)
		}
	})
	t.Run("E-421", func(t *testing.T) {
		// BASE_URL is not the address that people use.
		appURL := openApp(t, func(c *web.Config) {
			c.Issuer, c.BaseURL, c.RedirectURL = s.issuer, "http://demo.example:3000", "http://demo.example:3000/callback"
		})
		b := ownCookies(t, browser)
		b.wantPage("E-421", 421, b.open(appURL+"/"))
		if got := b.text("main"); !strings.Contains(got, "demo.example:3000") || !strings.Contains(got, strings.TrimPrefix(appURL, "http://")) {
			t.Errorf("the page does not say what was expected and what came:\n%s", got)
		}
	})
	t.Run("E-500", func(t *testing.T) {
		// The folder of the sessions is deleted while the app runs.
		var folder string
		appURL := openApp(t, func(c *web.Config) { c.Issuer, folder = s.issuer, c.SessionDir })
		b := ownCookies(t, browser)
		b.open(appURL + "/")
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
		b.wantPage("E-500", 500, b.click(labelled("Log in")))
		p := b.errorPage()
		if id := p.Details["request id"]; id == "" || len(p.Details) != 3 || strings.Count(p.Main, id) != 1 {
			t.Errorf("details = %q, want the code, the request id and the docs alone", p.Details)
		}
		for _, cause := range []string{folder, "no such file", "vault", ".go", "expected"} {
			if strings.Contains(p.Main, cause) {
				t.Errorf("the page says %q:\n%s", cause, p.Main)
			}
		}
		if p.Me.Authenticated {
			t.Error("somebody is logged in")
		}
	})
}
