package main

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"example.com/postlogin/mockidp"
)

// whatHappened looks at the timeline, as a list and drawn as a picture, without
// scripts: the switch is the style sheet's.
func whatHappened(t *testing.T, browser context.Context) {
	s := openStack(t)
	b := ownCookies(t, browser)
	b.withoutJavaScript()
	b.open(s.appURL + "/login")
	b.logIn("London")

	const step = `[data-step="token"]`
	if got := b.text(step); !strings.Contains(got, "back channel") || !strings.Contains(got, "POST "+s.issuer+"oauth/token → 200") {
		t.Errorf("the token step says %q", got)
	}
	b.press(step + " summary")
	if got := b.text(step + " .params"); !strings.Contains(got, "code_verifier") || !strings.Contains(got, "(used up)") {
		t.Errorf("the token request says %q", got)
	}
	// In the picture, a step stands between the lanes that it connects.
	centre := func(sel string) float64 {
		return evaluate[float64](b, `(r => (r.left + r.right) / 2)(document.querySelector('`+sel+`').getBoundingClientRect())`)
	}
	b.press("#drawn-picture")
	b.text(".lanes")
	app, idp := centre(".lanes b:nth-child(2)"), centre(".lanes b:nth-child(3)")
	if got := centre(step + " .head"); got <= app || got >= idp {
		t.Errorf("the token step is drawn at %v, want it between %v and %v", got, app, idp)
	}
	if got := centre(`[data-step="verify"] .head`); got < app-1 || got > app+1 {
		t.Errorf("the checks are drawn at %v, want the app's lane at %v", got, app)
	}
}

// earlierLogin goes from the steps of a login to those of the one before and back, on a
// telephone, with the keyboard alone and without scripts.
func earlierLogin(t *testing.T, browser context.Context) {
	s := openStack(t)
	b := ownCookies(t, browser)
	b.withoutJavaScript()
	b.width(390)
	b.open(s.appURL + "/login")
	b.logIn("London")
	first := b.stateOfTheLogin()
	b.logOut()
	b.open(s.appURL + "/login")
	b.logIn("Tokyo")
	second := b.stateOfTheLogin()
	if first == second {
		t.Fatalf("both logins had the state %s", first)
	}

	b.tabTo(labelled("See what just happened"))
	b.do("press Enter", chromedp.KeyEvent(kb.Enter))
	b.tabTo(`//nav[@aria-label="Steps of your logins"]//a[starts-with(normalize-space(), "Login 1,")]`)
	b.load("press Enter on Login 1", chromedp.KeyEvent(kb.Enter))
	if got := b.text("[data-other-login]"); !strings.HasPrefix(got, "This is an earlier login: Login 1, ") || !strings.Contains(got, "London, GB") {
		t.Errorf("the page of the first login says %q", got)
	}
	if got := b.stateOfTheLogin(); got != first {
		t.Errorf("the page of the first login has the state %s, want %s", got, first)
	}
	if top := evaluate[float64](b, `document.querySelector("#what-happened").getBoundingClientRect().top`); top < 0 || top > 450 {
		t.Errorf("the link leads to %v px from the steps", top)
	}
	b.wantProfile(profile{"2", "Tokyo", "JP"}) // of this session, all the same
	// What has focus is where the reader is, and not the top of the page.
	b.tabTo(labelled("Back to what just happened"))
	b.load("press Enter on Back", chromedp.KeyEvent(kb.Enter))
	if got := b.stateOfTheLogin(); got != second {
		t.Errorf("back at the second login, the state is %s, want %s", got, second)
	}
	// The number in the history leads to the same place.
	b.click(`[data-visit="1"] a`)
	earlier := b.address()
	if got := b.stateOfTheLogin(); got != first {
		t.Errorf("the number 1 leads to the state %s, want %s", got, first)
	}

	look := newTab(t, b.ctx)
	look.page("earlier login", 200, look.open(earlier))
	look.press("#drawn-picture")
	look.page("earlier login, drawn as a picture", 200, 200)
	look.page("no such login", 200, look.open(s.appURL+"/profile?login=unknown"))
	if got := look.text("[data-not-kept]"); !strings.Contains(got, "are not kept") {
		t.Errorf("an unknown login: %q", got)
	}
	if got := look.stateOfTheLogin(); got != second {
		t.Errorf("an unknown login shows the state %s, want %s", got, second)
	}
}

// stateOfTheLogin is the state of the authorization request in the steps on the page,
// cut, and yet another in each login.
func (b *tab) stateOfTheLogin() string {
	b.t.Helper()
	return evaluate[string](b, `[...document.querySelectorAll('[data-step="authorize"] .params > div')].find(p => p.textContent.startsWith("state")).querySelector("dd code").textContent`)
}

// whoSetIt reads who set each claim, and why one is missing.
func whoSetIt(t *testing.T, browser context.Context) {
	s := openStack(t)
	b := ownCookies(t, browser)
	err := mockidp.Deploy(t.Context(), s.idp.Store, "second", "exports.onExecutePostLogin = async (event, api) => {\n  console.log('hello');\n  api.idToken.setCustomClaim('last_login_city', undefined);\n};")
	if err != nil {
		t.Fatal(err)
	}
	b.open(s.appURL + "/login")
	b.logIn("London")
	for claim, want := range map[string]string{
		"login_count": "Action post-login-claims v1, line ", "email": "scope email", "iss": "identity provider",
	} {
		if got := b.text(`[data-claim-row="` + claim + `"] [data-set-by]`); !strings.HasPrefix(got, want) {
			t.Errorf("%s is set by %q, want %q", claim, got, want)
		}
	}
	if got := b.text(`[data-step="actions"]`); !strings.Contains(got, "inside the provider") || !strings.Contains(got, "second v1 set 0 claims") || !strings.Contains(got, "Console: 1 line.") {
		t.Errorf("the Actions step says %q", got)
	}
	b.press(`//div[@class="card"][.//*[@data-testid="last_login_city"]]//summary`)
	if got := b.text(`//div[@class="card"][.//*[@data-testid="last_login_city"]]//details/p`); !strings.Contains(got, "The Action second v1, line 3, set it to undefined") {
		t.Errorf("the reason why the city is missing: %q", got)
	}
	b.click(`//header//a[normalize-space()="Identity provider"]`)
	if at := b.address(); at != s.issuer {
		t.Errorf("the link to the provider leads to %s, want %s", at, s.issuer)
	}
}

// refreshed gets new tokens by the button, after the Action has changed.
func refreshed(t *testing.T, browser context.Context) {
	s := openStack(t, func(o *options) { o.scopes = []string{"openid", "profile", "email", "offline_access"} })
	b := ownCookies(t, browser)
	b.open(s.appURL + "/login")
	b.logIn("London")
	err := mockidp.Deploy(t.Context(), s.idp.Store, "plan", "exports.onExecutePostLogin = async (event, api) => { api.idToken.setCustomClaim('plan', 'gold'); };")
	if err != nil {
		t.Fatal(err)
	}
	b.click(labelled("Refresh my tokens"))
	if got := b.text(`[data-changed="plan"]`); !strings.Contains(got, "not there") || !strings.Contains(got, `"gold"`) {
		t.Errorf("the change says %q", got)
	}
	if got := b.text(`[data-claim-row="plan"] [data-set-by]`); got != "Action plan v1, line 1" {
		t.Errorf("plan is set by %q", got)
	}
	// A refresh is no login: the count stays, and nobody is at the provider.
	b.wantProfile(profile{"1", "London", "GB"})
	if got := b.text(`[data-step="refresh"]`); !strings.Contains(got, "POST /refresh") {
		t.Errorf("the first step says %q", got)
	}
	b.checkPage()
	b.click(labelled("Refresh my tokens"))
	b.wantProfile(profile{"1", "London", "GB"})
}

// loggedOutElsewhere: the person logs out at the provider, in another tab. The app
// is told over the back channel; its own cookie never moved.
func loggedOutElsewhere(t *testing.T, browser context.Context) {
	s := openStack(t)
	app := ownCookies(t, browser)
	app.open(s.appURL + "/login")
	app.logIn("London")
	other := newTab(t, app.ctx)
	other.open(s.issuer + "oidc/logout")
	other.click(`//button[normalize-space()="Log out"]`)
	app.wantCode("E-SES-1", app.load("reload", chromedp.Reload()), 401)
}

// expiresMeanwhile: the ID token expires while its claims are looked at. The page
// stays, and a banner says so; without scripts, it does at the next visit.
func expiresMeanwhile(t *testing.T, browser context.Context) {
	s := openStack(t)
	client, err := s.idp.Store.Client(t.Context(), "demo-app")
	if err != nil {
		t.Fatal(err)
	}
	// The page must be there before the token has expired: on a busy machine that takes
	// a longer life, and another login.
	b, logins, opened := ownCookies(t, browser), 0, false
	for life := 4 * time.Second; !opened; life *= 2 {
		if life > patience {
			t.Fatal("no page was opened while its token was valid")
		}
		short := *client
		short.IDTokenLifetime = life
		if err := s.idp.Store.PutClient(t.Context(), &short); err != nil {
			t.Fatal(err)
		}
		b.open(s.appURL + "/login?prompt=login")
		b.logIn("London")
		logins++
		opened = evaluate[bool](b, `Boolean(document.querySelector("[data-expires]"))`)
	}
	if got := b.text("[data-expired] p"); !strings.Contains(got, "This ID token has expired since you opened this page.") { // waits until it is visible
		t.Errorf("the banner says %q", got)
	}
	b.wantProfile(profile{strconv.Itoa(logins), "London", "GB"})
	b.open(s.appURL + "/profile")
	if got := b.text("[data-expired] p"); !strings.Contains(got, "This ID token expired") || !strings.Contains(got, "Log in again to refresh them.") {
		t.Errorf("the banner says %q", got)
	}
	b.checkPage()
}

// claimsOfEveryShape: whatever an Action puts into the token stands on the page as it
// is, and breaks nothing.
func claimsOfEveryShape(t *testing.T, browser context.Context) {
	s := openStack(t)
	err := mockidp.Deploy(t.Context(), s.idp.Store, "shapes", `exports.onExecutePostLogin = async (event, api) => {
  const set = (name, value) => api.idToken.setCustomClaim(name, value);
  set("login_count", {not: "a number"});
  set("last_login_city", "São Paulo");
  set("nested", {a: [1, {b: null, c: [true, "x"]}], "ключ": "значение"});
  set("long", "ä".repeat(10240));
  set("arabic", "القاهرة (مصر) 123");
  set("script", "</script><script>document.title = 'owned'</script><img src=x onerror=\"document.title = 'owned'\">");
  set("override", "abc\u202egpj.exe");
  set("https://app.example/roles", ["admin", "editor"]);
  set("zero", 0); set("no", false); set("nothing", null); set("empty", ""); set("list", []); set("big", 12345678901234567890);
  set("picture", "javascript:alert(1)");
};`)
	if err != nil {
		t.Fatal(err)
	}
	b := ownCookies(t, browser)
	b.open(s.appURL + "/login")
	b.logIn("London")
	b.wantProfile(profile{`{"not":"a number"}`, "São Paulo", "GB"})
	for claim, want := range map[string]string{
		"nested": `{"a":[1,{"b":null,"c":[true,"x"]}],"ключ":"значение"}`, "arabic": `"القاهرة (مصر) 123"`, "override": `"abc\u202egpj.exe"`,
		"https://app.example/roles": `["admin","editor"]`, "zero": "0", "no": "false", "nothing": "null", "empty": `""`, "list": "[]",
		"script": `"</script><script>document.title = 'owned'</script><img src=x onerror=\"document.title = 'owned'\">"`, "picture": `"javascript:alert(1)"`,
	} {
		if got := b.text(`[data-claim-row="` + claim + `"] td`); got != want {
			t.Errorf("%s = %q, want %q", claim, got, want)
		}
	}
	long := `[data-claim-row="long"] td `
	if got := b.text(long + "code"); len([]rune(got)) != 201 || !strings.HasSuffix(got, "…") {
		t.Errorf("the long claim begins with %d characters", len([]rune(got)))
	}
	b.press(long + "summary")
	if got := b.text(long + "pre"); len([]rune(got)) != 10242 {
		t.Errorf("all of the long claim has %d characters, want 10240 and two quotes", len([]rune(got)))
	}
	if got := evaluate[string](b, "document.title"); got != "Your profile · Demo app" {
		t.Errorf("title = %q: a claim ran as a script", got)
	}
	b.checkPage()
}
