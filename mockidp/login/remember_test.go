package login_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.com/postlogin/mockidp/login"
	"example.com/postlogin/mockidp/store"
)

// remembered asks as the root does, with the browser's cookies.
func (b *browser) remembered(email string) bool {
	b.t.Helper()
	r := httptest.NewRequestWithContext(b.t.Context(), http.MethodGet, "/authorize", nil)
	u, _ := url.Parse(b.url + "/")
	for _, c := range b.http.Jar.Cookies(u) {
		r.AddCookie(c)
	}
	return b.login.Remembered(r, b.byEmail(email).ID)
}

// passRemembering lets user pass a second factor and ticks the box.
func (b *browser) passRemembering(email string) *answer {
	b.t.Helper()
	id := b.suspendMFA(email, store.MFAStep{Factors: []string{"push-notification"}, AllowRemember: true})
	page := b.mfa(id)
	if got := text(page.one("input", "name", "remember").Parent); got != "Remember this browser for 30 days" {
		b.t.Errorf("box is labelled %q", got)
	}
	a := b.press(page, "continue", "remember", "1")
	if answer := b.stepAnswer(id); answer["remember"] != true {
		b.t.Errorf("answer = %v, want remember", answer)
	}
	return a
}

func (b *browser) stepAnswer(id string) map[string]any {
	b.t.Helper()
	req, err := b.store.Request(b.t.Context(), id, b.now())
	b.must(err)
	return object(req.Step.Answer)
}

func cookieNamed(a *answer, name string) *http.Cookie {
	for _, c := range a.Cookies() {
		if c.Name == name {
			return c
		}
	}
	return nil
}

func TestARememberedBrowser(t *testing.T) {
	tn := newTenant(t, func(c *login.Config) { c.BasePath = "/s/otter-07" })
	b := tn.browser()
	if b.remembered(ada) {
		t.Error("remembered before anything happened")
	}
	c := cookieNamed(b.passRemembering(ada), "mockidp_mfa")
	if c == nil || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/s/otter-07/" || c.MaxAge != 30*24*3600 || len(c.Value) != 43 || c.Domain != "" {
		t.Fatalf("cookie = %v", c)
	}
	for _, a := range mustAuthenticators(tn, ada) {
		if strings.Contains(a.Secret, c.Value) {
			t.Error("the store holds the cookie's value")
		}
	}
	if !b.remembered(ada) || b.remembered(grace) || tn.browser().remembered(ada) {
		t.Errorf("remembered: ada %v, grace %v, ada elsewhere %v", b.remembered(ada), b.remembered(grace), tn.browser().remembered(ada))
	}
	// Several people may use one browser.
	if both := cookieNamed(b.passRemembering(grace), "mockidp_mfa").Value; !strings.HasSuffix(both, "."+c.Value) || strings.HasPrefix(both, c.Value) {
		t.Errorf("cookie %q, want a new secret in front of %q", both, c.Value)
	}
	if !b.remembered(ada) || !b.remembered(grace) {
		t.Errorf("after the second person: ada %v, grace %v", b.remembered(ada), b.remembered(grace))
	}
	tn.advance(30*24*time.Hour - time.Second)
	if !b.remembered(ada) {
		t.Error("forgotten before 30 days")
	}
	tn.advance(time.Second)
	if b.remembered(ada) {
		t.Error("remembered after 30 days")
	}
}

func TestWhatEndsARememberedBrowser(t *testing.T) {
	for name, end := range map[string]func(tn *tenant, u *store.User) error{
		"a changed password":                   func(tn *tenant, u *store.User) error { return tn.store.SetPasswordHash(tn.t.Context(), u.ID, "$other") },
		"the end of the user's second factors": func(tn *tenant, u *store.User) error { return tn.store.DeleteAuthenticators(tn.t.Context(), u.ID) },
	} {
		t.Run(name, func(t *testing.T) {
			tn := newTenant(t)
			b := tn.browser()
			b.passRemembering(ada)
			b.passRemembering(grace)
			tn.must(end(tn, tn.byEmail(ada)))
			if b.remembered(ada) || !b.remembered(grace) {
				t.Errorf("remembered: ada %v, grace %v; want only grace", b.remembered(ada), b.remembered(grace))
			}
		})
	}
}

func TestABrowserIsRememberedOnlyWhereTheActionAllowsIt(t *testing.T) {
	tn := newTenant(t)
	b := tn.browser()
	id := b.suspendMFA(ada, enrol("push-notification"))
	page := b.mfa(id)
	if len(page.all("input", "name", "remember")) != 0 {
		t.Error("the page offers it")
	}
	if c := cookieNamed(b.press(page, "continue", "remember", "1"), "mockidp_mfa"); c != nil || b.remembered(ada) {
		t.Errorf("cookie %v", c)
	}
	if got := b.stepAnswer(id)["remember"]; got != false {
		t.Errorf("answer says remember: %v", got)
	}
	// Allowed, but not ticked.
	id = b.suspendMFA(ada, store.MFAStep{Factors: []string{"push-notification"}, AllowRemember: true})
	b.press(b.mfa(id), "continue").wantResume(id)
	if b.remembered(ada) {
		t.Error("remembered without the tick")
	}
}

func TestABrowserWithAPlantedCookieIsNotTakenOver(t *testing.T) {
	tn := newTenant(t)
	victim, thief := tn.browser(), tn.browser()
	u, _ := url.Parse(tn.url)
	for _, b := range []*browser{victim, thief} {
		b.http.Jar.SetCookies(u, []*http.Cookie{{Name: "mockidp_mfa", Value: "known.to.the.thief.and.many.more", Path: "/"}})
	}
	c := cookieNamed(victim.passRemembering(ada), "mockidp_mfa")
	if n := strings.Count(c.Value, "."); n != 4 {
		t.Errorf("cookie %q: want the new secret and four others", c.Value)
	}
	if !victim.remembered(ada) || thief.remembered(ada) {
		t.Errorf("remembered: victim %v, thief %v", victim.remembered(ada), thief.remembered(ada))
	}
}

func TestTheTickStaysWhenTheCodeWasWrong(t *testing.T) {
	tn := newTenant(t)
	tn.otpOf(ada)
	b := tn.browser()
	id := b.suspendMFA(ada, store.MFAStep{Factors: []string{"otp"}, AllowRemember: true})
	page := b.press(b.mfa(id), "continue", "code", "000000", "remember", "1").wantStatus(http.StatusBadRequest)
	if !has(page.one("input", "name", "remember"), "checked") {
		t.Error("the tick is gone")
	}
}
