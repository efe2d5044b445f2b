package actions

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The kinds of [Suspension].
const (
	SuspendRedirect  = "redirect"  // api.redirect.sendUserTo
	SuspendPrompt    = "prompt"    // api.prompt.render
	SuspendChallenge = "challenge" // api.authentication.challengeWith, challengeWithAny
	SuspendEnroll    = "enroll"    // api.authentication.enrollWith, enrollWithAny
	SuspendMFA       = "mfa"       // api.multifactor.enable: when all Actions have run
)

// Suspension is a flow that waits for the person: its browser must go somewhere
// first. It is plain data and may be stored as JSON; [Runner.Continue] goes on
// from it.
//
// Whether a challenge is needed at all is the caller's to decide: package
// actions knows neither what the session has completed nor what the user has
// enrolled. A step that is satisfied already may be continued at once.
type Suspension struct {
	Kind   string `json:"kind"`
	Action string `json:"action"` // name of the Action that asked; empty for SuspendMFA
	Line   int    `json:"line"`   // where it asked

	URL    string         `json:"url,omitempty"`    // SuspendRedirect: complete but for the parameter state
	Prompt *PromptRequest `json:"prompt,omitempty"` // SuspendPrompt

	// SuspendChallenge and SuspendEnroll. Without Any the first factor that can
	// be used is shown, and Additional are on offer besides; with Any the person
	// chooses from Factors first.
	Factors    []Factor `json:"factors,omitempty"`
	Additional []Factor `json:"additional,omitempty"`
	Any        bool     `json:"any,omitempty"`

	MFA *MFA `json:"mfa,omitempty"` // SuspendMFA

	Flow   []FlowAction `json:"flow"`            // the flow as it was when it began: the rest runs in these versions
	Next   int          `json:"next"`            // index in Flow of the Action to go on with
	Resume bool         `json:"resume"`          // Flow[Next] goes on in onContinuePostLogin; else it starts
	Queue  []Command    `json:"queue,omitempty"` // further factors that the same Action asked for: before Next
	Before *Outcome     `json:"before"`          // what was asked for so far
}

// FlowAction names one deployed version of a flow.
type FlowAction struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
}

// Factor is an authentication factor: "otp", "email", "phone",
// "push-notification", "recovery-code", "webauthn-roaming" or
// "webauthn-platform", with the options the Action gave.
type Factor struct {
	Type    string          `json:"type"`
	Options json.RawMessage `json:"options,omitempty"`
}

// PromptRequest is a form that an Action wants to be shown.
type PromptRequest struct {
	ID     string          `json:"id"`
	Fields json.RawMessage `json:"fields,omitempty"`
	Vars   json.RawMessage `json:"vars,omitempty"`
}

// MFA is what api.multifactor.enable asked for, the last call winning.
type MFA struct {
	Provider             string          `json:"provider"` // "any", "guardian", "google-authenticator", "duo" or "none"
	AllowRememberBrowser bool            `json:"allow_remember_browser"`
	Options              json.RawMessage `json:"options,omitempty"` // providerOptions
}

// SessionChanges are the api.session commands of a flow. Zero members change nothing.
type SessionChanges struct {
	ExpiresAt            Time              `json:"expires_at,omitzero"`
	IdleExpiresAt        Time              `json:"idle_expires_at,omitzero"`
	CookieMode           string            `json:"cookie_mode,omitempty"` // "persistent" or "non-persistent"
	Metadata             map[string]string `json:"metadata,omitempty"`    // all of it after the flow, when MetadataSet
	MetadataSet          bool              `json:"metadata_set,omitempty"`
	Revoke               bool              `json:"revoke,omitempty"` // the login is denied too: see Outcome.Denied
	PreserveRefreshToken bool              `json:"preserve_refresh_tokens,omitempty"`
}

// RefreshTokenChanges are the api.refreshToken commands of a flow: for the token
// being exchanged, or for the one that this login will issue.
type RefreshTokenChanges struct {
	ExpiresAt     Time              `json:"expires_at,omitzero"`
	IdleExpiresAt Time              `json:"idle_expires_at,omitzero"`
	Metadata      map[string]string `json:"metadata,omitempty"` // all of it after the flow, when MetadataSet
	MetadataSet   bool              `json:"metadata_set,omitempty"`
	Revoke        bool              `json:"revoke,omitempty"` // the exchange is denied too: see Outcome.Denied
}

// ValidationError is what api.validation.error asked for: the login ends with it.
type ValidationError struct {
	Action  string `json:"action"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Directory is what api.roles and api.groups answer from.
type Directory struct {
	Roles  []DirectoryRole  `json:"roles,omitempty"`
	Groups []DirectoryGroup `json:"groups,omitempty"`
}

// DirectoryRole is an effective role of the user.
type DirectoryRole struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"` // "user" or "organization"
}

// DirectoryGroup is a group the user is a member of.
type DirectoryGroup struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Continue goes on with a suspended flow once its step is done. flow holds the
// Actions of s.Flow in that order, and ev is a new event: its request is the
// one that came back, its transaction has the id and the metadata that
// s.Before left. The outcome's claims and records are those of the whole flow;
// its metadata patches are those of this part only, since the earlier ones were
// saved when the flow was suspended.
func (r *Runner) Continue(ctx context.Context, flow []Action, ev *Event, s *Suspension) (*Outcome, error) {
	if s.Next < 0 || s.Next > len(flow) || s.Resume && s.Next == len(flow) {
		return nil, fmt.Errorf("actions: the suspended flow goes on with Action %d, and there are %d", s.Next, len(flow))
	}
	out := newOutcome()
	if s.Before != nil {
		before := *s.Before
		out = &before
		out.Suspended = nil
		out.IDToken, out.AccessToken = object(maps.Clone(out.IDToken)), object(maps.Clone(out.AccessToken))
		out.AppMetadata, out.UserMetadata = map[string]json.RawMessage{}, map[string]json.RawMessage{}
		out.Runs = slices.Clone(array(out.Runs))
	}
	f := r.newFlow(flow, ev, out)
	defer f.release()
	if len(s.Queue) > 0 { // the Action has asked for more than one factor
		f.out.Suspended = f.factorSuspension(s.Next, s.Action, s.Queue)
		f.out.Suspended.Before = f.before()
		return f.out, nil
	}
	if err := f.rest(ctx, s.Next, s.Resume); err != nil {
		return nil, err
	}
	if s.Kind == SuspendMFA {
		f.finish()
	} else {
		f.atEnd()
	}
	return f.out, nil
}

// before is what was asked for so far, for a Suspension to keep.
func (f *flowRun) before() *Outcome {
	before := *f.out
	before.Suspended = nil
	before.Runs = slices.Clone(before.Runs)
	return &before
}

// atEnd closes a flow whose Actions have all run: a second factor that was asked
// for comes now.
func (f *flowRun) atEnd() {
	f.finish()
	m := f.out.MFA
	if f.over() || f.out.Suspended != nil || m == nil || m.Provider == "none" {
		return
	}
	f.out.Suspended = &Suspension{Kind: SuspendMFA, MFA: m, Flow: f.names(), Next: len(f.flow), Before: f.before()}
}

func (f *flowRun) names() []FlowAction {
	names := make([]FlowAction, len(f.flow))
	for i, a := range f.flow {
		names[i] = FlowAction{ID: a.ID, Version: a.Version}
	}
	return names
}

// suspension is what a run of the Action at index i has asked the person to do,
// or nil. A redirect or a form goes before factors, the last one counts, and
// factors are asked for one after the other.
func (f *flowRun) suspension(i int, run *ActionRun) *Suspension {
	var factors []Command
	var page *Suspension
	for _, c := range run.Commands {
		switch c.Name {
		case "redirect.sendUserTo":
			page = &Suspension{Kind: SuspendRedirect, Line: c.Line}
			_ = json.Unmarshal(c.Args[0], &page.URL)
		case "prompt.render":
			page = &Suspension{Kind: SuspendPrompt, Line: c.Line, Prompt: &PromptRequest{Fields: c.Args[1], Vars: c.Args[2]}}
			_ = json.Unmarshal(c.Args[0], &page.Prompt.ID)
		case "authentication.challengeWith", "authentication.challengeWithAny", "authentication.enrollWith", "authentication.enrollWithAny":
			factors = append(factors, c)
		}
	}
	if page != nil {
		page.Action, page.Flow, page.Next, page.Resume = run.Name, f.names(), i, true
		return page
	}
	if len(factors) > 0 {
		return f.factorSuspension(i+1, run.Name, factors)
	}
	return nil
}

// factorSuspension is the suspension for the first of queue.
func (f *flowRun) factorSuspension(next int, action string, queue []Command) *Suspension {
	c := queue[0]
	s := &Suspension{Kind: SuspendChallenge, Action: action, Line: c.Line, Any: strings.HasSuffix(c.Name, "Any"), Flow: f.names(), Next: next, Queue: queue[1:]}
	if strings.HasPrefix(c.Name, "authentication.enroll") {
		s.Kind = SuspendEnroll
	}
	if s.Any {
		s.Factors = readFactors(c.Args[0])
		return s
	}
	s.Factors, s.Additional = readFactors(append(append(json.RawMessage("["), c.Args[0]...), ']')), readFactors(c.Args[1])
	return s
}

// readFactors reads what api.factor has checked.
func readFactors(list json.RawMessage) (factors []Factor) {
	_ = json.Unmarshal(list, &factors)
	return factors
}
