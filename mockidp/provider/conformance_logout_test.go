package provider_test

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"time"
)

// logout asks for a logout with these pairs of name and value.
func (b *browser) logout(params ...string) *page {
	b.t.Helper()
	v := url.Values{}
	change(v, params)
	return b.get(b.idp.base + "/oidc/logout?" + v.Encode())
}

// confirm presses the button of the page that asks whether to log out.
func (b *browser) confirm(pg *page) {
	b.t.Helper()
	action, fields := pg.form()
	if action == nil || pg.status != 200 {
		b.t.Fatalf("no confirmation page: %d\n%s", pg.status, pg.body)
	}
	if done := b.post(action.String(), fields); done.status != 200 || !strings.Contains(done.body, "You are logged out") {
		b.t.Errorf("after the button: %d\n%s", done.status, done.body)
	}
}

// badLogout is a module whose request must be refused without ending the session.
func badLogout(name string, params func(i *idp, hint string) []string) module {
	return module{name, func(t *testing.T, i *idp, c *rp, b *browser) {
		hint := c.login(b, "ada").tokens.str("id_token")
		b.on(t).logout(params(i, hint)...).refused()
		if !c.loggedIn(b) {
			t.Error("the session ended on a request that was refused")
		}
	}}
}

// askedLogout is a module whose request proves nothing: the person is asked first.
func askedLogout(name string, params ...string) module {
	return module{name, func(t *testing.T, i *idp, c *rp, b *browser) {
		b = b.on(t)
		c.login(b, "ada")
		pg := b.logout(params...)
		if pg.left != nil {
			t.Fatalf("redirected to %s without a hint", pg.left)
		}
		if !c.loggedIn(b) {
			t.Error("the session ended before the person was asked")
		}
		b.confirm(pg)
		if c.loggedIn(b) {
			t.Error("the session is still there after the person confirmed")
		}
	}}
}

// TestConformanceLogout is the plan oidcc-rp-initiated-logout-certification-test-plan.
func TestConformanceLogout(t *testing.T) {
	runModules(t, []module{
		{"oidcc-rp-initiated-logout-discovery-endpoint-verification", func(t *testing.T, i *idp, c *rp, b *browser) {
			if got := i.discovery(t)["end_session_endpoint"]; got != i.base+"/oidc/logout" {
				t.Errorf("end_session_endpoint = %v", got)
			}
		}},
		{"oidcc-rp-initiated-logout", func(t *testing.T, i *idp, c *rp, b *browser) {
			a := c.login(b, "ada")
			i.advance(11 * time.Hour) // by logout the hint has usually expired
			pg := b.logout("id_token_hint", a.tokens.str("id_token"), "post_logout_redirect_uri", loggedOut, "state", "s & t=1")
			if pg.left == nil || pg.left.String() != loggedOut+"?state=s+%26+t%3D1" {
				t.Errorf("went to %v (%d)", pg.left, pg.status)
			}
			if c.loggedIn(b) {
				t.Error("the session is still there")
			}
			if info := i.userinfo(t, a.tokens.str("access_token")); info.status != 401 {
				t.Errorf("the access token of the ended session still works: %d", info.status)
			}
		}},
		{"oidcc-rp-initiated-logout-no-state", func(t *testing.T, i *idp, c *rp, b *browser) {
			hint := c.login(b, "ada").tokens.str("id_token")
			if pg := b.logout("id_token_hint", hint, "post_logout_redirect_uri", loggedOut); pg.left == nil || pg.left.String() != loggedOut {
				t.Errorf("went to %v", pg.left)
			}
		}},
		badLogout("oidcc-rp-initiated-logout-bad-post-logout-redirect-uri", func(_ *idp, hint string) []string {
			return []string{"id_token_hint", hint, "post_logout_redirect_uri", "https://evil.example/"}
		}),
		badLogout("oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri", func(_ *idp, hint string) []string {
			return []string{"id_token_hint", hint, "post_logout_redirect_uri", loggedOut + "?foo=bar"}
		}),
		badLogout("oidcc-rp-initiated-logout-modified-id-token-hint", func(_ *idp, hint string) []string {
			payload := strings.Split(hint, ".")[1]
			none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`))
			return []string{"id_token_hint", none + "." + payload + ".", "post_logout_redirect_uri", loggedOut}
		}),
		badLogout("oidcc-rp-initiated-logout-bad-id-token-hint", func(i *idp, hint string) []string {
			return []string{"id_token_hint", foreignToken(i, hint), "post_logout_redirect_uri", loggedOut}
		}),
		askedLogout("oidcc-rp-initiated-logout-no-id-token-hint", "post_logout_redirect_uri", loggedOut, "client_id", "web", "state", "x"),
		askedLogout("oidcc-rp-initiated-logout-no-params"),
		askedLogout("oidcc-rp-initiated-logout-only-state", "state", "x"),
		{"oidcc-rp-initiated-logout-no-post-logout-redirect-uri", func(t *testing.T, i *idp, c *rp, b *browser) {
			hint := c.login(b, "ada").tokens.str("id_token")
			pg := b.logout("id_token_hint", hint)
			if pg.left != nil || !strings.Contains(pg.body, "You are logged out") || c.loggedIn(b) {
				t.Errorf("left for %v:\n%s", pg.left, pg.body)
			}
		}},
	}, "")
}
