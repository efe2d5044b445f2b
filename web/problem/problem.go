// Package problem is a failure that has a page of its own in the demo app: its code,
// its words, what to do next, and the HTTP status and title that go with the code.
//
// Who finds a failure makes the Error; package web logs it and turns it into a page
// or its JSON twin (handler.go), and docs/errors.md explains each code.
package problem

import (
	"fmt"
	"net/http"
	"strings"

	"example.com/postlogin/views"
)

// An Error is a failure that has a page of its own. Its code names the page,
// for people, tests and help texts alike. Everything in it but Cause may be shown;
// Cause is for the log only.
type Error struct {
	Code  string
	Text  string // what happened, one or two plain sentences
	Quote string // the provider's words, cut to words.MaxQuote characters
	Hint  string // what to do, or what usually causes this

	Buttons       []views.Button
	Details       []views.Detail
	Expected, Got string // also rows of the details

	Checks  []views.Check // of a login that failed verification
	IDToken string        // the token that was refused
	Retry   string        // where the page may try again by itself; "": nowhere
	Allow   string        // the methods that a 405 allows
	Cause   error         // for the log
}

// Error is for the log.
func (e *Error) Error() string {
	s := e.Code + ": " + e.Text
	if e.Expected != "" || e.Got != "" {
		s += fmt.Sprintf(" expected %q, got %q", e.Expected, e.Got)
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Heading returns the HTTP status and the title of the error page called code.
func Heading(code string) (status int, title string) {
	switch code {
	case "E-DENY-1":
		return http.StatusForbidden, "You were not logged in"
	case "E-DENY-2":
		return http.StatusForbidden, "You cancelled the login"
	case "E-DENY-3":
		return http.StatusForbidden, "This account is blocked"
	case "E-INT-1":
		return http.StatusUnauthorized, "You need to log in yourself"
	case "E-REQ-1":
		return http.StatusBadRequest, "The identity provider refused the request"
	case "E-CB-1":
		return http.StatusBadRequest, "This answer does not belong to a login you started here"
	case "E-STATE-1":
		return http.StatusBadRequest, "Your browser lost track of this login"
	case "E-STATE-2":
		return http.StatusBadRequest, "Two logins got mixed up"
	case "E-STATE-3":
		return http.StatusBadRequest, "This login is already finished"
	case "E-TIME-1":
		return http.StatusBadRequest, "This login took too long"
	case "E-IDP-1":
		return http.StatusServiceUnavailable, "Your identity provider does not answer"
	case "E-IDP-2":
		return http.StatusServiceUnavailable, "The identity provider calls itself something else"
	case "E-IDP-3":
		return http.StatusServiceUnavailable, "That address is not an OpenID provider"
	case "E-TOK-1":
		return http.StatusBadGateway, "The identity provider does not accept this app's password"
	case "E-TOK-2":
		return http.StatusBadGateway, "The code was refused"
	case "E-TOK-3":
		return http.StatusBadGateway, "The identity provider had a problem"
	case "E-REF-1":
		return http.StatusConflict, "There is nothing to refresh with"
	case "E-REF-2":
		return http.StatusBadGateway, "The refresh token was refused"
	case "E-VER-12": // before any token: the answer is wrong, not yet the provider
		return http.StatusBadRequest, "This answer came from another identity provider"
	case "E-VER-1", "E-VER-2", "E-VER-3", "E-VER-4", "E-VER-5", "E-VER-6", "E-VER-7", "E-VER-8",
		"E-VER-9", "E-VER-10", "E-VER-11", "E-VER-13", "E-VER-14", "E-VER-15":
		return http.StatusBadGateway, "The ID token failed a check"
	case "E-SES-1":
		return http.StatusUnauthorized, "Your session ended"
	case "E-403":
		return http.StatusForbidden, "That request came from another site"
	case "E-404":
		return http.StatusNotFound, "We have no page here"
	case "E-405":
		return http.StatusMethodNotAllowed, "That can't be done with this page"
	case "E-421":
		return http.StatusMisdirectedRequest, "This app has another address"
	default: // E-500
		return http.StatusInternalServerError, "Something went wrong"
	}
}

// Button leads to url.
func Button(label, url string) views.Button { return views.Button{Label: label, URL: url} }

// Primary is the button to choose first.
func Primary(label, url string) views.Button {
	return views.Button{Label: label, URL: url, Primary: true}
}

// A Twin is an error page for programs.
type Twin struct {
	Error struct {
		Code      string `json:"code"`
		Title     string `json:"title"`
		Detail    string `json:"detail"`
		Expected  string `json:"expected"`
		Got       string `json:"got"`
		RequestID string `json:"request_id"`
		Docs      string `json:"docs"`
	} `json:"error"`
}

// Twin is e for programs. It has the code, the words and the two values, and no checks.
func (e *Error) Twin(title, requestID string) (t Twin) {
	t.Error.Code, t.Error.Title, t.Error.Detail = e.Code, title, e.Text
	if e.Quote != "" {
		t.Error.Detail += " The provider's words: “" + e.Quote + "”"
	}
	t.Error.Expected, t.Error.Got = e.Expected, e.Got
	t.Error.RequestID, t.Error.Docs = requestID, DocsURL(e.Code)
	return t
}

// DocsURL is where an error code is explained, on this very app.
func DocsURL(code string) string { return "/docs/errors#" + strings.ToLower(code) }
