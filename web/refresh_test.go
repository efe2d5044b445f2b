package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/postlogin/web"
	"example.com/postlogin/web/timeline"
)

func offline(c *web.Config) { c.Scopes = []string{"openid", "profile", "email", "offline_access"} }

func (b *browser) refresh() page {
	b.t.Helper()
	return b.do(http.MethodPost, "/refresh", url.Values{})
}

// TestRefresh is oidcc-client-test-refresh-token: new tokens, UserInfo with the new
// access token, and what changed.
func TestRefresh(t *testing.T) {
	t.Run("oidcc-client-test-refresh-token", func(t *testing.T) {
		o := newOP(t)
		b := newApp(t, o, offline).browser()
		p := b.login()
		b.wantProfile(p)
		if !strings.Contains(p.body, `action="/refresh"`) {
			t.Error("the profile has no button to refresh")
		}
		before := b.cookie("demo_session")
		o.claims = func(c map[string]any) {
			c["login_count"], c["plan"] = 2, "gold"
			delete(c, "last_login_city")
		}
		if p := b.refresh(); p.status != http.StatusSeeOther || p.location != b.home+"/profile#refreshed" {
			t.Fatalf("POST /refresh = %d %s %s\n%s", p.status, p.code(), p.location, p.plain())
		}
		if o.count("/userinfo") != 2 {
			t.Errorf("UserInfo was asked %d times, want at the login and at the refresh", o.count("/userinfo"))
		}
		var me struct {
			UserProfile map[string]any `json:"user_profile"`
			UserInfo    map[string]any
			Refresh     struct {
				Changes []struct {
					Name          string
					Before, After any
				}
			}
		}
		if err := json.Unmarshal([]byte(b.get("/api/me").body), &me); err != nil {
			t.Fatal(err)
		}
		changes := map[string][2]any{}
		for _, c := range me.Refresh.Changes {
			changes[c.Name] = [2]any{c.Before, c.After}
		}
		for name, want := range map[string][2]any{"login_count": {1.0, 2.0}, "plan": {nil, "gold"}, "last_login_city": {"Georgetown", nil}} {
			if changes[name] != want {
				t.Errorf("%s changed %v, want %v", name, changes[name], want)
			}
		}
		if _, ok := changes["email"]; ok || me.UserProfile["plan"] != "gold" || me.UserInfo["sub"] != "auth0|ada" {
			t.Errorf("changes = %v, profile = %v, UserInfo = %v", changes, me.UserProfile, me.UserInfo)
		}
		p = b.get("/profile")
		for _, want := range []string{`data-changed="plan"`, "not there", `data-compared="sub"`} {
			if !strings.Contains(p.body, want) {
				t.Errorf("the page lacks %q", want)
			}
		}
		steps := stepIDs(b.steps())
		if want := []string{"refresh front", "token back", "keys app", "verify app", "userinfo back"}; !slices.Equal(steps, want) {
			t.Errorf("steps = %q, want %q", steps, want)
		}
		token := stepCalled(t, b.steps(), "token")
		if i := slices.IndexFunc(token.Sent, func(p timeline.Parameter) bool { return p.Name == "refresh_token" }); i < 0 || !strings.Contains(token.Sent[i].Value, "…") {
			t.Errorf("token request = %+v, want a refresh token that is cut", token.Sent)
		}
		// The session has a new id; the old one is dead, and one login was counted.
		if after := b.cookie("demo_session"); after == before {
			t.Error("the session kept its id")
		}
		if p := b.get("/profile", "Cookie", "demo_session="+before); p.code() != "E-SES-1" {
			t.Errorf("the old id = %d %s, want E-SES-1", p.status, p.code())
		}
		if n := len(b.visits()); n != 1 {
			t.Errorf("the history has %d logins, want 1: a refresh is none", n)
		}
		for _, secret := range o.secrets {
			if strings.HasPrefix(secret, "rt-") && (strings.Contains(p.body, secret) || strings.Contains(b.get("/api/me").body, secret)) {
				t.Error("the page or its twin holds a refresh token")
			}
		}
		// And again, with the refresh token that came with the refresh.
		if p := b.refresh(); p.status != http.StatusSeeOther {
			t.Errorf("the second refresh = %d %s", p.status, p.code())
		}
	})
	for name, tt := range map[string]struct {
		fault func(c map[string]any)
		code  string
	}{
		"oidcc-client-test-refresh-token-invalid-issuer": {func(c map[string]any) { c["iss"] = "https://evil.example/" }, "E-VER-3"},
		"oidcc-client-test-refresh-token-invalid-sub":    {func(c map[string]any) { c["sub"] = "auth0|mallory" }, "E-VER-10"},
		"another audience":          {func(c map[string]any) { c["aud"] = "another-app" }, "E-VER-4"},
		"a nonce of another login":  {func(c map[string]any) { c["nonce"] = "x" }, "E-VER-7"},
		"another time of the login": {func(c map[string]any) { c["auth_time"] = 1 }, "E-VER-14"},
		"an old token":              {func(c map[string]any) { c["iat"] = time.Now().Add(-time.Hour).Unix() }, "E-VER-6"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOP(t)
			b := newApp(t, o, offline).browser()
			b.wantProfile(b.login())
			o.claims = tt.fault
			p := b.refresh()
			if p.status != http.StatusBadGateway || p.code() != tt.code {
				t.Errorf("refresh = %d %s, want 502 %s", p.status, p.code(), tt.code)
			}
			stillLoggedIn(t, p)
			// The claims are those of the login, which was good.
			if p := b.get("/profile"); !strings.Contains(p.body, "Georgetown") || strings.Contains(p.body, "mallory") {
				t.Errorf("the profile after a refused refresh:\n%s", p.plain())
			}
		})
	}
}

// TestRefreshTokenRefused: the provider does not take it, or there is none.
func TestRefreshTokenRefused(t *testing.T) {
	o := newOP(t)
	a := newApp(t, o, offline)
	b := a.browser()
	b.wantProfile(b.login())
	o.newRefreshToken() // the old one is worth nothing now
	if p := b.refresh(); p.status != http.StatusBadGateway || p.code() != "E-REF-2" {
		t.Errorf("refresh = %d %s, want 502 E-REF-2", p.status, p.code())
	} else {
		stillLoggedIn(t, p)
	}
	if !b.isLoggedIn() {
		t.Error("the session ended")
	}
	plain := newApp(t, o).browser()
	p := plain.login()
	plain.wantProfile(p)
	if strings.Contains(p.body, `action="/refresh"`) {
		t.Error("the profile offers to refresh without a refresh token")
	}
	if p := plain.refresh(); p.status != http.StatusConflict || p.code() != "E-REF-1" {
		t.Errorf("refresh = %d %s, want 409 E-REF-1", p.status, p.code())
	}
	if p := a.browser().refresh(); p.status != http.StatusUnauthorized || p.code() != "E-SES-1" {
		t.Errorf("refresh by nobody = %d %s, want 401 E-SES-1", p.status, p.code())
	}
	if p := b.get("/refresh"); p.status != http.StatusMethodNotAllowed || p.header.Get("Allow") != "POST" {
		t.Errorf("GET /refresh = %d, Allow %q", p.status, p.header.Get("Allow"))
	}
	if p := b.do(http.MethodPost, "/refresh", url.Values{}, "Sec-Fetch-Site", "cross-site"); p.code() != "E-403" {
		t.Errorf("refresh from another site = %d %s, want E-403", p.status, p.code())
	}
}

// stillLoggedIn checks the page of a refresh that failed: the session goes on, and no
// script of the page begins a login.
func stillLoggedIn(t *testing.T, p page) {
	t.Helper()
	if !strings.Contains(p.body, "You are still logged in here") || !strings.Contains(p.body, `href="/profile">Profile`) || strings.Contains(p.body, "data-retry") {
		t.Errorf("the page does not say that the session goes on:\n%s", p.plain())
	}
}

// TestRefreshWithoutTheProvider: it went away after the login.
func TestRefreshWithoutTheProvider(t *testing.T) {
	o := newOP(t)
	a := newApp(t, o, offline)
	b := a.browser()
	b.wantProfile(b.login())
	o.stop()
	for _, when := range []string{"known", "never asked"} {
		p := b.refresh()
		if p.status != http.StatusServiceUnavailable || p.code() != "E-IDP-1" || !b.isLoggedIn() {
			t.Errorf("%s: refresh = %d %s, want 503 E-IDP-1", when, p.status, p.code())
		}
		stillLoggedIn(t, p)
		a.restart()
	}
}

// TestRefreshTwiceAtOnce: two clicks must not use one refresh token twice, because the
// provider would take that for theft and end the login.
func TestRefreshTwiceAtOnce(t *testing.T) {
	o := newOP(t)
	b := newApp(t, o, offline).browser()
	b.wantProfile(b.login())
	arrived, release := make(chan bool, 2), make(chan bool)
	o.mu.Lock()
	o.instead["/oauth/token"] = func(w http.ResponseWriter, r *http.Request) {
		arrived <- true
		<-release
		o.mu.Lock()
		defer o.mu.Unlock()
		o.serveToken(w, r)
	}
	o.mu.Unlock()
	cookie := b.cookie("demo_session")
	var pages [2]page
	var both sync.WaitGroup
	for i := range pages {
		both.Go(func() { pages[i] = b.do(http.MethodPost, "/refresh", url.Values{}, "Cookie", "demo_session="+cookie) })
		if i == 0 {
			<-arrived
		}
	}
	close(release)
	both.Wait()
	for _, p := range pages {
		// The second came while the first ran, or after it: then its session is over.
		if p.status != http.StatusSeeOther && p.code() != "E-SES-1" {
			t.Errorf("refresh = %d %s", p.status, p.code())
		}
	}
	if n := o.count("/oauth/token"); n != 2 { // the login's and one
		t.Errorf("%d token requests, want 2", n)
	}
	if !b.isLoggedIn() {
		t.Error("nobody is logged in after two clicks")
	}
}

// TestRefreshJustAfterAnother: one that has looked at its session before the one in front
// of it was through must not hand in the refresh token that is used up.
func TestRefreshJustAfterAnother(t *testing.T) {
	var hold atomic.Bool
	held, release := make(chan bool), make(chan bool)
	o := newOP(t)
	b := newApp(t, o, offline, func(c *web.Config) {
		c.Now = func() time.Time { // is asked when a session is looked at
			if hold.CompareAndSwap(true, false) {
				held <- true
				<-release
			}
			return time.Now()
		}
	}).browser()
	b.wantProfile(b.login())
	cookie := b.cookie("demo_session")
	hold.Store(true)
	second := make(chan page)
	go func() { second <- b.do(http.MethodPost, "/refresh", url.Values{}, "Cookie", "demo_session="+cookie) }()
	<-held
	if p := b.refresh(); p.status != http.StatusSeeOther {
		t.Errorf("the first refresh = %d %s", p.status, p.code())
	}
	release <- true
	if p := <-second; p.code() != "E-SES-1" {
		t.Errorf("the second refresh = %d %s, want E-SES-1", p.status, p.code())
	}
	if n := o.count("/oauth/token"); n != 2 { // the login's and one
		t.Errorf("%d token requests, want 2", n)
	}
}

// TestLogoutDuringARefresh: the log out wins.
func TestLogoutDuringARefresh(t *testing.T) {
	o := newOP(t)
	b := newApp(t, o, offline).browser()
	b.wantProfile(b.login())
	cookie := b.cookie("demo_session")
	o.mu.Lock()
	o.instead["/oauth/token"] = func(w http.ResponseWriter, r *http.Request) {
		b.do(http.MethodPost, "/logout", url.Values{})
		o.mu.Lock()
		defer o.mu.Unlock()
		o.serveToken(w, r)
	}
	o.mu.Unlock()
	if p := b.do(http.MethodPost, "/refresh", url.Values{}, "Cookie", "demo_session="+cookie); p.code() != "E-SES-1" {
		t.Errorf("refresh = %d %s, want E-SES-1", p.status, p.code())
	}
	if b.isLoggedIn() {
		t.Error("the refresh logged the person in again")
	}
}

// TestRefreshDoesNotProlong: eight hours after the login it is over, refreshed or not.
func TestRefreshDoesNotProlong(t *testing.T) {
	clock := &clock{}
	o := newOP(t)
	o.now = clock.now
	b := newApp(t, o, offline, func(c *web.Config) { c.Now = clock.now }).browser()
	b.wantProfile(b.login())
	for range 20 {
		clock.advance(25 * time.Minute)
		p := b.refresh()
		if p.code() == "E-SES-1" {
			return
		}
		if p.status != http.StatusSeeOther {
			t.Fatalf("refresh = %d %s\n%s", p.status, p.code(), p.plain())
		}
	}
	t.Error("the session lives after 8 h 20 min")
}

// TestRefreshWithoutAnIDToken: Core 12.2 lets a provider leave it out.
func TestRefreshWithoutAnIDToken(t *testing.T) {
	o := newOP(t)
	b := newApp(t, o, offline).browser()
	b.wantProfile(b.login())
	o.token = func(body map[string]any) { delete(body, "id_token") }
	if p := b.refresh(); p.status != http.StatusSeeOther {
		t.Fatalf("refresh = %d %s", p.status, p.code())
	}
	if p := b.get("/profile"); !strings.Contains(p.body, "sent no new ID token") || !strings.Contains(p.body, "Georgetown") {
		t.Errorf("profile:\n%s", p.plain())
	}
}

// TestRefreshWithoutANewRefreshToken: RFC 6749 section 6 lets a provider leave the old one
// in force, and the answer is shown as it came.
func TestRefreshWithoutANewRefreshToken(t *testing.T) {
	o := newOP(t)
	b := newApp(t, o, offline).browser()
	b.wantProfile(b.login())
	o.token = func(body map[string]any) {
		delete(body, "refresh_token")
		o.refreshToken = o.secrets[slices.IndexFunc(o.secrets, func(s string) bool { return strings.HasPrefix(s, "rt-") })] // the first is in force
	}
	for range 2 {
		if p := b.refresh(); p.status != http.StatusSeeOther {
			t.Fatalf("refresh = %d %s", p.status, p.code())
		}
		got := stepCalled(t, b.steps(), "token").Got
		if slices.ContainsFunc(got, func(p timeline.Parameter) bool { return p.Name == "refresh_token" }) || len(got) < 4 {
			t.Errorf("the answer is said to be %+v", got)
		}
	}
}

// TestVerifiedWhenTheTokenCame: a refresh without an ID token leaves the one of the
// refresh before it, and the page says how old that is.
func TestVerifiedWhenTheTokenCame(t *testing.T) {
	o, clock := newOP(t), &clock{}
	o.now = clock.now
	b := newApp(t, o, offline, func(c *web.Config) { c.Now = clock.now }).browser()
	b.wantProfile(b.login())
	clock.advance(10 * time.Minute)
	if p := b.refresh(); p.status != http.StatusSeeOther {
		t.Fatalf("refresh = %d %s", p.status, p.code())
	}
	clock.advance(5 * time.Minute)
	o.token = func(body map[string]any) { delete(body, "id_token") }
	if p := b.refresh(); p.status != http.StatusSeeOther {
		t.Fatalf("refresh = %d %s", p.status, p.code())
	}
	if p := b.get("/profile"); !strings.Contains(p.plain(), "Your ID token was verified 5 minutes ago.") {
		t.Errorf("profile:\n%s", p.plain())
	}
}

// TestUserInfoIsCompared: members that differ from the ID token are named.
func TestUserInfoIsCompared(t *testing.T) {
	o := newOP(t)
	o.userInfo = func(c map[string]any) { c["name"], c["phone_number"] = "Countess of Lovelace", "+44 20 7946 0000" }
	b := newApp(t, o).browser()
	p := b.login()
	b.wantProfile(p)
	for claim, want := range map[string]string{"sub": "same", "name": "differs", "phone_number": "only in UserInfo"} {
		_, row, _ := strings.Cut(p.body, `data-compared="`+claim+`"`)
		row, _, _ = strings.Cut(row, "</tr>")
		if !strings.Contains(row, ">"+want+"<") {
			t.Errorf("%s is not said to be %q: %s", claim, want, row)
		}
	}
}
