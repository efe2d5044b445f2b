package login_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"

	"example.com/postlogin/mockidp/login"
	"example.com/postlogin/mockidp/store"
)

// suspend logs user in and lets the login wait at a step, as provider does when
// the Actions ask for one. It returns the request's id.
func (b *browser) suspend(user string, step store.Step) string {
	b.t.Helper()
	id := b.start()
	b.submit(id, "login", url.Values{"user": {user}}).wantResume(id)
	b.wait(id, step)
	return id
}

// wait lets the request wait at another step.
func (b *browser) wait(id string, step store.Step) {
	b.t.Helper()
	req, err := b.store.TakeRequest(b.t.Context(), id, b.now())
	b.must(err)
	req.Step = &step
	b.must(b.store.SuspendRequest(b.t.Context(), req))
}

// suspendMFA is suspend for a second factor.
func (b *browser) suspendMFA(user string, step store.MFAStep) string {
	b.t.Helper()
	return b.suspend(user, store.Step{Kind: store.StepMFA, MFA: &step})
}

// challenge asks for one of factors.
func challenge(factors ...string) store.MFAStep { return store.MFAStep{Factors: factors} }

func enrol(factors ...string) store.MFAStep { return store.MFAStep{Factors: factors, Enroll: true} }

// mfa gets the second factor's page; pairs are further parameters.
func (b *browser) mfa(id string, pairs ...string) *answer {
	b.t.Helper()
	q := url.Values{"state": {id}}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return b.do(http.MethodGet, b.url+login.MFAPath+"?"+q.Encode(), nil)
}

// press sends the form of the page as a browser would: its fields, those in set
// instead, and the button. An unticked box is not sent.
func (b *browser) press(page *answer, action string, pairs ...string) *answer {
	b.t.Helper()
	form := url.Values{"action": {action}}
	for n := range page.one("form").Descendants() {
		name := attr(n, "name")
		switch {
		case n.Data == "input" && (attr(n, "type") != "checkbox" || has(n, "checked")):
			form.Set(name, attr(n, "value"))
		case n.Data == "textarea":
			form.Set(name, strings.TrimPrefix(raw(n), "\n"))
		}
	}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return b.do(http.MethodPost, b.url+attr(page.one("form"), "action")[len(b.cfg.BasePath):], form)
}

// raw is the text of n as it stands.
func raw(n *html.Node) string {
	var s strings.Builder
	for d := range n.Descendants() {
		s.WriteString(d.Data)
	}
	return s.String()
}

// testID returns the text of the element with the data-testid, "" when there is none.
func (a *answer) testID(id string) string {
	if found := a.all("", "data-testid", id); len(found) == 1 {
		return text(found[0])
	}
	return ""
}

// help is the code that the page tells.
func (a *answer) help() string {
	a.t.Helper()
	code := a.testID("mfa-code")
	if len(code) != 6 {
		a.t.Fatalf("status %d: the page tells the code %q, want six digits; it says %q", a.StatusCode, code, text(a.doc))
	}
	return code
}

func (a *answer) title() string { a.t.Helper(); return text(a.one("h1")) }

// wantTitle stops the test when the page is another one.
func (a *answer) wantTitle(want string) *answer {
	a.t.Helper()
	if got := a.title(); got != want {
		a.t.Fatalf("page %q, want %q; it says %q", got, want, text(a.doc))
	}
	return a
}

// wantAnswer fails the test unless the step was answered so; "" means not yet.
func (b *browser) wantAnswer(id, want string) {
	b.t.Helper()
	req, err := b.store.Request(b.t.Context(), id, b.now())
	b.must(err)
	if got := string(req.Step.Answer); got != want || req.Step.Done != (want != "") {
		b.t.Errorf("step's answer = %s, done %v; want %s", got, req.Step.Done, want)
	}
}

// wantMethods fails the test unless the session has completed these, "pwd" apart.
func (b *browser) wantMethods(want ...string) {
	b.t.Helper()
	var got []string
	for _, m := range b.session().Methods {
		if m.Name != "pwd" {
			got = append(got, m.Name+" "+m.Type)
		}
		if m.Timestamp.After(b.now()) || m.Timestamp.Before(b.now().Add(-time.Hour)) {
			b.t.Errorf("method %s was completed at %v", m.Name, m.Timestamp)
		}
	}
	if !slices.Equal(got, want) {
		b.t.Errorf("methods = %q, want %q", got, want)
	}
}

// authenticators lists the types of what the user has enrolled.
func (tn *tenant) authenticators(email string) (types []string) {
	tn.t.Helper()
	list, err := tn.store.Authenticators(tn.t.Context(), tn.byEmail(email).ID)
	tn.must(err)
	for _, a := range list {
		types = append(types, a.Type)
	}
	slices.Sort(types)
	return types
}

// has gives the user an authenticator.
func (tn *tenant) has(email string, a store.Authenticator) {
	tn.t.Helper()
	a.UserID, a.CreatedAt = tn.byEmail(email).ID, tn.now()
	tn.must(tn.store.AddAuthenticator(tn.t.Context(), &a))
}

// otpOf enrols an authenticator app for the user and returns its secret. It also
// returns the recovery code that came with it.
func (tn *tenant) otpOf(email string) (secret, recovery string) {
	tn.t.Helper()
	b := tn.browser()
	id := b.suspendMFA(email, enrol("otp"))
	page := b.mfa(id)
	secret = strings.ReplaceAll(page.testID("mfa-secret"), " ", "")
	done := b.press(page, "continue", "code", page.help()).wantStatus(http.StatusOK).wantTitle("Keep this recovery code")
	tn.advance(time.Minute) // to a code that was not used
	return secret, done.testID("recovery-code")
}

// object is a JSON object, for comparisons.
func object(doc json.RawMessage) (m map[string]any) {
	json.Unmarshal(doc, &m)
	return m
}
