package actions

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// The seven Actions of testdata/seven do what the seven of the workshop teach:
// mail domains, a call to sales, a data lake, enriched tokens, office hours, a
// policy to accept, a trial. answers.js there made the JSON files with Node.

func sevenFile(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/seven/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// sevenLogin is one row of answers.json.
type sevenLogin struct {
	Action  string
	Secrets map[string]string
	Events  []json.RawMessage
	Answers []struct {
		Commands [][]any
		Console  [][2]string
		Requests [][5]string // method, URL, body, content type, authorization
	}
}

func TestTheSevenActionsDoWhatTheyDoInNode(t *testing.T) {
	var mu sync.Mutex
	var sent []OutgoingRequest // by one login; its record has no secrets
	answer := func(_ context.Context, q OutgoingRequest) (OutgoingResponse, error) {
		mu.Lock()
		sent = append(sent, q)
		mu.Unlock()
		switch {
		case strings.HasSuffix(q.URL, "/down"):
			return OutgoingResponse{}, errors.New("down")
		case strings.HasSuffix(q.URL, "/customers"):
			return OutgoingResponse{Status: 200, Body: `{"id":"cus_2"}`}, nil
		case strings.HasSuffix(q.URL, "/subscriptions"):
			return OutgoingResponse{Status: 200, Body: `{"status":"trialing"}`}, nil
		}
		return OutgoingResponse{Status: 200, Body: `{}`}, nil
	}
	cfg := Config{Fetch: answer, Limits: unhurried, Now: func() time.Time { return time.Date(2026, 3, 4, 10, 30, 0, 0, time.UTC) }}
	var logins []sevenLogin
	mustJSON(t, []byte(sevenFile(t, "answers.json")), &logins)
	bothWays(t, cfg, func(t *testing.T, r *Runner) {
		for i, l := range logins {
			flow := []Action{{ID: l.Action, Name: l.Action, Version: 1, Source: sevenFile(t, l.Action+".js"), Secrets: l.Secrets}}
			ev := patchedEvent(t, l.Events[0])
			sent = nil
			out, err := r.PostLogin(t.Context(), flow, ev)
			if err == nil && len(l.Events) > 1 && out.Suspended != nil {
				out, err = r.Continue(t.Context(), flow, patchedEvent(t, l.Events[1]), out.Suspended)
			}
			if err != nil || len(out.Runs) != len(l.Answers) {
				t.Fatalf("%d, %s: %v %+v", i, l.Action, err, out)
			}
			requests := sevenRequests(sent)
			for step, want := range l.Answers {
				n := min(len(out.Runs[step].Requests), len(requests))
				got := sevenRun(t, &out.Runs[step], requests[:n])
				requests = requests[n:]
				wanted := string(MaskFor(flow, ev).JSON([]byte(toText(t, want.Commands, want.Console)))) + toText(t, want.Requests)
				if got != wanted {
					t.Errorf("login %d, %s gave\n%s\nNode gives\n%s\n%+v", i, l.Action, got, wanted, out.Runs[step].Error)
				}
			}
		}
	})
}

// sevenRun is what answers.js writes down of a run that sent these requests.
func sevenRun(t *testing.T, run *ActionRun, requests [][5]string) string {
	commands, console := [][]any{}, [][2]string{}
	for _, c := range run.Commands {
		row := []any{c.Name}
		for _, a := range c.Args {
			var v any
			mustJSON(t, a, &v)
			row = append(row, v)
		}
		commands = append(commands, row)
	}
	for _, l := range run.Console {
		console = append(console, [2]string{l.Level, l.Text})
	}
	return toText(t, commands, console, requests)
}

func sevenRequests(sent []OutgoingRequest) [][5]string {
	requests := [][5]string{}
	for _, q := range sent {
		login := q.Headers["authorization"]
		if pair, isBasic := strings.CutPrefix(login, "Basic "); isBasic {
			b, _ := base64.StdEncoding.DecodeString(pair)
			login = strings.TrimSuffix(string(b), ":")
		}
		requests = append(requests, [5]string{q.Method, q.URL, q.Body, q.Headers["content-type"], login})
	}
	return requests
}

func toText(t *testing.T, v ...any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	for _, v := range v {
		if err := e.Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// TestTheSecondFactorIsAskedForAtTheHoursOfNode asks the Action of the office
// hours in every time zone, at every hour and around each change of the clock.
func TestTheSecondFactorIsAskedForAtTheHoursOfNode(t *testing.T) {
	var want struct {
		TZ    string
		Zones [][3]any // name, changes, decisions
	}
	mustJSON(t, []byte(sevenFile(t, "hours.json")), &want)
	if len(want.Zones) < 400 {
		t.Fatalf("%d zones", len(want.Zones))
	}
	wrap := func(source string) string { return "((exports) => {" + source + "\nreturn exports; })({})" }
	if raceEnabled { // ten times as slow: every tenth zone
		some := want.Zones[:0]
		for i := 0; i < len(want.Zones); i += 10 {
			some = append(some, want.Zones[i])
		}
		want.Zones = some
	}
	r := newRunner(t, Config{InProcess: true, Limits: unhurried})
	a := Action{ID: "hours", Name: "hours", Version: 1, Source: "const hours = " + wrap(sevenFile(t, "hours.js")) + ";\n" +
		"const office = " + wrap("const console = { log() {} };\n"+sevenFile(t, "05-office-hours.js")) + ".onExecutePostLogin;\n" +
		`exports.onExecutePostLogin = async (event, api) => {
			const answers = {};
			for (const [zone, changes] of event.user.app_metadata.zones) answers[zone] = await hours.decide(office, zone, hours.times(changes));
			console.log(JSON.stringify(answers));
		};`}
	decisions := 0
	for len(want.Zones) > 0 {
		part := want.Zones[:min(200, len(want.Zones))]
		want.Zones = want.Zones[len(part):]
		js, err := json.Marshal(map[string]any{"zones": part})
		if err != nil {
			t.Fatal(err)
		}
		ev := sampleEvent(t)
		ev.User.AppMetadata = js
		out, err := r.PostLogin(t.Context(), []Action{a}, ev)
		if err != nil || out.Failed != nil {
			t.Fatal(err, fmt.Sprintf("%+v", out.Failed.Error))
		}
		var got map[string]string
		mustJSON(t, []byte(out.Runs[0].Console[0].Text), &got)
		for _, row := range part {
			zone, decided := row[0].(string), row[2].(string)
			decisions += len(decided)
			if got[zone] != decided {
				t.Errorf("%s:\n%s\nNode:\n%s", zone, got[zone], decided)
			}
		}
	}
	t.Logf("%d decisions, with Node's time zones of %s", decisions, want.TZ)
}
