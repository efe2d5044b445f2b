package views_test

import (
	"slices"
	"strings"
	"testing"

	"example.com/postlogin/static"
	"example.com/postlogin/views"
	"golang.org/x/net/html"
)

func TestHome(t *testing.T) {
	t.Run("a visitor can log in", func(t *testing.T) {
		p := render(t, views.HomePage(home()))
		if got := text(p.one("href", "/login")); got != "Log in" {
			t.Errorf("button = %q", got)
		}
		if got := text(p.one("data-provider-state", "reachable")); got != "reachable, 3 ms" {
			t.Errorf("state = %q", got)
		}
		for _, want := range []string{"A small app with OpenID Connect login", "This app's connection", "demo-app", "http://localhost:3000/callback"} {
			if !strings.Contains(text(p.root), want) {
				t.Errorf("%q is missing", want)
			}
		}
	})
	t.Run("while the provider is away the button stays", func(t *testing.T) {
		p := render(t, views.HomePage(homeUnreachable()))
		note := p.one("data-provider", "unreachable")
		if got := text(note); !strings.Contains(got, "Your identity provider does not answer") || strings.Contains(got, "`") {
			t.Errorf("note = %q", got)
		}
		if got := text(p.only(named(note, "code"), "code in the note")); got != "go run ./cmd/mockidp" {
			t.Errorf("command = %q", got)
		}
		p.one("href", "/login")
	})
	t.Run("somebody logged in can go on or log out", func(t *testing.T) {
		m := homeRealProvider()
		p := render(t, views.HomePage(m))
		if got := text(p.only(named(p.root, "h1"), "h1")); got != "You are logged in as Ada Lovelace." {
			t.Errorf("h1 = %q", got)
		}
		p.one("href", "/logout")
		if list := with(p.root, "href", "/login"); len(list) != 0 {
			t.Error("there is a button to log in")
		}
		if got := text(p.one("data-provider", "note")); got != m.Provider.Note {
			t.Errorf("note = %q", got)
		}
	})
}

func TestLogoutAsksAboutTheProvider(t *testing.T) {
	p := render(t, views.LogoutPage(logout()))
	if method, _ := attr(p.one("action", "/logout"), "method"); method != "post" {
		t.Errorf("method = %q, want post", method)
	}
	box := p.one("name", "provider")
	if _, checked := attr(box, "checked"); !checked {
		t.Error("the provider is not logged out by default")
	}
	if got := text(box.Parent); !strings.HasPrefix(got, "Also log out at the identity provider (so that you are asked again)") {
		t.Errorf("label = %q", got)
	}
	m := logout()
	m.Provider = false
	if list := with(render(t, views.LogoutPage(m)).root, "name", "provider"); len(list) != 0 {
		t.Error("there is a choice although the provider has no logout")
	}
}

func TestTheBarLogsOutHereAndThere(t *testing.T) {
	p := render(t, views.ProfilePage(profile()))
	button := p.only(with(p.one("action", "/logout"), "name", "provider"), "name=provider")
	if got, _ := attr(button, "value"); got != "1" {
		t.Errorf("provider = %q, want 1", got)
	}
}

func TestLoggedOut(t *testing.T) {
	p := render(t, views.LoggedOutPage(loggedOut()))
	main := p.one("data-provider-logout", "yes")
	if got := text(main); !strings.Contains(got, "You are logged out of Demo app and of the identity provider.") {
		t.Errorf("page = %q", got)
	}
	if got := text(p.one("href", "/login")); got != "Log in again" {
		t.Errorf("button = %q", got)
	}
}

func TestEveryErrorHasItsPage(t *testing.T) {
	for _, m := range errorModels() {
		t.Run(m.Code, func(t *testing.T) {
			p := render(t, views.ErrorPage(m))
			main := p.one("data-code", m.Code)
			if main.Data != "main" {
				t.Errorf("the code is on <%s>, want <main>", main.Data)
			}
			if got := text(p.only(named(p.root, "h1"), "h1")); got != m.Title {
				t.Errorf("h1 = %q, want %q", got, m.Title)
			}
			got := text(main)
			for _, want := range []string{m.Text, m.Quote, m.Hint} {
				if want = strings.ReplaceAll(want, "`", ""); !strings.Contains(got, want) {
					t.Errorf("%q is missing in %q", want, got)
				}
			}
			for _, b := range m.Buttons {
				links := slices.DeleteFunc(with(main, "href", b.URL), func(n *html.Node) bool { return text(n) != b.Label })
				p.only(links, "with label "+b.Label)
			}
			if got, want := len(with(main, "data-check", "*")), len(m.Checks); got != want {
				t.Errorf("%d checks, want %d", got, want)
			}
			if got, want := len(with(main, "data-token", "*")) == 1, m.Token != nil; got != want {
				t.Errorf("token shown = %v, want %v", got, want)
			}
			for _, d := range m.Details {
				if !strings.Contains(got, d.Name) || !strings.Contains(got, d.Value) {
					t.Errorf("detail %s: %q is missing", d.Name, d.Value)
				}
			}
		})
	}
}

func TestTheProvidersWordsAreQuoted(t *testing.T) {
	m := errorModels()[0]
	m.Quote = override
	p := render(t, views.ErrorPage(m))
	quote := p.only(named(p.root, "blockquote"), "blockquote")
	if got := text(quote); got != "“"+override+"”" {
		t.Errorf("quote = %q", got)
	}
	if got := text(p.only(named(quote, "bdi"), "bdi in the quote")); got != override {
		t.Errorf("isolated text = %q", got)
	}
}

func TestOnlyAProviderThatIsAwayIsTriedAgain(t *testing.T) {
	for _, m := range errorModels() {
		p := render(t, views.ErrorPage(m))
		box, src := with(p.root, "data-retry", m.RetryURL), with(p.root, "src", static.URL("retry.js"))
		if m.RetrySeconds == 0 {
			if n := len(with(p.root, "data-retry", "*")); n != 0 || len(src) != 0 {
				t.Errorf("%s tries again by itself", m.Code)
			}
			continue
		}
		p.only(src, "with the script")
		if got, _ := attr(p.only(box, "to be tried"), "data-retry-seconds"); got != "3" {
			t.Errorf("%s: seconds = %q", m.Code, got)
		}
		if got := text(p.only(with(box[0], "role", "status"), "role=status")); got != "This page tries again every 3 seconds." {
			t.Errorf("%s says %q", m.Code, got)
		}
		if got := text(p.only(named(p.root, "noscript"), "noscript")); !strings.Contains(got, "Reload to try again.") {
			t.Errorf("%s without scripts says %q", m.Code, got)
		}
	}
}
