package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.com/postlogin/web"
	"example.com/postlogin/web/npmprovider"
)

// loginThere goes through the login of oidc-provider, its form included.
func (b *browser) loginThere() page {
	b.t.Helper()
	p := b.follow("/login")
	if strings.Contains(p.url, "/interaction/") {
		p = b.do(http.MethodPost, p.url, url.Values{})
		if p.location == "" {
			b.t.Fatalf("POST %s = %d %s", p.url, p.status, p.plain())
		}
		p = b.follow(p.location)
	}
	return p
}

// TestIndependentProvider logs in at a provider that knows nothing of us, and reads
// what the profile says where it can't know.
func TestIndependentProvider(t *testing.T) {
	reserved := reserveOP(t) // an address for the app, which the provider must be told
	home := strings.TrimSuffix(reserved.issuer, "/")
	issuer := npmprovider.Start(t, npmprovider.App{Home: home, ClientID: "demo-app", ClientSecret: clientSecret})
	a := newApp(t, reserved, func(c *web.Config) { c.Issuer, c.BaseURL = issuer, home; offline(c) })
	a.stop()
	a.ln = listen(t, reserved.addr)
	a.restart()
	b := a.browser()
	p := b.loginThere()
	b.wantProfile(p)

	t.Run("checks", func(t *testing.T) {
		checks := p.checks()
		if len(checks["fail"]) != 0 {
			t.Errorf("failed checks: %q", checks["fail"])
		}
		for _, want := range []string{"state", "callback_iss", "alg", "signature", "iss", "aud", "exp", "iat", "nonce", "sub", "userinfo_sub"} {
			if !slices.Contains(checks["pass"], want) {
				t.Errorf("check %s did not pass: %v", want, checks)
			}
		}
		// This provider sends no at_hash with a code, and the page does not pretend.
		if !slices.Contains(checks["not done"], "at_hash") {
			t.Errorf("at_hash: %v, want it not done", checks)
		}
	})
	t.Run("profile", func(t *testing.T) {
		if got := p.text(`data-testid="login_count"`); got != "3" {
			t.Errorf("login_count = %q, want 3", got)
		}
		if got := p.text(`data-testid="last_login_city"`); got != "not in your ID token" {
			t.Errorf("last_login_city = %q", got)
		}
		if !strings.Contains(p.body, "Usual causes") || !strings.Contains(p.body, "not known") || strings.Contains(p.body, "Identity provider</a>") {
			t.Error("the page says more or less than can be known of such a provider")
		}
		if got := b.visits(); len(got) != 1 || *got[0].N != 3 || got[0].Precision != "" {
			t.Errorf("history = %+v", got)
		}
	})
	t.Run("timeline", func(t *testing.T) {
		want := []string{"login front", "discovery back", "authorize front", "callback front", "token back", "keys back", "verify app", "userinfo back", "end front"}
		if got := stepIDs(b.steps()); !slices.Equal(got, want) {
			t.Errorf("steps = %q, want %q", got, want)
		}
		if got := stepCalled(t, b.steps(), "token"); got.URL != issuer+"/token" || got.Status != 200 {
			t.Errorf("token step = %+v", got)
		}
	})
	t.Run("refresh", func(t *testing.T) {
		if p := b.refresh(); p.status != http.StatusSeeOther {
			t.Fatalf("refresh = %d %s\n%s", p.status, p.code(), p.plain())
		}
		if p := b.get("/profile"); !strings.Contains(p.body, `id="refreshed"`) || strings.Contains(p.body, `data-changed="sub"`) {
			t.Errorf("what the refresh changed:\n%s", p.plain())
		}
	})
	t.Run("back-channel logout", func(t *testing.T) {
		p := b.get(issuer + "/session/end")
		xsrf := regexp.MustCompile(`name="xsrf" value="([^"]+)"`).FindStringSubmatch(p.body)
		if xsrf == nil {
			t.Fatalf("GET /session/end = %d %s", p.status, p.plain())
		}
		if p := b.do(http.MethodPost, issuer+"/session/end/confirm", url.Values{"xsrf": {xsrf[1]}, "logout": {"yes"}}); p.status >= 400 {
			t.Fatalf("log out = %d %s", p.status, p.plain())
		}
		if b.isLoggedIn() {
			t.Error("the app was not told of the logout, or did not believe it")
		}
	})
	t.Run("RP-initiated logout", func(t *testing.T) {
		b.wantProfile(b.loginThere())
		p := b.follow(b.logOut(everywhere).location)
		if !strings.HasPrefix(p.url, issuer+"/session/end") || b.isLoggedIn() {
			t.Errorf("log out leads to %s %d", p.url, p.status)
		}
	})
}
