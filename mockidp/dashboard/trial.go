package dashboard

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/store"
)

// Place is somewhere that a test login can come from.
type Place struct {
	Group string
	Label string // "Georgetown, US"
	Addr  netip.Addr
}

const (
	choiceSample = "sample"
	choiceRun    = "run:" // followed by a transaction id
	choiceUser   = "user" // the fields user and place say which

	usersOffered = 50
)

// busyText is what to say when Trial has no turn for one more.
const busyText = "Other tests are still running, perhaps one that never ends. Try again in a moment."

// trialView is the editor's Test pane.
type trialView struct {
	Choice string
	Past   []choice // the last real logins
	Users  []choice
	Places []Place
	User   string
	Place  string
	Event  string // JSON
	Wrong  string // what is wrong with it, "" for nothing
	Busy   string // why it was not run, "" when it was
	Result *trialResult
}

// chooseEvent fills in the event that f asks for. A run that is gone, or a user,
// leaves the text as it was and says so.
func (d *Dashboard) chooseEvent(ctx context.Context, f editorForm, load bool) (v trialView, err error) {
	v = trialView{Choice: cmp.Or(f.choice, choiceSample), User: f.user, Place: f.place, Event: f.event}
	runs, err := d.runs(ctx, runsRead)
	if err != nil {
		return v, err
	}
	for _, run := range runs {
		v.Past = append(v.Past, choice{ID: choiceRun + run.ID, Label: run.who() + ", " + run.where() + ", " + exact(run.At)})
	}
	users, err := d.cfg.Store.Users(ctx, usersOffered)
	if err != nil {
		return v, err
	}
	for _, u := range users {
		v.Users = append(v.Users, choice{ID: u.ID, Label: cmp.Or(u.Name, u.Email, u.ID)})
	}
	v.Places = d.cfg.Places()
	if !load && v.Event != "" {
		return v, nil
	}
	var event any
	switch {
	case v.Choice == choiceSample && len(users) > 0:
		event, err = d.eventOf(ctx, users[0], firstPlace(v.Places))
	case v.Choice == choiceSample:
		event = &actions.Event{}
	case v.Choice == choiceUser:
		event, v.Wrong, err = d.chosenEvent(ctx, users, v)
	case strings.HasPrefix(v.Choice, choiceRun):
		row, err := d.cfg.Store.Run(ctx, strings.TrimPrefix(v.Choice, choiceRun))
		if errors.Is(err, store.ErrNotFound) {
			v.Wrong = "The record of this login is gone: the last 1000 are kept."
			return v, nil
		}
		if err != nil {
			return v, err
		}
		run, err := readRun(row)
		if err != nil {
			return v, err
		}
		if !slices.ContainsFunc(v.Past, func(c choice) bool { return c.ID == v.Choice }) { // an older one, from the log
			e := newEntry(row)
			v.Past = append(v.Past, choice{ID: v.Choice, Label: e.User + ", " + e.Place + ", " + exact(e.At)})
		}
		event = run.Event
	}
	if err != nil || event == nil {
		return v, err
	}
	v.Event, err = pretty(event)
	return v, err
}

func firstPlace(places []Place) netip.Addr {
	if len(places) == 0 {
		return netip.Addr{}
	}
	return places[0].Addr
}

// chosenEvent is a login of the user and from the place that v names.
func (d *Dashboard) chosenEvent(ctx context.Context, users []*store.User, v trialView) (event any, wrong string, err error) {
	i := slices.IndexFunc(users, func(u *store.User) bool { return u.ID == v.User })
	ip, notIP := netip.ParseAddr(v.Place)
	switch {
	case i < 0:
		return nil, "Choose a user.", nil
	case notIP != nil:
		return nil, "Choose a place.", nil
	}
	event, err = d.eventOf(ctx, users[i], ip)
	return event, "", err
}

func (d *Dashboard) eventOf(ctx context.Context, u *store.User, ip netip.Addr) (*actions.Event, error) {
	client, err := d.firstClient(ctx)
	if err != nil {
		return nil, err
	}
	return d.cfg.Event(ctx, u, client, ip)
}

func pretty(v any) (string, error) {
	b, err := json.MarshalIndent(v, "", "  ")
	return string(b), err
}

// parseEvent reads the event that somebody has edited. What it can't take it
// names by line or member; members that no event has are warnings.
func parseEvent(text string) (ev *actions.Event, warnings []string, wrong string) {
	ev = &actions.Event{}
	err := json.Unmarshal([]byte(text), ev)
	syntax, isSyntax := errors.AsType[*json.SyntaxError](err)
	kind, isKind := errors.AsType[*json.UnmarshalTypeError](err)
	switch {
	case isSyntax:
		before := text[:min(int(syntax.Offset), len(text))]
		return nil, nil, fmt.Sprintf("The event is not JSON: line %d: %s.", strings.Count(before, "\n")+1, syntax.Error())
	case isKind && kind.Field == "":
		return nil, nil, "The event must be a JSON object, not " + article(kind.Value) + "."
	case isKind:
		return nil, nil, fmt.Sprintf("The event's member %s can't be %s.", kind.Field, article(kind.Value))
	case err != nil:
		return nil, nil, "The event can't be read: " + err.Error() + "."
	}
	strict := json.NewDecoder(bytes.NewReader([]byte(text)))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&actions.Event{}); err != nil && !errors.Is(err, io.EOF) {
		if _, name, ok := strings.Cut(err.Error(), "unknown field "); ok {
			warnings = append(warnings, "No event has the member "+name+": Actions don't get it here.")
		}
	}
	return ev, warnings, ""
}

// article puts a or an before a kind of JSON value.
func article(kind string) string {
	if kind != "" && strings.Contains("aeiou", kind[:1]) {
		return "an " + kind
	}
	return "a " + kind
}

// trialResult is a dry run and what to say of it.
type trialResult struct {
	Outcome  string
	Took     string
	Commands []said
	Warnings []said
	Console  []actions.ConsoleLine
	Calls    []actions.OutgoingCall
	Error    *actions.Error
	Ends     string // why the login would not go on, "" when it would
	Token    []member
	Access   []member
	Raw      string
}

// answerOf says what an outgoing request of a test got.
func answerOf(c actions.OutgoingCall) string {
	if c.Error != "" {
		return "(" + c.Error + ")"
	}
	return fmt.Sprintf("and answered %d", c.Status)
}

// said is a sentence about a line of the Action.
type said struct {
	Text string
	Line int // 0: unknown
	Bad  bool
}

// member is one member of the resulting token.
type member struct {
	Name, Value string
	Set         bool // by the Action
}

// try runs the text in the editor with the event, beside the logins: in workers
// of its own, with requests answered here, and nothing of it is kept.
func (d *Dashboard) try(ctx context.Context, a *store.Action, code string, ev *actions.Event) (*trialResult, error) {
	draft := actions.Action{ID: "trial of " + a.ID, Name: a.Name, Source: code, Secrets: a.Secrets, Version: trialVersion(code, a.Secrets), Dependencies: declared(a.Dependencies)}
	out, err := d.cfg.Trial.PostLogin(ctx, []actions.Action{draft}, ev)
	if err != nil {
		return nil, fmt.Errorf("dry run: %w", err)
	}
	out = actions.MaskFor([]actions.Action{draft}, ev).Outcome(out)
	run := out.Runs[0]
	r := &trialResult{Outcome: run.Outcome, Took: milliseconds(run.Duration()), Console: run.Console, Calls: run.Requests, Error: run.Error, Ends: ends(out)}
	for i, c := range run.Commands {
		r.Commands = append(r.Commands, inWords(c, claimOf(run.Claims, run.Commands, i)))
	}
	for _, w := range run.Warnings {
		r.Warnings = append(r.Warnings, said{Text: withoutLine(w), Line: w.Line, Bad: true})
	}
	r.Token, r.Access = d.idToken(ev, out), members(out.AccessToken, true)
	if r.Raw, err = pretty(run.Commands); err != nil {
		return nil, err
	}
	return r, nil
}

// withoutLine is a warning's text: some of the runtime's name their line themselves.
func withoutLine(w actions.Warning) string {
	return strings.TrimSuffix(w.Text, fmt.Sprintf(" (line %d)", w.Line))
}

// trialVersion tells one text from another to the runtime, which keeps a world
// for each version that it has run.
func trialVersion(code string, secrets map[string]string) int {
	text, _ := json.Marshal(secrets) // strings only: it can't fail
	sum := store.HashCode(code + string(text))
	n := 0
	for _, c := range sum[:8] {
		n = n<<7 | int(c)
	}
	return n
}

// ends says why the login would stop at this Action.
func ends(out *actions.Outcome) string {
	switch {
	case out.Failed != nil:
		return "The login fails. The application gets access_denied: " + out.Failed.Description()
	case out.Denied != nil:
		return "Access denied. The application gets access_denied: " + out.Denied.Reason
	case out.Invalid != nil:
		return "The login ends with the error " + out.Invalid.Code + ": " + out.Invalid.Message
	case out.Suspended == nil:
		return ""
	}
	switch s := out.Suspended; s.Kind {
	case actions.SuspendRedirect:
		return "The login waits here: the person is sent to " + s.URL
	case actions.SuspendPrompt:
		return "The login waits here: the person is shown the form " + s.Prompt.ID
	}
	return "The login waits here for a second factor."
}
