package login_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"example.com/postlogin/mockidp/login"
	"example.com/postlogin/mockidp/store"
)

func TestSeveralFactors(t *testing.T) {
	tn := newTenant(t)
	tn.has(ada, store.Authenticator{Type: "phone", Target: "+12025550123"})
	tn.has(ada, store.Authenticator{Type: "otp", Secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"})
	for _, tt := range []struct {
		name  string
		step  store.MFAStep
		title string // of the first page
		ways  []string
	}{
		{"the first is asked for, the others are a click away", challenge("otp", "phone"), "Enter the 6-digit code", []string{"otp", "phone"}},
		{"the person chooses first", store.MFAStep{Choose: true, Factors: []string{"phone", "otp"}}, "How do you want to confirm that it is you?", []string{"phone", "otp"}},
		{"one alone is no choice", store.MFAStep{Choose: true, Factors: []string{"phone"}}, "Enter the 6-digit code", nil},
		{"to set up", store.MFAStep{Choose: true, Enroll: true, Factors: []string{"email", "push-notification"}}, "Choose a second factor", []string{"email", "push-notification"}},
		// Who has stolen the password may not set up a factor of their own instead.
		{"factors that are not enrolled are no way around", challenge("push-notification", "otp", "email", "webauthn-roaming"), "Enter the 6-digit code", nil},
		{"without any that is enrolled, one is set up", store.MFAStep{Choose: true, Factors: []string{"push-notification", "webauthn-platform"}}, "How do you want to confirm that it is you?", []string{"push-notification", "webauthn-platform"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := tn.browser()
			id := b.suspendMFA(ada, tt.step)
			b.mfa(id).wantStatus(http.StatusOK).wantTitle(tt.title)
			list := b.mfa(id, "factor", "choose").wantStatus(http.StatusOK)
			var ways []string
			for _, ul := range list.all("ul", "class", "ways") {
				for n := range ul.Descendants() {
					if n.Data == "a" {
						link, err := url.Parse(attr(n, "href"))
						tn.must(err)
						ways = append(ways, link.Query().Get("factor"))
						if link.Path != login.MFAPath || link.Query().Get("state") != id {
							t.Errorf("link %s", link)
						}
						b.mfa(id, "factor", link.Query().Get("factor")).wantStatus(http.StatusOK).one("input", "name", "factor")
					}
				}
			}
			if !slices.Equal(ways, tt.ways) {
				t.Errorf("offered %q, want %q", ways, tt.ways)
			}
			for _, other := range []string{"push-notification", "webauthn-roaming", "email", "recovery-code", "nonsense"} {
				if slices.Contains(tt.ways, other) {
					continue
				}
				form := url.Values{"state": {id}, "factor": {other}, "action": {"continue"}, "code": {"123456"}}
				b.do(http.MethodPost, b.url+login.MFAPath, form).wantStatus(http.StatusBadRequest)
				b.wantAnswer(id, "")
			}
		})
	}
	if got := tn.authenticators(ada); !slices.Equal(got, []string{"otp", "phone"}) {
		t.Errorf("authenticators = %q, want those from before", got)
	}
}

func TestThePageSaysWhoAsksAndForWhom(t *testing.T) {
	const evil = `"><script>alert(1)</script>`
	tn := newTenant(t)
	tn.user(storeUser("e@example.test", evil))
	b := tn.browser()
	for _, tt := range []struct{ action, want string }{
		{"require-mfa", "more than the password: require-mfa with api.authentication."},
		{evil, "more than the password: " + evil + " with api.authentication."},
		{"", "with api.multifactor.enable, which asks after all Actions have run."},
	} {
		step := enrol("phone")
		step.Action = tt.action
		page := b.mfa(b.suspendMFA("e@example.test", step))
		if got := text(page.one("details")); !strings.Contains(got, tt.want) {
			t.Errorf("details say %q, want %q in it", got, tt.want)
		}
		if got := text(page.one("p", "class", "lead")); got != "You are logging in to Demo app as e@example.test." {
			t.Errorf("lead = %q", got)
		}
		if n := len(page.all("script")); n != 0 {
			t.Errorf("%d scripts", n)
		}
	}
}
