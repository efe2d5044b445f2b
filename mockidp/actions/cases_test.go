package actions

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what the cases in testdata/cases give into their want.json")

// TestCases runs testdata/cases: each file has one or more Actions (in the
// order of their names), perhaps secrets.json and event.json (a patch of
// testdata/event.json, null deletes), and want.json. Every case runs twice in a
// worker, so that a warm run must give what the first gave, and once cold in
// this process. A case that Compile refuses is not run.
func TestCases(t *testing.T) {
	worker := newRunner(t, Config{})
	local := newRunner(t, Config{InProcess: true, Cold: true})
	files, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			c := readCase(t, file)
			got := c.run(t, worker)
			if *update {
				c.write(t, got)
				return
			}
			for how, got := range map[string][]byte{"first run": got, "second run, warm": c.run(t, worker), "cold, in this process": c.run(t, local)} {
				if !bytes.Equal(got, c.want) {
					t.Errorf("%s gave\n%s\nwant\n%s", how, got, c.want)
				}
			}
		})
	}
}

type testCase struct {
	file    string
	archive *txtar.Archive
	flow    []Action
	event   *Event
	want    []byte
}

func readCase(t *testing.T, file string) *testCase {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := &testCase{file: file, archive: archive, event: sampleEvent(t)}
	var secrets map[string]string
	for _, f := range archive.Files {
		switch {
		case f.Name == "want.json":
			c.want = f.Data
		case f.Name == "secrets.json":
			mustJSON(t, f.Data, &secrets)
		case f.Name == "event.json":
			c.event = patchedEvent(t, f.Data)
		default:
			c.flow = append(c.flow, Action{ID: file + f.Name, Name: strings.TrimSuffix(f.Name, ".js"), Version: 1, Source: string(f.Data)})
		}
	}
	for i := range c.flow {
		c.flow[i].Secrets = secrets
	}
	return c
}

// patchedEvent is the sample event with a JSON merge patch (RFC 7396) applied.
func patchedEvent(t *testing.T, patch []byte) *Event {
	t.Helper()
	b, err := os.ReadFile("testdata/event.json")
	if err != nil {
		t.Fatal(err)
	}
	var whole, p map[string]any
	decode := func(b []byte, v any) {
		d := json.NewDecoder(bytes.NewReader(b))
		d.UseNumber()
		if err := d.Decode(v); err != nil {
			t.Fatal(err)
		}
	}
	decode(b, &whole)
	decode(patch, &p)
	merge(whole, p)
	b, err = json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	var ev Event
	mustJSON(t, b, &ev)
	return &ev
}

func merge(whole, patch map[string]any) {
	for k, v := range patch {
		inner, isObject := v.(map[string]any)
		old, wasObject := whole[k].(map[string]any)
		switch {
		case v == nil:
			delete(whole, k)
		case isObject && wasObject:
			merge(old, inner)
		default:
			whole[k] = v
		}
	}
}

func (c *testCase) write(t *testing.T, got []byte) {
	for i := range c.archive.Files {
		if c.archive.Files[i].Name == "want.json" {
			c.archive.Files[i].Data = got
		}
	}
	if err := os.WriteFile(c.file, txtar.Format(c.archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// caseResult is what a case compares, without what differs from run to run.
type caseResult struct {
	Syntax       *SyntaxError               `json:"syntax,omitempty"`
	IDToken      map[string]json.RawMessage `json:"id_token,omitempty"`
	AccessToken  map[string]json.RawMessage `json:"access_token,omitempty"`
	AppMetadata  map[string]json.RawMessage `json:"app_metadata,omitempty"`
	UserMetadata map[string]json.RawMessage `json:"user_metadata,omitempty"`
	Denied       *Denial                    `json:"denied,omitempty"`
	Failed       string                     `json:"failed,omitempty"`
	Runs         []caseRun                  `json:"runs,omitempty"`
}

type caseRun struct {
	Outcome  string   `json:"outcome"`
	Commands []string `json:"commands,omitempty"`
	Dropped  []string `json:"dropped,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
	Console  []string `json:"console,omitempty"`
	Requests []string `json:"requests,omitempty"`
	Error    string   `json:"error,omitempty"`
	At       string   `json:"at,omitempty"`
	Stack    []string `json:"stack,omitempty"`
}

func (c *testCase) run(t *testing.T, r *Runner) []byte {
	t.Helper()
	var res caseResult
	for _, a := range c.flow {
		err := r.Compile(t.Context(), a.Name, a.Source)
		if err != nil && !errors.As(err, &res.Syntax) {
			t.Fatal(err)
		}
	}
	// What only its text gives away runs all the same: the run must agree.
	if res.Syntax == nil || strings.HasPrefix(res.Syntax.Message, "Invalid function signature") {
		out, err := r.PostLogin(t.Context(), c.flow, c.event)
		if err != nil {
			t.Fatal(err)
		}
		res.add(out)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(res); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (res *caseResult) add(out *Outcome) {
	res.IDToken, res.AccessToken, res.AppMetadata, res.UserMetadata = out.IDToken, out.AccessToken, out.AppMetadata, out.UserMetadata
	res.Denied = out.Denied
	if out.Failed != nil {
		res.Failed = out.Failed.Action + ", " + out.Failed.Kind + ": " + out.Failed.Description()
	}
	for _, run := range out.Runs {
		r := caseRun{Outcome: run.Outcome}
		for _, x := range run.Commands {
			args, _ := json.Marshal(x.Args)
			if len(args) > 200 {
				args = append(args[:200], "…"...)
			}
			r.Commands = append(r.Commands, fmt.Sprintf("%d %s %s", x.Line, x.Name, args))
		}
		for _, x := range run.Claims {
			if x.Dropped != "" && x.Dropped != "undefined" {
				r.Dropped = append(r.Dropped, fmt.Sprintf("%d %s %s", x.Line, x.Token, x.Name))
			}
		}
		for _, x := range run.Warnings {
			r.Warnings = append(r.Warnings, fmt.Sprintf("%d %s", x.Line, x.Text))
		}
		for _, x := range run.Console {
			if len(x.Text) > 200 {
				x.Text = x.Text[:200] + "…"
			}
			r.Console = append(r.Console, fmt.Sprintf("%d %s %s", x.Line, x.Level, x.Text))
		}
		for _, x := range run.Requests {
			h, _ := json.Marshal(x.Headers)
			r.Requests = append(r.Requests, fmt.Sprintf("%d %s %s %s %q = %d %s", x.Line, x.Method, x.URL, h, x.Body, x.Status, x.Error))
		}
		if e := run.Error; e != nil {
			r.Error, r.At = e.Error(), fmt.Sprintf("%d:%d", e.Line, e.Column)
			r.Stack = strings.Split(e.Stack, "\n")
		}
		r.summarize()
		res.Runs = append(res.Runs, r)
	}
}

// summarize shortens long lists of like lines.
func (r *caseRun) summarize() {
	for _, list := range []*[]string{&r.Commands, &r.Dropped, &r.Warnings, &r.Console} {
		if n := len(*list); n > 24 {
			*list = append(slices.Clone((*list)[:3]), fmt.Sprintf("… %d more", n-3))
		}
	}
}

func newRunner(tb testing.TB, cfg Config) *Runner {
	tb.Helper()
	r, err := New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := r.Close(); err != nil {
			tb.Error(err)
		}
	})
	return r
}
