package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/store"
)

// report is what "actions test" and "trigger" say of one login, and what --json
// prints. Programs read it: its members stay what they are.
type report struct {
	Outcome     string          `json:"outcome"` // ok, denied, redirect, or how an Action failed: actions.Outcome… constants; or outcomeRefused
	Commands    []reportCommand `json:"commands"`
	Console     []reportLine    `json:"console"`
	Warnings    []reportWarning `json:"warnings"`
	IDToken     json.RawMessage `json:"id_token"`     // custom claims; of "trigger" all claims
	AccessToken json.RawMessage `json:"access_token"` // custom claims
	Denied      *string         `json:"denied"`       // what the application is told, or the person on the login page
	Error       *reportError    `json:"error"`
	Requests    []reportRequest `json:"requests"`
	DurationMS  float64         `json:"duration_ms"` // of all Actions together, in whole microseconds

	code  string // OAuth error code, when denied
	at    string // where a login that waits has led the browser, a sentence
	event *actions.Event
	runs  []actions.ActionRun
}

// outcomeRefused is a login that ended before any Action ran.
const outcomeRefused = "refused"

// reportError is what one Action failed with; which one is always said.
type reportError struct {
	*actions.Error
	Action string `json:"action"`
}

// The members action are there when more than one Action ran: their lines are
// lines of different files.
type reportCommand struct {
	actions.Command
	Action string `json:"action,omitempty"`
}

type reportLine struct {
	actions.ConsoleLine
	Action string `json:"action,omitempty"`
}

type reportWarning struct {
	actions.Warning
	Action string `json:"action,omitempty"`
}

type reportRequest struct {
	actions.OutgoingCall
	Action string `json:"action,omitempty"`
}

// newReport reports a run of the login flow. denied is non-nil when the login
// ended in an error for the application, for whatever reason.
func newReport(ev *actions.Event, out *actions.Outcome, denied *string) *report {
	r := &report{
		Outcome: actions.OutcomeOK, Commands: []reportCommand{}, Console: []reportLine{}, Warnings: []reportWarning{}, Requests: []reportRequest{},
		IDToken: json.RawMessage("{}"), AccessToken: json.RawMessage("{}"), event: ev, runs: out.Runs,
	}
	switch {
	case out.Failed != nil:
		r.Outcome, r.Error = out.Failed.Kind, &reportError{out.Failed.Error, out.Failed.Action}
	case denied != nil:
		r.Outcome, r.Denied = actions.OutcomeDenied, denied
	case out.Suspended != nil:
		r.Outcome = actions.OutcomeRedirect
	}
	several := slices.ContainsFunc(out.Runs, func(run actions.ActionRun) bool { return run.Name != out.Runs[0].Name })
	for _, run := range out.Runs {
		name := ""
		if several {
			name = run.Name
		}
		for _, c := range run.Commands {
			r.Commands = append(r.Commands, reportCommand{c, name})
		}
		for _, l := range run.Console {
			r.Console = append(r.Console, reportLine{l, name})
		}
		for _, w := range run.Warnings {
			r.Warnings = append(r.Warnings, reportWarning{w, name})
		}
		for _, q := range run.Requests {
			r.Requests = append(r.Requests, reportRequest{q, name})
		}
		r.DurationMS += run.DurationMS
	}
	r.DurationMS = math.Round(r.DurationMS*1000) / 1000 // 0.1 and 0.2 make 0.30000000000000004
	return r
}

// refusedReport reports a login that no Action has seen.
func refusedReport(no *refusal) *report {
	r := newReport(nil, &actions.Outcome{}, &no.says)
	r.Outcome = outcomeRefused
	return r
}

// customClaims are the claims as JSON, in the order in which Actions set them.
func customClaims(c store.Claims) json.RawMessage {
	b, err := c.MarshalJSON() // json.Marshal would escape < and >
	if err != nil {           // a value that the runtime has made JSON of
		return json.RawMessage("{}")
	}
	return b
}

func printJSON(w io.Writer, r *report) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

// err is what the command fails with: a failed Action fails it, and nothing else
// does. A denial or a redirect is what the Action was written to do.
func (r *report) err() error {
	if r.Error == nil {
		return nil
	}
	if r.Error.Line > 0 {
		return fmt.Errorf("%s: %s in line %d", r.Error.Action, r.Outcome, r.Error.Line)
	}
	return fmt.Errorf("%s: %s", r.Error.Action, r.Outcome)
}
