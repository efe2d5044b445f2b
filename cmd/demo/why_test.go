package main

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/store"
)

// whyMissing has each of the twelve causes of a missing claim happen in the demo,
// and reads in the browser what the dashboard says.
func whyMissing(t *testing.T, browser context.Context) {
	const sets = `exports.onExecutePostLogin = async (event, api) => {
  api.idToken.setCustomClaim("login_count", event.stats.logins_count);
};`
	handler := func(body string) string {
		return "exports.onExecutePostLogin = async (event, api) => {\n  " + body + "\n};"
	}
	tests := []struct {
		cause  string
		claim  string
		happen func(w *workshop)
		text   []string // parts of the sentence; times are between them
	}{
		{"not-mentioned", "login_count", func(w *workshop) {},
			[]string{"No Action mentions login_count. Create one: Actions > Library."}},
		{"draft-only", "login_count", func(w *workshop) { w.draft("post-login-claims", sets) },
			[]string{"post-login-claims sets it, but was never deployed. Press Deploy."}},
		{"draft-newer", "login_count", func(w *workshop) { w.edit(w.deployed("post-login-claims", handler("")), sets) },
			[]string{"The deployed v1 does not set it; your draft does. Press Deploy."}},
		{"not-in-flow", "login_count", func(w *workshop) { w.deployed("post-login-claims", sets) },
			[]string{"post-login-claims is deployed, but not in the Login flow. Actions > Flows > Login, drag it in, Apply."}},
		{"not-applied", "login_count", func(w *workshop) {
			w.deployed("post-login-claims", sets)
			w.b.open(w.s.issuer + "dashboard/actions/flows/login")
			w.b.press(`//button[@aria-label="Add post-login-claims"]`)
			w.b.waitUntil(`performance.getEntriesByType("resource").some(e => e.name.endsWith("/pending") && e.responseEnd > 0)`)
			w.b = newTab(w.t, w.b.ctx) // the page of the flow stays open, with what was not applied
		}, []string{"You put it in the flow but did not press Apply."}},
		{"ran-before", "login_count", func(w *workshop) { w.logIn(""); w.inFlow("post-login-claims", sets) },
			[]string{"Your token is from ", ", the flow was changed at ", ". Log out and in again."}},
		{"access-token", "login_count", func(w *workshop) {
			w.inFlow("post-login-claims", strings.Replace(sets, "idToken", "accessToken", 1))
			w.logIn("London")
		}, []string{"Line 2 uses api.accessToken. The profile shows the ID token: use api.idToken."}},
		{"no-value", "last_login_city", func(w *workshop) {
			w.inFlow("post-login-claims", handler("\n  api.idToken.setCustomClaim('last_login_city', event.request.geoip.cityName);"))
			w.logIn("real address")
		}, []string{"Line 3 gave undefined: event.request.geoip.cityName is empty for ", ". Choose a place on the login page."}},
		{"reserved", "aud", func(w *workshop) {
			w.inFlow("post-login-claims", handler(`api.idToken.setCustomClaim("aud", "everybody");`))
			w.logIn("London")
		}, []string{"`aud` is a protocol claim. The real service ignores it silently; here you are told."}},
		{"failed", "login_count", func(w *workshop) {
			w.inFlow("post-login-claims", handler("const none = undefined;\n\n  api.idToken.setCustomClaim('login_count', none.plan);"))
			w.logIn("London")
		}, []string{"post-login-claims failed at line 4: Cannot read properties of undefined (reading 'plan')."}},
		{"ended-before", "login_count", func(w *workshop) {
			w.inFlow("deny-by-country", handler(`api.access.deny("Not from " + event.request.geoip.countryName + ".");`))
			w.inFlow("post-login-claims", sets)
			w.logIn("London")
		}, []string{"deny-by-country (position 1) ended the login first."}},
		{"not-reached", "login_count", func(w *workshop) {
			w.inFlow("post-login-claims", handler("if (event.client.client_id === 'demo-app') return;\n  api.idToken.setCustomClaim('login_count', 1);"))
			w.logIn("London")
		}, []string{"Line 2 returns early for client demo-app."}},
	}
	for _, tt := range tests {
		t.Run(tt.cause, func(t *testing.T) {
			w := &workshop{t: t, s: openStack(t, func(o *options) { o.seed = mockidp.SeedEmpty }), b: ownCookies(t, browser)}
			tt.happen(w)
			status := w.b.open(w.s.issuer + "dashboard/why?" + url.Values{"claim": {tt.claim}}.Encode())
			w.b.page(tt.cause, 200, status)
			got := w.b.text(`[data-testid="why"]`)
			rest := got
			for _, part := range tt.text {
				_, after, found := strings.Cut(rest, part)
				if !found {
					t.Fatalf("the answer is %q, want %q in it", got, part)
				}
				rest = after
			}
			if got := evaluate[string](w.b, `document.querySelector("[data-cause]").dataset.cause`); got != tt.cause {
				t.Errorf("cause = %q, want %q", got, tt.cause)
			}
		})
	}
}

// workshop is somebody on the way through the workshop.
type workshop struct {
	t *testing.T
	s *stack
	b *tab
}

func (w *workshop) draft(name, code string) *store.Action {
	w.t.Helper()
	a := &store.Action{Name: name, Trigger: mockidp.Trigger, Runtime: "node18", Code: code}
	must(w.t, w.s.idp.Store.CreateAction(w.t.Context(), a))
	return a
}

func (w *workshop) deployed(name, code string) *store.Action {
	w.t.Helper()
	a := w.draft(name, code)
	_, err := w.s.idp.Store.Deploy(w.t.Context(), a.ID, a.CreatedAt)
	must(w.t, err)
	return a
}

func (w *workshop) inFlow(name, code string) {
	w.t.Helper()
	must(w.t, w.s.idp.Store.BindLast(w.t.Context(), w.deployed(name, code).ID))
}

func (w *workshop) edit(a *store.Action, code string) {
	w.t.Helper()
	must(w.t, w.s.idp.Store.SaveDraft(w.t.Context(), a.ID, code, a.UpdatedAt))
}

func (w *workshop) logIn(city string) {
	w.t.Helper()
	w.b.open(w.s.appURL + "/login")
	w.b.logIn(city)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
