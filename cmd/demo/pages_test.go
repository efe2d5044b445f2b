package main

import (
	"context"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.com/postlogin/cmd/listen"
	"example.com/postlogin/mockidp"
	"example.com/postlogin/web"
)

// everyPage opens every page of both programs and looks at it. That no page
// violates its content security policy is checked by each tab itself.
func everyPage(t *testing.T, browser context.Context) {
	s := openStack(t)
	b := ownCookies(t, browser)

	t.Run("app, logged out", func(t *testing.T) {
		b := b.in(t)
		b.page("home", 200, b.open(s.appURL+"/"))
		b.page("docs", 200, b.open(s.appURL+"/docs"))
		for _, name := range []string{"architecture", "errors"} {
			b.page("docs", 200, b.open(s.appURL+"/docs/"+name))
		}
		b.wantPage("E-404", 404, b.open(s.appURL+"/nowhere"))
		b.wantPage("E-CB-1", 400, b.open(s.appURL+"/callback"))
		b.wantPage("E-STATE-1", 400, b.open(s.appURL+"/callback?code=x&state="+stateOfAnother(t, browser, s)))
		b.setCookie(s.appURL, "demo_session", "of-a-session-that-is-over")
		b.wantPage("E-SES-1", 401, b.open(s.appURL+"/profile"))
	})
	t.Run("provider, before and during a login", func(t *testing.T) {
		b := b.in(t)
		b.page("home", 200, b.open(s.issuer))
		b.page("unknown client", 400, b.open(s.issuer+"authorize?client_id=nobody&response_type=code&redirect_uri=http://localhost/"))
		b.page("unknown callback", 400, b.open(s.issuer+"authorize?client_id=demo-app&response_type=code&scope=openid&redirect_uri=http://localhost/"))
		b.page("no such login", 410, b.open(s.issuer+"u/login?state=unknown"))
		b.page("logout, nobody logged in", 200, b.open(s.issuer+"oidc/logout"))

		b.page("login", 200, b.open(s.appURL+"/login"))
		b.fill(`input[name="password"]`, "wrong")
		b.page("login, wrong password", 400, b.logIn(""))
		b.press(`input[name="user"][value="bob@example.test"]`)
		b.fill(`input[name="password"]`, mockidp.TestPassword)
		b.page("login, blocked account", 403, b.logIn(""))
		b.wantPage("E-DENY-3", 403, b.click(labelled("Back to Demo app")))

		b.open(s.appURL + "/login")
		b.wantPage("E-DENY-2", 403, b.click(labelled("Cancel")))
	})
	t.Run("app and provider, logged in", func(t *testing.T) {
		b := b.in(t)
		b.open(s.appURL + "/login")
		b.page("profile", 200, b.logIn("London"))
		b.openDetails()
		b.page("profile, all details open", 200, 200)
		b.press("#drawn-picture")
		b.page("profile, drawn as a picture", 200, 200)
		b.page("home", 200, b.open(s.appURL+"/"))
		b.page("logout, asked by the provider", 200, b.open(s.issuer+"oidc/logout?client_id=demo-app&post_logout_redirect_uri="+url.QueryEscape(s.appURL)))
		b.page("logout, asked by the app", 200, b.open(s.appURL+"/logout"))
		b.page("logged out", 200, b.click(labelled("Log out")))
		callbacks := b.asked(s.appURL + "/callback?code=")
		b.wantPage("E-STATE-3", 400, b.open(callbacks[len(callbacks)-1]))
	})
	t.Run("a login that an Action denies or breaks", func(t *testing.T) {
		b := b.in(t)
		for name, code := range map[string]string{
			"deny":  `api.access.deny("We do not serve customers here.")`,
			"throw": `throw new Error("a bug in the Action")`,
		} {
			err := mockidp.Deploy(t.Context(), s.idp.Store, "gate", "exports.onExecutePostLogin = async (event, api) => { "+code+"; };")
			if err != nil {
				t.Fatal(err)
			}
			b.open(s.appURL + "/login?prompt=login")
			status := b.logIn("London")
			b.wantCode("E-DENY-1", status, 403)
			b.page(name, 403, status)
		}
	})
	t.Run("dashboard", func(t *testing.T) {
		b := b.in(t)
		b.open(s.issuer + "dashboard")
		b.openDetails()
		b.page("Getting Started", 200, 200)
		b.page("no page here", 404, b.open(s.issuer+"dashboard/nowhere"))

		b.page("Library", 200, b.open(s.issuer+"dashboard/actions/library"))
		b.openDetails()
		b.page("Library, menu open", 200, 200)
		b.press(labelled("Build from scratch"))
		b.page("Create Action, in a dialog", 200, 200)
		b.page("templates", 200, b.open(s.issuer+"dashboard/actions/library/templates"))
		b.page("Installed", 200, b.open(s.issuer+"dashboard/actions/library?tab=installed"))
		b.page("found nothing", 200, b.open(s.issuer+"dashboard/actions/library?q=nothing"))
		b.page("Create Action", 200, b.open(s.issuer+"dashboard/actions/library/create"))
		b.fill("#name", "<b>")
		b.page("Create Action, a wrong name", 400, b.click(labelled("Create")))
		b.fill("#name", "a-very-long-name-of-an-action-that-is-hardly-good-style-but-allowed")
		b.page("editor, created", 200, b.click(labelled("Create")))
		b.press(codeEditor)
		b.paste("exports.onExecutePostLogin = async () => { " + strings.Repeat("wide ", 60) + "};")
		b.page("editor, a mistake", 422, b.click(labelled("Deploy")))
		b.page("delete", 200, b.click(labelled("Delete this Action")))
		b.page("Flows", 200, b.open(s.issuer+"dashboard/actions/flows"))
		b.page("Login flow", 200, b.open(s.issuer+"dashboard/actions/flows/login"))
		b.press(labelled("Installed"))
		b.page("Login flow, Installed", 200, 200)
		b.press(labelled("Remove"))
		b.page("Login flow, applied", 200, b.click(labelled("Apply")))
		b.page("the door", 401, b.open(s.issuer+"dashboard/enter"))

		b.width(390)
		b.open(s.issuer + "dashboard/")
		b.press(`button[popovertarget="menu"]`)
		if !evaluate[bool](b, `document.querySelector("nav.side a").checkVisibility()`) {
			t.Error("the button Menu opens no menu on a telephone")
		}
		b.page("menu open", 200, 200)
	})
	t.Run("an ID token without the claims", func(t *testing.T) {
		s := openStack(t, func(o *options) { o.seed = mockidp.SeedEmpty })
		b := ownCookies(t, browser)
		b.open(s.appURL + "/login")
		b.page("profile", 200, b.logIn(""))
		if got := b.profile().city; got != "not in your ID token" {
			t.Errorf("last_login_city = %q, want %q", got, "not in your ID token")
		}
	})
}

// providerAway: the app runs, its provider does not.
func providerAway(t *testing.T, browser context.Context) {
	gone, err := listen.Open("127.0.0.1:0", "")
	if err != nil {
		t.Fatal(err)
	}
	appURL := openApp(t, func(c *web.Config) { c.Issuer = "http://localhost:" + port(gone) + "/" })
	// Closed only now, so that the app can't have got the same port.
	if err := gone.Close(); err != nil {
		t.Fatal(err)
	}
	b := ownCookies(t, browser)
	b.wantPage("E-IDP-1", 503, b.open(appURL+"/login"))
	b.page("home", 200, b.open(appURL+"/"))
}

// refusedToken: the app refuses the ID token, because its own clock is wrong.
func refusedToken(t *testing.T, browser context.Context) {
	s := openStack(t)
	appURL := openApp(t, func(c *web.Config) {
		c.Issuer = s.issuer
		c.Now = func() time.Time { return time.Now().Add(72 * time.Hour) }
	})
	client := mockidp.DemoClient()
	client.RedirectURIs = []string{appURL + "/callback"}
	if err := s.idp.Store.PutClient(t.Context(), client); err != nil {
		t.Fatal(err)
	}
	b := ownCookies(t, browser)
	b.open(appURL + "/login")
	b.wantPage("E-VER-5", 502, b.logIn("London"))
	b.openDetails()
	b.page("E-VER-5, all details open", 502, 502)
}

// stateOfAnother is the state of a login that another browser has started.
func stateOfAnother(t *testing.T, browser context.Context, s *stack) string {
	t.Helper()
	b := ownCookies(t, browser)
	b.open(s.appURL + "/login")
	requests := b.asked(s.issuer + "authorize?")
	if len(requests) != 1 {
		t.Fatalf("authorization requests: %q, want one", requests)
	}
	u, err := url.Parse(requests[0])
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("state")
}

// openApp serves the app alone and returns its address.
func openApp(t *testing.T, change func(*web.Config)) string {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	ln, err := listen.Open("127.0.0.1:0", "")
	if err != nil {
		t.Fatal(err)
	}
	appURL := "http://localhost:" + port(ln)
	c := web.Config{
		BaseURL: appURL, Timeout: patience, ClientID: "demo-app", ClientSecret: "demo-secret", RedirectURL: appURL + "/callback",
		Scopes: []string{"openid", "profile", "email"}, SessionDir: t.TempDir(), ShowRawToken: true, Log: log,
	}
	change(&c)
	app, err := web.New(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	if err := app.Start(ctx); err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- listen.Serve(ctx, ln, app, log) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
		if err := app.Close(); err != nil { // nothing is logged when the test is over
			t.Errorf("close the app: %v", err)
		}
	})
	return appURL
}

// openDetails opens everything on the page that can be opened.
func (b *tab) openDetails() {
	b.t.Helper()
	evaluate[bool](b, `document.querySelectorAll("details").forEach(d => d.open = true), true`)
}

// page looks at the page that the tab shows, which came with status got.
func (b *tab) page(name string, want, got int) {
	b.t.Helper()
	if got != want {
		b.t.Errorf("%s: status %d at %s, want %d", name, got, b.address(), want)
	}
	b.checkPage()
	b.keepPictures(name)
}

// wantPage is page for an error page of the app.
func (b *tab) wantPage(code string, want, got int) {
	b.t.Helper()
	b.wantCode(code, got, want)
	b.page(code, want, got)
}
