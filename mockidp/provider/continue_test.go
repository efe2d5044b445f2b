package provider_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/postlogin/mockidp/provider"
	"example.com/postlogin/mockidp/store"
)

// atSurvey logs ada in and returns the state with which she was sent away.
func (i *idp) atSurvey(t *testing.T, c *rp, b *browser) (*attempt, string) {
	t.Helper()
	a := c.request()
	pg := b.authorize(a.params)
	if pg.atLogin() {
		pg = b.login(pg, "ada")
	}
	return a, sentTo(t, pg)
}

// A form that another site posts brings no SameSite=Lax cookie along; our own
// page posts it again.
func TestAFormOfAnotherSiteComesBack(t *testing.T) {
	i := newIDP(t)
	var got *store.Step
	i.suspendOnce(store.Step{Kind: store.StepRedirect, URL: survey})
	first := i.hook
	i.hook = func(l provider.Login) (provider.Result, error) { got = l.Step; return first(l) }
	c, b := i.web(t), i.browser()
	a, state := i.atSurvey(t, c, b)
	answer := url.Values{"colour": {"blue", "red"}, "submit": {"Send"}, "text": {"\"<script>&"}}

	without := &browser{t: t, idp: i, client: i.httpClient}
	pg := without.post(i.base+"/continue?x=1&state="+state, answer)
	action, fields := pg.form()
	if action == nil || action.String() != i.base+"/continue?x=1&state="+state || fields.Get("text") != answer.Get("text") {
		t.Fatalf("%d, form to %v with %v", pg.status, action, fields)
	}
	if csp := pg.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "script-src 'sha256-") {
		t.Errorf("Content-Security-Policy %q", csp)
	}
	fields["colour"] = answer["colour"] // the helper keeps one value of each name
	c.finish(c.accept(a, b.post(action.String(), fields)))
	if got == nil || got.Method != http.MethodPost || got.Query.Get("x") != "1" || got.Query.Get("state") != state || len(got.Body) != 3 || !slices.Equal(got.Body["colour"], answer["colour"]) {
		t.Errorf("step %+v", got)
	}
}

// RFC 6819 section 4.4.1.13: else an attacker could have a victim answer at the
// other page, and end the attacker's login with it.
func TestNobodyElseContinuesALogin(t *testing.T) {
	i := newIDP(t)
	i.suspendOnce(store.Step{Kind: store.StepRedirect, URL: survey})
	c, b := i.web(t), i.browser()
	a, state := i.atSurvey(t, c, b)
	stranger := i.browser()
	stranger.get(i.base + "/continue?colour=red&state=" + state).refused("another browser")
	action, fields := stranger.post(i.base+"/continue?state="+state, url.Values{"colour": {"red"}}).form()
	if action == nil {
		t.Fatal("a form of another site is not posted again")
	}
	stranger.post(action.String(), fields).refused("another browser")
	stranger.get(i.base + "/authorize/resume?state=" + state).refused("another browser")
	a = c.finish(c.accept(a, b.get(i.base+"/continue?colour=green&state="+state)))
	if a.claims["colour"] != "GET green" {
		t.Errorf("colour %v: somebody else's answer was kept", a.claims["colour"])
	}
}

func TestContinueIsBounded(t *testing.T) {
	i := newIDP(t)
	i.suspendOnce(store.Step{Kind: store.StepRedirect, URL: survey})
	c, b := i.web(t), i.browser()
	_, state := i.atSurvey(t, c, b)
	b.post(i.base+"/continue?state="+state, url.Values{"x": {strings.Repeat("x", 64<<10)}}).refused("longer than")
	b.post(i.base+"/continue?state="+state, url.Values{"state": {"another"}}).refused("invalid_request")
	if q, err := i.store.Request(t.Context(), state, i.now()); err != nil || q.Step.Done {
		t.Errorf("request %+v, %v: a refused answer counts", q, err)
	}
	if pg := b.load(b.client.Post(i.base+"/continue?state="+state, "application/json", strings.NewReader(`{}`))); pg.status != http.StatusUnsupportedMediaType {
		t.Errorf("JSON: %d %s", pg.status, pg.body)
	}
	if got := b.put(i.base + "/continue?state=" + state); got.status != http.StatusMethodNotAllowed {
		t.Errorf("PUT: %d", got.status)
	}
}

func (b *browser) put(target string) *page {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPut, target, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.load(b.client.Do(req))
}

// /continue is for redirects: it must not pass for a second factor.
func TestContinueAnswersNoOtherStep(t *testing.T) {
	i := newIDP(t)
	i.suspendOnce(store.Step{Kind: store.StepMFA, MFA: &store.MFAStep{Factors: []string{"otp"}}})
	b := i.browser()
	pg := b.login(b.authorize(i.web(t).request().params), "ada")
	state := pg.url.Query().Get("state")
	if back := b.get(i.base + "/continue?state=" + state); back.url.Path != "/u/mfa" {
		t.Errorf("/continue led to %s", back.url)
	}
	if q, err := i.store.Request(t.Context(), state, i.now()); err != nil || q.Step.Done {
		t.Errorf("request %+v, %v: answered", q, err)
	}
}

// A tab that is late must not get past the step that another one has made of
// the request meanwhile: it would be answered without the second factor.
func TestALateTabDoesNotSkipTheStep(t *testing.T) {
	late := newTurnstile(3) // resume asks for the time to find the request and its session, and to take the request
	i := newIDP(t, func(cfg *provider.Config) { cfg.Now = late.around(cfg.Now) })
	i.suspendOnce(store.Step{Kind: store.StepMFA, MFA: &store.MFAStep{Factors: []string{"otp"}}})
	b := i.browser()
	state := b.authorize(i.web(t).request().params).url.Query().Get("state")
	stay := b.client.CheckRedirect
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	b.post(i.base+"/u/login", url.Values{"state": {state}, "email": {"ada@example.test"}})
	b.client.CheckRedirect = stay

	first := make(chan *page)
	late.close()
	go func() { first <- b.get(i.base + "/authorize/resume?state=" + state) }()
	late.wait(t)
	if pg := b.get(i.base + "/authorize/resume?state=" + state); pg.url.Path != "/u/mfa" {
		t.Fatalf("the second tab is at %s", pg.url)
	}
	late.open()
	if pg := <-first; pg.url.Path != "/u/mfa" {
		t.Errorf("the first tab is at %s, left for %v", pg.url, pg.left)
	}
	if q, err := i.store.Request(t.Context(), state, i.now()); err != nil || q.Step == nil || q.Step.Done {
		t.Errorf("request %+v, %v: want it to wait for its step", q, err)
	}
}

// turnstile is a clock that can stop one caller on its way.
type turnstile struct {
	after   int64 // at which call
	calls   atomic.Int64
	reached chan struct{}
	opened  chan struct{}
}

func newTurnstile(after int64) *turnstile {
	ts := &turnstile{after: after, reached: make(chan struct{}), opened: make(chan struct{})}
	ts.calls.Store(after) // not closed yet
	return ts
}

func (ts *turnstile) around(now func() time.Time) func() time.Time {
	return func() time.Time {
		if ts.calls.Add(1) == ts.after {
			close(ts.reached)
			<-ts.opened
		}
		return now()
	}
}

func (ts *turnstile) close() { ts.calls.Store(0) }
func (ts *turnstile) open()  { close(ts.opened) }

// wait returns when the caller has been stopped.
func (ts *turnstile) wait(t *testing.T) {
	t.Helper()
	select {
	case <-ts.reached:
	case <-time.After(time.Minute):
		t.Fatal("nobody came")
	}
}

// Where an Action sends people is its own business, as long as it is a page.
func TestRedirectsAreWebAddresses(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	c.login(b, "ada")
	for _, target := range []string{"javascript:alert(1)", "data:text/html,x", "//evil.example/", "/u/login", "survey", "ftp://ask.example/", "https:", "http:///x", "https://a b/", ""} {
		i.suspendOnce(store.Step{Kind: store.StepRedirect, URL: target})
		a := c.request()
		c.fails(a, b.authorize(a.params), "access_denied")
	}
	for target, want := range map[string]string{
		"https://ask.example":                           "https://ask.example?state=STATE",
		"https://ask.example/?sig=b%2Ba&a=1+2&c=%20":    "https://ask.example/?sig=b%2Ba&a=1+2&c=%20&state=STATE",
		"https://ask.example/p?state=x&b=1&st%61te=y#f": "https://ask.example/p?b=1&state=STATE#f",
	} {
		i.suspendOnce(store.Step{Kind: store.StepRedirect, URL: target})
		pg := b.authorize(c.request().params)
		if pg.left == nil || strings.Replace(pg.left.String(), pg.left.Query().Get("state"), "STATE", 1) != want {
			t.Errorf("%s: left for %v, want %s", target, pg.left, want)
		}
		if state := pg.left.Query().Get("state"); len(state) < 43 {
			t.Errorf("state %q is short enough to be guessed", state)
		}
	}
}

func TestASuspendedLoginKeepsItsUser(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	i.suspendOnce(store.Step{Kind: store.StepRedirect, URL: survey})
	a, state := i.atSurvey(t, c, b)
	i.hook = nil
	other := c.request("prompt", "login") // in another tab
	c.finish(c.accept(other, b.login(b.authorize(other.params), "grace")))
	if a = c.finish(c.accept(a, b.get(i.base+"/continue?state="+state))); a.userID != "auth0|ada" || other.userID != "auth0|grace" {
		t.Errorf("the logins are %s's and %s's", a.userID, other.userID)
	}
}

func TestWhatHappensDuringAStepCounts(t *testing.T) {
	i := newIDP(t)
	i.suspendOnce(store.Step{Kind: store.StepRedirect, URL: survey})
	t.Run("a logout", func(t *testing.T) {
		c, b := i.web(t), i.browser().on(t)
		a, state := i.atSurvey(t, c, b)
		b.get(i.base + "/v2/logout")
		c.fails(a, b.get(i.base+"/continue?state="+state), "login_required")
	})
	t.Run("a blocked account", func(t *testing.T) {
		c, b := i.web(t), i.browser().on(t)
		a, state := i.atSurvey(t, c, b)
		if err := i.store.SetBlocked(t.Context(), "auth0|ada", true); err != nil {
			t.Fatal(err)
		}
		c.fails(a, b.get(i.base+"/continue?state="+state), "unauthorized")
	})
}

// Several steps of one login, each with an answer of its own.
func TestStepAfterStep(t *testing.T) {
	i := newIDP(t)
	var answers []string
	i.hook = func(l provider.Login) (provider.Result, error) {
		if l.Step != nil {
			answers = append(answers, l.Step.Query.Get("n"))
		}
		if len(answers) == 3 {
			return provider.Result{}, nil
		}
		return provider.Result{Suspend: &store.Step{Kind: store.StepRedirect, URL: survey}}, nil
	}
	c, b := i.web(t), i.browser()
	a, state := i.atSurvey(t, c, b)
	for _, n := range []string{"1", "2"} {
		if again := sentTo(t, b.get(i.base+"/continue?n="+n+"&state="+state)); again != state {
			t.Errorf("the transaction's id changed to %s", again)
		}
	}
	c.finish(c.accept(a, b.get(i.base+"/continue?n=3&state="+state)))
	if got := strings.Join(answers, " "); got != "1 2 3" {
		t.Errorf("answers %s", got)
	}
	site, err := url.Parse(i.issuer)
	if err != nil {
		t.Fatal(err)
	}
	if cookies := b.client.Jar.Cookies(site); len(cookies) != 1 || cookies[0].Name != provider.SessionCookieName {
		t.Errorf("cookies after the login = %v, want the session's alone", cookies)
	}
}

// The addresses of steps are below the issuer's path.
func TestStepsBelowAPath(t *testing.T) {
	st := openStore(t)
	p, err := provider.New(provider.Config{Issuer: "https://host.test/s/otter-07/", LoginPath: "/u/login", Store: st})
	if err != nil {
		t.Fatal(err)
	}
	send := func(r *http.Request) *http.Response {
		w := httptest.NewRecorder()
		http.StripPrefix("/s/otter-07", p).ServeHTTP(w, r)
		return w.Result()
	}
	r := &store.Request{ID: "r", ClientID: "web", BrowserHash: store.HashSecret("mine"), ExpiresAt: time.Now().Add(time.Hour), Step: &store.Step{Kind: store.StepRedirect}}
	if err := st.SuspendRequest(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://host.test/s/otter-07/continue?state=r", nil)
	req.AddCookie(&http.Cookie{Name: "mockidp_tx_r", Value: "mine"})
	without := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "https://host.test/s/otter-07/continue?state=r", nil)
	if body, err := io.ReadAll(send(without).Body); err != nil || !strings.Contains(string(body), `action="continue?state=r"`) {
		t.Errorf("%v: %s", err, body)
	}
	if resp := send(req); resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/s/otter-07/authorize/resume?state=r" || resp.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", resp.StatusCode, resp.Header)
	}
}

// A person may take ten minutes for the login page and as many for each step.
func TestAStepHasItsOwnTime(t *testing.T) {
	i := newIDP(t)
	i.suspendOnce(store.Step{Kind: store.StepRedirect, URL: survey})
	c, b := i.web(t), i.browser()
	c.mode = "form_post"
	a := c.request("response_type", "code id_token")
	pg := b.authorize(a.params)
	i.advance(9 * time.Minute)
	state := sentTo(t, b.login(pg, "ada"))
	i.advance(9 * time.Minute)
	c.accept(a, b.get(i.base+"/continue?colour=green&state="+state))
	if claims := c.verify(a.idToken); claims["colour"] != "GET green" {
		t.Errorf("claims %v", claims)
	}
	c.finish(a)

	_, state = i.atSurvey(t, i.web(t), b)
	i.advance(10 * time.Minute)
	b.get(i.base + "/continue?state=" + state).refused("has ended")
}

// A login that goes on has a new event.request (Auth0: "Redirect with Actions").
func TestAResumedLoginHasANewRequest(t *testing.T) {
	i := newIDP(t)
	i.suspendOnce(store.Step{Kind: store.StepRedirect, URL: survey})
	first := i.hook
	var seen []provider.Login
	i.hook = func(l provider.Login) (provider.Result, error) { seen = append(seen, l); return first(l) }
	c, b := i.web(t), i.browser()
	a, state := i.atSurvey(t, c, b)
	b.client.Transport = agent{b.client.Transport, "another agent"}
	c.finish(c.accept(a, b.get(i.base+"/continue?state="+state)))
	if len(seen) != 2 || seen[0].TransactionID != seen[1].TransactionID || seen[0].LoginID == "" || seen[0].LoginID != seen[1].LoginID {
		t.Fatalf("logins %+v", seen)
	}
	if seen[0].UserAgent == "another agent" || seen[1].UserAgent != "another agent" || seen[1].HTTP == nil {
		t.Errorf("user agents %q, %q", seen[0].UserAgent, seen[1].UserAgent)
	}
}

// agent sends requests under another User-Agent.
type agent struct {
	http.RoundTripper
	name string
}

func (a agent) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", a.name)
	return a.RoundTripper.RoundTrip(r)
}
