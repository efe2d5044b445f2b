package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/postlogin/web"
)

// edit changes the query of an address.
func edit(t *testing.T, address string, f func(q url.Values)) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	f(q)
	u.RawQuery = q.Encode()
	return u.String()
}

// TestCallbackFaults sends the browser to a callback that is wrong. The provider
// must not be asked for tokens.
func TestCallbackFaults(t *testing.T) {
	tests := []struct {
		name   string
		edit   func(q url.Values)
		status int
		code   string
	}{
		{"R1 no state", func(q url.Values) { q.Del("state") }, 400, "E-CB-1"},
		{"R1 empty state", func(q url.Values) { q.Set("state", "") }, 400, "E-CB-1"},
		{"R1 another state", func(q url.Values) { q.Set("state", "x"+q.Get("state")) }, 400, "E-STATE-2"},
		{"R1 state twice", func(q url.Values) { q.Add("state", q.Get("state")) }, 400, "E-CB-1"},
		{"R1 code twice", func(q url.Values) { q.Add("code", "x") }, 400, "E-CB-1"},
		{"R6 another issuer", func(q url.Values) { q.Set("iss", "https://evil.example/") }, 400, "E-VER-12"},
		{"R6 an empty issuer", func(q url.Values) { q.Set("iss", "") }, 400, "E-VER-12"},
		{"R6 no issuer, although the provider says it sends one", func(q url.Values) { q.Del("iss") }, 400, "E-VER-12"},
		{"R6 issuer twice", func(q url.Values) { q.Add("iss", q.Get("iss")) }, 400, "E-CB-1"},
		{"R6 an error of another issuer", func(q url.Values) { q.Set("iss", "https://evil.example/"); q.Set("error", "access_denied") }, 400, "E-VER-12"},
		{"neither code nor error", func(q url.Values) { q.Del("code") }, 400, "E-CB-1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := newOP(t)
			b := newApp(t, o).browser()
			callback := b.begin()
			b.wantPage(b.get(edit(t, callback, tt.edit)), tt.status, tt.code)
			if n := o.count("/oauth/token"); n != 0 {
				t.Errorf("token requests = %d, want 0", n)
			}
		})
	}
}

// TestForgottenLogin: the browser has done all right, and this app says that it has not.
func TestForgottenLogin(t *testing.T) {
	a := newApp(t, newOP(t))
	b := a.browser()
	callback := b.begin()
	a.cfg.SessionKey = []byte(strings.Repeat("k", 32))
	a.restart()
	p := b.get(callback)
	b.wantPage(p, 400, "E-CB-1")
	if !strings.Contains(p.body, "no record of that login") {
		t.Errorf("the page does not say what happened:\n%s", p.plain())
	}
	b.wantProfile(b.login())
}

func TestUnknownStateWithoutAnyCookie(t *testing.T) {
	b := newApp(t, newOP(t)).browser()
	b.wantPage(b.get("/callback?code=x&state=y"), 400, "E-STATE-1")
}

// TestStateOfAnotherBrowser is the attack that state is for (RFC 6749 section
// 10.12): a link that logs the victim in as the attacker.
func TestStateOfAnotherBrowser(t *testing.T) {
	o := newOP(t)
	a := newApp(t, o)
	attacker, victim := a.browser(), a.browser()
	callback := attacker.begin()
	victim.wantPage(victim.get(callback), 400, "E-STATE-1") // R2: no cookie at all
	victim.begin()
	victim.wantPage(victim.get(callback), 400, "E-STATE-2") // a cookie of another login
	if n := o.count("/oauth/token"); n != 0 {
		t.Errorf("token requests = %d, want 0", n)
	}
	attacker.wantProfile(attacker.follow(callback)) // and the link itself still works where it belongs
}

// TestCookieOfAnotherBrowser plants a cookie of the right name, with a wrong value.
func TestCookieOfAnotherBrowser(t *testing.T) {
	a := newApp(t, newOP(t))
	attacker, victim := a.browser(), a.browser()
	callback := attacker.begin()
	u, _ := url.Parse(a.cfg.BaseURL)
	for _, c := range attacker.cookies() {
		victim.client.Jar.SetCookies(u, []*http.Cookie{{Name: c.Name, Value: "1.x"}})
	}
	victim.wantPage(victim.get(callback), 400, "E-STATE-2")
}

func TestErrorAnswers(t *testing.T) {
	tests := []struct {
		name, err, description string
		status                 int
		code                   string
		text                   string // in the page
	}{
		{"an Action denies", "access_denied", "We do not serve customers in KP.", 403, "E-DENY-1", "We do not serve customers in KP."},
		{"the person cancels", "access_denied", "The user cancelled the login.", 403, "E-DENY-2", "You cancelled the login"},
		{"the person cancels the second factor", "access_denied", "The user cancelled the second factor.", 403, "E-DENY-2", "You cancelled the login"},
		{"the person cancels a form", "access_denied", "The user cancelled the form.", 403, "E-DENY-2", "You cancelled the login"},
		{"an Action denies with the word cancelled", "access_denied", "Your plan was cancelled.", 403, "E-DENY-1", "Your plan was cancelled."},
		{"the account is blocked", "unauthorized", "user is blocked", 403, "E-DENY-3", "This account is blocked"},
		{"a silent login is not possible", "login_required", "", 401, "E-INT-1", "there is no session at the identity provider"},
		{"a silent login would need a page", "interaction_required", "Multifactor authentication required", 401, "E-INT-1", "has to show you a page first"},
		{"a consent is needed", "consent_required", "", 401, "E-INT-1", "has to show you a page first"},
		{"nobody asked for a silent login", "login_required", "", 401, "E-INT-1", "This app did not ask for a silent login"},
		{"a scope is wrong", "invalid_scope", "unknown scope", 400, "E-REQ-1", "unknown scope"},
		{"a code that nobody knows", "teapot", "short and stout", 400, "E-REQ-1", "short and stout"},
		{"the provider fails", "server_error", "", 502, "E-TOK-3", "server_error"},
		{"R17 HTML in the error", `<script>alert(1)</script>`, `"><script>alert(2)</script>`, 400, "E-REQ-1", "&lt;script&gt;alert(2)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := newOP(t)
			o.answer = func(q url.Values) {
				q.Del("code")
				q.Set("error", tt.err)
				q.Set("error_description", tt.description)
			}
			b := newApp(t, o).browser()
			address := "/login"
			if tt.code == "E-INT-1" && tt.name != "nobody asked for a silent login" {
				address += "?prompt=none"
			}
			p := b.follow(address)
			b.wantPage(p, tt.status, tt.code)
			if !strings.Contains(p.body, tt.text) {
				t.Errorf("the page does not say %q\n%s", tt.text, p.plain())
			}
			if strings.Contains(p.body, "<script>alert") {
				t.Error("the page holds the script")
			}
			if n := o.count("/oauth/token"); n != 0 {
				t.Errorf("token requests = %d, want 0", n)
			}
		})
	}
}

// TestWordsOfStrangersAreNotShown sends an error description with a state that is
// not that of a login: then it is anyone's text and not the provider's.
func TestWordsOfStrangersAreNotShown(t *testing.T) {
	b := newApp(t, newOP(t)).browser()
	const lure = "Call this number to unlock your account"
	q := url.Values{"error": {"access_denied"}, "error_description": {lure}}
	for state, code := range map[string]string{"": "E-CB-1", "x": "E-STATE-1"} {
		q.Set("state", state)
		p := b.get("/callback?" + q.Encode())
		b.wantPage(p, 400, code)
		if strings.Contains(p.body, lure) {
			t.Errorf("state %q: the page repeats the description", state)
		}
	}
}

// TestErrorPagesLeadBack: the buttons of an error page keep where the person wanted
// to go.
func TestErrorPagesLeadBack(t *testing.T) {
	o := newOP(t)
	o.answer = func(q url.Values) { q.Del("code"); q.Set("error", "access_denied") }
	b := newApp(t, o).browser()
	if p := b.follow("/login?next=/user"); !strings.Contains(p.body, `href="/login?prompt=login&amp;next=%2Fuser"`) {
		t.Errorf("no button leads back to /user\n%s", p.body)
	}
	o.answer = nil
	o.claims = func(c map[string]any) { c["nonce"] = "x" }
	if p := b.follow("/login?next=/user"); !strings.Contains(p.body, `href="/login?next=%2Fuser"`) {
		t.Errorf("no button leads back to /user\n%s", p.body)
	}
}

func TestLongDescriptionIsCut(t *testing.T) {
	o := newOP(t)
	o.answer = func(q url.Values) {
		q.Del("code")
		q.Set("error", "access_denied")
		q.Set("error_description", strings.Repeat("ä", 300)+"END")
	}
	p := newApp(t, o).browser().login()
	if !strings.Contains(p.body, strings.Repeat("ä", 300)+"…") || strings.Contains(p.body, "END") {
		t.Error("the description was not cut after 300 characters")
	}
}

// TestTwoTabs starts two logins in one browser and finishes them in both orders
// (R21).
func TestTwoTabs(t *testing.T) {
	for name, order := range map[string][2]int{"first one first": {0, 1}, "second one first": {1, 0}} {
		t.Run(name, func(t *testing.T) {
			o := newOP(t)
			b := newApp(t, o).browser()
			tabs := [2]string{b.begin(), b.begin()}
			b.wantProfile(b.follow(tabs[order[0]]))
			b.wantProfile(b.follow(tabs[order[1]]))
			if n := o.count("/oauth/token"); n != 2 {
				t.Errorf("token requests = %d, want 2", n)
			}
		})
	}
}

// TestManyTabs starts more logins than a browser may have: the oldest is dropped.
func TestManyTabs(t *testing.T) {
	clock := &clock{}
	a := newApp(t, newOP(t), func(c *web.Config) { c.Now = clock.now })
	b := a.browser()
	var callbacks []string
	for range 7 {
		callbacks = append(callbacks, b.begin())
		clock.advance(time.Second)
		if n := len(b.cookies()); n > 5 {
			t.Fatalf("cookies = %d, want at most 5", n)
		}
	}
	b.wantPage(b.get(callbacks[0]), 400, "E-STATE-2")
	b.wantPage(b.get(callbacks[1]), 400, "E-STATE-2")
	for _, callback := range callbacks[2:] {
		b.wantProfile(b.follow(callback))
	}
}

// TestReloadAndBack uses the same answer again: everyone gets an explanation, who
// is logged in also the way to the profile, and the provider sees one token request.
func TestReloadAndBack(t *testing.T) {
	o := newOP(t)
	a := newApp(t, o)
	b := a.browser()
	callback := b.begin()
	b.wantProfile(b.follow(callback))
	again := b.get(callback)
	if again.status != http.StatusBadRequest || again.code() != "E-STATE-3" {
		t.Errorf("callback again = %d %s, want 400 E-STATE-3", again.status, again.code())
	}
	if !strings.Contains(again.body, `href="/profile">Open profile</a>`) {
		t.Errorf("no way to the profile:\n%s", again.body)
	}
	if got := b.get("/profile"); got.status != http.StatusOK {
		t.Errorf("profile after the reload = %d: the session must live on", got.status)
	}
	b.do(http.MethodPost, "/logout", url.Values{})
	again = b.get(callback)
	b.wantPage(again, 400, "E-STATE-3")
	if strings.Contains(again.body, "Open profile") {
		t.Error("a logged-out browser is led to a profile")
	}
	stranger := a.browser()
	stranger.wantPage(stranger.get(callback), 400, "E-STATE-3")
	if n := o.count("/oauth/token"); n != 1 {
		t.Errorf("token requests = %d, want 1", n)
	}
}

// TestReloadAtTheSameMoment races requests with one answer: one of them may win.
func TestReloadAtTheSameMoment(t *testing.T) {
	o := newOP(t)
	b := newApp(t, o).browser()
	callback := b.begin()
	var wg sync.WaitGroup
	var mu sync.Mutex
	results := map[string]int{}
	for range 12 {
		wg.Go(func() {
			p := b.get(callback)
			mu.Lock()
			defer mu.Unlock()
			results[http.StatusText(p.status)+p.code()]++
		})
	}
	wg.Wait()
	if n := o.count("/oauth/token"); n != 1 {
		t.Errorf("token requests = %d, want 1; answers: %v", n, results)
	}
	b.wantProfile(b.follow("/profile"))
}

func TestLoginTookTooLong(t *testing.T) {
	clock := &clock{}
	o := newOP(t)
	a := newApp(t, o, func(c *web.Config) { c.Now = clock.now })
	o.now = clock.now
	b := a.browser()
	callback := b.begin()
	clock.advance(23 * time.Minute)
	stranger := a.browser() // as a browser that has dropped the cookie by then
	p := stranger.get(callback)
	stranger.wantPage(p, 400, "E-TIME-1")
	p = b.get(callback)
	b.wantPage(p, 400, "E-TIME-1")
	if !strings.Contains(p.body, "23 minutes ago") {
		t.Errorf("the page does not say how long ago\n%s", p.plain())
	}
	if n := o.count("/oauth/token"); n != 0 {
		t.Errorf("token requests = %d, want 0", n)
	}
}

// TestPKCE: R5. The provider of these tests refuses anything but S256; here it is
// the freshness that counts.
func TestPKCE(t *testing.T) {
	o := newOP(t)
	b := newApp(t, o).browser()
	seen := map[string]bool{}
	for range 3 {
		b.begin()
		for _, name := range []string{"code_challenge", "state", "nonce"} {
			if v := o.last.Get(name); v == "" || seen[v] {
				t.Errorf("%s = %q was used before", name, v)
			}
			seen[o.last.Get(name)] = true
		}
	}
}

// TestStolenCode redeems a code in another login: the verifier does not fit.
func TestStolenCode(t *testing.T) {
	o := newOP(t)
	a := newApp(t, o)
	victim, attacker := a.browser(), a.browser()
	stolen, _ := url.Parse(victim.begin())
	callback := edit(t, attacker.begin(), func(q url.Values) { q.Set("code", stolen.Query().Get("code")) })
	attacker.wantPage(attacker.get(callback), 502, "E-TOK-2")
}

// TestCallbackLeavesCleanAddress: R29. Neither code nor state stay in an address
// or a page.
func TestCallbackLeavesCleanAddress(t *testing.T) {
	o := newOP(t)
	b := newApp(t, o).browser()
	callback := b.begin()
	p := b.get(callback)
	if p.status != http.StatusSeeOther || p.location != b.home+"/profile" {
		t.Errorf("callback = %d %q, want 303 to the profile", p.status, p.location)
	}
	o.answer = func(q url.Values) { q.Set("iss", "https://evil.example/") }
	p = b.follow("/login")
	for _, secret := range o.secrets {
		if strings.Contains(p.body, secret) {
			t.Errorf("the error page holds the secret %q", secret)
		}
	}
	if got := p.header.Get("Referrer-Policy"); got != "strict-origin" { // the name of the app, never path or query
		t.Errorf("Referrer-Policy = %q, want strict-origin", got)
	}
}
