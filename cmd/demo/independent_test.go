package main

import (
	"context"
	"strings"
	"testing"

	"example.com/postlogin/web"
	"example.com/postlogin/web/npmprovider"
)

// independentProvider logs in at a provider that knows nothing of this project. The
// app works and tells less: what it can't know it calls not known, and it never
// speaks of a dashboard that is not there.
func independentProvider(t *testing.T, browser context.Context) {
	var issuer string
	appURL := openApp(t, func(c *web.Config) {
		c.Scopes = append(c.Scopes, "offline_access")
		issuer = npmprovider.Start(t, npmprovider.App{Home: c.BaseURL, ClientID: c.ClientID, ClientSecret: c.ClientSecret})
		c.Issuer = issuer
	})
	b := ownCookies(t, browser)
	b.page("home", 200, b.open(appURL+"/"))
	b.click(labelled("Log in"))
	if at := b.address(); !strings.HasPrefix(at, issuer) {
		t.Fatalf("Log in leads to %s, want the provider %s", at, issuer)
	}
	b.page("profile", 200, b.click(`//form//button`)) // that page is the provider's own
	b.wantProfile(profile{"3", "not in your ID token", "not in your ID token"})
	for sel, want := range map[string]string{
		`[data-claim-row="login_count"] [data-set-by]`: "not known",
		`[data-claim-row="iss"]`:                       issuer,
		`[data-check="signature"]`:                     "pass",
		`[data-check="at_hash"]`:                       "not done", // this provider sends none with a code
		`[data-step="token"]`:                          "POST " + issuer + "/token → 200",
		`[data-step="keys"]`:                           "back channel",
	} {
		if got := b.text(sel); !strings.Contains(got, want) {
			t.Errorf("%s says %q, want %q in it", sel, got, want)
		}
	}
	for _, sel := range []string{`[data-state="fail"]`, `[data-step="actions"]`, `[data-step="record"]`, `a[href^="` + issuer + `/dashboard"]`} {
		if evaluate[bool](b, "!!document.querySelector('"+sel+"')") {
			t.Errorf("the page has %s", sel)
		}
	}
	b.press(`//div[@class="card"][.//*[@data-testid="last_login_city"]]//summary`)
	if got := b.text(`//div[@class="card"][.//*[@data-testid="last_login_city"]]//details/p`); !strings.Contains(got, "Usual causes") {
		t.Errorf("the reason why the city is missing: %q", got)
	}
	if status := b.click(labelled("Refresh my tokens")); status != 200 {
		t.Errorf("Refresh my tokens: status %d", status)
	}
	b.text("#refreshed")
	b.logOut()
	if at := b.address(); !strings.HasPrefix(at, issuer+"/session/end") {
		t.Errorf("Log out leads to %s, want the provider's end_session_endpoint", at)
	}
	b.click(`//button`)
	if got := b.text("main"); !strings.HasPrefix(b.address(), appURL+"/") || !strings.Contains(got, "You are logged out of Demo app and of the identity provider.") {
		t.Errorf("the provider's log out leads to %s: %q", b.address(), got)
	}
	if b.open(appURL + "/profile"); b.address() != appURL+"/" {
		t.Errorf("after the log out /profile leads to %s", b.address())
	}
}
