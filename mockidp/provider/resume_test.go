package provider_test

import (
	"net/url"
	"testing"
	"time"

	"example.com/postlogin/mockidp/provider"
)

// OIDC Core 3.1.2.1: prompt, max_age and id_token_hint.
func TestWhoMayBeAnsweredFor(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	ada := c.login(b, "ada").tokens.str("id_token")
	if err := i.provider.RotateKey(t.Context(), "RS256"); err != nil {
		t.Fatal(err)
	}
	grace := c.login(i.browser(), "grace").tokens.str("id_token")

	t.Run("a hint signed by a retired key still counts", func(t *testing.T) {
		i.web(t).login(b, "", "prompt", "none", "id_token_hint", ada)
	})
	t.Run("silent login for somebody else is refused", func(t *testing.T) {
		c := i.web(t)
		a := c.request("prompt", "none", "id_token_hint", grace)
		c.fails(a, b.on(t).authorize(a.params), "login_required")
		a = c.request("prompt", "none", "claims", `{"id_token":{"sub":{"value":"auth0|grace"}}}`)
		c.fails(a, b.on(t).authorize(a.params), "login_required")
	})
	t.Run("a hint about somebody else shows the login page", func(t *testing.T) {
		c := i.web(t)
		c.login(b, "grace", "id_token_hint", grace)
		b := b.on(t)
		a := c.request("id_token_hint", ada)
		c.fails(a, b.login(b.authorize(a.params), "grace"), "login_required") // the wrong person again
	})
	t.Run("a hint with a foreign signature is refused", func(t *testing.T) {
		c := i.web(t)
		a := c.request("prompt", "none", "id_token_hint", foreignToken(i, ada))
		c.fails(a, b.on(t).authorize(a.params), "invalid_request")
	})
	t.Run("max_age 0 and prompt login ask once, not for ever", func(t *testing.T) {
		c := i.web(t)
		for _, ask := range [][]string{{"max_age", "0"}, {"prompt", "login"}, {"prompt", "select_account"}, {"prompt", "login", "max_age", "0"}} {
			shown := i.shown.Load()
			c.login(b, "ada", ask...)
			if got := i.shown.Load() - shown; got != 1 {
				t.Errorf("%v: the login page was shown %d times, want 1", ask, got)
			}
		}
	})
	t.Run("prompt none with a lapsed max_age is refused", func(t *testing.T) {
		c := i.web(t)
		i.advance(time.Minute)
		a := c.request("prompt", "none", "max_age", "10")
		c.fails(a, b.on(t).authorize(a.params), "login_required")
	})
}

// A pending login belongs to the browser that began it (RFC 6819 section 4.4.1.13).
func TestLoginsAreBoundToTheirBrowser(t *testing.T) {
	i := newIDP(t)
	c := i.web(t)
	attacker, victim := i.browser(), i.browser()
	a := c.request()
	pg := attacker.authorize(a.params)
	resume := i.base + "/authorize/resume?state=" + pg.url.Query().Get("state")
	victim.get(pg.url.String()).refused()
	victim.get(resume).refused("another browser")
	if back := attacker.get(resume); !back.atLogin() {
		t.Errorf("resuming before the login led to %s", back.url)
	}
	c.finish(c.accept(a, attacker.login(pg, "ada")))
	if cookies := attacker.client.Jar.Cookies(pg.url); len(cookies) != 1 || cookies[0].Name != provider.SessionCookieName {
		t.Errorf("cookies after the login = %v, want the session's alone", cookies)
	}
	attacker.get(resume).refused("This login has ended") // once only
	attacker.get(i.base + "/authorize/resume?state=unknown").refused("This login has ended")
	attacker.get(i.base + "/authorize/resume").refused("This login has ended")
}

func TestLoginPagesExpire(t *testing.T) {
	i := newIDP(t)
	b := i.browser()
	pg := b.authorize(i.web(t).request().params)
	i.advance(10 * time.Minute)
	b.get(i.base + "/authorize/resume?state=" + pg.url.Query().Get("state")).refused("This login has ended")
}

func TestTwoTabs(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	first, second := c.request(), c.request()
	tab1, tab2 := b.authorize(first.params), b.authorize(second.params)
	two := c.finish(c.accept(second, b.login(tab2, "grace")))
	one := c.finish(c.accept(first, b.login(tab1, "ada")))
	if one.userID != "auth0|ada" || two.userID != "auth0|grace" {
		t.Errorf("the tabs got %s and %s: mixed up", one.userID, two.userID)
	}
}

// Abandoned logins must not fill the browser's cookie header.
func TestRequestCookiesAreFew(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	var last *page
	for range 15 {
		last = b.authorize(c.request().params)
	}
	site, err := url.Parse(i.issuer)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(b.client.Jar.Cookies(site)); n != 10 {
		t.Errorf("%d cookies, want 10", n)
	}
	if pg := b.login(last, "ada"); pg.left == nil {
		t.Errorf("the newest login was dropped: %d %s", pg.status, pg.body)
	}
}

func TestRefusedAtTheLoginPage(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	a := c.request()
	pg := b.login(b.authorize(a.params), "ada", "refuse", "access_denied", "text", "The user cancelled the login.")
	if v := c.fails(a, pg, "access_denied"); v.Get("error_description") != "The user cancelled the login." {
		t.Errorf("answer = %v", v)
	}
}
