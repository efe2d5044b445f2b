package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// logoutToken makes a logout token about Ada's session "sid-1". change may break it.
func (o *op) logoutToken(change func(h, c map[string]any)) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.now().Unix()
	o.jti++
	h := map[string]any{"alg": "RS256", "kid": o.kid, "typ": "logout+jwt"}
	c := map[string]any{"iss": o.issuer, "sub": "auth0|ada", "aud": "demo-app", "iat": now, "exp": now + 120,
		"jti": fmt.Sprint("jti-", o.jti), "sid": "sid-1", "events": map[string]any{logoutEvent: map[string]any{}}}
	if change != nil {
		change(h, c)
	}
	if h["alg"] == "none" {
		return encodePart(h) + "." + encodePart(c) + "."
	}
	return signRS256(o.key, h, c)
}

// inSession is an app and a browser whose person is in the provider's session sid-1.
func inSession(t *testing.T) (*op, *app, *browser) {
	t.Helper()
	o := newOP(t)
	a := newApp(t, o)
	b := a.browser()
	o.withSessionID("sid-1")
	b.wantProfile(b.login())
	return o, a, b
}

// tell sends a logout token as a provider does: without cookies.
func (a *app) tell(token string) page {
	a.t.Helper()
	return a.browser().do(http.MethodPost, "/backchannel-logout", url.Values{"logout_token": {token}})
}

// withSessionID gives the logins of o a sid.
func (o *op) withSessionID(sid string) {
	o.claims = func(c map[string]any) { c["sid"] = sid }
}

// TestBackChannelLogout: R25. The session ends, in whatever browser it is.
func TestBackChannelLogout(t *testing.T) {
	t.Run("oidcc-client-test-rp-backchannel-rpinitlogout", func(t *testing.T) {
		o := newOP(t)
		a := newApp(t, o)
		here, there, other := a.browser(), a.browser(), a.browser()
		o.withSessionID("sid-1")
		here.wantProfile(here.login())
		there.wantProfile(there.login())
		o.withSessionID("sid-2")
		other.wantProfile(other.login())
		p := a.tell(o.logoutToken(nil))
		if p.status != http.StatusOK || p.body != "" || p.header.Get("Cache-Control") != "no-store" {
			t.Errorf("answer = %d %q, Cache-Control %q", p.status, p.body, p.header.Get("Cache-Control"))
		}
		if here.isLoggedIn() || there.isLoggedIn() || !other.isLoggedIn() {
			t.Error("want the two sessions called sid-1 to end, and sid-2 to go on")
		}
		if p := here.get("/profile"); p.status != 401 || p.code() != "E-SES-1" || !strings.Contains(p.body, "logged out in another tab, at the identity provider, or at another app of it") {
			t.Errorf("the other tab = %d %s, want 401 E-SES-1", p.status, p.code())
		}
		// Without a sid, all sessions of the person end.
		if p := a.tell(o.logoutToken(func(_, c map[string]any) { delete(c, "sid") })); p.status != http.StatusOK || other.isLoggedIn() {
			t.Errorf("answer = %d, logged in: %v", p.status, other.isLoggedIn())
		}
		// That there is no such session any more is no error (section 2.7).
		if p := a.tell(o.logoutToken(nil)); p.status != http.StatusOK {
			t.Errorf("answer = %d, want 200", p.status)
		}
		here.wantProfile(here.login())
	})
	for name, change := range map[string]func(o *op, h, c map[string]any){
		"oidcc-client-test-rp-backchannel-rpinitlogout-alg-none":    func(_ *op, h, _ map[string]any) { h["alg"] = "none" },
		"oidcc-client-test-rp-backchannel-rpinitlogout-no-event":    func(_ *op, _, c map[string]any) { delete(c, "events") },
		"oidcc-client-test-rp-backchannel-rpinitlogout-with-nonce":  func(_ *op, _, c map[string]any) { c["nonce"] = "x" },
		"oidcc-client-test-rp-backchannel-rpinitlogout-wrong-alg":   func(_ *op, h, _ map[string]any) { h["alg"] = "ES256" },
		"oidcc-client-test-rp-backchannel-rpinitlogout-wrong-aud":   func(_ *op, _, c map[string]any) { c["aud"] = "another-app" },
		"oidcc-client-test-rp-backchannel-rpinitlogout-wrong-event": func(_ *op, _, c map[string]any) { c["events"] = map[string]any{"http://x": map[string]any{}} },
		"oidcc-client-test-rp-backchannel-rpinitlogout-wrong-iss":   func(_ *op, _, c map[string]any) { c["iss"] = "https://evil.example/" },
		"a nonce that is null":            func(_ *op, _, c map[string]any) { c["nonce"] = nil },
		"an event that is no object":      func(_ *op, _, c map[string]any) { c["events"] = map[string]any{logoutEvent: "yes"} },
		"the type of an ID token":         func(_ *op, h, _ map[string]any) { h["typ"] = "JWT" },
		"no type":                         func(_ *op, h, _ map[string]any) { delete(h, "typ") },
		"a further audience":              func(_ *op, _, c map[string]any) { c["aud"] = []string{"demo-app", "another-app"} },
		"issued 3 minutes ago":            func(_ *op, _, c map[string]any) { c["iat"] = time.Now().Add(-3 * time.Minute).Unix() },
		"issued an hour ahead":            func(_ *op, _, c map[string]any) { c["iat"] = time.Now().Add(time.Hour).Unix() },
		"no iat":                          func(_ *op, _, c map[string]any) { delete(c, "iat") },
		"expired":                         func(_ *op, _, c map[string]any) { c["exp"] = time.Now().Add(-time.Second).Unix() },
		"no exp":                          func(_ *op, _, c map[string]any) { delete(c, "exp") },
		"no jti":                          func(_ *op, _, c map[string]any) { delete(c, "jti") },
		"a jti that is a number":          func(_ *op, _, c map[string]any) { c["jti"] = 7 },
		"neither sub nor sid":             func(_ *op, _, c map[string]any) { delete(c, "sub"); delete(c, "sid") },
		"an empty sid":                    func(_ *op, _, c map[string]any) { c["sid"] = "" },
		"a sub that is a list":            func(_ *op, _, c map[string]any) { c["sub"] = []string{"auth0|ada"} },
		"a key that the provider has not": func(_ *op, h, _ map[string]any) { h["kid"] = "key-9" },
		"a signature by somebody else":    func(o *op, _, _ map[string]any) { o.key = rsaKeys()[1] },
	} {
		t.Run(name, func(t *testing.T) {
			o, a, b := inSession(t)
			own := o.key
			token := o.logoutToken(func(h, c map[string]any) { change(o, h, c) })
			o.key = own
			p := a.tell(token)
			if p.status != http.StatusBadRequest || !strings.Contains(p.body, `"invalid_request"`) || p.header.Get("Cache-Control") != "no-store" {
				t.Errorf("answer = %d %s, want 400 invalid_request", p.status, p.body)
			}
			if strings.Contains(p.body, "evil") || strings.Contains(p.body, "nonce") {
				t.Errorf("the answer says more than it must: %s", p.body)
			}
			if !b.isLoggedIn() {
				t.Error("the session ended")
			}
		})
	}
}

// TestLogoutTokenDuringALogin: the provider ends its session while this app still makes
// one of it. That one never begins; the next login, in the same session there, does.
func TestLogoutTokenDuringALogin(t *testing.T) {
	for name, change := range map[string]func(_, c map[string]any){
		"by sid": nil,
		"by sub": func(_, c map[string]any) { delete(c, "sid") },
	} {
		t.Run(name, func(t *testing.T) {
			o := newOP(t)
			a := newApp(t, o)
			b, other := a.browser(), a.browser()
			o.withSessionID("sid-2")
			other.wantProfile(other.login())
			o.withSessionID("sid-1")
			callback := b.begin()
			o.instead["/userinfo"] = func(w http.ResponseWriter, _ *http.Request) {
				if p := a.tell(o.logoutToken(change)); p.status != http.StatusOK {
					t.Errorf("logout token = %d %s", p.status, p.body)
				}
				w.WriteHeader(http.StatusInternalServerError)
			}
			b.wantPage(b.get(callback), http.StatusUnauthorized, "E-SES-1")
			if other.isLoggedIn() != (change == nil) {
				t.Errorf("the other browser is logged in: %v", change != nil)
			}
			clear(o.instead)
			b.wantProfile(b.login())
		})
	}
}

// TestLogoutTokenDuringARefresh: at every moment of it, whichever comes first.
func TestLogoutTokenDuringARefresh(t *testing.T) {
	o := newOP(t)
	a := newApp(t, o, offline)
	o.withSessionID("sid-2")
	for range 10 { // to look through the sessions takes a while
		b := a.browser()
		b.wantProfile(b.login())
	}
	for range 8 {
		b := a.browser()
		o.withSessionID("sid-1")
		b.wantProfile(b.login())
		refreshed := make(chan page)
		go func() { refreshed <- b.refresh() }()
		if p := a.tell(o.logoutToken(nil)); p.status != http.StatusOK {
			t.Errorf("answer = %d %s", p.status, p.body)
		}
		if p := <-refreshed; b.isLoggedIn() {
			t.Fatalf("refresh = %d %s, and the session goes on", p.status, p.code())
		}
	}
}

// TestLogoutTokenAfterARefresh: the refreshed ID token need not name the session at the
// provider (Core 12.2 does not ask for it).
func TestLogoutTokenAfterARefresh(t *testing.T) {
	o := newOP(t)
	a := newApp(t, o, offline)
	b, other := a.browser(), a.browser()
	o.withSessionID("sid-2")
	other.wantProfile(other.login())
	o.withSessionID("sid-1")
	b.wantProfile(b.login())
	o.claims = nil
	if p := b.refresh(); p.status != http.StatusSeeOther {
		t.Fatalf("refresh = %d %s", p.status, p.code())
	}
	if p := a.tell(o.logoutToken(nil)); p.status != http.StatusOK || b.isLoggedIn() || !other.isLoggedIn() {
		t.Errorf("answer = %d, logged in: %v, and in another session: %v", p.status, b.isLoggedIn(), other.isLoggedIn())
	}
}

// TestLogoutTokenIsNoOther: an ID token is no logout token, nor the other way round.
func TestLogoutTokenIsNoOther(t *testing.T) {
	o, a, b := inSession(t)
	o.mu.Lock()
	idToken := o.idToken(o.last, "at-x")
	o.mu.Unlock()
	for name, token := range map[string]string{"an ID token": idToken, "nothing": "", "no token": "abc", "a long text": strings.Repeat("a", 60<<10)} {
		if p := a.tell(token); p.status != http.StatusBadRequest {
			t.Errorf("%s: %d, want 400", name, p.status)
		}
	}
	token := o.logoutToken(nil)
	o.encode = func(*op, map[string]any, map[string]any) string { return token }
	other := a.browser()
	other.wantPage(other.login(), http.StatusBadGateway, "E-VER-7") // there is no nonce in it
	if !b.isLoggedIn() {
		t.Error("the session ended")
	}
}

// TestLogoutTokenWorksOnce: also after a restart, and when two come at once.
func TestLogoutTokenWorksOnce(t *testing.T) {
	o, a, b := inSession(t)
	token := o.logoutToken(nil)
	statuses := make(chan int, 2)
	for range 2 {
		go func() { statuses <- a.tell(token).status }()
	}
	if one, two := <-statuses, <-statuses; one+two != 200+400 {
		t.Errorf("two at once = %d and %d, want 200 and 400", one, two)
	}
	b.wantProfile(b.login())
	a.restart()
	if p := a.tell(token); p.status != http.StatusBadRequest || !b.isLoggedIn() {
		t.Errorf("replayed after a restart = %d, logged in: %v", p.status, b.isLoggedIn())
	}
}

// TestLogoutMethodAndOrigin: no link, and no form of another site.
func TestLogoutMethodAndOrigin(t *testing.T) {
	o := newOP(t)
	a := newApp(t, o)
	b := a.browser()
	if p := b.get("/backchannel-logout?logout_token=x"); p.status != http.StatusMethodNotAllowed || p.header.Get("Allow") != "POST" {
		t.Errorf("GET = %d, Allow %q", p.status, p.header.Get("Allow"))
	}
	if p := b.do(http.MethodPost, "/backchannel-logout?logout_token="+o.logoutToken(nil), url.Values{}); p.status != http.StatusBadRequest {
		t.Errorf("a token in the address = %d, want 400", p.status)
	}
	if p := b.do(http.MethodPost, "/backchannel-logout", url.Values{"logout_token": {o.logoutToken(nil)}}, "Sec-Fetch-Site", "cross-site"); p.status != http.StatusForbidden {
		t.Errorf("from another site = %d, want 403", p.status)
	}
}

// TestStrangersCantMakeUsFetchKeys: each token with an unknown key or a bad signature makes
// go-oidc fetch the key set; not without end, and it keeps no real token out.
func TestStrangersCantMakeUsFetchKeys(t *testing.T) {
	for name, fault := range map[string]func(o *op, h map[string]any){
		"an unknown key":  func(_ *op, h map[string]any) { h["kid"] = "unknown" },
		"a bad signature": func(o *op, _ map[string]any) { o.key = rsaKeys()[1] },
	} {
		t.Run(name, func(t *testing.T) {
			o, a, b := inSession(t)
			own := o.key
			for range 30 {
				token := o.logoutToken(func(h, _ map[string]any) { fault(o, h) })
				o.key = own
				if p := a.tell(token); p.status != http.StatusBadRequest {
					t.Fatalf("answer = %d, want 400", p.status)
				}
			}
			if n := o.count("/jwks.json"); n > 11 { // one is the login's
				t.Errorf("%d key requests after 30 tokens of a stranger, want at most 11", n)
			}
			if p := a.tell(o.logoutToken(nil)); p.status != http.StatusOK || b.isLoggedIn() {
				t.Errorf("a real one after them = %d %s, logged in: %v", p.status, p.body, b.isLoggedIn())
			}
		})
	}
}
