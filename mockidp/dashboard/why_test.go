package dashboard_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"example.com/postlogin/mockidp/store"
)

// on is an Action with this handler body, which begins at line 2.
func on(lines ...string) string {
	return "exports.onExecutePostLogin = async (event, api) => {\n" + strings.Join(lines, "\n") + "\n};\n"
}

const setCount = `  api.idToken.setCustomClaim("login_count", event.stats.logins_count);`

// bound makes a deployed Action, the last of the login flow.
func (b *board) bound(name, code string) *store.Action {
	b.t.Helper()
	a := b.action(name, code, 1)
	must(b.t, b.idp.Store.BindLast(b.t.Context(), a.ID))
	return a
}

// redeploy makes code the Action's next version.
func (b *board) redeploy(a *store.Action, code string) {
	b.t.Helper()
	must(b.t, b.idp.Store.SaveDraft(b.t.Context(), a.ID, code, a.UpdatedAt))
	_, err := b.idp.Store.Deploy(b.t.Context(), a.ID, b.idp.User("ada@example.test").CreatedAt.Add(1<<40))
	must(b.t, err)
}

// openFlow posts the order that a page of the flow shows without having applied it.
func (b *board) openFlow(ids ...string) {
	b.t.Helper()
	b.post(b.idp.Issuer+"dashboard/actions/flows/login/pending", url.Values{"order": ids})
	b.want(http.StatusNoContent)
}

// Each cause comes from real Actions and real logins. A button that mends it is
// pressed; what is left is then another cause, or none.
func TestWhyIsMyClaimMissing(t *testing.T) {
	const somewhere = "192.0.2.1"
	tests := []struct {
		cause  string
		claim  string // login_count when empty
		happen func(*board)
		text   string // with … where a time is
		mend   string // label of the button or link
		then   string // cause after it was pressed; empty: not looked at
	}{
		{"not-mentioned", "", func(b *board) {
			b.bound("other", on(`  // login_count`, `  api.idToken.setCustomClaim("logins", 1);`))
			b.logIn(somewhere)
		},
			"No Action mentions login_count. Create one: Actions > Library.", "Create an Action", "not-mentioned"},
		{"draft-only", "", func(b *board) { b.action("post-login-claims", on(setCount), 0); b.logIn(somewhere) },
			"post-login-claims sets it, but was never deployed. Press Deploy.", "Deploy", "not-in-flow"},
		{"draft-newer", "", func(b *board) {
			a := b.bound("post-login-claims", on(""))
			must(b.t, b.idp.Store.SaveDraft(b.t.Context(), a.ID, on(setCount), a.UpdatedAt))
			b.logIn(somewhere)
		}, "The deployed v1 does not set it; your draft does. Press Deploy.", "Deploy", "ran-before"},
		{"not-in-flow", "", func(b *board) { b.action("post-login-claims", on(setCount), 1); b.logIn(somewhere) },
			"post-login-claims is deployed, but not in the Login flow. Actions > Flows > Login, drag it in, Apply.", "Add to flow", "ran-before"},
		{"not-applied", "", func(b *board) {
			a := b.action("post-login-claims", on(setCount), 1)
			b.openFlow(a.ID)
			b.logIn(somewhere)
		}, "You put it in the flow but did not press Apply.", "Add to flow", "ran-before"},
		{"ran-before", "", func(b *board) { b.logIn(somewhere); b.bound("post-login-claims", on(setCount)) },
			"Your token is from …, the flow was changed at …. Log out and in again.", "Open Demo app", ""},
		{"ran-before", "", func(b *board) {
			a := b.bound("post-login-claims", on(""))
			b.logIn(somewhere)
			b.redeploy(a, on(setCount))
		}, "Your token is from …, v2 of post-login-claims was deployed at …. Log out and in again.", "Open Demo app", ""},
		{"access-token", "", func(b *board) {
			b.bound("post-login-claims", on(`  api.accessToken.setCustomClaim("login_count", 3);`))
			b.logIn(somewhere)
		}, "Line 2 uses api.accessToken. The profile shows the ID token: use api.idToken.", "Open post-login-claims", ""},
		{"no-value", "last_login_city", func(b *board) {
			b.bound("post-login-claims", on(setCount, `  api.idToken.setCustomClaim("last_login_city", event.request.geoip.cityName);`))
			b.logIn("127.0.0.1")
		}, "Line 3 gave undefined: event.request.geoip.cityName is empty for 127.0.0.1. Choose a place on the login page.", "Open Demo app", ""},
		{"no-value", "plan", func(b *board) {
			b.bound("post-login-claims", on(`  api.idToken.setCustomClaim('plan', event.user.user_metadata?.plan);`))
			b.logIn(somewhere)
		}, "Line 2 gave undefined: event.user.user_metadata.plan is empty for ada@example.test.", "Open post-login-claims", ""},
		{"no-value", "plan", func(b *board) {
			b.bound("post-login-claims", on(`  api.idToken.setCustomClaim("plan", null);`))
			b.logIn(somewhere)
		}, "Line 2 gave null: null had no value.", "Open post-login-claims", ""},
		{"reserved", "aud", func(b *board) {
			b.bound("post-login-claims", on(`  api.idToken.setCustomClaim("aud", "me");`))
			b.logIn(somewhere)
		}, "`aud` is a protocol claim. The real service ignores it silently; here you are told.", "Open post-login-claims", ""},
		{"failed", "", func(b *board) {
			b.bound("post-login-claims", on("", `  const none = undefined;`, `  none.plan;`, setCount))
			b.logIn(somewhere)
		}, "post-login-claims failed at line 4: Cannot read properties of undefined (reading 'plan').", "Open post-login-claims", ""},
		{"ended-before", "", func(b *board) {
			b.bound("deny-by-country", on(`  api.access.deny("Not from there.");`))
			b.bound("post-login-claims", on(setCount))
			b.logIn(somewhere)
		}, "deny-by-country (position 1) ended the login first.", "Open deny-by-country", ""},
		{"not-reached", "", func(b *board) {
			b.bound("post-login-claims", on(`  if (event.client.client_id === "demo-app") return;`, setCount))
			b.logIn(somewhere)
		}, "Line 2 returns early for client demo-app.", "Open post-login-claims", ""},
		{"not-reached", "", func(b *board) {
			b.bound("post-login-claims", on(`  const ids = ["a"].map((x) => { return x; });`, `  if (event.client.client_id === "another") {`, setCount, `  }`))
			b.logIn(somewhere)
		}, "Line 4 was not reached for client demo-app: what is around it did not come true.", "Open post-login-claims", ""},
		{"not-reached", "", func(b *board) {
			b.bound("post-login-claims", on(`  setTimeout(() => api.idToken.setCustomClaim("login_count", 1), 10);`))
			b.logIn(somewhere)
		}, "Line 2 was not reached for client demo-app: the function around it was not called before the Action had ended. Is an await missing?", "Open post-login-claims", ""},
		{"not-reached", "", func(b *board) {
			b.bound("post-login-claims", on(`  if (event.client.client_id === "another") return;`, `  if (event.stats.logins_count > 100) {`, setCount, `  }`))
			b.logIn(somewhere)
		}, "Line 4 was not reached for client demo-app: the Action returned before it, at line 2, or what is around it did not come true.", "Open post-login-claims", ""},
		// The name is only a variable's, a key's or a text's: its line may well have run.
		{"not-reached", "", func(b *board) {
			b.bound("post-login-claims", on(`  const login_count = event.stats.logins_count;`, `  api.idToken.setCustomClaim("count", login_count);`))
			b.logIn(somewhere)
		}, `Line 2 mentions login_count, but this login set no claim of that name: api.idToken.setCustomClaim("login_count", …) does.`, "Open post-login-claims", ""},
		{"draft-only", "", func(b *board) {
			b.action("post-login-claims", on(`  api.idToken.login_count = 1;`), 0)
			b.logIn(somewhere)
		}, "post-login-claims mentions it, but was never deployed. Press Deploy.", "Deploy", "not-in-flow"},
		{"draft-only", "", func(b *board) {
			b.bound("counter", on(`  api.user.setAppMetadata("login_count", 1);`))
			b.action("post-login-claims", on(setCount), 0)
			b.logIn(somewhere)
		}, "post-login-claims sets it, but was never deployed. Press Deploy.", "Deploy", "not-in-flow"},
		{"no-login", "", func(b *board) { b.bound("post-login-claims", on(setCount)) },
			"Nobody has logged in yet. Log in, then look again.", "Open Demo app", ""},
		{"present", "", func(b *board) { b.bound("post-login-claims", on(setCount)); b.logIn(somewhere) },
			"It is not missing: the login at … put login_count = 1 into the ID token.", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.cause+" "+tt.claim, func(t *testing.T) {
			t.Parallel()
			b := newBoard(t)
			tt.happen(b)
			claim := tt.claim
			if claim == "" {
				claim = "login_count"
			}
			b.open("why").press("Ask", url.Values{"claim": {claim}})
			b.want(http.StatusOK)
			b.saysSentence(tt.text)
			if got := b.cause(); got != tt.cause {
				t.Errorf("cause = %q, want %q", got, tt.cause)
			}
			b.sameAsJSON(claim, tt.cause)
			if tt.mend == "" {
				return
			}
			if tt.then == "" {
				if b.element("a", tt.mend) == nil {
					t.Errorf("no link %q:\n%s", tt.mend, b.main())
				}
				return
			}
			if b.element("a", tt.mend) != nil {
				b.follow(tt.mend)
			} else {
				b.press(tt.mend, nil)
			}
			b.want(http.StatusOK)
			b.open("why?claim=" + claim)
			if got := b.cause(); got != tt.then {
				t.Errorf("after %q the cause is %q, want %q:\n%s", tt.mend, got, tt.then, b.main())
			}
		})
	}
}

// sentence is the answer on the page.
func (b *board) sentence() string {
	for n := range b.Page.Descendants() {
		if attribute(n, "data-testid") == "why" {
			return read(n)
		}
	}
	return ""
}

func (b *board) cause() string {
	for n := range b.Page.Descendants() {
		if has(n, "data-cause") {
			return attribute(n, "data-cause")
		}
	}
	return ""
}

// saysSentence compares the answer with want, in which … stands for any time.
func (b *board) saysSentence(want string) {
	b.t.Helper()
	rest := b.sentence()
	if rest == want { // with a … of its own
		return
	}
	for i, part := range strings.Split(want, "…") {
		at := strings.Index(rest, part)
		if at < 0 || i == 0 && at > 0 {
			b.t.Errorf("answer = %q, want %q", b.sentence(), want)
			return
		}
		rest = strings.TrimSpace(rest[at+len(part):])
	}
	if rest != "" {
		b.t.Errorf("answer = %q, want %q", b.sentence(), want)
	}
}

// sameAsJSON reads the answer as a program does.
func (b *board) sameAsJSON(claim, cause string) {
	b.t.Helper()
	res, err := http.Get(b.idp.Issuer + "_mock/why?claim=" + url.QueryEscape(claim))
	must(b.t, err)
	defer res.Body.Close()
	var got struct{ Claim, Cause, Text, URL string }
	must(b.t, json.NewDecoder(res.Body).Decode(&got))
	if got.Claim != claim || got.Cause != cause || got.Text == "" || got.URL != b.idp.Issuer+"dashboard/why?claim="+url.QueryEscape(claim) {
		b.t.Errorf("JSON = %+v", got)
	}
}

// An answer about an older login is worked out from that one's record.
func TestWhyOfAnOlderLogin(t *testing.T) {
	b := newBoard(t)
	a := b.bound("post-login-claims", on(`  api.accessToken.setCustomClaim("login_count", 3);`))
	b.logIn("192.0.2.1")
	first, err := b.idp.Store.Runs(t.Context(), 1)
	must(t, err)
	b.redeploy(a, on(setCount))
	b.logIn("192.0.2.1")

	b.open("why?claim=login_count")
	if got := b.cause(); got != "present" {
		t.Errorf("of the last login: %q, want present", got)
	}
	b.open("why?claim=login_count&transaction=" + first[0].ID)
	if got := b.cause(); got != "access-token" {
		t.Errorf("of the first login: %q, want access-token", got)
	}
	b.says("v2 was deployed since. Log in again.")
	b.Get(b.idp.Issuer + "dashboard/why?claim=login_count&transaction=nope")
	b.want(http.StatusNotFound)
}

// Names that look like the missing one, and hostile ones.
func TestWhyNames(t *testing.T) {
	b := newBoard(t)
	b.bound("post-login-claims", on(`  const ns = "https://example.com/";`, `  api.idToken.setCustomClaim("login-count", 1);`, "  api.idToken.setCustomClaim(`${ns}city`, 'x');"))
	b.open("why?claim=login_cuont")
	b.says("No Action mentions login_cuont.", "post-login-claims sets login-count (line 3). Is that the one?")
	b.logIn("192.0.2.1")
	b.open("why?" + url.Values{"claim": {"https://example.com/city"}}.Encode())
	if got := b.cause(); got != "present" {
		t.Errorf("cause = %q, want present", got)
	}
	b.open("why?" + url.Values{"claim": {`"><script>alert(1)</script>`}}.Encode())
	b.says(`No Action mentions "><script>alert(1)</script>.`)
	for n := range b.Page.Descendants() {
		if n.Data == "script" && attribute(n, "src") == "" {
			t.Error("the claim's name became markup")
		}
	}
}

// An order that was applied, or undone by the person, is pending no longer.
func TestPendingFlowIsForgotten(t *testing.T) {
	b := newBoard(t)
	first, second := b.bound("first", on("")), b.action("second", on(setCount), 1)
	ask := func(want string) {
		t.Helper()
		b.open("why?claim=login_count")
		if got := b.cause(); got != want {
			t.Errorf("cause = %q, want %q", got, want)
		}
	}
	b.openFlow(first.ID, second.ID)
	ask("not-applied")
	b.openFlow(first.ID)
	ask("not-in-flow")
	b.openFlow(first.ID, second.ID)
	must(t, b.idp.Store.BindLast(t.Context(), second.ID))
	must(t, b.idp.Store.Unbind(t.Context(), second.ID))
	ask("not-in-flow")
	b.post(b.idp.Issuer+"dashboard/actions/flows/login/pending", url.Values{"order": {"no such Action"}})
	b.want(http.StatusNotFound)
}

// The page of the flow tells of an order that was not applied, without a script too.
func TestPendingFlowOfThePage(t *testing.T) {
	b := newBoard(t)
	b.action("post-login-claims", on(setCount), 1)
	b.open("actions/flows/login").press("Add post-login-claims", nil).want(http.StatusOK)
	ask := func(want string) {
		t.Helper()
		other := b.another()
		other.open("why?claim=login_count")
		if got := other.cause(); got != want {
			t.Errorf("cause = %q, want %q", got, want)
		}
	}
	ask("not-applied")
	b.press("Remove post-login-claims", nil).want(http.StatusOK)
	ask("not-in-flow")
	b.press("Add post-login-claims", nil).press("Apply", nil).want(http.StatusOK)
	ask("no-login")
}

// What the run warned of at the line says more than that there was no value.
func TestWhyNamesTheSlip(t *testing.T) {
	tests := []struct{ code, hint string }{
		{on(`  api.idToken.setCustomClaim("login_count", event.stats.login_count);`), "event.stats.login_count does not exist: did you mean logins_count?"},
		{on(`  api.idtoken.setCustomClaim("login_count", 1);`), "api.idtoken does not exist: did you mean idToken?"},
		{on(`  const login_count = 1;`, `  api.idToken.setCustomClaim("count", login_count);`), "It set count (line 3)."},
		{on(`  const answer = fetch("https://api.example.test/plan");`, `  api.idToken.setCustomClaim("login_count", answer.count);`, `  api.idToken.setCustomClaim("who", Promise.resolve(1));`),
			"the Action ended before the answer from api.example.test came: is an await missing, or was it given up? (line 2)"},
		{on(`  const count = async () => 1;`, `  api.idToken.setCustomClaim("login_count", count());`),
			"the value of login_count is a promise, not what it will give: is an await missing? (line 3)"},
		{on(`  try {`, `    event.user.app_metadata.a.b;`, setCount, `  } catch {}`), "It catches errors itself: one of them may have led around the line."},
	}
	for _, tt := range tests {
		t.Run(tt.hint, func(t *testing.T) {
			t.Parallel()
			b := newBoard(t)
			b.bound("post-login-claims", tt.code)
			b.logIn("192.0.2.1")
			b.open("why?claim=login_count")
			b.says(tt.hint)
		})
	}
}
