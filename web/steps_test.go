package web_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"example.com/postlogin/web"
	"example.com/postlogin/web/timeline"
)

// steps returns the timeline of the login, as programs see it.
func (b *browser) steps() []timeline.Step {
	b.t.Helper()
	var me struct{ Timeline []timeline.Step }
	if err := json.Unmarshal([]byte(b.get("/api/me").body), &me); err != nil {
		b.t.Fatal(err)
	}
	return me.Timeline
}

func stepIDs(steps []timeline.Step) (ids []string) {
	for _, s := range steps {
		ids = append(ids, s.ID+" "+s.Channel)
	}
	return ids
}

func stepCalled(t *testing.T, steps []timeline.Step, id string) timeline.Step {
	t.Helper()
	i := slices.IndexFunc(steps, func(s timeline.Step) bool { return s.ID == id })
	if i < 0 {
		t.Fatalf("no step %s in %q", id, stepIDs(steps))
	}
	return steps[i]
}

// TestTimeline reads off what happened in a login, and compares it with what the
// provider saw.
func TestTimeline(t *testing.T) {
	o := newOP(t)
	a := newApp(t, o)
	b := a.browser()
	page := b.login()
	b.wantProfile(page)
	steps := b.steps()
	want := []string{"login front", "discovery back", "authorize front", "callback front", "token back", "keys back", "verify app", "userinfo back", "end front"}
	if got := stepIDs(steps); !slices.Equal(got, want) {
		t.Errorf("steps = %q, want %q", got, want)
	}
	for i, s := range steps {
		if s.N != i+1 || s.Title == "" || i > 0 && s.MS < steps[i-1].MS {
			t.Errorf("step %d = %+v", i+1, s)
		}
	}
	token := stepCalled(t, steps, "token")
	if token.Method != "POST" || token.URL != o.issuer+"oauth/token" || token.Status != 200 {
		t.Errorf("token step = %+v", token)
	}
	var sent []string
	for _, p := range token.Sent {
		sent = append(sent, p.Name)
	}
	if want := []string{"Authorization", "grant_type", "code", "redirect_uri", "code_verifier"}; !slices.Equal(sent, want) {
		t.Errorf("token request = %q, want %q", sent, want)
	}
	passed := strings.Count(b.get("/api/me").body, `"state": "pass"`)
	if text := stepCalled(t, steps, "verify").Text; passed == 0 || !strings.HasPrefix(text, fmt.Sprintf("%d checks passed,", passed)) {
		t.Errorf("%q, and the inspector has %d", text, passed)
	}
	for _, p := range stepCalled(t, steps, "authorize").Sent {
		if p.Why == "" {
			t.Errorf("the parameter %s is not explained", p.Name)
		}
		if got := o.last.Get(p.Name); p.Name != "state" && p.Name != "nonce" && got != p.Value {
			t.Errorf("%s = %q, and the provider got %q", p.Name, p.Value, got)
		}
	}
	for _, body := range []string{page.body, b.get("/api/me").body} {
		for _, secret := range o.secrets {
			// The nonce is a claim and the ID token has its own place.
			if strings.Contains(body, secret) && secret != o.last.Get("nonce") && !strings.HasPrefix(secret, "eyJ") {
				t.Errorf("the page or its twin holds the secret %q", secret)
			}
		}
	}
	// The keys are kept: a second login does not fetch them, and says so.
	b.wantProfile(b.login())
	if keys := stepCalled(t, b.steps(), "keys"); keys.Channel != timeline.Here || keys.Method != "" || o.count("/jwks.json") != 1 {
		t.Errorf("keys at the second login = %+v after %d fetches", keys, o.count("/jwks.json"))
	}
	// They survive a restart with the session.
	a.restart()
	if got := stepIDs(b.steps()); len(got) != len(want) {
		t.Errorf("steps after a restart = %q", got)
	}
}

// TestPublicClient: an app without a secret has PKCE alone to prove itself with, and says
// nothing of a secret.
func TestPublicClient(t *testing.T) {
	o := newOP(t)
	o.public = true
	a := newApp(t, o, func(c *web.Config) { c.ClientSecret = "" })
	b := a.browser()
	b.wantProfile(b.login())
	token := stepCalled(t, b.steps(), "token")
	if strings.Contains(token.Text, "secret") || !strings.Contains(token.Text, "the provider checked that the PKCE verifier fits") || slices.ContainsFunc(token.Sent, func(p timeline.Parameter) bool { return p.Name == "Authorization" }) {
		t.Errorf("token step = %+v", token)
	}
	o.public = false
	b = a.browser()
	p := b.login()
	b.wantPage(p, 502, "E-TOK-1")
	if !strings.Contains(p.body, "this app has none") || strings.Contains(p.body, "the secret that this app has") {
		t.Errorf("the page does not say that there is no secret:\n%s", p.plain())
	}
}

// TestTimelineNamesTheDialledAddress: with OIDC_CONNECT_TO the address that was
// really called stands beside the one in the request.
func TestTimelineNamesTheDialledAddress(t *testing.T) {
	o := newOP(t)
	b := newApp(t, o, func(c *web.Config) { c.ConnectTo = o.addr }).browser()
	p := b.login()
	b.wantProfile(p)
	for _, s := range b.steps() {
		if (s.ConnectedTo == o.addr) != (s.Channel == timeline.Back) {
			t.Errorf("step %s (%s) is connected to %q", s.ID, s.Channel, s.ConnectedTo)
		}
	}
	if !strings.Contains(p.body, "(connected to <code>"+o.addr) {
		t.Error("the page does not name the address")
	}
}
