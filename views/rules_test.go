package views_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.com/postlogin/static"
	"example.com/postlogin/views"
	"github.com/a-h/templ"
	"golang.org/x/net/html"
)

// allPages are all pages in all their states, plain and hostile.
func allPages() map[string]templ.Component {
	noProvider := logout()
	noProvider.Provider = false
	pages := map[string]templ.Component{
		"home":               views.HomePage(home()),
		"home, unreachable":  views.HomePage(homeUnreachable()),
		"home, real":         views.HomePage(homeRealProvider()),
		"profile":            views.ProfilePage(profile()),
		"profile, no claims": views.ProfilePage(profileWithoutClaims()),
		"profile, empty":     views.ProfilePage(views.Profile{}),
		"profile, earlier":   views.ProfilePage(profileOfAnEarlierLogin()),
		"logout":             views.LogoutPage(logout()),
		"logout, one choice": views.LogoutPage(noProvider),
		"logged out":         views.LoggedOutPage(loggedOut()),
		"docs":               views.DocsPage(views.Docs{Layout: loggedOut().Layout, Pages: []views.Link{{URL: "/docs/x", Label: "X"}}}),
	}
	for _, m := range errorModels() {
		pages[m.Code] = views.ErrorPage(m)
	}
	for i, s := range slices.Concat(hostile, wrongTypes) {
		pages[fmt.Sprintf("hostile profile %d", i)] = views.ProfilePage(profileOf(s))
		pages[fmt.Sprintf("hostile error %d", i)] = views.ErrorPage(errorOf(s))
		h, lo := homeUnreachable(), logout()
		h.Issuer, h.ClientID, h.LoginURL, h.Provider.Title, h.Provider.Text, h.Provider.Note = s, s, s, s, s, s
		lo.URL, lo.Issuer, lo.User, lo.Initials = s, s, s, s
		pages[fmt.Sprintf("hostile home %d", i)] = views.HomePage(h)
		pages[fmt.Sprintf("hostile logout %d", i)] = views.LogoutPage(lo)
	}
	return pages
}

// errorOf is an error page on which every text is s.
func errorOf(s string) views.Error {
	m := failedVerification("E-VER-1")
	m.Title, m.Text, m.Quote, m.Hint, m.RequestID = "Title", s, s, s, s
	m.RetrySeconds, m.RetryURL = 3, s
	for i := range m.Details {
		m.Details[i].Value = s
	}
	for i := range m.Buttons {
		m.Buttons[i].URL = s
	}
	for i := range m.Checks {
		m.Checks[i].Got = s
	}
	return m
}

// eachPage runs check for every page.
func eachPage(t *testing.T, check func(t *testing.T, p page)) {
	for name, c := range allPages() {
		t.Run(name, func(t *testing.T) { check(t, render(t, c)) })
	}
}

// The Content-Security-Policy allows no inline style or script; one of them
// would be a fault even where it is ours.
func TestNoPageHasInlineStylesOrScripts(t *testing.T) {
	eachPage(t, func(t *testing.T, p page) {
		for _, e := range elements(p.root) {
			switch e.Data {
			case "style", "img", "iframe", "object", "embed", "base", "template":
				t.Errorf("there is a <%s>", e.Data)
			case "script":
				src, _ := attr(e, "src")
				if text(e) != "" || src != static.URL("app.js") && src != static.URL("retry.js") {
					t.Errorf("script from %q with text %q", src, text(e))
				}
			}
			for _, a := range e.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") || a.Key == "srcdoc" {
					t.Errorf("<%s> has %s=%q", e.Data, a.Key, a.Val)
				}
				if a.Key == "href" || a.Key == "src" || a.Key == "action" {
					if scheme, _, ok := strings.Cut(a.Val, ":"); ok && !slices.Contains([]string{"http", "https", "about"}, scheme) {
						t.Errorf("<%s> has %s=%q", e.Data, a.Key, a.Val)
					}
				}
			}
		}
	})
}

// U+202E and its like turn round the text behind them, unless they are isolated
// or written as an escape.
func TestNothingTurnsTheTextAround(t *testing.T) {
	turning := regexp.MustCompile(`[\x{202a}-\x{202e}\x{2066}-\x{2069}]`)
	eachPage(t, func(t *testing.T, p page) {
		for n := range p.root.Descendants() {
			if n.Type == html.TextNode && turning.MatchString(n.Data) && !inside(n, "bdi") {
				t.Errorf("%q stands in <%s> without isolation", n.Data, n.Parent.Data)
			}
		}
	})
	p := render(t, views.ProfilePage(profileOf(override)))
	if got := text(p.one("data-testid", "user_profile")); !strings.Contains(got, `Ada \u202eecalevoL\u202c \u2066x`) {
		t.Errorf("JSON block = %q, want the override as an escape", got)
	}
}

func TestHostileTextIsShownAsText(t *testing.T) {
	for _, s := range []string{script, quotes, override, arabic, longCity} {
		p := render(t, views.ProfilePage(profileOf(s)))
		if got := text(p.one("data-testid", "last_login_city")); got != s {
			t.Errorf("city = %q, want %q", got, s)
		}
		if got := text(p.only(named(p.root, "h1"), "h1")); got != "Hello, "+s {
			t.Errorf("h1 = %q", got)
		}
	}
}

func TestLandmarksAndHeadings(t *testing.T) {
	eachPage(t, func(t *testing.T, p page) {
		for _, tag := range []string{"header", "main", "footer", "h1", "title"} {
			p.only(named(p.root, tag), tag)
		}
		if len(named(p.root, "nav")) == 0 {
			t.Error("there is no navigation")
		}
		if lang, _ := attr(named(p.root, "html")[0], "lang"); lang != "en" {
			t.Errorf("lang = %q", lang)
		}
		level := 0
		for _, e := range elements(p.root) {
			if len(e.Data) != 2 || e.Data[0] != 'h' || e.Data[1] < '1' || e.Data[1] > '6' {
				continue
			}
			if l := int(e.Data[1] - '0'); l > level+1 {
				t.Errorf("h%d %q follows h%d", l, text(e), level)
			}
			level = int(e.Data[1] - '0')
		}
	})
}

func TestIDsAreUniqueAndReferencesResolve(t *testing.T) {
	eachPage(t, func(t *testing.T, p page) {
		for _, e := range with(p.root, "id", "*") {
			id, _ := attr(e, "id")
			p.one("id", id)
		}
		for _, key := range []string{"aria-labelledby", "data-copy"} {
			for _, e := range with(p.root, key, "*") {
				id, _ := attr(e, key)
				p.one("id", id)
			}
		}
		for _, e := range with(p.root, "href", "*") {
			if href, _ := attr(e, "href"); strings.HasPrefix(href, "#") {
				p.one("id", href[1:])
			}
		}
	})
}

func TestControlsHaveNames(t *testing.T) {
	eachPage(t, func(t *testing.T, p page) {
		for _, e := range elements(p.root) {
			switch e.Data {
			case "input":
				if kind, _ := attr(e, "type"); kind != "hidden" && !inside(e, "label") {
					t.Error("an input has no label")
				}
			case "button", "summary", "legend":
				if text(e) == "" {
					t.Errorf("a %s has no text", e.Data)
				}
			case "pre":
				if focus, _ := attr(e, "tabindex"); focus != "0" {
					t.Error("a box that scrolls can't be reached by keyboard")
				}
			case "table":
				if class, _ := attr(e.Parent, "class"); class != "scroll" {
					t.Error("a table stands outside a box that scrolls")
				}
			}
			if focus, _ := attr(e, "tabindex"); focus == "0" {
				role, _ := attr(e, "role")
				if label, _ := attr(e, "aria-label"); role != "region" || label == "" {
					t.Errorf("<%s tabindex=0> is %q with the name %q", e.Data, role, label)
				}
			}
		}
	})
}

// templ escapes everything but what goes through these doors.
func TestNothingGoesAroundTheEscaping(t *testing.T) {
	files, err := filepath.Glob("*")
	if err != nil {
		t.Fatal(err)
	}
	banned := regexp.MustCompile(`templ\.(Raw|JSUnsafe|SafeCSS|SafeScript|ComponentScript|FromGoHTML|SafeURL\()|\bstyle=|<style|<script>`)
	var read int
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_templ.go") {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		read++
		for i, line := range strings.Split(string(source), "\n") {
			if hit := banned.FindString(line); hit != "" {
				t.Errorf("%s:%d uses %s", name, i+1, hit)
			}
		}
	}
	if read < 7 {
		t.Errorf("only %d files were looked at", read)
	}
}
