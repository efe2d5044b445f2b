package main

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/store"
)

// logPages looks at the log and at one login of it.
func logPages(t *testing.T, browser context.Context) {
	s := openStack(t)
	b := ownCookies(t, browser)
	w := &workshop{t: t, s: s, b: b}
	b.page("empty", 200, b.open(s.issuer+"dashboard/logs"))
	err := mockidp.Deploy(t.Context(), s.idp.Store, "gate", `exports.onExecutePostLogin = async (event, api) => {
  console.log("from", event.request.geoip);
  console.warn("a second line");
  await fetch("https://example.com/a-very-long-address/that-goes-on-and-on-and-on-and-on-and-on-and-on?x=1", { method: "POST", body: "{}" });
  api.idToken.setCustomClaim("https://example.com/plan", { name: "gold", seats: 3 });
  api.idToken.setCustomClaim("last_login_city", "overwritten");
  api.idToken.setCustomClaim("aud", "me");
  if (event.request.geoip.countryCode === "JP") throw new Error("no logins from there");
};`)
	must(t, err)
	w.logIn("London")
	b.open(s.appURL + "/login?prompt=login")
	b.logIn("Tokyo")

	must(t, s.idp.Store.AddFailure(t.Context(), &store.Failure{Type: store.FailedUser, Reason: "no such user", UserName: "somebody.with.a.longer.name@mail.example.test", ClientID: "demo-app", At: time.Now().AddDate(0, -2, 0)}))
	wrongPassword(t, s)
	b.page("logs", 200, b.open(s.issuer+"dashboard/logs"))
	slashFindsTheSearch(b)
	b.page("found nothing", 200, b.open(s.issuer+"dashboard/logs?q=nothing"))
	b.open(s.issuer + "dashboard/logs?q=type:f")
	b.page("a failed login", 200, b.click(`#rows a`))
	b.page("a failed login, token", 200, b.click(labelled("Token")))
	b.open(s.issuer + "dashboard/logs?q=type:fp")
	b.page("a wrong password", 200, b.click(`#rows a`))
	b.page("a wrong password, raw", 200, b.click(labelled("Raw")))
	b.open(s.issuer + "dashboard/logs?q=type:s")
	b.page("story", 200, b.click(`#rows a`))
	b.page("event", 200, b.click(labelled("Event")))
	b.page("token", 200, b.click(labelled("Token")))
	b.page("raw", 200, b.click(labelled("Raw")))
	b.page("replay", 200, b.click(labelled("Replay this login")))
	b.page("no such login", 404, b.open(s.issuer+"dashboard/logs/nope"))
}

// wrongPassword is somebody who types one. How the login page comes to the row is
// tested in package mockidp.
func wrongPassword(t *testing.T, s *stack) {
	t.Helper()
	must(t, s.idp.Store.AddFailure(t.Context(), &store.Failure{Type: store.FailedPassword, Reason: "wrong password", UserName: "ada@example.test", ClientID: "demo-app", At: time.Now()}))
}

// slashFindsTheSearch presses / on a list, in its search field, and when it is off.
func slashFindsTheSearch(b *tab) {
	b.t.Helper()
	// One event, as a keyboard sends it: chromedp's own types the letter also where
	// the page has dealt with the key.
	down := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "/", Code: "Slash", Text: "/", WindowsVirtualKeyCode: 191}
	key := func() { b.do("press /", command(input.DispatchKeyEvent, down)) }
	inSearch := func() bool { return evaluate[bool](b, `document.activeElement.matches("form.find input")`) }
	key()
	if !inSearch() {
		b.t.Error("the key / does not move to the search")
	}
	if text := `document.querySelector("form.find input").value`; evaluate[string](b, text) != "" {
		b.t.Error("the key / that moves to the search is typed there")
	} else if key(); evaluate[string](b, text) != "/" {
		b.t.Error("nobody can type / in the search")
	}
	b.press("[data-slash]")
	b.open(b.address())
	if key(); inSearch() {
		b.t.Error("the key / moves to the search after it was turned off")
	}
	b.press("[data-slash]")
	if key(); !inSearch() {
		b.t.Error("the key / was turned on again and does nothing")
	}
}

// liveLogs follows the log in several tabs of one browser. Browsers open six
// connections to a server at most, so ten tabs with a stream each would keep the
// eleventh from loading anything.
func liveLogs(t *testing.T, browser context.Context) {
	s := openStack(t)
	person := ownCookies(t, browser)
	person.open(s.appURL + "/login")
	person.logIn("London")

	first := ownCookies(t, browser)
	first.open(s.issuer + "dashboard/logs")
	tabs := []*tab{first}
	for range 9 {
		b := newTab(t, first.ctx)
		b.open(s.issuer + "dashboard/logs")
		tabs = append(tabs, b)
	}
	eleventh := newTab(t, first.ctx)
	began := time.Now()
	if status := eleventh.open(s.issuer + "dashboard/"); status != 200 {
		t.Errorf("the eleventh page: status %d", status)
	}
	t.Logf("the eleventh page took %v", time.Since(began).Round(time.Millisecond))

	person.open(s.appURL + "/login?prompt=login")
	person.logIn("Tokyo")
	began = time.Now()
	for i, b := range []*tab{tabs[1], tabs[9], tabs[0]} {
		b.waitUntil(`document.querySelectorAll("#rows tr").length === 2`)
		t.Logf("a tab had the new login %v after it", time.Since(began).Round(time.Millisecond))
		if got := b.text("#rows tr:first-child"); !strings.Contains(got, "Tokyo, JP") {
			t.Errorf("tab %d: the first row is %q, want the login from Tokyo", i, got)
		}
		if title := evaluate[string](b, `document.querySelector("#rows tr:first-child time").title`); title == "" {
			t.Error("the new row's time is not in the reader's zone")
		}
	}

	// A reader further down is not moved: a bar says what is new.
	b := tabs[0]
	b.do("make the window low", chromedp.EmulateViewport(1280, 300))
	evaluate[bool](b, `scrollTo(0, 200), true`)
	person.open(s.appURL + "/login?prompt=login")
	person.logIn("Tokyo")
	b.waitUntil(`!document.getElementById("news").hidden`)
	if got := evaluate[int](b, `document.querySelectorAll("#rows tr").length`); got != 2 {
		t.Errorf("%d rows, want 2 until the reader asks for more", got)
	}
	b.waitUntil(`document.querySelector(".chips a").textContent.includes("3")`)
	b.press("#news button")
	b.waitUntil(`document.querySelectorAll("#rows tr").length === 3 && document.activeElement.closest("#rows") !== null`)

	// A pause holds everything back, and going on brings it.
	b.press("#pause")
	person.open(s.appURL + "/login?prompt=login")
	person.logIn("Tokyo")
	tabs[1].waitUntil(`document.querySelectorAll("#rows tr").length === 4`)
	if got := evaluate[int](b, `document.querySelectorAll("#rows tr").length`); got != 3 {
		t.Errorf("%d rows while paused, want 3", got)
	}
	evaluate[bool](b, `scrollTo(0, 0), true`)
	b.press("#pause")
	b.waitUntil(`document.querySelectorAll("#rows tr").length === 4`)

	// Another try of a failed login takes the place of its row.
	wrongPassword(t, s)
	tabs[1].waitUntil(`document.querySelectorAll("#rows tr").length === 5`)
	wrongPassword(t, s)
	tabs[1].waitUntil(`document.querySelector("#rows tr").textContent.includes("2 times")`)
	if got := evaluate[int](tabs[1], `document.querySelectorAll("#rows tr").length`); got != 5 {
		t.Errorf("%d rows after the second try, want 5", got)
	}
}

// waitUntil waits until the expression is true in the page.
func (b *tab) waitUntil(expression string) {
	b.t.Helper()
	found := evaluate[bool](b, `new Promise(done => {
		const until = performance.now() + `+strconv.Itoa(int(patience*3/4/time.Millisecond))+`;
		(function look() {
			if (`+expression+`) done(true);
			else if (performance.now() > until) done(false);
			else setTimeout(look, 20);
		})();
	})`)
	if !found {
		b.t.Fatalf("at %s it never came true: %s\nthe page says:\n%s", b.address(), expression, b.text("main"))
	}
}

// A page that follows the log does not hold up a shutdown: its stream ends as an
// answer does, and is not cut off when the server's patience is over.
func TestShutdownEndsStreams(t *testing.T) {
	var body io.ReadCloser
	t.Run("serve", func(t *testing.T) {
		s := openStack(t)
		res, err := http.Get(s.issuer + "dashboard/logs/live")
		must(t, err)
		if res.StatusCode != http.StatusOK {
			t.Fatalf("stream: %s", res.Status)
		}
		body = res.Body
	}) // its end shuts the stack down
	defer body.Close()
	if text, err := io.ReadAll(body); err != nil || !strings.HasPrefix(string(text), "retry:") {
		t.Errorf("the stream was %q and ended with %v, want a clean end", text, err)
	}
}
