package login_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/postlogin/mockidp/login"
	"example.com/postlogin/mockidp/store"
)

func TestWrongCodesAreNamed(t *testing.T) {
	tn := newTenant(t)
	tn.otpOf(ada)
	b := tn.browser()
	id := b.suspendMFA(ada, challenge("otp"))
	for _, tt := range []struct{ code, want string }{
		{"", "Type the code."},
		{"12345", "A code has 6 digits."},
		{"1234567", "A code has 6 digits."},
		{"12345x", "A code has 6 digits."},
		{"１２３４５６", "A code has 6 digits."}, // full-width digits
		{strings.Repeat("1", 10000), "A code has 6 digits."},
		{"000000", "Wrong code. Type the one that your app shows right now."},
	} {
		page := b.press(b.mfa(id), "continue", "code", tt.code).wantStatus(http.StatusBadRequest)
		page.wantText("code-error", tt.want)
		field := page.one("", "autofocus", "")
		if attr(field, "name") != "code" || attr(field, "aria-invalid") != "true" || !strings.HasPrefix(attr(field, "aria-describedby"), "code-error ") || attr(field, "value") != "" {
			t.Errorf("field of a wrong code: %v", field.Attr)
		}
	}
	b.wantAnswer(id, "")
	b.wantMethods()
}

func TestAfterFiveWrongCodesOneHasToWaitAndAfterTenTheLoginEnds(t *testing.T) {
	tn := newTenant(t)
	tn.otpOf(ada)
	b := tn.browser()
	id := b.suspendMFA(ada, challenge("otp"))
	page := b.mfa(id)
	try := func(code string) *answer { return b.press(page, "continue", "code", code) }
	for range 5 {
		try("000000").wantStatus(http.StatusBadRequest)
	}
	for i := range 4 {
		wait := time.Second << i
		// The right code waits, too; and a login begun anew does not help.
		other := tn.browser()
		again := other.mfa(other.suspendMFA(ada, challenge("otp")))
		for _, a := range []*answer{try(page.help()), other.press(again, "continue", "code", again.help())} {
			a.wantStatus(http.StatusTooManyRequests)
			if got, want := a.Header.Get("Retry-After"), fmt.Sprint(int(wait.Seconds())); got != want {
				t.Errorf("delay %d: Retry-After %q, want %q", i, got, want)
			}
		}
		tn.advance(wait)
		try("000000").wantStatus(http.StatusBadRequest)
	}
	tn.advance(16 * time.Second)
	try("000000").wantResume(id)
	b.wantAnswer(id, `{"cancelled":true,"reason":"too many wrong codes"}`)
	b.wantMethods()
	try(page.help()).wantResume(id)
	b.wantMethods()
}

func TestTheDelayOfCodesIsForTheAccountAndForTheRealPeer(t *testing.T) {
	var peer atomic.Value
	peer.Store(netip.MustParseAddr("10.0.0.1"))
	tn := newTenant(t, func(c *login.Config) { c.ClientIP = func(*http.Request) netip.Addr { return peer.Load().(netip.Addr) } })
	for _, email := range []string{ada, grace} {
		tn.has(email, store.Authenticator{Type: "phone", Target: "+12025550123"})
	}
	b := tn.browser()
	adas, graces := b.suspendMFA(ada, challenge("phone")), b.suspendMFA(grace, challenge("phone"))
	try := func(id string) *answer {
		page := b.mfa(id)
		return b.press(page, "continue", "code", otherThan(page.help()))
	}
	for range 5 {
		try(adas).wantStatus(http.StatusBadRequest)
	}
	try(graces).wantStatus(http.StatusTooManyRequests) // same peer
	peer.Store(netip.MustParseAddr("10.0.0.2"))
	try(adas).wantStatus(http.StatusTooManyRequests)                                  // same account
	try(b.suspendMFA(ada, challenge("phone"))).wantStatus(http.StatusTooManyRequests) // also in another login
	page := b.mfa(graces)
	b.press(page, "continue", "code", page.help()).wantResume(graces)
}

// otherThan is a wrong code.
func otherThan(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

func TestCancelAtTheSecondFactor(t *testing.T) {
	b := newTenant(t).browser()
	id := b.suspendMFA(ada, store.MFAStep{Choose: true, Enroll: true, Factors: []string{"otp", "phone"}})
	b.press(b.mfa(id), "cancel").wantResume(id)
	b.wantAnswer(id, `{"cancelled":true}`)
	b.wantMethods()
	if got := b.authenticators(ada); len(got) != 0 {
		t.Errorf("authenticators = %q, want none", got)
	}
}

func TestOfManyPostsOfOneCodeOneCounts(t *testing.T) {
	tn := newTenant(t)
	tn.addVera()
	b := tn.browser()
	id := b.suspendMFA(vera, challenge("email"))
	page := b.mfa(id)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { b.press(page, "continue", "code", page.help()).wantResume(id) })
	}
	all.Wait()
	b.wantAnswer(id, `{"method":"email","enrolled":false,"remember":false}`)
	b.wantMethods("mfa email")
}

func TestOfManyGuessesAtOnceFiveAreChecked(t *testing.T) {
	tn := newTenant(t)
	tn.has(ada, store.Authenticator{Type: "phone", Target: "+12025550123"})
	var checked atomic.Int64
	var all sync.WaitGroup
	begin := make(chan struct{})
	for range 12 {
		b := tn.browser()
		page := b.mfa(b.suspendMFA(ada, challenge("phone")))
		for range 2 {
			all.Go(func() {
				<-begin
				if b.press(page, "continue", "code", otherThan(page.help())).StatusCode == http.StatusBadRequest {
					checked.Add(1)
				}
			})
		}
	}
	close(begin)
	all.Wait()
	if n := checked.Load(); n != 5 {
		t.Errorf("%d of 24 guesses were checked, want 5", n)
	}
}

// Every step after the password needs the cookie of the browser that began the
// login (RFC 9700 section 4.7), and its request to wait for that very step.
func TestStepsThatCanNotGoOn(t *testing.T) {
	tn := newTenant(t)
	tn.addVera()
	good := tn.browser()
	mfa := store.Step{Kind: store.StepMFA, MFA: &store.MFAStep{Factors: []string{"email"}}}
	form := store.Step{Kind: store.StepForm, Form: &store.FormStep{ID: "ap_1"}}
	open, atForm, away, plain, used := good.suspend(vera, mfa), good.suspend(vera, form), good.suspend(vera, store.Step{Kind: store.StepRedirect, URL: "http://localhost/"}), good.start(), good.suspend(vera, mfa)
	good.press(good.mfa(used), "cancel").wantResume(used)
	_, err := tn.store.TakeRequest(t.Context(), used, tn.now())
	tn.must(err)
	for _, tt := range []struct {
		name, path, state string
		b                 *browser
		status            int
		title             string // "": back to the dispatcher
	}{
		{"without a transaction", login.MFAPath, "", good, 400, "There is nothing to log in to"},
		{"an unknown transaction", login.MFAPath, "nonsense", good, 410, "This login is over"},
		{"one that was answered", login.FormPath, used, good, 410, "This login is over"},
		{"one of another browser", login.MFAPath, open, tn.browser(), 403, "This login was not started in this browser"},
		{"a form of another browser", login.FormPath, atForm, tn.browser(), 403, "This login was not started in this browser"},
		{"a login that waits for a form", login.MFAPath, atForm, good, 303, ""},
		{"a login that waits for a factor", login.FormPath, open, good, 303, ""},
		{"a login that waits for another site", login.MFAPath, away, good, 303, ""},
		{"a login that waits for the password", login.MFAPath, plain, good, 303, ""},
		{"the login page of a login that waits", login.Path, open, good, 303, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, action := range []string{"GET", "continue", "send", "cancel", "login"} {
				fields := url.Values{"state": {tt.state}, "action": {action}, "factor": {"email"}, "code": {"123456"}, "user": {ada}, "password": {password}}
				method, target := http.MethodPost, tt.b.url+tt.path
				if action == "GET" {
					method, target, fields = http.MethodGet, target+"?state="+tt.state, nil
				}
				a := tt.b.do(method, target, fields)
				if tt.title == "" {
					a.wantResume(tt.state)
					continue
				}
				a.wantStatus(tt.status)
				a.wantTitle(tt.title)
			}
		})
	}
	good.wantAnswer(open, "")
	good.wantAnswer(atForm, "")
	if n := tn.count(ada); n != 0 {
		t.Errorf("%d logins of somebody else in the middle of a login", n)
	}
	tn.advance(10 * time.Minute)
	good.mfa(open).wantStatus(http.StatusGone).wantTitle("This login is over")
}

func TestASessionThatEndedMeanwhileEndsTheStep(t *testing.T) {
	tn := newTenant(t)
	b := tn.browser()
	id := b.suspendMFA(ada, enrol("push-notification"))
	page := b.mfa(id)
	tn.must(tn.store.EndSession(t.Context(), b.session().ID))
	for _, a := range []*answer{b.mfa(id), b.press(page, "continue")} {
		a.wantStatus(http.StatusGone).wantTitle("This login is over")
	}
	b.wantAnswer(id, "")
	if got := tn.authenticators(ada); len(got) != 0 {
		t.Errorf("authenticators = %q, want none", got)
	}
}

func TestALoginWithoutItsOwnSessionAnswersFromTheBrowsers(t *testing.T) {
	tn := newTenant(t)
	b := tn.browser()
	b.submit(b.start(), "login", nil).wantStatus(http.StatusSeeOther)
	id := b.start() // single sign-on: no login page has answered it
	step := enrol("push-notification")
	b.wait(id, store.Step{Kind: store.StepMFA, MFA: &step})
	b.open(id).wantResume(id) // not the login page
	b.press(b.mfa(id).wantTitle("Set up push notifications"), "continue").wantStatus(http.StatusOK)
	b.wantMethods("mfa push-notification")

	stranger := tn.browser()
	id = stranger.start()
	stranger.wait(id, store.Step{Kind: store.StepMFA, MFA: &step})
	stranger.mfa(id).wantStatus(http.StatusGone)
}

func TestStepsOfOurOwnMakingThatAreNone(t *testing.T) {
	var log bytes.Buffer
	b := newTenant(t, func(c *login.Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) }).browser()
	for _, tt := range []struct {
		step store.Step
		path string
		want string
	}{
		{store.Step{Kind: store.StepMFA}, login.MFAPath, "names no factor"},
		{store.Step{Kind: store.StepMFA, MFA: &store.MFAStep{}}, login.MFAPath, "names no factor"},
		{store.Step{Kind: store.StepMFA, MFA: &store.MFAStep{Factors: []string{"otp", "pigeon"}}}, login.MFAPath, "unknown factor"},
		{store.Step{Kind: store.StepForm}, login.FormPath, "has no form"},
		{store.Step{Kind: store.StepForm, Form: &store.FormStep{Fields: []byte(`[1]`)}}, login.FormPath, "fields of a form"},
	} {
		id := b.suspend(ada, tt.step)
		b.do(http.MethodGet, b.url+tt.path+"?state="+id, nil).wantStatus(http.StatusInternalServerError)
		if !strings.Contains(log.String(), tt.want) {
			t.Errorf("the log does not say %q: %s", tt.want, log.String())
		}
	}
}

func TestStepFormsThatAreNone(t *testing.T) {
	tn := newTenant(t)
	b := tn.browser()
	id := b.suspendMFA(ada, enrol("otp"))
	form := b.suspend(ada, store.Step{Kind: store.StepForm, Form: &store.FormStep{ID: "ap_1"}})
	for _, tt := range []struct {
		name   string
		answer *answer
		status int
	}{
		{"a form of 1 MB", b.do(http.MethodPost, b.url+login.FormPath, url.Values{"state": {form}, "more": {strings.Repeat("x", 1<<20)}}), http.StatusRequestEntityTooLarge},
		{"a damaged form", b.do(http.MethodPost, b.url+login.MFAPath+"?%zz", url.Values{"state": {id}}), http.StatusBadRequest},
		{"an unknown action", b.do(http.MethodPost, b.url+login.MFAPath, url.Values{"state": {id}, "factor": {"otp"}, "action": {"skip"}}), http.StatusBadRequest},
		{"an unknown action of a form", b.do(http.MethodPost, b.url+login.FormPath, url.Values{"state": {form}, "action": {"skip"}}), http.StatusBadRequest},
		{"a code that can't be sent", b.do(http.MethodPost, b.url+login.MFAPath, url.Values{"state": {id}, "factor": {"otp"}, "action": {"send"}}), http.StatusBadRequest},
		{"another method", b.do(http.MethodDelete, b.url+login.MFAPath, nil), http.StatusMethodNotAllowed},
		{"another method of the form", b.do(http.MethodPut, b.url+login.FormPath, nil), http.StatusMethodNotAllowed},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.answer.wantStatus(tt.status).one("h1") })
	}
	b.wantAnswer(id, "")
	b.wantAnswer(form, "")
}

func TestOfWhatPeopleTypeTheLogHoldsOnlyCodesThatWereSent(t *testing.T) {
	var log bytes.Buffer
	tn := newTenant(t, func(c *login.Config) {
		c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	secret, recovery := tn.otpOf(ada)
	b := tn.browser()
	id := b.suspendMFA(ada, store.MFAStep{Factors: []string{"otp", "recovery-code"}, AllowRemember: true})
	b.press(b.mfa(id), "continue", "code", "135791").wantStatus(http.StatusBadRequest)
	done := b.press(b.mfa(id, "factor", "recovery-code"), "continue", "code", recovery, "remember", "1").wantStatus(http.StatusOK)
	if !strings.Contains(log.String(), "wrong code") {
		t.Errorf("the wrong code is not in the log: %s", log.String())
	}
	secrets := []string{secret, recovery, strings.ReplaceAll(recovery, " ", ""), done.testID("recovery-code"), "135791"}
	for _, c := range done.Cookies() {
		secrets = append(secrets, c.Value)
	}
	for _, secret := range secrets {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, log.String())
		}
	}
}
