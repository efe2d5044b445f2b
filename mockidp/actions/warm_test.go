package actions

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// bothWays runs a test with a worker process and inside this process.
func bothWays(t *testing.T, cfg Config, f func(t *testing.T, r *Runner)) {
	t.Helper()
	for _, inProcess := range []bool{false, true} {
		name := "in a worker"
		if inProcess {
			name = "in this process"
		}
		t.Run(name, func(t *testing.T) {
			cfg.InProcess, cfg.Workers = inProcess, 1
			f(t, newRunner(t, cfg))
		})
	}
}

// claim runs a flow and returns the claim "r" of the ID token as JSON.
func claim(t *testing.T, r *Runner, flow ...Action) string {
	t.Helper()
	out := login(t, r, flow...)
	if out.Failed != nil {
		t.Fatal(out.Failed.Error.Stack)
	}
	return string(out.IDToken["r"])
}

func login(t *testing.T, r *Runner, flow ...Action) *Outcome {
	t.Helper()
	out, err := r.PostLogin(t.Context(), flow, sampleEvent(t))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// handler is an Action with a body for its handler and code before it.
func handler(id, top, body string) Action {
	return Action{ID: id, Name: id, Version: 1, Source: top + "\nexports.onExecutePostLogin = async (event, api) => {\n" + body + "\n};\n"}
}

const countRuns = `let n = 0;`
const tellRuns = `n++; api.idToken.setCustomClaim("r", n);`

func TestModuleScopeSurvivesWithinAVersionWhenWarm(t *testing.T) {
	bothWays(t, Config{}, func(t *testing.T, r *Runner) {
		a := handler("act_1", countRuns, tellRuns)
		for want := 1; want <= 3; want++ {
			if got := claim(t, r, a); got != fmt.Sprint(want) {
				t.Fatalf("run %d gave %s", want, got)
			}
		}
		if out := login(t, r, a); out.Runs[0].Cold {
			t.Error("a warm run says it was cold")
		}
	})
}

func TestNothingSurvivesWhenCold(t *testing.T) {
	bothWays(t, Config{Cold: true}, func(t *testing.T, r *Runner) {
		a := handler("act_1", countRuns+" globalThis.kept = (globalThis.kept || 0) + 1;", `n++; api.idToken.setCustomClaim("r", [n, kept]);`)
		for range 3 {
			if got := claim(t, r, a); got != "[1,1]" {
				t.Fatal(got)
			}
		}
	})
}

func TestModuleScopeIsSharedByNothingElse(t *testing.T) {
	bothWays(t, Config{}, func(t *testing.T, r *Runner) {
		a := handler("act_1", countRuns, tellRuns)
		claim(t, r, a)
		claim(t, r, a)
		changes := map[string]func(*Action){
			"another version":  func(a *Action) { a.Version = 2 },
			"another Action":   func(a *Action) { a.ID = "act_2" },
			"another name":     func(a *Action) { a.Name = "other" },
			"a changed source": func(a *Action) { a.Source += "// changed\n" },
		}
		for what, change := range changes {
			b := a
			change(&b)
			if got := claim(t, r, b); got != "1" {
				t.Errorf("%s sees %s runs", what, got)
			}
		}
		if got := claim(t, r, a); got != "3" {
			t.Errorf("the first Action lost its scope: %s", got)
		}
	})
}

func TestNothingLeaksBetweenActions(t *testing.T) {
	bothWays(t, Config{}, func(t *testing.T, r *Runner) {
		evil := handler("evil", "", `
			Object.prototype.polluted = "yes"; Array.prototype.includes = () => true; globalThis.shared = event; String.prototype.trim = () => "evil";
			globalThis.URL = null; JSON.parse = () => "evil"; Promise.resolve = null; require("axios").defaults.baseURL = "https://evil.test";
			event.secrets.MINE = "changed"; event.user.app_metadata.admin = true; api.idToken.setCustomClaim = null; console.log = null;`)
		evil.Secrets = map[string]string{"MINE": "evil's secret"}
		good := handler("good", "", `
			api.idToken.setCustomClaim("r", [({}).polluted === undefined, [1].includes(2), typeof shared, " a ".trim(), typeof URL, JSON.parse("1"), typeof Promise.resolve,
				require("axios").defaults.baseURL === undefined, Object.keys(event.secrets), event.user.app_metadata.admin === undefined, typeof console.log]);`)
		good.Secrets = map[string]string{"OURS": "good's secret"}
		want := `[true,false,"undefined","a","function",1,"function",true,["OURS"],true,"function"]`
		for range 3 {
			if got := claim(t, r, evil, good); got != want {
				t.Fatalf("got  %s\nwant %s", got, want)
			}
		}
	})
}

func TestEventsAreNeverShared(t *testing.T) {
	bothWays(t, Config{}, func(t *testing.T, r *Runner) {
		a := handler("act_1", "let last;", `
			const before = last && last.user.email;
			last = event;
			event.user.email = "changed@example.test";
			api.idToken.setCustomClaim("r", [before === undefined ? null : before, event.marker === undefined, event.request.marker === undefined]);
			event.marker = event.request.marker = 1;`)
		for i, want := range []string{`[null,true,true]`, `["changed@example.test",true,true]`, `["changed@example.test",true,true]`} {
			if got := claim(t, r, a); got != want {
				t.Errorf("run %d gave %s, want %s", i, got, want)
			}
		}
	})
}

func TestAnOldAPIObjectActsOnNothing(t *testing.T) {
	bothWays(t, Config{}, func(t *testing.T, r *Runner) {
		a := handler("act_1", "let first;", `
			first = first || api;
			first.idToken.setCustomClaim("r", 1);`)
		if got := claim(t, r, a); got != "1" {
			t.Fatal(got)
		}
		out := login(t, r, a)
		if out.Failed == nil || !strings.Contains(out.Failed.Description(), "on the api object of this login") {
			t.Errorf("%+v", out.Failed)
		}
	})
}

func TestATopLevelThrowIsRemembered(t *testing.T) {
	bothWays(t, Config{}, func(t *testing.T, r *Runner) {
		a := handler("act_1", `globalThis.loads = (globalThis.loads || 0) + 1; throw new Error("load " + loads);`, "")
		for range 2 {
			out := login(t, r, a)
			if out.Failed == nil || out.Failed.Description() != "load 1" {
				t.Errorf("%+v", out.Failed)
			}
		}
	})
}

func TestABrokenWorldIsDropped(t *testing.T) {
	bothWays(t, Config{Limits: unhurried}, func(t *testing.T, r *Runner) {
		limits := r.limits
		for kind, body := range map[string]string{
			OutcomeTimeout: `while (n === 2) {}`,
			OutcomeThrew:   `const f = () => f() + 1; if (n === 2) f();`,
		} {
			a := handler(kind, countRuns, `n++; `+body+` api.idToken.setCustomClaim("r", n);`)
			claim(t, r, a)
			if kind == OutcomeTimeout { // which is only this run to reach
				r.limits.Time = 200 * time.Millisecond
			}
			if out := login(t, r, a); out.Failed == nil || out.Failed.Kind != kind {
				t.Errorf("%s: %+v", kind, out.Failed)
			}
			r.limits = limits
			if got := claim(t, r, a); got != "1" {
				t.Errorf("after %s the module scope is still there: %s", kind, got)
			}
		}
		a := handler("plain", countRuns, `n++; if (n === 2) throw new Error("once"); api.idToken.setCustomClaim("r", n);`)
		claim(t, r, a)
		login(t, r, a)
		if got := claim(t, r, a); got != "3" {
			t.Errorf("an ordinary exception dropped the world: %s", got)
		}
	})
}

func TestKeptWorldsAreBounded(t *testing.T) {
	r := newRunner(t, Config{InProcess: true, Workers: 1})
	for i := range 3 * keptTexts {
		claim(t, r, handler(fmt.Sprint(i), countRuns, tellRuns))
	}
	e := r.pool.idle[0].(*local).engine
	if e.worlds.order.Len() != keptWorlds || e.texts.order.Len() != keptTexts || len(e.worlds.byKey) != keptWorlds {
		t.Errorf("%d worlds and %d texts are kept", e.worlds.order.Len(), e.texts.order.Len())
	}
}

// The second would be in time alone, and never is after the first, which has seven
// seconds to spare on a busy machine.
func TestAllActionsShareOneTimeBudget(t *testing.T) {
	bothWays(t, Config{Limits: Limits{Time: 8 * time.Second}}, func(t *testing.T, r *Runner) {
		sleep := func(ms int) string {
			return fmt.Sprintf(`await new Promise((resolve) => setTimeout(resolve, %d));`, ms)
		}
		out := login(t, r, handler("one", "", sleep(1000)), handler("two", "", sleep(7500)), handler("three", "", ""))
		if out.Failed == nil || out.Failed.Action != "two" || len(out.Runs) != 2 || out.Runs[0].Outcome != OutcomeOK {
			t.Errorf("%+v after %d runs", out.Failed, len(out.Runs))
		}
		if want := `Action "two" exceeded the 8 s limit`; out.Failed.Description() != want {
			t.Errorf("description is %q, want %q", out.Failed.Description(), want)
		}
	})
}

func TestTheEventOfTheCallerIsNotChanged(t *testing.T) {
	r := newRunner(t, Config{InProcess: true})
	ev := sampleEvent(t)
	before, err := json.Marshal(ev)
	if err != nil {
		t.Fatal(err)
	}
	a := handler("a", "", `event.user.email = "x"; api.user.setAppMetadata("k", 1);`)
	a.Secrets = map[string]string{"S": "1"}
	if _, err := r.PostLogin(t.Context(), []Action{a, a}, ev); err != nil {
		t.Fatal(err)
	}
	if after, _ := json.Marshal(ev); string(after) != string(before) {
		t.Errorf("the event became %s", after)
	}
}

func TestAnEmptyFlowNeedsNoWorker(t *testing.T) {
	r := newRunner(t, Config{})
	if out := login(t, r); out.Failed != nil || len(out.Runs) != 0 || r.pool.total != 0 {
		t.Errorf("%+v, %d workers", out, r.pool.total)
	}
}

func TestCompileDoesNotRunTheModule(t *testing.T) {
	r := newRunner(t, Config{Workers: 1})
	for name, source := range map[string]string{
		"throws": "throw new Error(); exports.onExecutePostLogin = async () => {};",
		"loops":  "while (true) {}\nexports.onExecutePostLogin = async () => {};",
	} {
		if err := r.Compile(t.Context(), name, source); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCompileRefusesLargeSources(t *testing.T) {
	r := newRunner(t, Config{Workers: 1})
	good := handler("x", "", "").Source
	if err := r.Compile(t.Context(), "x", good+strings.Repeat(" ", maxSource-len(good))); err != nil {
		t.Error(err)
	}
	var syntax *SyntaxError
	if err := r.Compile(t.Context(), "x", good+strings.Repeat(" ", maxSource)); !errors.As(err, &syntax) || !strings.Contains(err.Error(), "100 kB") {
		t.Error(err)
	}
}

// Each run's record has the warnings, so a text full of slips must not fill the log.
func TestWarningsOfATextAreBounded(t *testing.T) {
	r := newRunner(t, Config{Workers: 1})
	source := handler("x", "", strings.Repeat("event.a;\n", 10_000)).Source
	list, err := r.Check(t.Context(), "x", source)
	if err != nil || len(list) != maxWarnings {
		t.Errorf("%d warnings, error %v, want %d", len(list), err, maxWarnings)
	}
	if list[0] != (Warning{Line: list[0].Line, Text: "event.a does not exist"}) || list[0].Line == 0 {
		t.Errorf("first: %+v", list[0])
	}
}

func TestNewRefusesWrongSettings(t *testing.T) {
	for want, cfg := range map[string]Config{
		"Workers is -1": {Workers: -1},
		"negative":      {Limits: Limits{Time: -1}},
		"Limits.Hard":   {Limits: Limits{Soft: 1 << 30}},
	} {
		if _, err := New(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
