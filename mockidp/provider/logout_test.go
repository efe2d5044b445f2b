package provider_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// loggedIn tells whether the browser has a session at the provider.
func (c *rp) loggedIn(b *browser) bool {
	v, _ := b.authorize(c.request("prompt", "none").params).answer()
	return v.Get("code") != ""
}

func TestLogoutAboutSomebodyElseIsConfirmed(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	c.login(b, "ada")
	grace := c.login(i.browser(), "grace").tokens.str("id_token")
	pg := b.get(i.base + "/oidc/logout?" + url.Values{"id_token_hint": {grace}, "post_logout_redirect_uri": {loggedOut}}.Encode())
	if action, _ := pg.form(); action == nil || pg.left != nil || !strings.Contains(pg.body, "Web app") {
		t.Errorf("left for %v (%d):\n%s", pg.left, pg.status, pg.body)
	}
	if !c.loggedIn(b) {
		t.Error("the session ended on another user's hint")
	}
}

func TestLogoutConfirmationNeedsItsToken(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	c.login(b, "ada")
	for _, token := range []string{"", "guess"} {
		b.post(i.base+"/oidc/logout", url.Values{"csrf": {token}}).refused()
	}
	if !c.loggedIn(b) {
		t.Error("the session ended without a confirmation")
	}
}

func TestLogoutChecksTheClient(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	hint := c.login(b, "ada").tokens.str("id_token")
	for _, v := range []url.Values{
		{"id_token_hint": {hint}, "client_id": {"other"}, "post_logout_redirect_uri": {loggedOut}},
		{"client_id": {"nobody"}},
		{"id_token_hint": {hint, hint}},
	} {
		b.get(i.base + "/oidc/logout?" + v.Encode()).refused()
	}
	if !c.loggedIn(b) {
		t.Error("the session ended on a request that was refused")
	}
}

// Another site's form does not bring the session cookie: the hint names the session.
func TestLogoutByPostFromAnotherSite(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	hint := c.login(b, "ada").tokens.str("id_token")
	pg := i.browser().post(i.base+"/oidc/logout", url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {loggedOut}})
	if pg.left == nil || pg.left.String() != loggedOut {
		t.Errorf("went to %v (%d)", pg.left, pg.status)
	}
	if c.loggedIn(b) {
		t.Error("the session is still there")
	}
}

// Without a hint nobody knows which session another site's form is about until the
// browser comes back with its cookie: a page that says "You are logged out" before
// that would be wrong.
func TestLogoutByPostFromAnotherSiteWithoutAHint(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	c.login(b, "ada")
	without := &http.Client{Transport: i.httpClient.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := without.PostForm(i.base+"/oidc/logout", url.Values{"client_id": {"web"}, "state": {"a b&c"}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	next, err := resp.Location()
	if err != nil || resp.StatusCode != http.StatusSeeOther || next.Query().Get("state") != "a b&c" {
		t.Fatalf("%d, to %v (%v); want 303 to the same address by GET", resp.StatusCode, next, err)
	}
	pg := b.get(next.String())
	if action, _ := pg.form(); action == nil || !strings.Contains(pg.body, "Web app") {
		t.Errorf("not asked (%d):\n%s", pg.status, pg.body)
	}
	if !c.loggedIn(b) {
		t.Error("the session ended without a confirmation")
	}
	// Who has no session at all is logged out, and hears so.
	if pg := i.browser().post(i.base+"/oidc/logout", url.Values{"client_id": {"web"}}); !strings.Contains(pg.body, "You are logged out") {
		t.Errorf("%d:\n%s", pg.status, pg.body)
	}
}

// Auth0's /v2/logout.
func TestLogoutV2(t *testing.T) {
	for name, tt := range map[string]struct {
		query string
		goes  string // where the browser is sent; "done": a page; "refused": an error
	}{
		"to the application's URL":      {"client_id=web&returnTo=" + url.QueryEscape(loggedOut), loggedOut},
		"without a client":              {"returnTo=" + url.QueryEscape("http://localhost:3000"), "http://localhost:3000"},
		"to no place":                   {"client_id=web", "done"},
		"without parameters":            {"", "done"},
		"to another application's URL":  {"client_id=web&returnTo=" + url.QueryEscape("http://localhost:3000"), "refused"},
		"to a URL that nobody has":      {"returnTo=https%3A%2F%2Fevil.example", "refused"},
		"to a URL with a query added":   {"returnTo=" + url.QueryEscape(loggedOut+"?x=1"), "refused"},
		"for an unknown application":    {"client_id=nobody", "refused"},
		"with returnTo standing twice":  {"returnTo=" + url.QueryEscape(loggedOut) + "&returnTo=x", "refused"},
		"to a URL in another spelling":  {"returnTo=" + url.QueryEscape("HTTPS://rp.example/out"), "refused"},
		"to a path that begins the URL": {"returnTo=" + url.QueryEscape(loggedOut+"/more"), "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			i := newIDP(t)
			c, b := i.web(t), i.browser()
			c.login(b, "ada")
			pg := b.get(i.base + "/v2/logout?" + tt.query)
			switch {
			case tt.goes == "refused":
				pg.refused()
			case tt.goes == "done":
				if pg.left != nil || pg.status != http.StatusOK || !strings.Contains(pg.body, "You are logged out") {
					t.Errorf("left for %v (%d):\n%s", pg.left, pg.status, pg.body)
				}
			case pg.left == nil || pg.left.String() != tt.goes:
				t.Errorf("went to %v (%d), want %s", pg.left, pg.status, tt.goes)
			}
			if c.loggedIn(b) != (tt.goes == "refused") {
				t.Errorf("still logged in: %v", tt.goes != "refused")
			}
		})
	}
}
