package main

import (
	"context"
	"strings"
	"testing"

	"example.com/postlogin/mockidp"
)

// deploy puts an Action with this handler body into the login flow.
func (s *stack) deploy(t *testing.T, name, body string) {
	t.Helper()
	code := "exports.onExecutePostLogin = async (event, api) => {\n" + body + "\n};\nexports.onContinuePostLogin = async (event, api) => {\n" +
		"  api.idToken.setCustomClaim('fields', event.prompt?.fields);\n};"
	if err := mockidp.Deploy(t.Context(), s.idp.Store, name, code); err != nil {
		t.Fatal(err)
	}
}

// stepPages looks at the pages that stand between the password and the tokens
// when an Action asks for more: second factors and forms.
func stepPages(t *testing.T, browser context.Context) {
	t.Run("a second factor is enrolled and used", func(t *testing.T) {
		s := openStack(t)
		s.deploy(t, "always-mfa", `  api.multifactor.enable("any", { allowRememberBrowser: true });`)
		b := ownCookies(t, browser)
		b.open(s.appURL + "/login")
		b.page("enrol an authenticator app", 200, b.logIn("London"))
		b.fill("#code", "12")
		b.page("enrol, code too short", 400, b.click(labelled("Continue")))
		b.fill("#code", b.text(`[data-testid="mfa-code"]`))
		b.page("recovery code", 200, b.click(labelled("Continue")))
		b.click(labelled("I have kept it: continue"))
		b.wantProfile(profile{"1", "London", "GB"})

		b.open(s.appURL + "/login?prompt=login")
		b.page("authenticator app", 200, b.logIn("Tokyo"))
		b.page("the other methods", 200, b.click(labelled("Try another method")))
		b.page("recovery code asked for", 200, b.open(b.factorLink("recovery-code")))
		b.wantPage("E-DENY-2", 403, b.click(labelled("Cancel")))
	})
	t.Run("factors with messages and devices", func(t *testing.T) {
		s := openStack(t)
		s.deploy(t, "enrol", `  api.authentication.enrollWithAny([{ type: "phone" }, { type: "push-notification" }, { type: "webauthn-roaming" }, { type: "recovery-code" }]);`)
		b := ownCookies(t, browser)
		b.open(s.appURL + "/login")
		b.page("choose a factor to enrol", 200, b.logIn("London"))
		choice := b.address()
		b.page("enrol a key", 200, b.open(b.factorLink("webauthn-roaming")))
		b.open(choice)
		b.page("keep a recovery code", 200, b.open(b.factorLink("recovery-code")))
		b.open(choice)
		b.page("enrol a phone", 200, b.open(b.factorLink("phone")))
		b.fill("#target", "123")
		b.page("enrol a phone, number wrong", 400, b.click(labelled("Send a code")))
		b.fill("#target", "+1 202 555 0123")
		b.page("code sent to a phone", 200, b.click(labelled("Send a code")))
		b.fill("#code", b.text(`[data-testid="mfa-code"]`))
		b.click(labelled("Continue"))
		if b.text("h1") == "Keep this recovery code" {
			b.click(labelled("I have kept it: continue"))
		}
		b.wantProfile(profile{"1", "London", "GB"})
	})
	t.Run("a form", func(t *testing.T) {
		s := openStack(t)
		s.deploy(t, "form", `  api.prompt.render("profile-form", { fields: { company: "Łódź & Søn", accepted: false, seats: 3 }, vars: { plan: "gold" } });`)
		b := ownCookies(t, browser)
		b.open(s.appURL + "/login")
		b.page("form", 200, b.logIn("London"))
		b.fill("#more", "{")
		b.page("form, wrong JSON", 400, b.click(labelled("Continue")))
		b.fill("#more", `{"colour": "green"}`)
		b.click(labelled("Continue"))
		if got := b.text("main"); !strings.Contains(got, `"colour": "green"`) || !strings.Contains(got, "Łódź & Søn") {
			t.Errorf("the profile does not show what the form brought:\n%s", got)
		}
	})
}

// factorLink is where the list of factors, which the tab shows, leads for one of them.
func (b *tab) factorLink(factor string) string {
	b.t.Helper()
	link := evaluate[string](b, `[...document.querySelectorAll("main a")].map(a => a.href).find(h => h.includes("factor=`+factor+`")) || ""`)
	if link == "" {
		b.t.Fatalf("the list at %s does not offer %s", b.address(), factor)
	}
	return link
}
