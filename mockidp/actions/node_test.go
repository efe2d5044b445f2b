package actions

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// The files in testdata/node hold what Node answered; answers.js there made them.

func nodeFile(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/node/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// inAction runs JavaScript that calls tell(value) and returns the values.
func inAction(t *testing.T, js string) []json.RawMessage {
	t.Helper()
	r := newRunner(t, Config{InProcess: true})
	out := login(t, r, handler("node", "", "const tell = (v) => api.idToken.setCustomClaim('x', v);\n"+js))
	if out.Failed != nil {
		t.Fatal(out.Failed.Error.Stack)
	}
	var told []json.RawMessage
	for _, c := range out.Runs[0].Commands {
		told = append(told, c.Args[1])
	}
	return told
}

func TestConsoleOutputIsNodes(t *testing.T) {
	var want []string
	mustJSON(t, nodeFile(t, "inspect.json"), &want)
	got := inAction(t, "const util = require('util');\n"+string(nodeFile(t, "inspect-cases.js"))+`
		for (const v of vals) tell(util.inspect(v));
		for (const f of formats) tell(util.format(...f));`)
	if len(got) != len(want) {
		t.Fatalf("%d answers, want %d", len(got), len(want))
	}
	for i := range want {
		var s string
		mustJSON(t, got[i], &s)
		if s != want[i] {
			t.Errorf("value %d is shown as\n%s\nNode shows\n%s", i, s, want[i])
		}
	}
}

func TestDatesAreNodesOrRefused(t *testing.T) {
	var rows [][]any
	mustJSON(t, nodeFile(t, "dates.json"), &rows)
	refused := 0
	for part := range slices.Chunk(rows, 300) { // an Action has at most 100 kB
		js, err := json.Marshal(part)
		if err != nil {
			t.Fatal(err)
		}
		got := inAction(t, "const rows = "+string(js)+`;
			for (const [time, locale, kind, options] of rows) {
				let answer;
				try { answer = new Date(time)["toLocale" + kind](locale, options); } catch (e) { answer = e.message; }
				tell(answer);
			}`)
		for i, row := range part {
			var s string
			mustJSON(t, got[i], &s)
			switch want := row[4].(string); {
			case s == want, want[0] == '!':
			case strings.Contains(s, "not supported by this emulator"):
				refused++
			default:
				t.Errorf("%v gave %q", row, s)
			}
		}
	}
	if refused > len(rows)/3 {
		t.Errorf("%d of %d were refused", refused, len(rows))
	}
}

func TestNumbersAreNodes(t *testing.T) {
	var rows [][]any
	mustJSON(t, nodeFile(t, "numbers.json"), &rows)
	got := inAction(t, "const rows = "+string(nodeFile(t, "numbers.json"))+`;
		for (const [x, options] of rows) tell(Number(x).toLocaleString("en-US", options === null ? undefined : options));`)
	for i, row := range rows {
		var s string
		mustJSON(t, got[i], &s)
		if s != row[2].(string) {
			t.Errorf("%v gave %q", row, s)
		}
	}
}

func TestURLsAreNodes(t *testing.T) {
	var rows [][]any
	mustJSON(t, nodeFile(t, "urls.json"), &rows)
	got := inAction(t, "const rows = "+string(nodeFile(t, "urls.json"))+`;
		for (const [input, base] of rows) {
			let answer;
			try { answer = new URL(input, base === null ? undefined : base).href; } catch (e) { answer = "!" + e.code; }
			tell(answer);
		}`)
	for i, row := range rows {
		var s string
		mustJSON(t, got[i], &s)
		if s != row[2].(string) {
			t.Errorf("%q on %v gave %s, Node gives %s", row[0], row[1], s, row[2])
		}
	}
}
