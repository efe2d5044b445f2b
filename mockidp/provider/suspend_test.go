package provider_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/postlogin/mockidp/provider"
	"example.com/postlogin/mockidp/store"
)

const survey = "https://survey.example/ask?lang=en"

// suspendOnce sends each login to step and then lets it end with the claim "colour".
func (i *idp) suspendOnce(step store.Step) {
	i.hook = func(l provider.Login) (provider.Result, error) {
		if l.Step == nil {
			once := step
			once.State = json.RawMessage(`{"mine":1}`)
			return provider.Result{Suspend: &once, Run: &store.Run{ID: l.TransactionID, Kind: l.Kind, UserID: l.User.ID, At: l.At, Outcome: "suspended", Record: []byte("{}")}}, nil
		}
		if string(l.Step.State) != `{"mine":1}` {
			i.t.Errorf("the step came back with state %s", l.Step.State)
		}
		colour := l.Step.Method + " " + l.Step.Query.Get("colour") + l.Step.Body.Get("colour")
		text, _ := json.Marshal(colour)
		return provider.Result{IDClaims: claims("colour", string(text), "kind", `"`+l.Kind+`"`)}, nil
	}
}

// sentTo checks that the browser left for the survey and returns the state it took along.
func sentTo(t *testing.T, pg *page) string {
	t.Helper()
	if pg.left == nil || !strings.HasPrefix(pg.left.String(), "https://survey.example/ask?") || pg.left.Query().Get("lang") != "en" {
		t.Fatalf("the browser is at %s (%d), left for %v", pg.url, pg.status, pg.left)
	}
	return pg.left.Query().Get("state")
}

func TestARedirectComesBack(t *testing.T) {
	i := newIDP(t)
	i.suspendOnce(store.Step{Kind: store.StepRedirect, URL: survey})
	c, b := i.web(t), i.browser()
	a := c.request()
	state := sentTo(t, b.login(b.authorize(a.params), "ada"))
	again := sentTo(t, b.get(i.base+"/authorize/resume?state="+state)) // the Back button
	if again != state {
		t.Errorf("sent again with state %q, want %q", again, state)
	}
	pg := b.get(i.base + "/continue?colour=green&state=" + url.QueryEscape(state))
	a = c.finish(c.accept(a, pg))
	if a.claims["colour"] != "GET green" || a.claims["kind"] != provider.KindLogin {
		t.Errorf("claims %v", a.claims)
	}
	b.get(i.base + "/continue?colour=red&state=" + url.QueryEscape(state)).refused("has ended")

	// Answered from the session, and by a form.
	a = c.request()
	state = sentTo(t, b.authorize(a.params))
	a = c.finish(c.accept(a, b.post(i.base+"/continue", url.Values{"state": {state}, "colour": {"blue"}})))
	if a.claims["colour"] != "POST blue" || a.claims["kind"] != provider.KindSSO {
		t.Errorf("claims %v", a.claims)
	}
	if u, err := i.store.User(t.Context(), "auth0|ada"); err != nil || u.LoginsCount != 1 {
		t.Errorf("logins count %d, %v: a suspended login counts once", u.LoginsCount, err)
	}
}

func TestContinueRefuses(t *testing.T) {
	i := newIDP(t)
	i.suspendOnce(store.Step{Kind: store.StepRedirect, URL: survey})
	c, b := i.web(t), i.browser()
	for _, path := range []string{"/continue", "/continue?state=", "/continue?state=a&state=b"} {
		b.get(i.base+path).refused("invalid_request", "state")
	}
	b.get(i.base+"/continue?state=unknown").refused("has ended", "invalid_request")

	state := sentTo(t, b.login(b.authorize(c.request().params), "ada"))
	i.browser().get(i.base + "/continue?state=" + state).refused("another browser")
	i.advance(time.Hour)
	b.get(i.base + "/continue?state=" + state).refused("has ended")

	// A request that waits for the login page is no suspended one.
	c2, b2 := i.web(t), i.browser()
	at := b2.authorize(c2.request().params)
	if pg := b2.get(i.base + "/continue?state=" + at.url.Query().Get("state")); !pg.atLogin() {
		t.Errorf("/continue of a login that waits for its password: %d %s", pg.status, pg.url)
	}
}

// Of many answers to one redirect, one counts and the application gets one code.
func TestContinueTwiceAtOnce(t *testing.T) {
	i := newIDP(t)
	i.suspendOnce(store.Step{Kind: store.StepRedirect, URL: survey})
	c, b := i.web(t), i.browser()
	state := sentTo(t, b.login(b.authorize(c.request().params), "ada"))
	var wg sync.WaitGroup
	var mu sync.Mutex
	codes := 0
	for range 8 {
		wg.Go(func() {
			pg := b.get(i.base + "/continue?state=" + state)
			mu.Lock()
			defer mu.Unlock()
			if pg.left != nil && pg.left.Query().Get("code") != "" {
				codes++
			}
		})
	}
	wg.Wait()
	if codes != 1 {
		t.Errorf("%d codes, want 1", codes)
	}
}

func TestStepsOfTheLoginPages(t *testing.T) {
	i := newIDP(t)
	c := i.web(t)
	for kind, path := range map[string]string{store.StepMFA: "/u/mfa", store.StepForm: "/u/form"} {
		i.suspendOnce(store.Step{Kind: kind})
		b := i.browser()
		a := c.request("acr_values", "http://schemas.openid.net/pape/policies/2007/06/multi-factor")
		pg := b.login(b.authorize(a.params), "ada")
		if pg.url.Path != path {
			t.Fatalf("a step of kind %s: %s", kind, pg.url)
		}
		id := pg.url.Query().Get("state")
		q, err := i.store.Request(t.Context(), id, i.now())
		if err != nil {
			t.Fatal(err)
		}
		// What the page of package login does.
		if _, err := i.store.UpdateSession(t.Context(), q.SessionID, store.SessionChanges{AddMethods: []store.Method{{Name: "mfa", Type: "otp", Timestamp: i.now()}}}, i.now()); err != nil {
			t.Fatal(err)
		}
		if err := i.store.AnswerStep(t.Context(), id, store.Step{Kind: kind, Answer: json.RawMessage(`{"method":"otp"}`)}, i.now()); err != nil {
			t.Fatal(err)
		}
		a = c.finish(c.accept(a, b.get(i.base+"/authorize/resume?state="+id)))
		if amr, _ := a.claims["amr"].([]any); !slices.Equal(amr, []any{"mfa"}) || a.claims["acr"] != "http://schemas.openid.net/pape/policies/2007/06/multi-factor" {
			t.Errorf("amr %v, acr %v", a.claims["amr"], a.claims["acr"])
		}
	}
	// A password alone has no class of its own.
	i.hook = nil
	if a := c.login(i.browser(), "ada", "acr_values", "http://schemas.openid.net/pape/policies/2007/06/multi-factor"); a.claims["amr"] != nil || a.claims["acr"] != nil {
		t.Errorf("amr %v, acr %v after a password", a.claims["amr"], a.claims["acr"])
	}
}

// Where no page may be shown, nobody can be sent anywhere (OIDC Core 3.1.2.6).
func TestOnlyBrowsersAreSuspended(t *testing.T) {
	i := newIDP(t, withPasswords)
	c, b := i.web(t), i.browser()
	a := c.login(b, "ada", "scope", "openid offline_access")
	i.suspendOnce(store.Step{Kind: store.StepRedirect, URL: survey})
	if no := c.refresh(a.tokens.str("refresh_token")); no.status != http.StatusForbidden || no.str("error") != "interaction_required" {
		t.Errorf("refresh: %d %v", no.status, no.body)
	}
	if no := c.password(); no.status != http.StatusForbidden || no.str("error") != "interaction_required" {
		t.Errorf("password: %d %v", no.status, no.body)
	}
	silent := c.request("prompt", "none")
	c.fails(silent, b.authorize(silent.params), "interaction_required")
}
