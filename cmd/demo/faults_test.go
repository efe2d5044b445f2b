package main

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/go-jose/go-jose/v4"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/mockidptest"
	"example.com/postlogin/web"
)

// A faultRow is a login in which one message was changed, and the page that comes
// of it.
type faultRow struct {
	cause  string
	fault  fault
	code   string
	status int      // default: 502
	check  string   // the check that fails; "": the page has no list
	got    string   // a part of what the page says that it got
	says   []string // in the page
	query  string   // of /login
	app    string   // default: the app that waits as long as apps do
}

// brokenProvider produces the error pages that need a provider which breaks the
// protocol. Package web tests more faults, against a provider of its own; here it is
// the real one, and what people see of it in a browser. The browser is logged in at
// the provider all the time, so that each row is one click.
func brokenProvider(t *testing.T, browser context.Context) {
	m := openMeddler(t)
	app := openApp(t, func(c *web.Config) { c.Issuer = m.issuer })
	hasty := openApp(t, func(c *web.Config) { c.Issuer, c.Timeout = m.issuer, 5*time.Second })
	client := mockidp.DemoClient()
	client.RedirectURIs = []string{app + "/callback", hasty + "/callback"}
	client.BackchannelLogoutURI = ""
	if err := m.idp.Store.PutClient(t.Context(), client); err != nil {
		t.Fatal(err)
	}
	// The first request to hasty is one for which there are no keys.
	b, program := ownCookies(t, browser), mockidptest.NewBrowser(t)
	program.Get(app + "/login").Submit(url.Values{"action": {"login"}})

	looked := map[string]bool{}
	for _, tt := range slices.Concat(tokenFaults(m, hasty), endpointFaults(m, gone(t), hasty)) {
		t.Run(tt.code+", "+tt.cause, func(t *testing.T) {
			b := b.in(t)
			if tt.app == "" {
				tt.app = app
			}
			if tt.status == 0 {
				tt.status = http.StatusBadGateway
			}
			// The page of the row before may knock by itself, and would meet this fault.
			b.do("leave the last page", chromedp.Navigate("about:blank"))
			m.set(tt.fault)
			status := b.open(tt.app + "/login" + tt.query)
			if strings.HasPrefix(b.address(), m.issuer) { // the first time
				status = b.logIn("London")
			}
			b.wantCode(tt.code, status, tt.status)
			b.wantRow(tt)
			// Pages of one code differ in their words only.
			if !looked[tt.code] {
				looked[tt.code] = true
				b.page(tt.code, tt.status, status)
			} else {
				b.keepPictures(tt.code)
			}
			if tt.app == app {
				wantTwin(t, program.Client, app+"/login"+tt.query, tt)
			}
		})
	}
	// Nothing of it stays: without a fault the meddler is no hindrance.
	m.set(fault{})
	b.open(app + "/login")
	b.text("#user-profile")
}

// tokenFaults are ID tokens, and what belongs to them, that fail a check. fresh is an
// app that has not fetched the keys yet.
func tokenFaults(m *meddler, fresh string) []faultRow {
	set := func(name string, value any) fault { return m.claims(func(c map[string]any) { c[name] = value }) }
	drop := func(name string) fault { return m.claims(func(c map[string]any) { delete(c, name) }) }
	// Seen from when the token is made: the rows before it take their time.
	ago := func(name string, d time.Duration) fault {
		return m.claims(func(c map[string]any) { c[name] = time.Now().Add(-d).Unix() })
	}
	return []faultRow{
		{cause: "somebody changed a letter of the signature", code: "E-VER-1", check: "signature", got: "does not fit",
			fault: m.idToken(func(raw string) string {
				payload, i := payloadOf(raw), strings.LastIndex(raw, ".")
				return raw[:strings.Index(raw, ".")+1] + base64.RawURLEncoding.EncodeToString(append(payload, ' ')) + raw[i:]
			})},
		{cause: "signed with a key that the provider does not publish", code: "E-VER-1", check: "signature", got: "key k-9", says: []string{meddlerKey},
			fault: m.idToken(func(raw string) string { return m.sign("k-9", payloadOf(raw)) })},
		{cause: "the provider's keys are away", code: "E-VER-1", check: "signature", got: "answered 500", says: []string{"is starting"}, app: fresh,
			fault: fault{at: keysPath, instead: answers(500, "text/plain", "no keys")}},
		{cause: "not signed at all", code: "E-VER-2", check: "alg", got: "none", says: []string{"did not sign"},
			fault: m.idToken(func(raw string) string {
				return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + raw[strings.Index(raw, "."):strings.LastIndex(raw, ".")+1]
			})},
		{cause: "signed with the client's secret", code: "E-VER-2", check: "alg", got: "HS256",
			fault: m.idToken(func(raw string) string {
				return signedBy(jose.SigningKey{Algorithm: jose.HS256, Key: []byte(strings.Repeat(mockidp.DemoClient().Secret, 4))}, payloadOf(raw))
			})},
		{cause: "issued by the same without its slash", code: "E-VER-3", check: "iss", says: []string{"slash at the end"}, got: strings.TrimSuffix(m.issuer, "/"),
			fault: set("iss", strings.TrimSuffix(m.issuer, "/"))},
		{cause: "the token of another application", code: "E-VER-4", check: "aud", got: "another-app", fault: set("aud", "another-app")},
		{cause: "for one more audience", code: "E-VER-4", check: "aud", got: "another-app", fault: set("aud", []string{"demo-app", "another-app"})},
		{cause: "an old token, expired", code: "E-VER-5", check: "exp", got: "10 minutes too late", fault: ago("exp", 10*time.Minute)},
		{cause: "no time of issue", code: "E-VER-6", check: "iat", got: "the token has no iat", fault: drop("iat")},
		{cause: "the nonce of another login", code: "E-VER-7", check: "nonce", got: "another nonce", fault: set("nonce", "of-another-login")},
		{cause: "the nonce was lost", code: "E-VER-7", check: "nonce", got: "the token has no nonce", fault: drop("nonce")},
		{cause: "the access token of another answer", code: "E-VER-8", check: "at_hash",
			fault: fault{at: tokenPath, answer: func(body map[string]any) { body["access_token"] = "of-another-answer" }}},
		{cause: "another application asked for it", code: "E-VER-9", check: "azp", got: "another-app", fault: set("azp", "another-app")},
		{cause: "it is about nobody", code: "E-VER-10", check: "sub", got: "the token has no sub", fault: drop("sub")},
		{cause: "UserInfo speaks of somebody else", code: "E-VER-11", check: "userinfo_sub", got: "auth0|mallory",
			fault: fault{at: userInfoPath, answer: func(body map[string]any) { body["sub"] = "auth0|mallory" }}},
		{cause: "the answer names another provider", code: "E-VER-12", status: 400, check: "callback_iss", got: "https://evil.example/",
			fault: fault{callback: func(q url.Values) { q.Set("iss", "https://evil.example/") }}},
		{cause: "the answer names no provider", code: "E-VER-12", status: 400, check: "callback_iss", got: "no parameter iss",
			fault: fault{callback: func(q url.Values) { q.Del("iss") }}},
		{cause: "valid from tomorrow on", code: "E-VER-13", check: "nbf", fault: ago("nbf", -24*time.Hour)},
		{cause: "max_age was asked for and not kept", code: "E-VER-14", check: "auth_time", query: "?max_age=3600", fault: ago("auth_time", 2*time.Hour)},
		{cause: "a claim twice", code: "E-VER-15", check: "payload",
			fault: m.idToken(func(raw string) string {
				return m.sign(meddlerKey, append([]byte(`{"sub":"auth0|mallory",`), payloadOf(raw)[1:]...))
			})},
		{cause: "go-oidc refuses a claim that has no source", code: "E-VER-15", check: "go_oidc", fault: set("_claim_names", map[string]string{"x": "nowhere"})},
	}
}

// endpointFaults are answers of the provider that are no tokens, or no provider.
// away is a gateway without one; hasty is an app that waits 5 s, which is long enough
// for the other answers of its login.
func endpointFaults(m *meddler, away http.HandlerFunc, hasty string) []faultRow {
	tokens := func(instead http.HandlerFunc) fault { return fault{at: tokenPath, instead: instead} }
	discovery := func(instead http.HandlerFunc) fault { return fault{at: discoveryPath, instead: instead} }
	return []faultRow{
		{cause: "somebody else redeemed the code first", code: "E-TOK-2", says: []string{"used before", "invalid_grant"},
			fault: fault{at: tokenPath, before: m.twice}},
		{cause: "the PKCE verifier of another login", code: "E-TOK-2", says: []string{"verifier", "invalid_grant"},
			fault: fault{at: tokenPath, before: otherVerifier}},
		{cause: "the token endpoint fails", code: "E-TOK-3", says: []string{"oauth/token answered 500 with text/html"}, fault: tokens(answers(500, "text/html", "<h1>Oops</h1>"))},
		{cause: "a web page instead of tokens", code: "E-TOK-3", says: []string{"which is not a token answer"}, fault: tokens(answers(200, "text/html", "<h1>Welcome</h1>"))},
		{cause: "the connection breaks", code: "E-TOK-3", says: []string{"the connection broke"}, fault: tokens(hangUp)},
		{cause: "no answer in time", code: "E-TOK-3", says: []string{"oauth/token was not answered within"}, fault: tokens(tooSlow), app: hasty},
		{cause: "no ID token in the answer", code: "E-TOK-3", check: "id_token", says: []string{"without an ID token", "scope openid"},
			fault: fault{at: tokenPath, answer: func(body map[string]any) { delete(body, "id_token") }}},
		{cause: "a gateway whose provider is away", code: "E-IDP-1", status: 503, says: []string{"answered 502"}, fault: discovery(away)},
		{cause: "nothing at that address", code: "E-IDP-3", status: 503, says: []string{"answered 404"}, fault: discovery(http.NotFound)},
		{cause: "a web site at that address", code: "E-IDP-3", status: 503, says: []string{"answered 200 with text/html", "not JSON"}, fault: discovery(answers(200, "text/html", "<h1>Shop</h1>"))},
		{cause: "an endpoint that browsers can't open", code: "E-IDP-3", status: 503, says: []string{"authorization_endpoint", "http://"},
			fault: fault{at: discoveryPath, answer: func(body map[string]any) { body["authorization_endpoint"] = "idp.example:9400/authorize" }}},
		{cause: "it calls itself something else", code: "E-IDP-2", status: 503, got: "https://evil.example/",
			fault: fault{at: discoveryPath, answer: func(body map[string]any) { body["issuer"] = "https://evil.example/" }}},
	}
}

// anErrorPage is what the tab shows, and what the browser's cookies open now.
type anErrorPage struct {
	Title, Main string
	Details     map[string]string
	Checks      []struct {
		ID, State string
		Open      bool
	}
	Me struct {
		Status        int
		Authenticated bool
	}
	Profile string // where /profile leads
}

func (b *tab) errorPage() anErrorPage {
	b.t.Helper()
	return evaluate[anErrorPage](b, `(async () => {
		const main = document.querySelector("main"), me = await fetch("/api/me");
		return {
			title: main.querySelector("h1").innerText, main: main.innerText,
			details: Object.fromEntries([...main.querySelectorAll("details[open] > .scroll tr")].map(r => [...r.cells].map(c => c.innerText.trim()))),
			checks: [...main.querySelectorAll("[data-check]")].map(c => ({id: c.dataset.check, state: c.dataset.state, open: c.querySelector("details").open})),
			me: {status: me.status, authenticated: (await me.json()).authenticated},
			profile: (await fetch("/profile")).url,
		};
	})()`)
}

// wantRow checks what the page says, that its list of checks ends where the login
// did, and that nobody was logged in.
func (b *tab) wantRow(tt faultRow) {
	b.t.Helper()
	p := b.errorPage()
	for _, want := range tt.says {
		if !strings.Contains(p.Main, want) {
			b.t.Errorf("the page does not say %q:\n%s", want, p.Main)
		}
	}
	if !strings.Contains(p.Details["got"], tt.got) || (p.Details["expected"] == "") != (p.Details["got"] == "") {
		b.t.Errorf("expected %q, got %q; want both or none, and that it got %q", p.Details["expected"], p.Details["got"], tt.got)
	}
	if p.Details["code"] != tt.code || p.Details["request id"] == "" || !strings.Contains(p.Details["docs"], tt.code) {
		b.t.Errorf("details = %q", p.Details)
	}
	if strings.HasPrefix(tt.code, "E-VER-") && (p.Details["expected"] == "" || !strings.Contains(p.Main, "Usual cause: ")) {
		b.t.Errorf("the page does not say what was expected, and what usually is the cause:\n%s", p.Main)
	}
	b.wantStopped(p, tt.check)
	if p.Me.Status != http.StatusUnauthorized || p.Me.Authenticated || p.Profile != tt.app+"/" {
		b.t.Errorf("somebody is logged in: /api/me says %+v, /profile leads to %s", p.Me, p.Profile)
	}
}

// wantStopped checks that the check that failed stands first and open, that those
// before it were made, and that those after it were not.
func (b *tab) wantStopped(p anErrorPage, failed string) {
	b.t.Helper()
	order := []string{"state", "callback_iss", "id_token", "alg", "signature", "payload", "iss", "aud", "azp", "exp", "iat", "nbf", "nonce", "sub",
		"auth_time", "at_hash", "go_oidc", "userinfo_sub"}
	if failed == "" {
		order = nil
	}
	if len(p.Checks) != len(order) {
		b.t.Errorf("the page lists %d checks, want %d", len(p.Checks), len(order))
		return
	}
	notNeeded := []string{"azp", "nbf", "auth_time"} // the token has none, or nobody asked
	if failed == "go_oidc" {
		notNeeded = append(notNeeded, "at_hash") // go-oidc would have made it
	}
	state, next := "pass", 1
	for _, id := range order {
		if id == failed {
			if c := p.Checks[0]; c.ID != failed || c.State != "fail" || !c.Open {
				b.t.Errorf("the list begins with %+v, want %s, failed and open", c, failed)
			}
			state = "not done"
			continue
		}
		c := p.Checks[next]
		if next++; c.ID != id || c.State != state && (c.State != "not done" || !slices.Contains(notNeeded, id)) || c.Open {
			b.t.Errorf("check %+v, want %s, %s and closed", c, id, state)
		}
	}
}

// wantTwin has a program meet the same fault, which gets the page as JSON.
func wantTwin(t *testing.T, client *http.Client, address string, tt faultRow) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "application/json") // and again at each redirect
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var twin struct {
		Error struct {
			Code, Title, Detail, Expected, Got, Docs string
			RequestID                                string `json:"request_id"`
		}
	}
	if err := decodeJSON(res.Body, &twin); err != nil {
		t.Fatalf("the answer for programs: %v", err)
	}
	e := twin.Error
	if res.StatusCode != tt.status || e.Code != tt.code || e.Title == "" || e.Detail == "" || !strings.Contains(e.Got, tt.got) ||
		e.RequestID != res.Header.Get("X-Request-Id") || e.Docs != "/docs/errors#"+strings.ToLower(tt.code) {
		t.Errorf("the answer for programs: %d %+v", res.StatusCode, e)
	}
}
