package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// logOut posts the form of the log out page.
func (b *browser) logOut(form url.Values) page {
	b.t.Helper()
	p := b.do(http.MethodPost, "/logout", form)
	if p.status != http.StatusSeeOther {
		b.t.Fatalf("POST /logout = %d %s, want 303", p.status, p.code())
	}
	return p
}

var everywhere = url.Values{"provider": {"1"}}

// TestLogout ends the session here and at the provider, and notices an answer
// that is not the one it asked for.
func TestLogout(t *testing.T) {
	t.Run("oidcc-client-test-rp-init-logout", func(t *testing.T) {
		o := newOP(t)
		b := newApp(t, o).browser()
		b.wantProfile(b.login())
		old := b.cookie("demo_session")
		p := b.logOut(everywhere)
		q, _ := url.Parse(p.location)
		if !strings.HasPrefix(p.location, o.issuer+"logout?") || q.Query().Get("id_token_hint") == "" ||
			q.Query().Get("client_id") != "demo-app" || q.Query().Get("post_logout_redirect_uri") != b.home+"/" || q.Query().Get("state") == "" {
			t.Errorf("redirect to %q, want the end session endpoint with everything it needs", p.location)
		}
		if p := b.follow(p.location); !strings.Contains(p.body, "You are logged out of Demo app and of the identity provider.") || p.url != b.home+"/" {
			t.Errorf("page = %d at %s, want one without the state in its address\n%s", p.status, p.url, p.plain())
		}
		if p := b.get("/"); !strings.Contains(p.body, "A small app with OpenID Connect login") {
			t.Error("the page after the log out is shown twice")
		}
		if p := b.get("/profile", "Cookie", "demo_session="+old); p.code() != "E-SES-1" {
			t.Errorf("the old cookie = %d %s, want E-SES-1", p.status, p.code()) // R24
		}
	})
	t.Run("oidcc-client-test-rp-init-logout-other-state", func(t *testing.T) {
		o := newOP(t)
		b := newApp(t, o).browser()
		b.wantProfile(b.login())
		o.answer = func(q url.Values) { q.Set("state", "other") }
		p := b.follow(b.logOut(everywhere).location)
		if !strings.Contains(p.body, `data-provider-logout="unknown"`) || b.isLoggedIn() {
			t.Errorf("page = %d\n%s", p.status, p.plain())
		}
	})
	t.Run("oidcc-client-test-rp-init-logout-no-state", func(t *testing.T) {
		o := newOP(t)
		b := newApp(t, o).browser()
		b.wantProfile(b.login())
		o.answer = func(q url.Values) { q.Del("state") }
		p := b.follow(b.logOut(everywhere).location)
		if !strings.Contains(p.body, `data-provider-logout="unknown"`) {
			t.Errorf("page = %d\n%s", p.status, p.plain())
		}
	})
}

// TestLogoutWithoutTheProvider logs out where the provider is left alone, can't
// do it by its own address, or is away: the session here ends all the same.
func TestLogoutWithoutTheProvider(t *testing.T) {
	t.Run("only here", func(t *testing.T) {
		o := newOP(t)
		b := newApp(t, o).browser()
		b.wantProfile(b.login())
		p := b.follow(b.logOut(url.Values{}).location)
		if !strings.Contains(p.body, `data-provider-logout="no"`) || o.count("/logout") != 0 {
			t.Errorf("page = %d, provider asked %d times\n%s", p.status, o.count("/logout"), p.plain())
		}
	})
	t.Run("Auth0 without an end session endpoint", func(t *testing.T) {
		o := newOP(t)
		o.discovery = func(d map[string]any) { delete(d, "end_session_endpoint") }
		b := newApp(t, o).browser()
		b.wantProfile(b.login())
		want := o.issuer + "v2/logout?" + url.Values{"client_id": {"demo-app"}, "returnTo": {b.home + "/"}}.Encode()
		if p := b.logOut(everywhere); p.location != want {
			t.Errorf("redirect to %q, want %q", p.location, want)
		}
		// /v2/logout sends no state back, so nothing shows that it did anything; a link by
		// somebody else does not either.
		if p := b.follow("/?state=asked"); !strings.Contains(p.body, `data-provider-logout="asked"`) {
			t.Errorf("page = %d\n%s", p.status, p.plain())
		}
	})
	t.Run("a provider that can't log out", func(t *testing.T) {
		o := newOP(t)
		o.discovery = func(d map[string]any) {
			delete(d, "end_session_endpoint")
			d["authorization_endpoint"] = o.issuer + "authorize?"
		}
		b := newApp(t, o).browser()
		b.wantProfile(b.login())
		if p := b.get("/logout"); strings.Contains(p.body, `type="checkbox"`) {
			t.Error("the page offers what can't be done")
		}
		if p := b.logOut(everywhere); p.location != b.home+"/" {
			t.Errorf("redirect to %q, want home", p.location)
		}
	})
	t.Run("the provider is away", func(t *testing.T) {
		o := newOP(t)
		b := newApp(t, o).browser()
		b.wantProfile(b.login())
		o.stop()
		if p := b.logOut(everywhere); p.location != b.home+"/" {
			t.Errorf("redirect to %q, where nobody answers; want home", p.location)
		}
		if p := b.get("/"); !strings.Contains(p.body, `data-provider-logout="no"`) || !strings.Contains(p.body, "could not be asked") || b.isLoggedIn() {
			t.Errorf("page = %d, want one that says what has not been ended\n%s", p.status, p.plain())
		}
	})
	t.Run("nobody is logged in", func(t *testing.T) {
		b := newApp(t, newOP(t)).browser()
		if p := b.logOut(everywhere); p.location != b.home+"/" {
			t.Errorf("redirect to %q, want home", p.location)
		}
	})
}

// TestLogoutByOthers: R23. No link and no other site can log anyone out.
func TestLogoutByOthers(t *testing.T) {
	b := newApp(t, newOP(t)).browser()
	b.wantProfile(b.login())
	page := b.get("/logout")
	if page.status != http.StatusOK || !strings.Contains(page.body, `action="/logout"`) || !strings.Contains(page.body, `type="checkbox"`) {
		t.Errorf("GET /logout = %d, want a page with a form", page.status)
	}
	for name, headers := range map[string][]string{
		"another site":                   {"Sec-Fetch-Site", "cross-site"},
		"another port of this host":      {"Sec-Fetch-Site", "same-site"},
		"another origin, an old browser": {"Origin", "http://localhost:1"},
		"a sandboxed frame":              {"Origin", "null"},
	} {
		if p := b.do(http.MethodPost, "/logout", url.Values{}, headers...); p.status != 403 || p.code() != "E-403" {
			t.Errorf("%s: POST /logout = %d %s, want 403 E-403", name, p.status, p.code())
		}
	}
	if !b.isLoggedIn() {
		t.Error("somebody else logged the person out")
	}
	if p := b.do(http.MethodPost, "/logout", url.Values{}, "Sec-Fetch-Site", "same-origin", "Origin", b.home); p.status != 303 {
		t.Errorf("the app's own form = %d, want 303", p.status)
	}
}
