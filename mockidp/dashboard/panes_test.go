package dashboard_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/mockidptest"
)

// editing opens the editor on a new Action with this code.
func editing(t *testing.T, code string) *board {
	t.Helper()
	b := newBoard(t)
	a := b.action("claims", code, 0)
	return b.open("actions/library/details/" + a.ID)
}

// result is what the report of a dry run says.
func (b *board) result() string {
	for n := range b.Page.Descendants() {
		if n.Type == html.ElementNode && attribute(n, "id") == "result" {
			return read(n)
		}
	}
	return ""
}

func (b *board) reports(texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		if !strings.Contains(b.result(), text) {
			b.t.Errorf("the report lacks %q:\n%s", text, b.result())
		}
	}
}

func TestRunIsADryRun(t *testing.T) {
	b := editing(t, `exports.onExecutePostLogin = async (event, api) => {
  console.log("count", event.stats.logins_count);
  api.idToken.setCustomClaim("city", event.request.geoip.cityName);
  api.idToken.setCustomClaim("nothing", event.request.geoip.nothing);
  api.idToken.setCustomClaim("aud", "x");
  api.user.setAppMetadata("seen", true);
  await fetch("https://example.com/x", { method: "POST" });
  api.cache.set("k", "v");
};
`)
	b.press("Run", nil)
	b.want(200)
	b.reports("ok", "dry run",
		`Set ID token claim city = "Georgetown" (line 3)`, "Set ID token claim nothing = undefined, which is not in the token: see Warnings (line 4)",
		"nothing is undefined, so the claim will be missing (line 4)", "`aud` is reserved", "Set app_metadata.seen = true (line 6)", "log count 1 (line 2)",
		"POST https://example.com/x: kept here and answered 200 (line 7)", `city set"Georgetown"`, `email "ada@example.test"`, `"name": "cache.set"`)

	// Nothing of it is left: no login, no metadata, no request, nothing in the cache.
	u := b.idp.User("ada@example.test")
	if u.LoginsCount != 0 || strings.Contains(string(u.AppMetadata), "seen") {
		t.Errorf("user = %+v", u)
	}
	if runs, err := b.idp.Store.Runs(t.Context(), 0); err != nil || len(runs) != 0 {
		t.Errorf("%d runs, %v", len(runs), err)
	}
	b.Get(b.idp.Issuer + "_mock/outbox")
	if strings.Contains(b.Body, "example.com") {
		t.Errorf("the outbox has the request of a test: %s", b.Body)
	}
	b.idp.Deploy("reader", `exports.onExecutePostLogin = async (event, api) => { api.idToken.setCustomClaim("cached", api.cache.get("k")?.value ?? "nothing"); };`)
	b.logIn("192.0.2.1")
	runs, err := b.idp.Store.Runs(t.Context(), 1)
	must(t, err)
	if !strings.Contains(string(runs[0].Record), `"cached":"nothing"`) {
		t.Errorf("a login sees the cache of a test: %s", runs[0].Record)
	}
}

// Each test begins afresh: module-level state of the one before is gone.
func TestRunsShareNothing(t *testing.T) {
	b := editing(t, "let n = 0;\nexports.onExecutePostLogin = async (event, api) => { api.idToken.setCustomClaim(\"n\", ++n); };")
	for range 2 {
		b.press("Run", nil)
		b.reports("Set ID token claim n = 1")
	}
}

func TestRunTellsHowTheLoginEnds(t *testing.T) {
	for name, tt := range map[string]struct{ code, want string }{
		"deny":     {`api.access.deny("Not from here.")`, "Access denied. The application gets access_denied: Not from here."},
		"throw":    {`event.nothing.plan`, "(line 2)"},
		"redirect": {`api.redirect.sendUserTo("https://example.com/form")`, "The login waits here: the person is sent to https://example.com/form"},
		"factor":   {`api.multifactor.enable("any")`, "The login waits here for a second factor."},
		"markup":   {`api.access.deny("<script>alert(1)</script>")`, "<script>alert(1)</script>"},
	} {
		t.Run(name, func(t *testing.T) {
			b := editing(t, "exports.onExecutePostLogin = async (event, api) => {\n"+tt.code+";\n};")
			b.press("Run", nil)
			b.want(200)
			b.reports(tt.want)
			if b.element("script", "alert(1)") != nil {
				t.Error("text of an Action is markup")
			}
		})
	}
}

func TestChooseTheEvent(t *testing.T) {
	b := editing(t, "exports.onExecutePostLogin = async (event, api) => { console.log(event.user.name, event.request.geoip.cityName); };")
	b.press("Run", nil)
	b.reports("Ada Lovelace Georgetown")

	b.press("Use", url.Values{"user": {b.idp.User("grace@example.test").ID}, "place": {place(b, "Tokyo")}})
	b.press("Run", nil)
	b.reports("Grace Hopper Tokyo")

	b.logIn(place(b, "London"))
	b.open(strings.TrimPrefix(b.URL.Path, "/dashboard/"))
	var past string
	for n := range b.Page.Descendants() {
		if n.Data == "option" && strings.HasPrefix(attribute(n, "value"), "run:") {
			past = attribute(n, "value")
		}
	}
	b.press("Load", url.Values{"choice": {past}})
	b.press("Run", nil)
	b.reports("Ada Lovelace London")

	for event, want := range map[string]string{
		"{\n\"user\": {,}}":              "The event is not JSON: line 2",
		"[]":                             "The event must be a JSON object, not an array.",
		`{"user":{"email":{}}}`:          "The event's member user.email can't be an object.",
		`{"stats":{"logins_count":"x"}}`: "The event's member stats.logins_count can't be a string.",
	} {
		b.press("Run", url.Values{"event": {event}})
		b.want(http.StatusBadRequest)
		b.says(want)
		if got := b.field("event"); got != event {
			t.Errorf("the event comes back as %q", got)
		}
	}
	b.press("Run", url.Values{"event": {`{"user":{"name":"Eve"},"stat":{}}`}})
	b.want(200)
	b.reports("Eve undefined", `No event has the member "stat": Actions don't get it here.`)
}

func place(b *board, city string) string {
	b.t.Helper()
	for _, l := range b.idp.GeoIP.Locations() {
		if strings.HasPrefix(l.Label, city+",") {
			return l.Addr.String()
		}
	}
	b.t.Fatalf("no place %q", city)
	return ""
}

// The paste helper: what lessons, chats and word processors do to code.
func TestMend(t *testing.T) {
	broken, err := os.ReadFile("../actions/testdata/workshop-broken.js")
	must(t, err)
	for _, tt := range []struct{ name, code, text, button string }{
		{"the workshop's brace too many", string(broken), "This looks like one closing brace too many.", "Remove it"},
		{"Markdown", "exports.onExecutePostLogin = async (event, api) =\\> {\n  const a = \\[1, 2\\];\n};", "This looks copied from Markdown", "Fix 3 places"},
		{"curly quotes", "exports.onExecutePostLogin = async (event, api) => {\n  api.idToken.setCustomClaim(“n”, 1);\n};", "It has curly quotation marks", "Fix 2 places"},
		{"not async", "exports.onExecutePostLogin = function (event, api) {};", "must be an async function", "Make it async"},
		{"no handler at all", "api.idToken.setCustomClaim(\"n\", 1);", "Nothing would run", "Export it"},
		{"a handler that is not exported", "async function onExecutePostLogin(event, api) {}", "Nothing would run", "Export it"},
		{"a function that is neither async nor exported", "function onExecutePostLogin(event, api) {}", "Nothing would run", "Export it"},
		{"a constant that is neither async nor exported", "const onExecutePostLogin = (event, api) => {};", "Nothing would run", "Export it"},
		{"no text", "", "Nothing would run", "Export it"},
		{"a misspelt handler", "exports.onExecutePostlogin = async (event, api) => {};", "The handler's name is spelt in another way.", "Correct it"},
		{"an ES module", "export const onExecutePostLogin = async (event, api) => {\n};", "It exports the handler as an ES module does.", "Export it as Actions do"},
		{"a function of an ES module", "export async function onExecutePostLogin(event, api) {\n}", "Unexpected token 'export'", "Export it as Actions do"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := editing(t, "").write(tt.code, "Deploy")
			b.want(http.StatusUnprocessableEntity)
			b.says(tt.text)
			b.press(tt.button, nil)
			b.want(200)
			b.says("Mended. Press Deploy.", "Your text is not saved yet.")
			if mended := b.field("code"); !strings.Contains(mended, "async ") {
				t.Errorf("a login would refuse a handler that is not async:\n%s", mended)
			}
			b.press("Deploy", nil)
			b.want(200)
			b.says("Deployed v1.")
		})
	}
	t.Run("what nothing mends gets no offer", func(t *testing.T) {
		b := editing(t, "").write("exports.onExecutePostLogin = async (event, api) => { const = 1; };", "Deploy")
		b.want(http.StatusUnprocessableEntity)
		b.saysNot("Remove it", "Fix", "Export it")
	})
	t.Run("an offer must not only move the mistake", func(t *testing.T) {
		b := editing(t, "").write("function (user, context, callback) {\n  callback(null, user, context);\n}\n", "Deploy")
		b.want(http.StatusUnprocessableEntity)
		b.says("this is a Rule")
		b.saysNot("Export it", "Correct it")
	})
}

func TestSecrets(t *testing.T) {
	b := editing(t, "exports.onExecutePostLogin = async (event, api) => { console.log(\"secret:\", event.secrets.KEY, event.secrets.KEY?.length); };")
	text := b.field("code") + "// unsaved"
	b.press("Add Secret", url.Values{"secret_name": {"KEY"}, "secret_value": {"v-alue-1"}, "code": {text}})
	b.want(200)
	b.says("Set the secret KEY of the draft. Logins get it with the next Deploy.", "Your text is not saved yet.")
	if b.field("code") != text {
		t.Error("the text is lost")
	}
	b.saysNot("v-alue-1")
	b.press("Run", nil)
	b.reports("secret: [secret KEY] 8")
	b.saysNot("v-alue-1")
	b.press("Replace KEY", url.Values{"secret_value_KEY": {"v2"}})
	b.press("Run", nil)
	b.reports("secret: v2 2")                                                     // too short to be masked
	b.press("Enter", url.Values{"secret_name": {"OTHER"}, "secret_value": {"x"}}) // Enter in the field
	b.says("Set the secret OTHER")
	b.press("Remove KEY", nil)
	b.press("Run", nil)
	b.reports("secret: undefined undefined")
	for name, values := range map[string]url.Values{
		"A secret's name has letters, digits and _ only": {"secret_name": {"a b"}, "secret_value": {"x"}},
		"Give EMPTY a value.":                            {"secret_name": {"EMPTY"}, "secret_value": {""}},
	} {
		b.press("Add Secret", values)
		b.want(http.StatusBadRequest)
		b.says(name)
	}
}

func TestDependencies(t *testing.T) {
	b := editing(t, good)
	b.press("Add Dependency", url.Values{"dependency_name": {"axios"}})
	b.says("Added axios 1.", "to the draft.")
	b.saysNot("It is not bundled")
	b.press("Add Dependency", url.Values{"dependency_name": {"moment"}, "dependency_version": {"2.30.1"}})
	b.says("Added moment 2.30.1", "It is not bundled with this emulator")
	b.press("Remove moment", nil)
	b.says("Removed moment from the draft.")
	b.press("Add Dependency", url.Values{"dependency_name": {"moment"}})
	b.want(http.StatusBadRequest)
	b.says("its version unless it is bundled")
	a, err := b.idp.Store.ActionByName(t.Context(), "claims")
	must(t, err)
	if len(a.Dependencies) != 1 || a.Dependencies[0].Name != "axios" {
		t.Errorf("dependencies = %v", a.Dependencies)
	}
}

// A test runs with what the draft declares, as a login does after the next Deploy.
func TestRunKnowsTheDependencies(t *testing.T) {
	b := editing(t, `exports.onExecutePostLogin = async (event, api) => {
  const { ManagementClient } = require("auth0");
  await new ManagementClient({ domain: "example.com", token: "x" }).getUsers();
};`)
	b.press("Run", nil)
	b.reports("ok")
	b.press("Add Dependency", url.Values{"dependency_name": {"auth0"}, "dependency_version": {"4.0.0"}})
	b.press("Run", nil)
	b.reports("threw", "not part of version 4, which the Action declares")
}

func TestVersions(t *testing.T) {
	b := editing(t, good)
	b.says("It was never deployed.")
	b.press("Deploy", nil)
	b.write(strings.Replace(good, "1);", "2);", 1), "Deploy")
	b.press("Compare with v1", nil)
	b.reports("From v1 to the editor", `- api.idToken.setCustomClaim("n", 1);`, `+ api.idToken.setCustomClaim("n", 2);`)
	b.press("Compare with v2", nil)
	b.reports("They are the same.")

	// The draft is what was deployed, so it follows.
	b.press("Roll back to v1", nil)
	b.says("Rolled back: v3 has the code of v1. The next login runs it.", "Deployed v3")
	if b.field("code") != good {
		t.Errorf("code = %q", b.field("code"))
	}
	// A text of somebody's own stays.
	b.write(good+"// mine", "Roll back to v2")
	b.says("Rolled back: v4 has the code of v2. The next login runs it. Your draft stays as it is.", "Your text is not saved yet.")
	if b.field("code") != good+"// mine" {
		t.Errorf("code = %q", b.field("code"))
	}
	b.press("Save draft", nil)
	b.says("Saved as a draft. Logins still run v4.")
	at := b.idp.Issuer + strings.TrimPrefix(b.URL.Path, "/")
	for _, op := range []string{"rollback:9", "compare:x"} {
		b.post(at, url.Values{"op": {op}, "code": {good}, "base": {"b"}})
		b.want(http.StatusNotFound)
	}
}

func TestHelp(t *testing.T) {
	b := editing(t, mockidp.PostLoginClaims)
	b.press("Help", nil)
	b.want(200)
	b.says(`event.request.geoip.cityName "Georgetown"`, "event.stats.logins_count 1", "api.idToken.setCustomClaim(name, value)")
	if b.field("pane") != "help" {
		t.Errorf("pane = %q", b.field("pane"))
	}
}

// A test that never ends is stopped, and no login waits for it meanwhile: tests
// have a runtime of their own.
func TestEndlessRun(t *testing.T) {
	b := newBoard(t, mockidptest.Tune(func(o *mockidp.Options) { o.Runtime.Limits.Time = 5 * time.Second })) // time for the second on a busy machine
	a := b.action("claims", "exports.onExecutePostLogin = async (event, api) => {\n  for (;;) {}\n};", 0)
	b.open("actions/library/details/"+a.ID).press("Run", nil)
	b.want(200)
	b.reports("timeout", "exceeded the 5 s limit (line 2)", "The login fails.")
	b.write("exports.onExecutePostLogin = async (event, api) => { api.idToken.setCustomClaim(\"a\", 1); };", "Run")
	b.reports("ok", "Set ID token claim a = 1")
}

// However many tests hang, they take a few workers only, and the rest are told so.
func TestManyEndlessRuns(t *testing.T) {
	b := newBoard(t)
	a := b.action("claims", "exports.onExecutePostLogin = async (event, api) => {\n  for (;;) {}\n};", 0)
	b.open("actions/library/details/" + a.ID)
	form := b.controls(b.formOf(b.element("button", "Run")))
	form.Set("op", "run:")
	ctx, stop := context.WithCancel(t.Context())
	type answer struct {
		status int
		text   string
	}
	answers := make(chan answer, 5)
	var running sync.WaitGroup
	for range cap(answers) {
		running.Go(func() {
			q, err := http.NewRequestWithContext(ctx, http.MethodPost, b.URL.String(), strings.NewReader(form.Encode()))
			if err != nil {
				t.Error(err)
				return
			}
			q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			res, err := http.DefaultClient.Do(q)
			if err != nil {
				return // stopped below
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			if err != nil {
				if ctx.Err() == nil {
					t.Error(err)
				}
				return
			}
			answers <- answer{res.StatusCode, string(body)}
		})
	}
	first := <-answers // long before their limit ends the others
	stop()
	running.Wait()
	if first.status != http.StatusServiceUnavailable || !strings.Contains(first.text, "Not run. Other tests are still running") || !strings.Contains(first.text, "for (;;)") {
		t.Errorf("status %d, want 503, the reason, and the text kept:\n%.2000s", first.status, first.text)
	}
	b.write("exports.onExecutePostLogin = async (event, api) => { api.idToken.setCustomClaim(\"a\", 1); };", "Run")
	for tries := 0; b.Status == http.StatusServiceUnavailable && tries < 60; tries++ { // the server has yet to notice who has gone; it waits a second each time
		b.press("Run", nil)
	}
	b.reports("ok", "Set ID token claim a = 1")
}

// What the code editor asks while somebody types.
func TestCheckCode(t *testing.T) {
	b := editing(t, good)
	at := b.URL.String() + "/check"
	for code, want := range map[string]string{
		good:                                   "[]",
		strings.ReplaceAll(good, "\n", "\r\n"): "[]",
		"const = 1;":                           `[{"line":1,"column":7,"message":"Expected identifier but found \"=\""}]`,
	} {
		resp, err := b.Client.PostForm(at, url.Values{"code": {code}})
		must(t, err)
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		must(t, err)
		if got := strings.TrimSpace(string(body)); got != want || resp.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%q: %s, %q, want %s", code, got, resp.Header.Get("Content-Type"), want)
		}
	}
}
