package login_test

import (
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/postlogin/mockidp/login"
	"example.com/postlogin/mockidp/store"
)

func TestALoginAsThePageStandsCountsOneAndLeadsBack(t *testing.T) {
	tn := newTenant(t)
	b := tn.browser()
	id := b.start()
	a := b.submit(id, "login", nil)
	a.wantResume(id)

	if got := tn.count(ada); got != 1 {
		t.Errorf("logins = %d, want 1", got)
	}
	l := tn.lastLogin(ada)
	if l.N != 1 || l.IP != netip.MustParseAddr("192.0.2.1") || !l.Simulated || l.Place.City != "Accra" || l.UserAgent != "test browser" || l.ClientID != "demo-app" || l.Blocked {
		t.Errorf("history has %+v", l)
	}
	s := b.session()
	if s == nil {
		t.Fatal("the browser has no session")
	}
	if s.UserID != tn.byEmail(ada).ID || !s.AuthTime.Equal(tn.now()) || s.IP != l.IP || !s.Simulated || len(s.Methods) != 1 || s.Methods[0].Name != "pwd" {
		t.Errorf("session = %+v", s)
	}
	req, err := tn.store.Request(t.Context(), id, tn.now())
	tn.must(err)
	if req.LoginID != l.ID || req.SessionID != s.ID {
		t.Errorf("request is answered by login %q and session %q, want %q and %q", req.LoginID, req.SessionID, l.ID, s.ID)
	}
}

func TestTheSecondLoginCountsTwoInTheSameSession(t *testing.T) {
	tn := newTenant(t)
	b := tn.browser()
	b.submit(b.start(), "login", nil).wantStatus(http.StatusSeeOther)
	first := b.session()
	tn.advance(time.Minute)
	b.submit(b.start(), "login", nil).wantStatus(http.StatusSeeOther)
	second := b.session()
	if got := tn.count(ada); got != 2 {
		t.Errorf("logins = %d, want 2", got)
	}
	if first.ID != second.ID || first.Hash == second.Hash || !second.CreatedAt.Equal(first.CreatedAt) || !second.AuthTime.Equal(tn.now()) {
		t.Errorf("sessions %+v and %+v: want one, with another secret and the time of the second login", first, second)
	}
	if _, err := tn.store.SessionByHash(t.Context(), first.Hash, tn.now()); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the first secret still opens the session: %v", err)
	}
	b.submit(b.start(), "login", url.Values{"user": {grace}}).wantStatus(http.StatusSeeOther)
	if third := b.session(); third.ID == second.ID || third.UserID == second.UserID {
		t.Errorf("grace is in ada's session: %+v", third)
	}
}

func TestSessionCookie(t *testing.T) {
	for _, tt := range []struct {
		name, base string
		secure     bool
	}{
		{"on plain http it is not Secure", "", false},
		{"on https it is Secure", "", true},
		{"under a path it stays under the path", "/s/otter-07", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newTenant(t, func(c *login.Config) { c.BasePath, c.Secure = tt.base, tt.secure }).browser()
			id := b.start()
			a := b.submit(id, "login", nil)
			a.wantResume(id)
			if loc := a.Header.Get("Location"); !strings.HasPrefix(loc, tt.base+"/authorize/resume") {
				t.Errorf("Location = %q, want it under %q", loc, tt.base)
			}
			for _, c := range a.Cookies() {
				if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != tt.base+"/" || c.Domain != "" || c.Secure != tt.secure {
					t.Errorf("Set-Cookie: %s", c.Raw)
				}
				if c.Name == login.SessionCookie && len(c.Value) < 43 {
					t.Errorf("session cookie has %d characters, want 256 bits", len(c.Value))
				}
			}
			if len(a.Cookies()) != 2 {
				t.Errorf("%d cookies, want the session and the location", len(a.Cookies()))
			}
		})
	}
}

func TestTypedEmailAddressLogsIn(t *testing.T) {
	b := newTenant(t).browser()
	id := b.start()
	b.submit(id, "login", url.Values{"user": {""}, "email": {"  Grace@Example.test "}}).wantResume(id)
	if got := b.count(grace); got != 1 {
		t.Errorf("logins of grace = %d, want 1", got)
	}
}

func TestAPickedUserWinsOverATypedAddress(t *testing.T) {
	// The field of the typed address is out of sight then, but may still hold something.
	b := newTenant(t).browser()
	id := b.start()
	b.submit(id, "login", url.Values{"user": {grace}, "email": {ada}}).wantResume(id)
	if got := b.count(grace); got != 1 {
		t.Errorf("logins of grace = %d, want 1", got)
	}
}

func TestBlockedAccountIsCountedAndGetsNoSession(t *testing.T) {
	tn := newTenant(t)
	b := tn.browser()
	id := b.start()
	a := b.submit(id, "login", url.Values{"user": {bob}}).wantStatus(http.StatusForbidden)
	if note := a.byID("blocked"); !strings.HasPrefix(note, "This account is blocked.") {
		t.Errorf("note = %q", note)
	}
	back := a.one("button", "value", "blocked")
	if got := text(back); got != "Back to Demo app" || !has(back, "autofocus") {
		t.Errorf("button %q, autofocus %v", got, has(back, "autofocus"))
	}
	if b.session() != nil {
		t.Error("the browser has a session")
	}
	if l := tn.lastLogin(bob); l.N != 1 || !l.Blocked {
		t.Errorf("history has %+v, want a blocked first login", l)
	}
	b.submit(id, "blocked", nil).wantResume(id)
	wantRefused(t, tn, id, "unauthorized", "user is blocked")
}

func TestAfterABlockedAccountSomebodyElseMayLogIn(t *testing.T) {
	b := newTenant(t).browser()
	id := b.start()
	b.submit(id, "login", url.Values{"user": {bob}}).wantStatus(http.StatusForbidden)
	b.submit(id, "login", url.Values{"user": {ada}}).wantResume(id)
	if b.session() == nil {
		t.Error("ada has no session")
	}
}

func TestABlockedAccountNeedsTheRightPasswordToo(t *testing.T) {
	b := newTenant(t).browser()
	a := b.submit(b.start(), "login", url.Values{"user": {bob}, "password": {"wrong"}}).wantStatus(http.StatusBadRequest)
	if a.byID("blocked") != "" || b.count(bob) != 0 {
		t.Errorf("blocked note %q, logins %d: a wrong password may not learn that", a.byID("blocked"), b.count(bob))
	}
}

// TestCancelThatComesTooLate: the login was first, so nobody was told of a cancel, and
// the log does not speak of one.
func TestCancelThatComesTooLate(t *testing.T) {
	tn := newTenant(t)
	b := tn.browser()
	id := b.start()
	b.submit(id, "login", url.Values{"user": {ada}}).wantResume(id)
	b.post(url.Values{"state": {id}, "action": {"cancel"}}).wantStatus(http.StatusGone)
	if list, err := tn.store.FailuresAfter(t.Context(), 0); err != nil || len(list) != 0 {
		t.Errorf("failed logins %v, error %v, want none", list, err)
	}
}

func TestCancelTellsTheApp(t *testing.T) {
	tn := newTenant(t)
	b := tn.browser()
	id := b.start()
	// Cancel works with an empty form: nothing in it is checked.
	b.submit(id, "cancel", url.Values{"user": {""}, "password": {""}, "ip": {"nonsense"}}).wantResume(id)
	wantRefused(t, tn, id, "access_denied", "The user cancelled the login.")
	if tn.count(ada) != 0 || b.session() != nil {
		t.Error("a cancelled login left traces")
	}
	// Who comes back to the page now is sent on, not asked again.
	b.open(id).wantResume(id)
	b.post(url.Values{"state": {id}, "user": {ada}, "password": {password}}).wantResume(id)
	if tn.count(ada) != 0 {
		t.Error("a login after Cancel was counted")
	}
}

func wantRefused(t *testing.T, tn *tenant, id, code, text string) {
	t.Helper()
	req, err := tn.store.Request(t.Context(), id, tn.now())
	tn.must(err)
	if req.ErrorCode != code || req.ErrorText != text || req.SessionID != "" {
		t.Errorf("request ends in %q, %q and session %q; want %q, %q and none", req.ErrorCode, req.ErrorText, req.SessionID, code, text)
	}
}

func TestUserHints(t *testing.T) {
	tn := newTenant(t)
	for _, tt := range []struct {
		name          string
		change        func(*store.Request)
		picked, typed string
	}{
		{"without a hint the first user who may log in is picked", func(*store.Request) {}, ada, ""},
		{"login_hint picks its user", func(r *store.Request) { r.LoginHint = "GRACE@example.test" }, grace, ""},
		{"login_hint of a stranger is typed in", func(r *store.Request) { r.LoginHint = "new@example.test" }, "", "new@example.test"},
		{"id_token_hint picks its user", func(r *store.Request) { r.HintSub, r.LoginHint = tn.byEmail(grace).ID, ada }, grace, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := tn.browser()
			form := b.open(b.start(tt.change)).form()
			if form.Get("user") != tt.picked || form.Get("email") != tt.typed {
				t.Errorf("user %q, email %q; want %q, %q", form.Get("user"), form.Get("email"), tt.picked, tt.typed)
			}
		})
	}
}

func TestAnotherUserThanTheHintedOneIsRefused(t *testing.T) {
	tn := newTenant(t)
	b := tn.browser()
	id := b.start(func(r *store.Request) { r.HintSub = tn.byEmail(grace).ID })
	a := b.submit(id, "login", url.Values{"user": {ada}}).wantStatus(http.StatusBadRequest)
	a.wantText("who-error", "The app asked for grace@example.test. Log in as that user, or cancel.")
	if tn.count(ada) != 0 || b.session() != nil {
		t.Error("the login was counted or has a session")
	}
	b.submit(id, "login", url.Values{"user": {grace}}).wantResume(id)
}

func TestTwentyFormsOfOneTransactionCountOnce(t *testing.T) {
	tn := newTenant(t)
	b := tn.browser()
	id := b.start()
	// Half as ada, half as grace: who comes second as somebody else is told so.
	answers := make([]*answer, 20)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() {
			answers[i] = b.post(url.Values{"state": {id}, "user": {[]string{ada, grace}[i%2]}, "password": {password}, "ip": {"192.0.2.17"}})
		})
	}
	all.Wait()

	sessions, led, over := 0, 0, 0
	for _, a := range answers {
		switch a.StatusCode {
		case http.StatusSeeOther:
			led++
			a.wantResume(id)
		case http.StatusGone:
			over++
			if got := text(a.one("h1")); got != "This login is over" {
				t.Errorf("page says %q", got)
			}
		default:
			t.Errorf("status %d", a.StatusCode)
		}
		for _, c := range a.Cookies() {
			if c.Name == login.SessionCookie {
				sessions++
			}
		}
	}
	if sessions != 1 || led != 10 || over != 10 {
		t.Errorf("%d sessions, %d led back, %d told that it is over; want 1, 10, 10", sessions, led, over)
	}
	if got := tn.count(ada) + tn.count(grace); got != 1 {
		t.Errorf("logins = %d, want 1", got)
	}
}

func TestTransactionsThatCanNotGoOn(t *testing.T) {
	tn := newTenant(t)
	good := tn.browser()
	used, expired, open := good.start(), good.start(), good.start()
	good.submit(used, "login", nil).wantStatus(http.StatusSeeOther)
	if _, err := tn.store.TakeRequest(t.Context(), used, tn.now()); err != nil {
		t.Fatal(err)
	}
	tn.must(tn.store.PutClient(t.Context(), &store.Client{ID: "other-app", Name: "Other app", RedirectURIs: []string{"com.example.app:/cb"}}))

	for _, tt := range []struct {
		name, state, clientID string
		b                     *browser
		late                  time.Duration
		status                int
		title, detail, back   string
	}{
		{"without a transaction", "", "", good, 0, 400, "There is nothing to log in to", "An app leads you to this page", ""},
		{"an unknown transaction", "nonsense", "demo-app", good, 0, 410, "This login is over", "Go back to Demo app and log in again.", "http://localhost:3000"},
		{"one that was answered", used, "demo-app", good, 0, 410, "This login is over", "its login is already finished", "http://localhost:3000"},
		{"one of an app without a web page", "nonsense", "other-app", good, 0, 410, "This login is over", "Go back to Other app and log in again.", ""},
		{"one of an unknown app", "nonsense", "http://evil.example", good, 0, 410, "This login is over", "Go back to the app and log in again.", ""},
		{"one of another browser", open, "", tn.browser(), 0, 403, "This login was not started in this browser", "Go back to Demo app and log in again.", "http://localhost:3000"},
		{"one that was open too long", expired, "demo-app", good, 10 * time.Minute, 410, "This login is over", "This login page was open too long", "http://localhost:3000"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tn.advance(tt.late)
			for _, action := range []string{"login", "cancel", "blocked"} {
				a := tt.b.post(url.Values{"state": {tt.state}, "client_id": {tt.clientID}, "action": {action}, "user": {ada}, "password": {password}})
				a.wantStatus(tt.status)
				if got := text(a.one("h1")); got != tt.title {
					t.Errorf("%s: title %q, want %q", action, got, tt.title)
				}
				if got := text(a.one("main")); !strings.Contains(got, tt.detail) {
					t.Errorf("%s: page says %q, want %q in it", action, got, tt.detail)
				}
				var back string
				if links := a.all("a", "class", "btn pri"); len(links) == 1 {
					back = attr(links[0], "href")
				}
				if back != tt.back {
					t.Errorf("%s: way back %q, want %q", action, back, tt.back)
				}
			}
			tt.b.open(tt.state).wantStatus(tt.status)
		})
	}
	if got := tn.count(ada); got != 1 {
		t.Errorf("logins = %d, want only the one that went well", got)
	}
}
