package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"example.com/postlogin/cmd/settings"
	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/store"
)

// actionTest is "mockidp actions test": the Actions of some files as the login
// flow of a tenant that exists in memory, for one login.
type actionTest struct {
	config
	files     []string
	secrets   []string
	returns   []string
	eventFile string
	as, from  string
	now       time.Time
	json      bool

	actions []*store.Action
	event   *actions.EventFile // nil: the event of the login as it is
	answers []url.Values
	hint    string // what is probably wrong with an Action that can't even begin
}

func testActions(ctx context.Context, args, environ []string, stdout, stderr io.Writer) error {
	t := &actionTest{config: config{set: settings.New("mockidp actions test", "MOCKIDP_", stderr)}}
	t.declare()
	if err := t.read(args, environ, stderr); err != nil {
		return err
	}
	if err := t.readFiles(stderr); err != nil {
		return err
	}
	r, err := t.rehearse(ctx)
	if err != nil {
		return err
	}
	if t.json {
		err = printJSON(stdout, r)
	} else {
		err = t.text(r).print(stdout, r)
	}
	return errors.Join(err, r.err())
}

func (t *actionTest) declare() {
	s := t.set
	s.Operands(&t.files)
	s.Call("mockidp actions test FILE.js… [flags]")
	s.Text(&t.eventFile, "event", "", "", "JSON file: a whole event, or members that are laid over the event of the login")
	s.List(&t.secrets, "secret", "NAME=VALUE for event.secrets; may be repeated")
	s.Text(&t.as, "as", "", "", "email of the test user who logs in; default "+defaultUser)
	s.Text(&t.from, "from", "", "", `where from: "London, GB", or an IP address`)
	s.List(&t.returns, "continue", "answers a redirect, a form (as a query: a=1&b=2) or a second factor (empty); may be repeated")
	s.Value("now", "", "", "the time that Actions see, as in 2026-01-31T23:59:00Z; default: the clock runs", func(v string) (err error) {
		if v == "" {
			return nil
		}
		if t.now, err = time.Parse(time.RFC3339, v); err != nil {
			return fmt.Errorf("expected a time as in 2026-01-31T23:59:00Z, got %q", v)
		}
		return nil
	})
	s.Switch(&t.json, "json", "print one JSON object")
}

// defaultUser is the first of the seeded users.
const defaultUser = "ada@example.test"

// readFiles reads what the command line names.
func (t *actionTest) readFiles(stderr io.Writer) error {
	if len(t.files) == 0 {
		return errors.New("expected the file of an Action: mockidp actions test FILE.js…")
	}
	secrets := map[string]string{}
	if t.eventFile != "" {
		if err := t.readEvent(stderr); err != nil {
			return err
		}
		for name, value := range t.event.Secrets {
			secrets[name] = value
		}
	}
	for _, pair := range t.secrets {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return fmt.Errorf("--secret: expected NAME=VALUE, got %q", pair)
		}
		secrets[name] = value
	}
	names := map[string]string{}
	for _, file := range t.files {
		code, err := readText(file, "the file of an Action")
		if err != nil {
			return err
		}
		name := filepath.Base(file)
		if other, ok := names[name]; ok {
			return fmt.Errorf("%s and %s have the same name: an Action is called by its file's name", other, file)
		}
		names[name] = file
		t.actions = append(t.actions, &store.Action{Name: name, Trigger: mockidp.Trigger, Runtime: "node22", Code: code, Secrets: secrets})
	}
	for _, text := range t.returns {
		answer, err := url.ParseQuery(text)
		if err != nil {
			return fmt.Errorf("--continue: expected a query such as a=1&b=2: %w", err)
		}
		t.answers = append(t.answers, answer)
	}
	return nil
}

func (t *actionTest) readEvent(stderr io.Writer) error {
	raw, err := readText(t.eventFile, "a JSON file with an event")
	if err != nil {
		return fmt.Errorf("--event: %w", err)
	}
	if t.event, err = actions.ReadEvent([]byte(raw)); err != nil {
		return fmt.Errorf("%s:%w", t.eventFile, err)
	}
	for _, w := range t.event.Warnings {
		fmt.Fprintf(stderr, "mockidp: warning: %s:%d: %s\n", t.eventFile, w.Line, w.Text)
	}
	if t.event.Whole && (t.as != "" || t.from != "") {
		return fmt.Errorf("--as and --from have no effect: %s is a whole event, with a user and a place of its own. Take its member client, connection, request or user away to lay the rest over another login", t.eventFile)
	}
	return nil
}

// open opens a tenant in memory: no file, no password, one worker, and, should an
// Action ask the provider for a token, a key that is quick to make.
func (t *actionTest) open(ctx context.Context) (*mockidp.Instance, error) {
	o := t.options
	o.DatabaseURL, o.Seed, o.Rehearsal, o.DefaultAlg = "memory:", mockidp.SeedEmpty, true, "ES256"
	o.Runtime.Workers = 1
	o.Log = slog.New(slog.DiscardHandler) // the report has it all
	if !t.now.IsZero() {
		o.Now = func() time.Time { return t.now }
		o.Runtime.Now = o.Now
	}
	return mockidp.Open(ctx, o)
}

func (t *actionTest) rehearse(ctx context.Context) (*report, error) {
	idp, err := t.open(ctx)
	if err != nil {
		return nil, err
	}
	defer idp.Close()
	if err := t.deploy(ctx, idp.Store); err != nil {
		return nil, err
	}
	user, err := userNamed(ctx, idp.Store, t.as)
	if err != nil {
		return nil, fmt.Errorf("--as: %w", err)
	}
	from, err := addressOf(idp.Locations(), t.from)
	if err != nil {
		return nil, fmt.Errorf("--from: %w", err)
	}
	r := mockidp.Rehearsal{User: user.ID, ClientID: t.options.Client.ID, From: from, UserAgent: userAgent, Language: "en", Returns: t.answers}
	if t.event != nil {
		r.Change = t.event.Apply
	}
	done, err := idp.Rehearse(ctx, r)
	if err != nil {
		return nil, err
	}
	var denied *string
	if done.Deny != nil {
		text := done.Mask.Text(done.Deny.Description)
		denied = &text
	}
	rep := newReport(done.Event, done.Outcome, denied)
	if denied != nil {
		rep.code = cmp.Or(done.Deny.Code, "access_denied")
	}
	rep.IDToken, rep.AccessToken = customClaims(done.IDClaims), customClaims(done.ATClaims)
	if rep.Outcome == actions.OutcomeSyntaxError || rep.Outcome == actions.OutcomeBadSignature {
		t.explain(ctx, idp.Actions, done.Outcome.Failed.Action)
	}
	return rep, nil
}

// explain asks the compiler, which knows more than the run, about a failed Action.
func (t *actionTest) explain(ctx context.Context, runner *actions.Runner, name string) {
	for _, a := range t.actions {
		if a.Name != name {
			continue
		}
		wrong, ok := errors.AsType[*actions.SyntaxError](runner.Compile(ctx, name, a.Code))
		switch {
		case !ok || wrong.Hint == "":
		case wrong.Line == 0:
			t.hint = wrong.Message + "; " + wrong.Hint
		default:
			t.hint = wrong.Hint
		}
	}
}

// userAgent is the browser that Actions see.
const userAgent = "Mozilla/5.0 (X11; Linux x86_64) mockidp"

func (t *actionTest) deploy(ctx context.Context, st *store.Store) error {
	var ids []string
	for _, a := range t.actions {
		if err := st.CreateAction(ctx, a); err != nil {
			return err
		}
		if _, err := st.Deploy(ctx, a.ID, time.Now()); err != nil {
			return err
		}
		ids = append(ids, a.ID)
	}
	return st.Bind(ctx, mockidp.Trigger, ids)
}

func (t *actionTest) text(r *report) *text {
	out := &text{sources: map[string]string{}, hint: t.hint, goOn: " Answer with --continue to go on."}
	for _, a := range t.actions {
		out.sources[a.Name] = a.Code
	}
	return out
}
