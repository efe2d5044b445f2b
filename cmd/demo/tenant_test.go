package main

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/store"
)

// tenantPages looks at the pages of users and applications.
func tenantPages(t *testing.T, browser context.Context) {
	s := openStack(t)
	b := ownCookies(t, browser)
	w := &workshop{t: t, s: s, b: b}
	w.logIn("London")
	ada, err := s.idp.Store.UserByEmail(t.Context(), "ada@example.test")
	must(t, err)
	must(t, s.idp.Store.AddAuthenticator(t.Context(), &store.Authenticator{UserID: ada.ID, Type: "phone", Target: "+1 202 555 0123"}))

	b.page("Users", 200, b.open(s.issuer+"dashboard/users"))
	b.page("Users, found nothing", 200, b.open(s.issuer+"dashboard/users?q=nothing"))
	b.page("Create User", 200, b.open(s.issuer+"dashboard/users/create"))
	b.fill("#email", "Łódź")
	evaluate[bool](b, `document.querySelector("main form").noValidate = true`) // a browser that checks nothing
	b.page("Create User, wrong", 400, b.click(labelled("Create")))
	user := s.issuer + "dashboard/users/" + url.PathEscape(ada.ID)
	b.page("User", 200, b.open(user))
	b.fill("#app_metadata", "{\n  \"plan\": \"gold\"\n  \"seats\": 3\n}")
	b.page("User, wrong metadata", 422, b.click(`//form[@aria-labelledby="app_metadata-title"]//button`))
	if got := b.text("#app_metadata-error"); !strings.HasPrefix(got, "line 3, column 3: missing comma") {
		t.Errorf("the error says %q", got)
	}
	if got := evaluate[string](b, `document.activeElement.id`); got != "app_metadata" {
		t.Errorf("the focus is on %q, want it in the field that is wrong", got)
	}
	b.page("User, raw", 200, b.open(user+"?tab=raw"))
	b.page("User, reset", 200, b.open(user+"?done=count"))
	b.page("Delete User", 200, b.open(user+"/delete"))
	b.page("no such user", 404, b.open(s.issuer+"dashboard/users/nobody"))

	b.page("Applications", 200, b.open(s.issuer+"dashboard/applications"))
	b.page("Create Application", 200, b.open(s.issuer+"dashboard/applications/create"))
	app := s.issuer + "dashboard/applications/demo-app"
	b.page("Application", 200, b.open(app))
	b.openDetails()
	b.page("Application, all snippets", 200, 200)
	b.fill("#callbacks", "localhost:3000/callback")
	b.page("Application, wrong callback", 422, b.click(labelled("Save")))
}

// toolPages looks at the pages of outbox, keys and locations.
func toolPages(t *testing.T, browser context.Context) {
	s := openStack(t)
	b := ownCookies(t, browser)
	w := &workshop{t: t, s: s, b: b}
	b.page("Outbox, empty", 200, b.open(s.issuer+"dashboard/outbox"))
	must(t, mockidp.Deploy(t.Context(), s.idp.Store, "people", `exports.onExecutePostLogin = async (event, api) => {
  await fetch("https://people.example.com/v1/people/`+strings.Repeat("long/", 30)+`?email=" + event.user.email, {
    method: "POST", headers: { authorization: "Bearer x", "content-type": "application/json" }, body: JSON.stringify({ name: event.user.name, tags: ["a", "b"] }) });
};`))
	w.logIn("London")
	b.page("Outbox", 200, b.open(s.issuer+"dashboard/outbox"))
	b.page("a request", 200, b.click(`main tbody a`))
	b.page("a rule for it", 200, b.click(labelled("Answer with…")))
	b.fill("#status", "1000")
	b.page("a wrong rule", 422, b.click(labelled("Add rule")))
	b.fill("#status", "503")
	b.fill("#delay", "50")
	b.page("with a rule", 200, b.click(labelled("Add rule")))
	b.page("found nothing", 200, b.open(s.issuer+"dashboard/outbox?q=nothing"))

	b.page("Keys", 200, b.open(s.issuer+"dashboard/keys"))
	b.page("Keys, rotated", 200, b.click(labelled("Rotate now")))
	b.page("Locations", 200, b.open(s.issuer+"dashboard/locations"))
	b.width(390)
	if broken := evaluate[string](b, `[...document.querySelectorAll(".chips .quiet")].filter(e => e.offsetHeight > 1.5 * parseFloat(getComputedStyle(e).lineHeight)).map(e => e.textContent).join(", ")`); broken != "" {
		t.Errorf("addresses are broken in two: %s", broken)
	}
	b.width(1280)
	b.page("Locations, looked up", 200, b.click(`//a[contains(., "Tokyo")]`))
	b.page("Locations, no address", 400, b.open(s.issuer+"dashboard/locations?ip=x"))
}
