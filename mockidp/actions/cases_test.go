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
	"time"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what the cases in testdata/cases give into their want.json")

// TestCases runs testdata/cases: each file has one or more Actions (in the
// order of their names), perhaps secrets.json and event.json (a patch of
// testdata/event.json, null deletes), and want.json. continue.json is a list of
// further patches: a login that was suspended goes on with each of them in turn.
// dependencies.json are the packages that they declare, directory.json is what api.roles and api.groups know, node_modules/… a folder
// of packages, answers.json what requests ("GET https://…") are answered. Every case runs twice in a
// worker, so that a warm run must give what the first gave, and once cold in
// this process. A case that Compile refuses is not run.
func TestCases(t *testing.T) {
	worker := newRunner(t, Config{Now: caseNow, Limits: unhurried})
	local := newRunner(t, Config{InProcess: true, Cold: true, Now: caseNow, Limits: unhurried})
	files, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			c := readCase(t, file)
			worker, local := c.runners(t, worker, local)
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
	resumes []*Event // of continue.json
	modules []txtar.File
	answers map[string]OutgoingResponse
	want    []byte
}

func readCase(t *testing.T, file string) *testCase {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := &testCase{file: file, archive: archive, event: sampleEvent(t)}
	var secrets, dependencies map[string]string
	var directory Directory
	for _, f := range archive.Files {
		switch {
		case f.Name == "want.json":
			c.want = f.Data
		case f.Name == "secrets.json":
			mustJSON(t, f.Data, &secrets)
		case f.Name == "dependencies.json":
			mustJSON(t, f.Data, &dependencies)
		case f.Name == "event.json":
			c.event = patchedEvent(t, f.Data)
		case strings.HasPrefix(f.Name, "node_modules/"):
			c.modules = append(c.modules, f)
		case f.Name == "answers.json":
			mustJSON(t, f.Data, &c.answers)
		case f.Name == "directory.json":
			mustJSON(t, f.Data, &directory)
		case f.Name == "continue.json":
			var patches []json.RawMessage
			mustJSON(t, f.Data, &patches)
			for _, p := range patches {
				c.resumes = append(c.resumes, patchedEvent(t, p))
			}
		default:
			c.flow = append(c.flow, Action{ID: file + f.Name, Name: strings.TrimSuffix(f.Name, ".js"), Version: 1, Source: string(f.Data)})
		}
	}
	for i := range c.flow {
		c.flow[i].Secrets, c.flow[i].Dependencies = secrets, dependencies
	}
	c.event.Directory = directory
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
	AddScopes    []string                   `json:"added_scopes,omitempty"`
	DropScopes   []string                   `json:"removed_scopes,omitempty"`
	Transaction  json.RawMessage            `json:"transaction_metadata,omitempty"`
	Session      *SessionChanges            `json:"session,omitempty"`
	RefreshToken *RefreshTokenChanges       `json:"refresh_token,omitempty"`
	Methods      []string                   `json:"recorded_methods,omitempty"`
	PrimaryUser  string                     `json:"primary_user,omitempty"`
	MFA          *MFA                       `json:"mfa,omitempty"`
	Invalid      *ValidationError           `json:"invalid,omitempty"`
	Denied       *Denial                    `json:"denied,omitempty"`
	Failed       string                     `json:"failed,omitempty"`
	Runs         []caseRun                  `json:"runs,omitempty"`
	Suspended    *Suspension                `json:"suspended,omitempty"`
	Next         *caseResult                `json:"then,omitempty"` // after the step
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
		c.goOn(t, r, out, &res)
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

// goOn continues the suspended login with each event of continue.json. What is
// suspended travels as JSON, as it does between two requests.
func (c *testCase) goOn(t *testing.T, r *Runner, out *Outcome, res *caseResult) {
	t.Helper()
	for _, ev := range c.resumes {
		if out.Suspended == nil {
			t.Fatal("the login is not suspended any more, and continue.json goes on")
		}
		b, err := json.Marshal(out.Suspended)
		if err != nil {
			t.Fatal(err)
		}
		var s Suspension
		mustJSON(t, b, &s)
		tx := *ev.Transaction
		if s.Before.TransactionMetadata != nil {
			tx.Metadata = s.Before.TransactionMetadata
		}
		ev.Transaction, ev.Directory = &tx, c.event.Directory
		before := len(s.Before.Runs)
		if out, err = r.Continue(t.Context(), c.flow, ev, &s); err != nil {
			t.Fatal(err)
		}
		next := &caseResult{}
		next.add(out)
		next.Runs = next.Runs[min(before, len(next.Runs)):] // the others stand above
		res.Next, res = next, next
	}
}

func (res *caseResult) add(out *Outcome) {
	res.IDToken, res.AccessToken, res.AppMetadata, res.UserMetadata = out.IDToken, out.AccessToken, out.AppMetadata, out.UserMetadata
	res.AddScopes, res.DropScopes, res.Transaction, res.Session, res.RefreshToken = out.AddedScopes, out.RemovedScopes, out.TransactionMetadata, out.Session, out.RefreshToken
	res.Methods, res.PrimaryUser, res.MFA, res.Invalid = out.RecordedMethods, out.PrimaryUser, out.MFA, out.Invalid
	res.Denied = out.Denied
	if out.Suspended != nil {
		s := *out.Suspended
		s.Before, s.Flow = nil, nil
		res.Suspended = &s
	}
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

// unhurried are the limits of Actions that are not to reach one: loading lodash
// takes more than 20 s on a very busy machine.
var unhurried = Limits{Time: 3 * time.Minute, Compile: 3 * time.Minute}

func newRunner(tb testing.TB, cfg Config) *Runner {
	tb.Helper()
	if cfg.Limits == (Limits{}) {
		cfg.Limits = unhurried
	}
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
