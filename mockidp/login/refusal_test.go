package login_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/html"

	"example.com/postlogin/mockidp/login"
)

func TestWrongFieldsAreNamed(t *testing.T) {
	for _, tt := range []struct {
		name   string
		fields url.Values
		// where the complaint stands, what it says, and what has the focus
		id, want, tag, focus string
	}{
		{"wrong password", url.Values{"password": {"swordfish"}}, "password-error", "Wrong password. Test users have the password workshop.", "input", "password"},
		{"unknown user", url.Values{"user": {""}, "email": {"ada2@example.test"}}, "who-error", "No user ada2@example.test.", "input", "email"},
		{"nobody picked or typed", url.Values{"user": {""}, "email": {" "}}, "who-error", "Pick a user, or type an email address.", "input", "email"},
		{"empty password", url.Values{"password": {""}}, "password-error", "Type the password.", "input", "password"},
		{"password of 1 MB is cut off by the form's limit, one of 1025 bytes here", url.Values{"password": {strings.Repeat("x", 1025)}}, "password-error", "This password is too long: at most 1024 bytes are allowed.", "input", "password"},
		{"typed address is none", url.Values{"ip": {"other"}, "ip_other": {"300.1.2.3"}}, "ip-error", "“300.1.2.3” is not an IP address. Write one such as 192.0.2.1 or 2001:db8::1.", "input", "ip_other"},
		{"typed address is empty", url.Values{"ip": {"other"}, "ip_other": {""}}, "ip-error", "Type an IP address, such as 192.0.2.1 or 2001:db8::1.", "input", "ip_other"},
		{"picked address is none", url.Values{"ip": {"Georgetown"}}, "ip-error", "“Georgetown” is not an IP address. Write one such as 192.0.2.1 or 2001:db8::1.", "select", "ip"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newTenant(t).browser()
			a := b.submit(b.start(), "login", tt.fields).wantStatus(http.StatusBadRequest)
			a.wantText(tt.id, tt.want)
			focus := a.one("", "autofocus", "")
			if focus.Data != tt.tag || attr(focus, "name") != tt.focus {
				t.Errorf("focus is on <%s name=%q>, want <%s name=%q>", focus.Data, attr(focus, "name"), tt.tag, tt.focus)
			}
			if tt.focus != "ip" && (attr(focus, "aria-invalid") != "true" || !strings.Contains(attr(focus, "aria-describedby"), tt.id)) {
				t.Errorf("the wrong field is not described by #%s: %v", tt.id, focus.Attr)
			}
			if b.count(ada) != 0 || len(a.Cookies()) != 0 {
				t.Errorf("logins %d, cookies %v: want no traces", b.count(ada), a.Cookies())
			}
			form := a.form()
			if form.Get("password") != password {
				t.Errorf("password field holds %q: want the test password, never what was typed", form.Get("password"))
			}
			for _, name := range []string{"user", "ip_other"} {
				if got, want := form.Get(name), tt.fields.Get(name); tt.fields.Has(name) && got != want {
					t.Errorf("field %s holds %q, want %q as it was sent", name, got, want)
				}
			}
		})
	}
}

func TestAllWrongFieldsAreNamedAtOnce(t *testing.T) {
	b := newTenant(t).browser()
	a := b.submit(b.start(), "login", url.Values{"user": {""}, "password": {""}, "ip": {"other"}})
	for _, id := range []string{"who-error", "password-error", "ip-error"} {
		if a.byID(id) == "" {
			t.Errorf("#%s says nothing", id)
		}
	}
	if got := attr(a.one("", "autofocus", ""), "name"); got != "email" {
		t.Errorf("focus is on %q, want the first wrong field", got)
	}
}

func TestWithoutATestPasswordAnUnknownUserLooksLikeAWrongPassword(t *testing.T) {
	b := newTenant(t, func(c *login.Config) { c.TestPassword = "" }).browser()
	id := b.start()
	page := b.open(id)
	if page.byID("password-hint") != "" || page.form().Get("password") != "" {
		t.Error("the page shows a password")
	}
	wrong := b.submit(id, "login", url.Values{"password": {"x"}}).wantStatus(http.StatusBadRequest)
	wrong.wantText("password-error", "Wrong email address or password.")
	unknown := b.submit(id, "login", url.Values{"user": {""}, "email": {"ada2@example.test"}, "password": {"x"}}).wantStatus(http.StatusBadRequest)
	unknown.wantText("password-error", "Wrong email address or password.")
	if unknown.byID("who-error") != "" {
		t.Errorf("#who-error says %q", unknown.byID("who-error"))
	}
}

func TestAddressesThatNoMailboxHasAreUnknownUsers(t *testing.T) {
	b := newTenant(t).browser()
	id := b.start()
	for name, email := range map[string]string{
		"NUL": "ada\x00@example.test", "no UTF-8": "\xff\xfe@example.test", "line break": "ada@example.test\r\nX: y", "too long": strings.Repeat("a", 300) + "@example.test",
	} {
		a := b.post(url.Values{"state": {id}, "email": {email}, "password": {password}}).wantStatus(http.StatusBadRequest)
		if got := a.byID("who-error"); !strings.HasPrefix(got, "No user ") {
			t.Errorf("%s: page says %q", name, got)
		}
	}
}

func TestAfterFiveWrongPasswordsOneHasToWaitLongerEachTime(t *testing.T) {
	tn := newTenant(t)
	b := tn.browser()
	id := b.start()
	try := func(password string) *answer {
		return b.post(url.Values{"state": {id}, "user": {ada}, "password": {password}})
	}
	for range 5 {
		try("wrong").wantStatus(http.StatusBadRequest)
	}
	for i, wait := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
		// Also the right password has to wait: else guessing would go on behind the 429.
		a := try(password).wantStatus(http.StatusTooManyRequests)
		if got, want := a.Header.Get("Retry-After"), fmt.Sprint(int(wait.Seconds())); got != want {
			t.Errorf("delay %d: Retry-After %q, want %q", i, got, want)
		}
		tn.advance(wait - time.Millisecond)
		a = try("wrong").wantStatus(http.StatusTooManyRequests)
		a.wantText("password-error", "Too many wrong passwords. Wait 1 second, then try again.")
		tn.advance(time.Millisecond)
		try("wrong").wantStatus(http.StatusBadRequest)
	}
	tn.advance(8 * time.Second)
	try(password).wantResume(id)

	// The success has forgotten all failures.
	id = b.start()
	for range 5 {
		try("wrong").wantStatus(http.StatusBadRequest)
	}
}

func TestTheDelayIsForTheAccountAndForTheRealPeer(t *testing.T) {
	var peer atomic.Value
	peer.Store(netip.MustParseAddr("10.0.0.1"))
	tn := newTenant(t, func(c *login.Config) { c.ClientIP = func(*http.Request) netip.Addr { return peer.Load().(netip.Addr) } })
	b := tn.browser()
	id := b.start()
	try := func(user, from string) *answer {
		return b.post(url.Values{"state": {id}, "user": {user}, "password": {"wrong"}, "ip": {"other"}, "ip_other": {from}})
	}
	for i := range 5 {
		try(ada, fmt.Sprintf("192.0.2.%d", i+1)).wantStatus(http.StatusBadRequest)
	}
	try(grace, "192.0.2.99").wantStatus(http.StatusTooManyRequests) // same peer; a chosen address is no other peer
	peer.Store(netip.MustParseAddr("10.0.0.2"))
	try(strings.ToUpper(ada), "192.0.2.99").wantStatus(http.StatusTooManyRequests) // same account
	try(grace, "192.0.2.99").wantStatus(http.StatusBadRequest)
	peer.Store(netip.MustParseAddr("::ffff:10.0.0.1"))
	try(grace, "192.0.2.99").wantStatus(http.StatusTooManyRequests) // the first peer, written otherwise
}

func TestUnknownUsersAreThrottledToo(t *testing.T) {
	b := newTenant(t).browser()
	id := b.start()
	try := func() *answer {
		return b.post(url.Values{"state": {id}, "email": {"nobody@example.test"}, "password": {"x"}})
	}
	for range 5 {
		try().wantStatus(http.StatusBadRequest)
	}
	try().wantStatus(http.StatusTooManyRequests)
}

func TestFormsThatAreNone(t *testing.T) {
	tn := newTenant(t)
	b := tn.browser()
	id := b.start()
	for _, tt := range []struct {
		name   string
		answer *answer
		status int
	}{
		{"a form of 1 MB", b.post(url.Values{"state": {id}, "password": {strings.Repeat("x", 1<<20)}}), http.StatusRequestEntityTooLarge},
		{"a damaged form", b.do(http.MethodPost, b.url+login.Path+"?%zz", url.Values{"state": {id}}), http.StatusBadRequest},
		{"an unknown action", b.post(url.Values{"state": {id}, "action": {"delete"}}), http.StatusBadRequest},
		{"another method", b.do(http.MethodDelete, b.url+login.Path, nil), http.StatusMethodNotAllowed},
		{"another path", b.do(http.MethodGet, b.url+"/u/signup", nil), http.StatusNotFound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.answer.wantStatus(tt.status)
			if text(tt.answer.one("h1")) == "" {
				t.Error("the page has no title")
			}
		})
	}
	if got := b.do(http.MethodDelete, b.url+login.Path, nil).Header.Get("Allow"); got != "GET, HEAD, POST" {
		t.Errorf("Allow = %q", got)
	}
}

func TestNamesAreTextAndNeverMarkup(t *testing.T) {
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)> ` + "\u202eabc" // right-to-left override
	tn := newTenant(t)
	tn.user(storeUser("evil@example.test", evil))
	b := tn.browser()
	pages := map[string]*answer{
		"first view":    b.open(b.start()),
		"unknown user":  b.submit(b.start(), "login", url.Values{"user": {""}, "email": {evil}}),
		"typed address": b.submit(b.start(), "login", url.Values{"ip": {"other"}, "ip_other": {evil}}),
	}
	for name, a := range pages {
		if scripts, images := a.all("script"), a.all("img"); len(scripts) != 0 || len(images) != 1 { // the image is the mark in the header
			t.Errorf("%s: %d scripts and %d images, want 0 and 1", name, len(scripts), len(images))
		}
	}
	found := false
	for _, n := range pages["first view"].all("bdi") {
		// In its own bdi an override of the writing direction ends with the name.
		found = found || text(n) == strings.Join(strings.Fields(evil), " ")
	}
	if !found {
		t.Error("the name is in no <bdi> as it is")
	}
	pages["unknown user"].wantText("who-error", "No user "+clipped(evil, 80)+".")
}

func clipped(s string, n int) string {
	if len(s) <= n {
		return strings.Join(strings.Fields(s), " ")
	}
	return s[:n] + "…"
}

func TestLogsHoldNoSecrets(t *testing.T) {
	var log bytes.Buffer
	b := newTenant(t, func(c *login.Config) {
		c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}).browser()
	id := b.start()
	b.submit(id, "login", url.Values{"password": {"my secret guess"}}).wantStatus(http.StatusBadRequest)
	a := b.submit(id, "login", nil)
	a.wantResume(id)
	b.post(url.Values{"state": {"gone"}, "password": {"my secret guess"}}).wantStatus(http.StatusGone)
	if !strings.Contains(log.String(), "login refused") {
		t.Errorf("the refused login is not in the log: %s", log.String())
	}
	for _, secret := range append([]string{"secret guess", password}, cookieValues(a)...) {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, log.String())
		}
	}
}

func cookieValues(a *answer) (values []string) {
	for _, c := range a.Cookies() {
		if c.Name == login.SessionCookie {
			values = append(values, c.Value)
		}
	}
	return values
}

// labels of a page, for its accessibility test.
func labelled(a *answer, n *html.Node) bool {
	if attr(n, "aria-labelledby") != "" {
		return a.byID(attr(n, "aria-labelledby")) != ""
	}
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Data == "label" {
			return true
		}
	}
	return attr(n, "id") != "" && len(a.all("label", "for", attr(n, "id"))) == 1
}
