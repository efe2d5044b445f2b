package actions

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Outcome is what a flow of Actions asked for, and the record of how it went.
// Nothing in it has been carried out yet: the caller adds the claims to the
// tokens, saves the metadata, refuses the login.
type Outcome struct {
	// Custom claims to add to the tokens, the last writer winning. Reserved
	// names are gone already; each one left a warning in its run.
	IDToken     map[string]json.RawMessage `json:"id_token"`
	AccessToken map[string]json.RawMessage `json:"access_token"`

	// Patches of top-level metadata keys; JSON null deletes the key. They are
	// to be saved also when the login was denied, and not when it failed.
	AppMetadata  map[string]json.RawMessage `json:"app_metadata"`
	UserMetadata map[string]json.RawMessage `json:"user_metadata"`

	// Scopes of the access token to add and to take away; the last operation on
	// each has won.
	AddedScopes   []string `json:"added_scopes,omitempty"`
	RemovedScopes []string `json:"removed_scopes,omitempty"`

	TransactionMetadata json.RawMessage      `json:"transaction_metadata,omitempty"` // all of it after the flow; nil: never touched
	Session             *SessionChanges      `json:"session,omitempty"`
	RefreshToken        *RefreshTokenChanges `json:"refresh_token,omitempty"`
	RecordedMethods     []string             `json:"recorded_methods,omitempty"` // URLs, by api.authentication.recordMethod
	PrimaryUser         string               `json:"primary_user,omitempty"`     // by api.authentication.setPrimaryUser
	MFA                 *MFA                 `json:"mfa,omitempty"`              // by api.multifactor.enable

	Invalid   *ValidationError `json:"invalid,omitempty"`   // by api.validation.error
	Refused   *Refusal         `json:"refused,omitempty"`   // by nobody of the flow: the Runner never sets it
	Suspended *Suspension      `json:"suspended,omitempty"` // not over: the person must do something first

	Denied *Denial  `json:"denied,omitempty"` // access.deny, session.revoke or refreshToken.revoke
	Failed *Failure `json:"failed,omitempty"` // an Action threw, timed out, …

	Runs []ActionRun `json:"runs"` // one for each Action that ran, in order
}

// Denial is a login refused by an Action: OAuth error access_denied with
// Reason as its description.
type Denial struct {
	Action string `json:"action"` // name of the Action
	Reason string `json:"reason"`
}

// A Refusal is why whoever carries an Outcome out ended the login although no Action
// did: the person gave up at a step, or a step that was asked for can't be made.
type Refusal struct {
	Code   string `json:"code"` // the OAuth error that the application gets
	Reason string `json:"reason"`
}

// The outcomes of one run, also the kinds of [Failure].
const (
	OutcomeOK           = "ok"
	OutcomeRedirect     = "redirect" // suspended: a redirect, a form, a challenge or an enrolment
	OutcomeDenied       = "denied"
	OutcomeThrew        = "threw"            // an exception or a rejected promise, also while loading
	OutcomeTimeout      = "timeout"          // over the time budget of the flow
	OutcomeMemory       = "memory"           // over the worker's memory limit
	OutcomeBadSignature = "bad-signature"    // no async handler exported
	OutcomeSyntaxError  = "syntax-error"     // source that Compile would have refused
	OutcomeNeverSettles = "never-settles"    // awaits a promise that nothing can settle
	OutcomeTooLarge     = "claims-too-large" // more than 100 kB of custom claims in one token
	OutcomeCrashed      = "crashed"          // the worker ended without an answer
)

// Failure is a login that an Action made fail. The login is refused with OAuth
// error access_denied and Description.
type Failure struct {
	Action string `json:"action"` // name of the Action
	Kind   string `json:"kind"`   // one of the Outcome constants but ok and denied
	Error  *Error `json:"error"`
}

// Description is the text for error_description: the exception's message, as
// Auth0 sends it, on one line.
func (f *Failure) Description() string {
	if f.Error != nil && f.Error.Message != "" {
		return strings.Join(strings.Fields(f.Error.Message), " ")
	}
	return fmt.Sprintf("Action %q failed (%s)", f.Action, f.Kind)
}

// ActionRun records one run of one Action.
type ActionRun struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	Version    int            `json:"version"`
	DurationMS float64        `json:"duration_ms"`         // wall clock, measured beside the JavaScript
	Cold       bool           `json:"cold"`                // the module's code ran for this run
	Continued  bool           `json:"continued,omitempty"` // its onContinuePostLogin ran
	Outcome    string         `json:"outcome"`
	Console    []ConsoleLine  `json:"console"`
	Commands   []Command      `json:"commands"`
	Claims     []Claim        `json:"claims"`
	Warnings   []Warning      `json:"warnings"`
	Error      *Error         `json:"error"`
	Requests   []OutgoingCall `json:"requests"`
}

// Duration is how long the Action ran.
func (r *ActionRun) Duration() time.Duration {
	return time.Duration(r.DurationMS * float64(time.Millisecond))
}

// ConsoleLine is one call of console.log, info, warn, error, debug or trace.
type ConsoleLine struct {
	Level string `json:"level"`
	Text  string `json:"text"` // may span lines
	Line  int    `json:"line"` // in the author's source, 0 when unknown
}

// Command is one accepted api call with its arguments as JSON. A value that
// JSON cannot say (undefined, a function) is missing at the end of Args.
type Command struct {
	Name string            `json:"name"` // e.g. "idToken.setCustomClaim"
	Args []json.RawMessage `json:"args"`
	Line int               `json:"line"`
}

// Claim is one setCustomClaim and what became of it.
type Claim struct {
	Token   string          `json:"token"` // "id_token" or "access_token"
	Name    string          `json:"name"`
	Value   json.RawMessage `json:"value,omitempty"` // absent when undefined
	Line    int             `json:"line"`
	Dropped string          `json:"dropped,omitempty"` // why it is not in the token; "" when it is
}

// Warning is something the real service would do in silence.
type Warning struct {
	Line int    `json:"line"`
	Text string `json:"text"`
}

// Error is a JavaScript exception in the author's coordinates.
type Error struct {
	Name    string `json:"name"`
	Message string `json:"message"`
	Line    int    `json:"line"` // 1-based, 0 when unknown
	Column  int    `json:"column"`
	Stack   string `json:"stack"`
}

// Error gives name and message as String(e) does in JavaScript.
func (e *Error) Error() string {
	switch {
	case e.Message == "":
		return e.Name
	case e.Name == "":
		return e.Message
	}
	return e.Name + ": " + e.Message
}

// OutgoingCall is an HTTP request that an Action made, and its answer.
type OutgoingCall struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"` // names in lower case
	Body    string            `json:"body"`
	Line    int               `json:"line"`
	Status  int               `json:"status"`          // of the answer; 0 when there was none
	Error   string            `json:"error,omitempty"` // why there was no answer
}

// SyntaxError is why [Runner.Compile] refused an Action.
type SyntaxError struct {
	Line    int    `json:"line"`   // 1-based, in the author's source; 0 when it concerns the whole
	Column  int    `json:"column"` // 1-based
	Message string `json:"message"`
	Text    string `json:"text"` // the line itself
	Hint    string `json:"hint"` // what probably happened, "" when unknown
}

// Error gives position, message and hint in one line.
func (e *SyntaxError) Error() string {
	s := "SyntaxError: " + e.Message
	if e.Line > 0 {
		s = fmt.Sprintf("line %d, column %d: SyntaxError: %s", e.Line, e.Column, e.Message)
	}
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}
