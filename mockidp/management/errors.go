package management

import (
	"errors"
	"fmt"
	"net/http"

	"example.com/postlogin/mockidp/store"
)

// problem is an error answer. Its text is public.
type problem struct {
	Status  int     `json:"statusCode"`
	Name    string  `json:"error"` // the status in words
	Message string  `json:"message"`
	Code    string  `json:"errorCode,omitempty"`
	Errors  []fault `json:"errors,omitempty"` // of an Action's code
}

// fault is one error of an Action's code, as Auth0's versions list them; the
// position is ours.
type fault struct {
	ID      string `json:"id"`
	Message string `json:"msg"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
}

func (p *problem) Error() string { return fmt.Sprintf("%d %s: %s", p.Status, p.Code, p.Message) }

func refuse(status int, code, format string, args ...any) error {
	return &problem{Status: status, Name: http.StatusText(status), Message: fmt.Sprintf(format, args...), Code: code}
}

func badBody(format string, args ...any) error {
	return refuse(http.StatusBadRequest, "invalid_body", "Payload validation error: '"+format+"'.", args...)
}

func badQuery(format string, args ...any) error {
	return refuse(http.StatusBadRequest, "invalid_query_string", "Query validation error: '"+format+"'.", args...)
}

// CodeError is what Config.Check says of code that can't be an Action.
type CodeError struct {
	Line, Column int // 1-based; 0: the whole
	Message      string
}

// Error gives the position and the message.
func (e *CodeError) Error() string {
	if e.Line == 0 {
		return e.Message
	}
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Message)
}

// ErrBusy is what Config.Test returns while too many other tests are running.
var ErrBusy = errors.New("too many tests of Actions are running")

// PayloadError is what Config.Test says of a payload that is no event.
type PayloadError struct{ Message string }

// Error gives the message.
func (e *PayloadError) Error() string { return e.Message }

// codeProblem is the answer to code that does not compile. Auth0 finds out after
// it has answered and sets the status "failed"; here the answer says it.
func codeProblem(name string, e *CodeError) error {
	return &problem{Status: http.StatusBadRequest, Name: "Bad Request", Code: "action_build_failed",
		Message: fmt.Sprintf("The Action %q does not compile: %v", name, e),
		Errors:  []fault{{ID: "SyntaxError", Message: e.Message, Line: e.Line, Column: e.Column}}}
}

// missing and taken turn two errors of the store into answers and leave others alone.
func missing(err error, code, text string) error {
	if errors.Is(err, store.ErrNotFound) {
		return refuse(http.StatusNotFound, code, "%s", text)
	}
	return err
}

func taken(err error, code, text string) error {
	if errors.Is(err, store.ErrExists) {
		return refuse(http.StatusConflict, code, "%s", text)
	}
	return err
}

// The texts are Auth0's; it gives most of them no code.
func noUser(err error) error {
	return missing(err, "inexistent_user", "The user does not exist.")
}
func noRole(err error) error {
	return missing(err, "", "The role does not exist.")
}
func noOrganization(err error) error {
	return missing(err, "inexistent_organization", "No organization found by that id or name")
}
func noAction(err error) error {
	return missing(err, "", "That action does not exist.")
}
func userTaken(err error) error {
	return taken(err, "auth0_idp_error", "The user already exists.")
}
