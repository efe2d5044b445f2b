package login_test

import (
	"net/http"
	"net/url"
	"testing"

	"example.com/postlogin/mockidp/login"
)

// A refused form leaves the browser at an address with the login in it.
func TestTheAddressOfARefusedFormOpensThePageAgain(t *testing.T) {
	for _, base := range []string{"", "/s/otter-07"} {
		for name, tt := range map[string]struct {
			open   func(b *browser) *answer
			refuse []string // what is wrong in the form
			title  string
		}{
			"login":   {func(b *browser) *answer { return b.open(b.start()) }, []string{"action", "login", "user", ada, "password", "wrong"}, "Log in to Demo app"},
			"blocked": {func(b *browser) *answer { return b.open(b.start()) }, []string{"action", "login", "user", bob, "password", "workshop"}, "Log in to Demo app"},
			"second factor, chosen of two": {func(b *browser) *answer { return b.mfa(b.suspendMFA(ada, enrol("otp", "email")), "factor", "otp") },
				[]string{"action", "continue", "code", "000"}, "Set up an authenticator app"},
			"form": {func(b *browser) *answer { return b.form(b.suspendForm(`{"age":42}`, "")) }, []string{"action", "continue", "field.age", "many"}, "Form ap_company"},
		} {
			t.Run(name+base, func(t *testing.T) {
				b := newTenant(t, func(c *login.Config) { c.BasePath = base }).browser()
				page := tt.open(b).wantStatus(http.StatusOK).wantTitle(tt.title)
				action, err := url.Parse(attr(page.one("form"), "action"))
				b.must(err)
				refused := b.press(page, "", tt.refuse...)
				if refused.StatusCode < 400 || refused.StatusCode >= 500 {
					t.Fatalf("status %d, want a refusal", refused.StatusCode)
				}
				if got := refused.Request.URL.RequestURI(); got != action.String() {
					t.Errorf("the browser stands at %q, want %q", got, action)
				}
				b.again(refused).wantStatus(http.StatusOK).wantTitle(tt.title)
			})
		}
	}
}
