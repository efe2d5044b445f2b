package login_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pquerna/otp/totp"

	"example.com/postlogin/mockidp/login"
	"example.com/postlogin/mockidp/store"
)

func TestAnAuthenticatorAppIsSetUpByTheFirstLoginThatAsksForIt(t *testing.T) {
	tn := newTenant(t)
	b := tn.browser()
	id := b.suspendMFA(ada, enrol("otp"))
	page := b.mfa(id).wantStatus(http.StatusOK).wantTitle("Set up an authenticator app")
	if len(page.all("svg", "role", "img")) != 1 {
		t.Error("the page shows no QR code")
	}
	secret := strings.ReplaceAll(page.testID("mfa-secret"), " ", "")
	if len(secret) != 32 || b.mfa(id).testID("mfa-secret") != page.testID("mfa-secret") {
		t.Errorf("secret %q, and %q when loaded again; want the same 160 bits", secret, b.mfa(id).testID("mfa-secret"))
	}
	// Another implementation makes the same code of it.
	code, err := totp.GenerateCode(secret, tn.now())
	tn.must(err)
	if got := page.help(); got != code {
		t.Errorf("the page tells %s, an app would show %s", got, code)
	}
	done := b.press(page, "continue", "code", code[:3]+" "+code[3:]).wantStatus(http.StatusOK).wantTitle("Keep this recovery code")
	if got := attr(done.all("a", "class", "btn pri")[0], "href"); got != "/authorize/resume?state="+id {
		t.Errorf("the way on is %q", got)
	}
	b.wantAnswer(id, `{"method":"otp","enrolled":true,"remember":false}`)
	b.wantMethods("mfa otp")
	if got := tn.authenticators(ada); !slices.Equal(got, []string{"otp", "recovery-code"}) {
		t.Errorf("authenticators = %q", got)
	}
	// The code of the set-up does not work in the next login, too.
	again := tn.browser()
	next := again.suspendMFA(ada, challenge("otp"))
	again.press(again.mfa(next), "continue", "code", code).wantStatus(http.StatusBadRequest)
	// The recovery code is shown once: a reload of the page posts again and is led on.
	b.press(page, "continue", "code", code).wantResume(id)
	b.mfa(id).wantResume(id)
	for _, a := range mustAuthenticators(tn, ada) {
		if code := strings.ReplaceAll(done.testID("recovery-code"), " ", ""); len(code) != 24 || strings.Contains(a.Secret, code) {
			t.Errorf("recovery code %q, kept as %q: want 24 characters and only their hash kept", code, a.Secret)
		}
	}
}

func mustAuthenticators(tn *tenant, email string) []*store.Authenticator {
	tn.t.Helper()
	list, err := tn.store.Authenticators(tn.t.Context(), tn.byEmail(email).ID)
	tn.must(err)
	return list
}

func TestEachCodeOfAnAppWorksOnce(t *testing.T) {
	tn := newTenant(t)
	secret, _ := tn.otpOf(ada)
	code, err := totp.GenerateCode(secret, tn.now())
	tn.must(err)

	first, second := tn.browser(), tn.browser()
	id := first.suspendMFA(ada, challenge("otp"))
	page := first.mfa(id).wantTitle("Enter the 6-digit code")
	if page.testID("mfa-secret") != "" || len(page.all("svg")) != 0 {
		t.Error("the challenge shows the secret")
	}
	first.press(page, "continue", "code", code).wantResume(id)
	first.wantAnswer(id, `{"method":"otp","enrolled":false,"remember":false}`)
	first.wantMethods("mfa otp")

	// Who looked over the shoulder has the password and the code, but comes second.
	id = second.suspendMFA(ada, challenge("otp"))
	page = second.mfa(id)
	again := second.press(page, "continue", "code", code).wantStatus(http.StatusBadRequest)
	again.wantText("code-error", "This code was used already. Wait until your app shows the next one.")
	second.wantAnswer(id, "")
	second.wantMethods()
	// The page helps with a code that was not used, also within the same half minute.
	if page.help() == code {
		t.Error("the page tells the code that was used")
	}
	second.press(page, "continue", "code", page.help()).wantResume(id)
	third := tn.browser()
	page = third.mfa(third.suspendMFA(ada, challenge("otp")))
	if got := page.byID("mfa-help"); !strings.Contains(got, "The next one comes in 30 seconds") {
		t.Errorf("with all codes used the page says %q", got)
	}
}

func TestACodeThatIsSent(t *testing.T) {
	for _, tt := range []struct{ name, factor, to, note string }{
		{"by email, to the verified address", "email", vera, "This mock sends no mail: the code is "},
		{"to the phone that was set up", "phone", "+12025550123", "This mock sends no messages: the code is "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			tn := newTenant(t, func(c *login.Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
			tn.addVera()
			tn.has(vera, store.Authenticator{Type: "phone", Target: "+12025550123"})
			b := tn.browser()
			id := b.suspendMFA(vera, challenge(tt.factor))
			page := b.mfa(id).wantTitle("Enter the 6-digit code")
			page.wantText("mfa-text", "A code was sent to "+tt.to+".")
			page.wantText("mfa-help", tt.note+page.help()+".")
			if !strings.Contains(log.String(), "code="+page.help()) || !strings.Contains(log.String(), "to="+tt.to) {
				t.Errorf("the code is not in the log: %s", log.String())
			}
			if again := b.mfa(id); again.help() != page.help() {
				t.Error("loading the page again sends another code")
			}
			// A new code makes the old one worthless.
			fresh := b.press(page, "send").wantStatus(http.StatusOK)
			wrong := b.press(page, "continue", "code", page.help()).wantStatus(http.StatusBadRequest)
			wrong.wantText("code-error", "Wrong code. Type the digits of the newest message.")
			b.press(page, "continue", "code", fresh.help()).wantResume(id)
			b.wantAnswer(id, `{"method":"`+tt.factor+`","enrolled":false,"remember":false}`)
			b.wantMethods("mfa " + tt.factor)
			// And it does not open the next step of the same login.
			b.wait(id, store.Step{Kind: store.StepMFA, MFA: &store.MFAStep{Factors: []string{tt.factor}}})
			b.press(page, "continue", "code", fresh.help()).wantStatus(http.StatusBadRequest)
			b.wantAnswer(id, "")
		})
	}
}

// vera has a verified email address.
const vera = "vera@example.test"

func (tn *tenant) addVera() {
	tn.t.Helper()
	tn.user(store.User{Email: vera, Name: "Vera Verified", EmailVerified: true})
}

func TestAnAddressForCodesIsSetUpByACode(t *testing.T) {
	for _, tt := range []struct{ factor, wrong, complaint, right, target, label string }{
		{"phone", "555", "Write the number with a plus sign and its country code, such as +1 202 555 0123.", "+1 (202) 555-0123", "+12025550123", "Phone number"},
		{"email", "ada", "Write an email address, such as ada@example.test.", "ada@elsewhere.test", "ada@elsewhere.test", "Email address"},
	} {
		t.Run(tt.factor, func(t *testing.T) {
			tn := newTenant(t)
			b := tn.browser()
			id := b.suspendMFA(ada, enrol(tt.factor))
			page := b.mfa(id)
			if got := text(page.one("label", "for", "target")); got != tt.label {
				t.Errorf("label = %q", got)
			}
			b.press(page, "send", "target", tt.wrong).wantStatus(http.StatusBadRequest).wantText("target-error", tt.complaint)
			page = b.press(page, "send", "target", tt.right).wantStatus(http.StatusOK)
			page.wantText("mfa-text", "A code was sent to "+tt.target+".")
			// A slip: the address can be changed, and a new code sent.
			if got := attr(b.mfa(id, "factor", tt.factor, "again", "1").one("input", "name", "target"), "value"); got != tt.target {
				t.Errorf("the field to change the address holds %q", got)
			}
			page = b.press(page, "send").wantStatus(http.StatusOK)
			b.press(page, "continue", "code", page.help()).wantStatus(http.StatusOK).wantTitle("Keep this recovery code")
			b.wantAnswer(id, `{"method":"`+tt.factor+`","enrolled":true,"remember":false}`)
			got := mustAuthenticators(tn, ada)
			i := slices.IndexFunc(got, func(a *store.Authenticator) bool { return a.Type == tt.factor })
			if i < 0 || got[i].Target != tt.target {
				t.Errorf("enrolled %+v", got)
			}
		})
	}
}

func TestARecoveryCodeWorksOnceAndIsReplaced(t *testing.T) {
	tn := newTenant(t)
	_, code := tn.otpOf(ada)
	b := tn.browser()
	id := b.suspendMFA(ada, challenge("otp", "recovery-code"))
	page := b.mfa(id, "factor", "recovery-code").wantTitle("Enter your recovery code")
	b.press(page, "continue", "code", strings.Repeat("A", 24)).wantStatus(http.StatusBadRequest).
		wantText("code-error", "Wrong recovery code. Each works once; type the newest that you kept.")
	done := b.press(page, "continue", "code", strings.ToLower(code)).wantStatus(http.StatusOK).wantTitle("Keep this recovery code")
	fresh := done.testID("recovery-code")
	b.wantAnswer(id, `{"method":"recovery-code","enrolled":false,"remember":false}`)
	b.wantMethods("mfa recovery-code")

	id = b.suspendMFA(ada, challenge("recovery-code"))
	b.press(page, "continue", "state", id, "code", code).wantStatus(http.StatusBadRequest)
	if next := b.press(page, "continue", "state", id, "code", fresh).wantStatus(http.StatusOK).testID("recovery-code"); next == fresh || next == code {
		t.Error("the recovery code was not replaced")
	}
}

func TestWhoHasOnlyAUsedRecoveryCodeGetsANewOne(t *testing.T) {
	tn := newTenant(t)
	tn.has(ada, store.Authenticator{Type: "recovery-code", Secret: "used", LastStep: 1})
	b := tn.browser()
	b.press(b.mfa(b.suspendMFA(ada, enrol("push-notification"))), "continue").wantStatus(http.StatusOK).wantTitle("Keep this recovery code")
	// With one that can be used, a further factor brings none.
	id := b.suspendMFA(ada, enrol("webauthn-roaming"))
	b.press(b.mfa(id), "continue").wantResume(id)
}

func TestOfManyLoginsWithOneRecoveryCodeOnePasses(t *testing.T) {
	tn := newTenant(t)
	_, code := tn.otpOf(ada)
	passed := make([]bool, 4) // a fifth would meet the delay after failures
	var all sync.WaitGroup
	for i := range passed {
		b := tn.browser()
		id := b.suspendMFA(ada, challenge("recovery-code"))
		all.Go(func() {
			form := url.Values{"state": {id}, "factor": {"recovery-code"}, "action": {"continue"}, "code": {code}}
			passed[i] = b.do(http.MethodPost, b.url+login.MFAPath, form).StatusCode == http.StatusOK
		})
	}
	all.Wait()
	if n := len(slices.DeleteFunc(passed, func(p bool) bool { return !p })); n != 1 {
		t.Errorf("%d logins passed with one recovery code, want 1", n)
	}
}

func TestARecoveryCodeCanBeEnrolledAlone(t *testing.T) {
	tn := newTenant(t)
	b := tn.browser()
	id := b.suspendMFA(ada, enrol("recovery-code"))
	page := b.mfa(id).wantTitle("Keep this recovery code")
	code := page.testID("recovery-code")
	b.wantAnswer(id, "")
	b.press(page, "continue").wantResume(id)
	b.wantAnswer(id, `{"method":"recovery-code","enrolled":true,"remember":false}`)
	id = b.suspendMFA(ada, challenge("recovery-code"))
	b.press(b.mfa(id), "continue", "code", code).wantStatus(http.StatusOK)
}

func TestPretendDevices(t *testing.T) {
	for factor, want := range map[string]string{
		"push-notification": "Approve the push notification", "webauthn-roaming": "Use your security key", "webauthn-platform": "Unlock with this device",
	} {
		t.Run(factor, func(t *testing.T) {
			tn := newTenant(t)
			b := tn.browser()
			id := b.suspendMFA(ada, enrol(factor))
			page := b.mfa(id)
			if got := text(page.all("button")[0]); got != "Set up this pretend device" {
				t.Errorf("button %q", got)
			}
			b.press(page, "continue").wantStatus(http.StatusOK).wantTitle("Keep this recovery code")
			id = b.suspendMFA(ada, challenge(factor))
			page = b.mfa(id).wantTitle(want)
			if got := text(page.all("button")[0]); got != "Approve on this pretend device" {
				t.Errorf("button %q", got)
			}
			if !strings.Contains(text(page.one("main")), "This mock has no devices. Its button only pretends") {
				t.Errorf("the page does not say that it pretends: %q", text(page.one("main")))
			}
			b.press(page, "continue").wantResume(id)
			b.wantAnswer(id, `{"method":"`+factor+`","enrolled":false,"remember":false}`)
			b.wantMethods("mfa " + factor)
		})
	}
}
