package actions

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func backwards(texts ...string) string {
	for i, s := range texts {
		r := []rune(s)
		slices.Reverse(r)
		texts[i] = string(r)
	}
	return strings.Join(texts, "|")
}

// searcher is an Action that reports which of the texts it can reach.
func searcher(t *testing.T, texts ...string) Action {
	t.Helper()
	source, err := os.ReadFile("testdata/search.js")
	if err != nil {
		t.Fatal(err)
	}
	return Action{ID: "search", Name: "search", Version: 1, Source: string(source), Secrets: map[string]string{"BACKWARDS": backwards(texts...)}}
}

const foundNothing = `{"found":[],"many":true}`

// eventOf is the login of a user whose every text has the mark in it.
func eventOf(t *testing.T, mark string) *Event {
	ev := sampleEvent(t)
	ev.User.Email, ev.User.UserID, ev.User.Name = mark+"@example.test", "auth0|"+mark, mark
	ev.User.AppMetadata = []byte(`{"kept":"` + mark + `"}`)
	ev.Request.Query = map[string]string{"state": mark, "session_token": "a." + mark + ".c"}
	return ev
}

func TestTheSearchFindsWhatIsThere(t *testing.T) {
	r := newRunner(t, Config{Workers: 1, Limits: unhurried})
	out, err := r.PostLogin(t.Context(), []Action{searcher(t, "own-mark")}, eventOf(t, "own-mark"))
	if err != nil || string(out.IDToken["r"]) != `{"found":["own-mark"],"many":true}` {
		t.Errorf("%v %s %+v", err, out.IDToken["r"], out.Failed)
	}
}

// TestNothingOfOthersCanBeReached runs an Action that keeps its secret and its
// user wherever it can, then one that looks for them in the same worker.
func TestNothingOfOthersCanBeReached(t *testing.T) {
	t.Setenv("SECRET_OF_THE_SERVER", "environment-mark")
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bothWays(t, Config{Limits: unhurried}, func(t *testing.T, r *Runner) {
		owner := handler("owner", "", `
			globalThis.kept = [event, api]; module.exports.kept = event; require.kept = event; Object.prototype.kept = event;
			require("lodash").kept = event; require("util").kept = event; require.cache.kept = event; Symbol.for(event.user.email);
			Object.getPrototypeOf(api.user).kept = event; Buffer.from(JSON.stringify(event)); console.log(event, event.secrets);
			try { api.redirect.validateToken({ secret: event.secrets.MINE }); } catch (e) { void e; }
			try { new URL(event.user.email + ":" + event.secrets.MINE); } catch (e) { void e; }
			api.session.setMetadata("k", event.user.email); api.idToken.setCustomClaim("theirs", event.secrets.MINE);
			await fetch("https://x.test/?" + event.user.email);
			throw new Error(event.user.email + event.secrets.MINE);`)
		owner.Secrets = map[string]string{"MINE": "secret-mark"}
		if _, err := r.PostLogin(t.Context(), []Action{owner}, eventOf(t, "user-mark")); err != nil {
			t.Fatal(err)
		}
		thief := searcher(t, "secret-mark", "user-mark", "environment-mark", workerArg, filepath.Dir(exe), "theirs")
		if got := claim(t, r, thief); got != foundNothing {
			t.Errorf("reached: %s", got)
		}
	})
}

// TestNothingOfAnEarlierLoginCanBeReached: the same version, warm. Only what the
// module keeps itself survives, and this one keeps nothing.
func TestNothingOfAnEarlierLoginCanBeReached(t *testing.T) {
	bothWays(t, Config{Limits: unhurried}, func(t *testing.T, r *Runner) {
		a := searcher(t, "earlier-mark", "denied-mark")
		a.Source += `
			const search = exports.onExecutePostLogin;
			exports.onExecutePostLogin = async (event, api) => {
				api.session.setMetadata("k", event.user.email); api.transaction.setMetadata("k", event.user.email);
				api.user.setAppMetadata("k", event.user.email); api.cache.get(event.user.email);
				try { api.redirect.validateToken({ secret: event.user.email }); } catch (e) { void e; }
				try { api.redirect.sendUserTo(event.user.email); } catch (e) { void e; }
				console.log("%o", event);
				setTimeout(() => event, 1e6);
				fetch("https://x.test/?" + event.user.email).then(() => event);
				new Promise((resolve) => { event.resolve = resolve; }).then(() => event);
				await search(event, api);
			};`
		for i, mark := range []string{"earlier-mark", "later"} {
			out, err := r.PostLogin(t.Context(), []Action{a}, eventOf(t, mark))
			if err != nil || out.Failed != nil {
				t.Fatal(err, out.Failed)
			}
			if i == 1 && (string(out.IDToken["r"]) != foundNothing || out.Runs[0].Cold) {
				t.Errorf("reached %s, cold: %v", out.IDToken["r"], out.Runs[0].Cold)
			}
		}
	})
}

// TestTheRecordIsWhatWasCalled: an earlier login of the same version has spoilt
// the world. What a later one calls still arrives as it was called.
func TestTheRecordIsWhatWasCalled(t *testing.T) {
	bothWays(t, Config{}, func(t *testing.T, r *Runner) {
		a := handler("spoilt", `let spoilt = false;`, `
			if (!spoilt) {
				spoilt = true;
				for (const name of ["push", "map", "slice", "concat", "join", "forEach", Symbol.iterator]) Array.prototype[name] = () => [];
				JSON.stringify = () => "\"forged\""; JSON.parse = () => ({}); Object.keys = () => []; Object.entries = () => [];
				String.prototype.toString = String.prototype.valueOf = () => "forged"; Number.prototype.toString = () => "0";
				Function.prototype.call = Function.prototype.apply = Reflect.apply = () => "forged";
				globalThis.Map = globalThis.Error = globalThis.TypeError = function () { return { message: "forged" }; };
				Object.defineProperty(Array.prototype, 0, { get: () => "forged", set() {}, configurable: true });
				Object.defineProperty(Object.prototype, "secret", { get: () => "forged", configurable: true });
				return;
			}
			api.idToken.setCustomClaim("r", { user: event.user.email, list: [1, "two"] });
			api.user.setAppMetadata("k", event.user.user_id);
			console.log("%s %j", event.user.email, { a: [1] });
			try { api.accessToken.setCustomClaim("scope", 1); } catch (e) { console.log(e.message); }`)
		login(t, r, a)
		out, err := r.PostLogin(t.Context(), []Action{a}, eventOf(t, "second"))
		if err != nil || out.Failed != nil {
			t.Fatal(err, out.Failed)
		}
		if got := string(out.IDToken["r"]); got != `{"user":"second@example.test","list":[1,"two"]}` {
			t.Errorf("the claim is %s", got)
		}
		if got := string(out.AppMetadata["k"]); got != `"auth0|second"` {
			t.Errorf("the metadata is %s", got)
		}
		run := out.Runs[0]
		if run.Cold || len(run.Console) != 2 || run.Console[0].Text != `second@example.test {"a":[1]}` {
			t.Errorf("the console is %+v", run.Console)
		}
	})
}

func TestTimersAndAnswersEndWithTheirRun(t *testing.T) {
	bothWays(t, Config{Limits: unhurried}, func(t *testing.T, r *Runner) {
		a := handler("ticks", `const late = []; let n = 0; let wake;`, `
			if (n++ === 0) {
				setInterval(() => late.push("interval"), 1); setTimeout(() => late.push("timeout"), 5); setImmediate(() => late.push("immediate"));
				fetch("https://x.test/").then(() => late.push("answer"));
				new Promise((resolve) => { wake = resolve; }).then(() => { late.push("woken"); try { api.access.deny("by the first login"); } catch (e) { late.push(e.constructor.name); } });
				return;
			}
			wake();
			await new Promise((resolve) => setTimeout(resolve, 30));
			api.idToken.setCustomClaim("r", late);`)
		login(t, r, a)
		// Module scope is what survives: a promise kept there may be woken, as in
		// Node, but its api acts on nothing.
		if got := claim(t, r, a); got != `["woken","TypeError"]` {
			t.Errorf("got %s", got)
		}
	})
}
