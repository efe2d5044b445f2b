package main

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestBrowser drives the demo in a real browser. All its tests share one
// Chromium; each has a stack and cookies of its own.
func TestBrowser(t *testing.T) {
	browser := startBrowser(t)
	tests := []struct {
		name string
		test func(*testing.T, context.Context)
	}{
		{"our checks notice a faulty page", aFaultyPage},
		{"two logins read 1 and 2, a city and a country", twoLogins},
		{"the same without JavaScript", withoutJavaScript},
		{"the same with the keyboard alone", keyboardOnly},
		{"two tabs log in, the later one first", tabsCrossed},
		{"two tabs log in, the earlier one first", tabsInOrder},
		{"the Back button after a login counts nothing twice", backAfterLogin},
		{"reloading the profile and the callback", reload},
		{"127.0.0.1 instead of localhost", otherHostName},
		{"the workshop, word for word, with the mouse", challengeByMouse},
		{"the workshop, word for word, with the keyboard alone", challengeByKeyboard},
		{"the workshop, word for word, without JavaScript", challengeWithoutJavaScript},
		{"the login flow is put in order", reorderFlow},
		{"the editor's panes", editorPanes},
		{"the code editor completes and marks mistakes", codeEditing},
		{"every page is accessible and fits a telephone", everyPage},
		{"pages of second factors and forms", stepPages},
		{"pages when the provider is away", providerAway},
		{"page of an ID token that fails a check", refusedToken},
		{"what just happened, as a list and as a picture", whatHappened},
		{"what happened in an earlier login", earlierLogin},
		{"who set each claim, and why one is missing", whoSetIt},
		{"where the logins came from, on a map and as a table", whereFrom},
		{"the tokens are refreshed", refreshed},
		{"why a claim is missing, twelve times", whyMissing},
		{"error pages by what causes them", errorPages},
		{"an independent provider", independentProvider},
		{"the profile on paper, enlarged and at rest", onPaper},
		{"error pages of a provider that breaks the protocol", brokenProvider},
		{"error pages that the app makes by itself", ownFaults},
		{"the theme is chosen with the keyboard alone", themeByKeyboard},
		{"pages in a theme that is not the system's", themedPages},
		{"a theme chosen on a page that is not repeated", themeNotRepeated},
		{"the ID token expires meanwhile", expiresMeanwhile},
		{"claims of every shape", claimsOfEveryShape},
		{"a log out at the provider reaches the app", loggedOutElsewhere},
		{"pages of the log", logPages},
		{"the log in ten tabs", liveLogs},
		{"pages of users and applications", tenantPages},
		{"pages of outbox, keys and locations", toolPages},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { tt.test(t, browser) })
	}
}

// profile is what the three cards of the profile say.
type profile struct{ count, city, country string }

func (b *tab) profile() profile {
	b.t.Helper()
	const card = `main [data-testid="%s"]`
	read := func(claim string) string { return b.text(strings.Replace(card, "%s", claim, 1)) }
	return profile{read("login_count"), read("last_login_city"), read("last_login_country")}
}

func (b *tab) wantProfile(want profile) {
	b.t.Helper()
	if got := b.profile(); got != want {
		b.t.Errorf("profile = %+v, want %+v", got, want)
	}
}

// logIn fills in the provider's login page, which the tab shows, and sends it.
// An empty city leaves the page's own choice.
func (b *tab) logIn(city string) int {
	b.t.Helper()
	if city != "" {
		b.choose(`select[name="ip"]`, city)
	}
	return b.click(labelled("Log in"))
}

const logOutButton = `//header//button[normalize-space()="Log out"]`

func (b *tab) logOut() {
	b.t.Helper()
	b.click(logOutButton)
}

// wantCode checks which error page of the app the tab shows.
func (b *tab) wantCode(code string, status, want int) {
	b.t.Helper()
	got := evaluate[string](b, `document.querySelector("main").dataset.code || ""`)
	if got != code || status != want {
		b.t.Errorf("at %s: page %q with status %d, want %s with %d", b.address(), got, status, code, want)
	}
}

func twoLogins(t *testing.T, browser context.Context) {
	s := openStack(t)
	b := ownCookies(t, browser)
	b.open(s.appURL + "/")
	b.clickThrough(s)
}

// clickThrough is the README's list of clicks, from the home page on.
func (b *tab) clickThrough(s *stack) {
	b.t.Helper()
	b.click(labelled("Log in"))
	if at := b.address(); !strings.HasPrefix(at, s.issuer) {
		b.t.Fatalf("Log in leads to %s, want the provider at %s", at, s.issuer)
	}
	b.logIn("London")
	b.do("scroll to the user profile", chromedp.ScrollIntoView(pick("#user-profile")))
	if got := b.text("#user-profile"); got != "User profile" {
		b.t.Errorf("the heading says %q, want %q", got, "User profile")
	}
	b.wantProfile(profile{"1", "London", "GB"})

	b.logOut()
	if at := b.address(); !strings.HasPrefix(at, s.appURL+"/") {
		b.t.Fatalf("Log out leads to %s, want back to the app", at)
	}
	b.click(labelled("Log in again"))
	b.logIn("Tokyo")
	b.wantProfile(profile{"2", "Tokyo", "JP"})
}

func withoutJavaScript(t *testing.T, browser context.Context) {
	s := openStack(t)
	b := ownCookies(t, browser)
	b.withoutJavaScript()
	b.open(s.appURL + "/")
	b.clickThrough(s)
	if shown := evaluate[int](b, `[...document.querySelectorAll("[data-copy]")].filter(e => e.checkVisibility()).length`); shown != 0 {
		t.Errorf("%d Copy buttons are shown, which do nothing without JavaScript", shown)
	}
}

// keyboardOnly uses no mouse: Tab, arrows, Space, Enter and letters.
func keyboardOnly(t *testing.T, browser context.Context) {
	s := openStack(t)
	b := ownCookies(t, browser)
	b.open(s.appURL + "/")
	b.tabTo(labelled("Log in"))
	b.load("press Enter on Log in", chromedp.KeyEvent(kb.Enter))

	// The page puts nobody into a corner: its fields are in reading order.
	b.tabTo(`input[name="user"]`)
	b.do("next user, and back", chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowUp))
	b.tabTo(`select[name="ip"]`)
	// Not by its first letters: they must come within a second of each other, which a
	// busy machine does not promise.
	for i := 0; !strings.HasPrefix(evaluate[string](b, `document.activeElement.selectedOptions[0].textContent`), "Tokyo"); i++ {
		if i == 60 {
			t.Fatal("the arrow does not lead to Tokyo")
		}
		b.do("next city", chromedp.KeyEvent(kb.ArrowDown))
	}
	b.tabTo(labelled("Log in"))
	b.load("press Space on Log in", chromedp.KeyEvent(" "))
	b.wantProfile(profile{"1", "Tokyo", "JP"})

	b.tabTo(logOutButton)
	b.load("press Enter on Log out", chromedp.KeyEvent(kb.Enter))
	if at := b.address(); !strings.HasPrefix(at, s.appURL+"/") {
		t.Errorf("Log out leads to %s", at)
	}
}

// tabTo presses Tab until the element that sel finds, or one of its radio group,
// has the focus and shows it.
func (b *tab) tabTo(sel string) {
	b.t.Helper()
	const presses = 60
	for range presses {
		b.do("press Tab", chromedp.KeyEvent(kb.Tab))
		if evaluate[bool](b, `(() => {
			const want = `+string(pick(sel))+`, has = document.activeElement;
			return has === want || Boolean(want && has.type === "radio" && has.name === want.name);
		})()`) {
			if !evaluate[bool](b, `document.activeElement.matches(":focus-visible")`) {
				b.t.Errorf("the focus on %s can't be seen", sel)
			}
			return
		}
	}
	b.t.Fatalf("%d presses of Tab do not reach %s at %s", presses, sel, b.address())
}

// tabsCrossed and tabsInOrder: each started login has a cookie of its own.
func tabsCrossed(t *testing.T, browser context.Context) { twoTabs(t, browser, 1, 0) }
func tabsInOrder(t *testing.T, browser context.Context) { twoTabs(t, browser, 0, 1) }

func twoTabs(t *testing.T, browser context.Context, first, second int) {
	s := openStack(t)
	one := ownCookies(t, browser)
	two := newTab(t, one.ctx)
	tabs := []*tab{one, two}
	for _, b := range tabs {
		b.open(s.appURL + "/login")
	}
	tabs[first].logIn("London")
	tabs[first].wantProfile(profile{"1", "London", "GB"})
	tabs[second].logIn("Tokyo")
	tabs[second].wantProfile(profile{"2", "Tokyo", "JP"})
}

func backAfterLogin(t *testing.T, browser context.Context) {
	s := openStack(t)
	b := ownCookies(t, browser)
	b.open(s.appURL + "/")
	b.click(labelled("Log in"))
	b.logIn("London")
	b.wantProfile(profile{"1", "London", "GB"})

	// Back to the login page: it is over, and says so, with a way out.
	b.do("go back", chromedp.NavigateBack())
	if evaluate[bool](b, `Boolean(document.querySelector("form [name=password]"))`) {
		b.logIn("Tokyo") // the browser kept the page: sending it again must not count
	}
	if got := b.text("h1"); got != "This login is over" {
		t.Errorf("the old login page says %q", got)
	}
	b.click(labelled("Back to Demo app"))
	if at := b.address(); !strings.HasPrefix(at, s.appURL) {
		t.Errorf("the way back leads to %s", at)
	}
	b.open(s.appURL + "/profile")
	b.wantProfile(profile{"1", "London", "GB"})
	if u, err := s.idp.Store.UserByEmail(t.Context(), "ada@example.test"); err != nil || u.LoginsCount != 1 {
		t.Errorf("the provider counts %+v, %v; want 1 login", u, err)
	}
}

func reload(t *testing.T, browser context.Context) {
	s := openStack(t)
	b := ownCookies(t, browser)
	b.open(s.appURL + "/login")
	b.logIn("London")
	// The code and the state are gone from the address, so a reload is harmless.
	if at := b.address(); at != s.appURL+"/profile" {
		t.Errorf("after the login the tab is at %s", at)
	}
	b.load("reload", chromedp.Reload())
	b.wantProfile(profile{"1", "London", "GB"})

	callbacks := b.asked(s.appURL + "/callback?")
	if len(callbacks) != 1 {
		t.Fatalf("callbacks: %q, want one", callbacks)
	}
	// The answer is used up; who is logged in is led back to the profile.
	b.wantCode("E-STATE-3", b.open(callbacks[0]), 400)
	b.click(labelled("Open profile"))
	b.wantProfile(profile{"1", "London", "GB"})
	b.logOut()
	b.wantCode("E-STATE-3", b.open(callbacks[0]), 400)
}

// otherHostName: a cookie of 127.0.0.1 is not sent to localhost, which is where
// the provider answers to. So the app leads to its own name before it sets one.
func otherHostName(t *testing.T, browser context.Context) {
	s := openStack(t)
	b := ownCookies(t, browser)
	b.open(strings.Replace(s.appURL, "localhost", "127.0.0.1", 1) + "/login")
	b.logIn("London")
	b.wantProfile(profile{"1", "London", "GB"})
	if at := b.address(); at != s.appURL+"/profile" {
		t.Errorf("after the login the tab is at %s", at)
	}
}
