package web_test

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/postlogin/web"
	"example.com/postlogin/web/timeline"
	"example.com/postlogin/web/vault"
)

var (
	toldLink  = regexp.MustCompile(`(?s)<a href="(/profile[^"]*)"( aria-current="true")?>(.*?)</a>`)
	countLink = regexp.MustCompile(`(?s)data-visit="([^"]*)"[^>]*><td role="cell">\s*(?:<a href="([^"]*)">)?`)
)

// A told is one of the links to the steps of a login.
type told struct {
	url, label string
	here       bool
}

// told returns the links to the steps of logins, in their order on the page.
func (p page) told() (list []told) {
	_, nav, _ := strings.Cut(p.body, `<nav aria-label="Steps of your logins">`)
	nav, _, _ = strings.Cut(nav, "</nav>")
	for _, m := range toldLink.FindAllStringSubmatch(nav, -1) {
		label := html.UnescapeString(tag.ReplaceAllString(m[3], ""))
		list = append(list, told{html.UnescapeString(m[1]), strings.Join(strings.Fields(label), " "), m[2] != ""})
	}
	return list
}

// happened is the section with the steps.
func (p page) happened() string {
	_, section, _ := strings.Cut(p.body, `<section class="flow"`)
	section, _, _ = strings.Cut(section, "</section>")
	return section
}

// stateOf is the state of a login as its steps have it: cut, and still another in each.
func stateOf(t *testing.T, steps []timeline.Step) string {
	t.Helper()
	for _, p := range stepCalled(t, steps, "authorize").Sent {
		if p.Name == "state" {
			return p.Value
		}
	}
	t.Fatal("the request had no state")
	return ""
}

// get without the fragment, as a browser sends it.
func (b *browser) show(link string) page {
	b.t.Helper()
	address, fragment, _ := strings.Cut(link, "#")
	if fragment != "what-happened" {
		b.t.Errorf("%s does not lead to the steps", link)
	}
	return b.get(address)
}

// TestStepsOfEarlierLogins: those of the last five logins can be looked at, one at a
// time, also after a log out and a restart. The sixth login drops those of the first.
func TestStepsOfEarlierLogins(t *testing.T) {
	o := newOP(t)
	a := newApp(t, o)
	b := a.browser()
	var states []string
	links := map[int]string{}
	for n := 1; n <= 6; n++ {
		if n > 1 && b.do("POST", "/logout", nil).status != 303 {
			t.Fatal("the log out failed")
		}
		p := b.loginWith(o, n, "London", "GB")
		states = append(states, stateOf(t, b.steps()))
		list := p.told()
		if want := min(n, 5); n > 1 && len(list) != want || n == 1 && len(list) != 0 {
			t.Fatalf("after login %d: %d links %+v", n, len(list), list)
		}
		for i, l := range list {
			want := fmt.Sprintf("Login %d, ", n-i)
			if !strings.HasPrefix(l.label, want) || !strings.Contains(l.label, "UTC, London, GB") || l.here != (i == 0) || strings.Contains(l.label, "this session") != (i == 0) {
				t.Errorf("link %d after login %d = %+v, want %q", i, n, l, want)
			}
			if i > 0 {
				links[n-i] = l.url
			}
		}
		if !strings.Contains(p.happened(), states[n-1]) {
			t.Errorf("after login %d its steps are not on the page", n)
		}
	}
	a.restart()
	for n := 2; n <= 5; n++ {
		p := b.show(links[n])
		section := p.happened()
		for i, state := range states {
			if got := strings.Contains(section, state); got != (i == n-1) {
				t.Errorf("the page of login %d has steps of login %d: %v", n, i+1, got)
			}
		}
		here := slices.IndexFunc(p.told(), func(l told) bool { return l.here })
		if here != 6-n || !strings.Contains(section, "This is an earlier login: ") || !strings.Contains(section, `href="/profile#what-happened">Back to what just happened`) {
			t.Errorf("the page of login %d does not say that it is an earlier one (link %d is marked)", n, here)
		}
		// The rest is still about this session.
		if got := p.text(`data-testid="login_count"`); got != "6" {
			t.Errorf("login_count = %s beside the steps of login %d", got, n)
		}
		for _, secret := range o.secrets { // the session's nonce is a claim, its ID token has its own place
			if strings.Contains(p.body, secret) && secret != o.last.Get("nonce") && !strings.HasPrefix(secret, "eyJ") {
				t.Errorf("the page of login %d holds the secret %q", n, secret)
			}
		}
	}
	// The numbers in the history lead there as well, but for the first login.
	counts := map[string]bool{}
	for _, m := range countLink.FindAllStringSubmatch(b.get("/profile").body, -1) {
		counts[m[1]] = m[2] != ""
		if m[2] != "" && m[1] == "5" && html.UnescapeString(m[2]) != links[5] {
			t.Errorf("the number 5 leads to %s, want %s", m[2], links[5])
		}
	}
	if len(counts) != 6 || counts["1"] || !counts["2"] || !counts["6"] {
		t.Errorf("numbers that are links: %v, want all but the first", counts)
	}
	// What is shown anyway needs no note, and what was dropped is no error.
	p := b.show(links[1])
	if section := p.happened(); p.status != 200 || !strings.Contains(section, "are not kept") || !strings.Contains(section, states[5]) || strings.Contains(section, states[0]) {
		t.Errorf("the dropped login: %d %s", p.status, section)
	}
}

// TestStepsThatAreNotThere: an id that names no login of this person gets a sentence and
// the steps of the session, whatever it is.
func TestStepsThatAreNotThere(t *testing.T) {
	o := newOP(t)
	a := newApp(t, o)
	ada := a.browser()
	ada.wantProfile(ada.login())
	ada.wantProfile(ada.login())
	adas := ada.get("/profile").told()[1].url
	adasState := stateOf(t, ada.steps())

	o.claims = func(c map[string]any) { c["sub"] = "auth0|grace" }
	o.userInfo = func(c map[string]any) { c["sub"] = "auth0|grace" }
	grace := a.browser()
	grace.wantProfile(grace.login())
	for _, link := range []string{adas, "/profile?login=1", "/profile?login=%3Cscript%3Ealert(1)%3C/script%3E", "/profile?login=%00", "/profile?login=x&login=y", "/profile?login=" + strings.Repeat("x", 5000)} {
		p := grace.show(strings.TrimSuffix(link, "#what-happened") + "#what-happened")
		if p.status != 200 || !strings.Contains(p.happened(), "The steps of the login that you asked for are not kept.") || strings.Contains(p.body, "<script>alert") ||
			!strings.Contains(p.happened(), stateOf(t, grace.steps())) || strings.Contains(p.body, adasState) {
			t.Errorf("%.60s = %d %s", link, p.status, p.plain())
		}
	}
	// Nothing asked for: nothing said.
	for _, link := range []string{"/profile", "/profile?login=", "/profile?other=1"} {
		if p := grace.get(link); strings.Contains(p.body, "not kept") || len(p.told()) != 0 {
			t.Errorf("%s speaks of other logins: %+v", link, p.told())
		}
	}
	// Who is not logged in gets nobody's.
	if p := a.browser().get(strings.TrimSuffix(adas, "#what-happened")); p.status != 303 || p.location != a.cfg.BaseURL+"/" {
		t.Errorf("without a session: %d %s", p.status, p.location)
	}
	// The address of the session's own login is that of the page.
	own := countLink.FindStringSubmatch(ada.get("/profile").body)
	if p := ada.show(html.UnescapeString(own[2])); strings.Contains(p.happened(), "not kept") || strings.Contains(p.happened(), "data-other-login") || !strings.Contains(p.happened(), adasState) {
		t.Errorf("the session's own login = %s", p.happened())
	}
}

// TestStepsOfOtherBrowsersAndRefreshes: a later login in another browser is called so.
// After a refresh the session shows the refresh, and the login is kept beside it.
func TestStepsOfOtherBrowsersAndRefreshes(t *testing.T) {
	o := newOP(t)
	a := newApp(t, o, func(c *web.Config) { c.Scopes = []string{"openid", "offline_access"} })
	b := a.browser()
	b.wantProfile(b.login())
	before := stateOf(t, b.steps())
	if p := b.do("POST", "/refresh", nil); p.location != a.cfg.BaseURL+"/profile#refreshed" {
		t.Fatalf("refresh = %d %s %s", p.status, p.code(), p.location)
	}
	p := b.get("/profile")
	list := p.told()
	if len(list) != 2 || !strings.HasPrefix(list[0].label, "Refresh, ") || !list[0].here || strings.Contains(p.happened(), before) {
		t.Fatalf("links after a refresh = %+v", list)
	}
	if p := b.show(list[1].url); !strings.Contains(p.happened(), "This is your login, before you refreshed the tokens: ") || !strings.Contains(p.happened(), before) {
		t.Errorf("the login before the refresh = %s", p.happened())
	}

	other := a.browser()
	other.wantProfile(other.login())
	later := stateOf(t, other.steps())
	list = b.get("/profile").told()
	if len(list) != 3 {
		t.Fatalf("links after a login elsewhere = %+v", list)
	}
	if p := b.show(list[1].url); !strings.Contains(p.happened(), "This is a later login, in another browser: ") || !strings.Contains(p.happened(), later) {
		t.Errorf("the later login = %s", p.happened())
	}
	// A refresh is no login: it adds none to what the other browser can look at.
	if list := other.get("/profile").told(); len(list) != 2 || !strings.HasPrefix(list[0].label, "Login ") {
		t.Errorf("links in the other browser = %+v", list)
	}
}

// TestHistoryOfTheVersionBefore: records without ids and steps are read, and go on.
func TestHistoryOfTheVersionBefore(t *testing.T) {
	o := newOP(t)
	a := newApp(t, o)
	v := vault.New(a.cfg.SessionDir, time.Now)
	if err := v.Open(nil); err != nil {
		t.Fatal(err)
	}
	old := `[{"n":2,"at":"2026-11-20T20:02:11.5Z","city":"London","country":"GB","lat":51.5,"lon":-0.1,"precision":"city"},{"n":null,"at":"2026-11-19T20:02:11Z"}]`
	if err := v.Put("history", o.issuer+"\x00auth0|ada", []byte(old)); err != nil {
		t.Fatal(err)
	}
	b := a.browser()
	p := b.loginWith(o, 3, "Tokyo", "JP")
	if visits := b.visits(); len(visits) != 3 || *visits[0].N != 3 || *visits[1].N != 2 || visits[1].City != "London" {
		t.Errorf("history = %+v", visits)
	}
	if list := p.told(); len(list) != 0 {
		t.Errorf("links to steps that were never kept: %+v", list)
	}
	if list := b.loginWith(o, 4, "Tokyo", "JP").told(); len(list) != 2 || !strings.HasPrefix(list[1].label, "Login 3, ") {
		t.Errorf("links = %+v, want one to login 3", list)
	}
}

// TestStepsOfALoginWithoutACount: its row in the history leads to its steps all the same.
func TestStepsOfALoginWithoutACount(t *testing.T) {
	o := newOP(t)
	b := newApp(t, o).browser()
	b.loginWith(o, nil, "London", "GB")
	first := stateOf(t, b.steps())
	p := b.loginWith(o, nil, "Tokyo", "JP")
	rows := countLink.FindAllStringSubmatch(p.body, -1)
	if len(rows) != 2 || rows[1][2] == "" || !strings.Contains(b.show(html.UnescapeString(rows[1][2])).happened(), first) {
		t.Errorf("rows = %q, want links to the steps", rows)
	}
}

// TestHistoryOfTwoProcesses: what is in memory gives way to what another process wrote.
func TestHistoryOfTwoProcesses(t *testing.T) {
	o := newOP(t)
	a := newApp(t, o)
	b := a.browser()
	b.loginWith(o, 1, "London", "GB")
	beside := newApp(t, o, func(c *web.Config) { c.SessionDir = a.cfg.SessionDir }).browser()
	beside.loginWith(o, 2, "Tokyo", "JP")
	if visits := b.visits(); len(visits) != 2 || *visits[0].N != 2 {
		t.Errorf("history = %+v, want the login at the other process first", visits)
	}
	if p := b.get("/profile"); !strings.Contains(p.body, "Latest login: Tokyo, Japan.") || len(p.told()) != 2 {
		t.Errorf("the page does not show the login at the other process: %+v", p.told())
	}
	b.loginWith(o, 3, "London", "GB")
	if visits := beside.visits(); len(visits) != 3 || *visits[0].N != 3 {
		t.Errorf("history = %+v, want three logins", visits)
	}
}
