package actions

import (
	"testing"
	"time"
)

// An endless loop is found where it is, whatever it consists of; the line of what
// stands before it would be wrong.
func TestAnEndlessLoopIsNamedByItsLine(t *testing.T) {
	before := "exports.onExecutePostLogin = async (event, api) => {\n  let i = 0, x = api.redirect.canRedirect(); if (event.stats.logins_count === 0) return;\n"
	r := newRunner(t, Config{Workers: 1, Limits: Limits{Time: 100 * time.Millisecond, Grace: time.Minute}})
	for _, loop := range []string{
		"while (true) {}",
		"while (true);",
		"while (1) { ; }",
		"while (!0) {}",
		"while (1 < 2) {}",
		"while (x) {}",
		"while (true) i++;",
		"while (true) { i++; }",
		"const f = () => {}; while (true) f();",
		"while (1 > i) {}",
		"for (;;) {}",
		"for (;;);",
		"for (let j = 0; ; j++);",
		"for (let j = 0; j >= 0;) { x = () => j; }",
		"for (let j = 0; 0 <= j;) {}",
		"do {} while (true);",
		"do; while (1 < 2)",
		"out: while (true) { while (true) continue out; }",
		"out: for (;;) { if (i) break out; }",
		"for (const y of (function* () { while (true) yield 1; })()) {}",
		"for (const y of { [Symbol.iterator]: () => ({ next: () => ({ value: 1 }) }) }) {}",
		"(function () { 'use strict'; while (true) {} })();",
		"(() => { with ({}) while (true) {} })();",
		"eval('1'); while (true) {}",
		"await (async function* () { while (true) {} })().next();",
		"for await (const y of (async function* () { while (true) {} })()) {}",
	} {
		source := before + "  " + loop + "\n  x();\n};\n"
		flow, ev := []Action{{ID: loop, Name: "loop", Version: 1, Source: source}}, sampleEvent(t)
		// It is compiled and loaded first, so that all the time is the loop's: on a busy
		// machine that takes more than one login.
		for ev.Stats.LoginsCount = 0; ; {
			if out, err := r.PostLogin(t.Context(), flow, ev); err != nil {
				t.Fatal(err)
			} else if out.Failed == nil {
				break
			}
		}
		ev.Stats.LoginsCount = 1
		for try := 1; ; try++ {
			out, err := r.PostLogin(t.Context(), flow, ev)
			if err != nil {
				t.Fatal(err)
			}
			run := out.Runs[0]
			if run.Outcome == OutcomeTimeout && run.Error.Line == 3 {
				break
			}
			// A machine that stands still for so long can end a run above the loop, but not each.
			if try == 10 {
				t.Errorf("%s: %s in line %d, want a timeout in line 3: %s", loop, run.Outcome, run.Error.Line, run.Error.Stack)
				break
			}
		}
	}
}
