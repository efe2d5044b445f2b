package web

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"
	"time"

	"example.com/postlogin/views"
	"example.com/postlogin/web/words"
)

// An appError is a failure that has a page of its own. Its code names the page,
// for people, tests and help texts alike. Everything in it but cause may be shown;
// cause is for the log only.
type appError struct {
	code  string
	text  string // what happened, one or two plain sentences
	quote string // the provider's words, at most maxQuote characters
	hint  string // what to do, or what usually causes this

	buttons       []views.Button
	details       []views.Detail
	expected, got string // also rows of the details

	checks  []views.Check // of a login that failed verification
	idToken string  // the token that was refused
	retry   string  // where the page may try again by itself; "": nowhere
	allow   string  // the methods that a 405 allows
	cause   error   // for the log
}

func (e *appError) Error() string {
	s := e.code + ": " + e.text
	if e.expected != "" || e.got != "" {
		s += fmt.Sprintf(" expected %q, got %q", e.expected, e.got)
	}
	return s
}

func (e *appError) Unwrap() error { return e.cause }

// heading returns the HTTP status and the title of the error page called code.
func heading(code string) (status int, title string) {
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

func button(label, url string) views.Button { return views.Button{Label: label, URL: url} }
func primary(label, url string) views.Button {
	return views.Button{Label: label, URL: url, Primary: true}
}

// Errors that end a callback before the provider is asked anything.

func errMalformedCallback(what string) error {
	return &appError{code: "E-CB-1",
		text:    "The login was not started in this browser, or the answer was changed on its way. Start again from this page.",
		got:     what,
		buttons: []views.Button{primary("Log in", "/login"), button("Home", "/")}}
}

// errNoLoginCookie is for a browser that brought no cookie of any started login.
func errNoLoginCookie(base *url.URL, host string) error {
	return &appError{code: "E-STATE-1",
		text: "Your browser sent no login cookie. This happens when you open the app under one name but come back to another " +
			"(127.0.0.1 and localhost are two names), when cookies are blocked, or when the login was started in another browser or long ago.",
		expected: base.Host, got: words.Shorten(host, words.MaxQuote),
		buttons: []views.Button{primary("Start again at "+base.String(), base.String()+"/login")}}
}

func errStateMixedUp() error {
	return &appError{code: "E-STATE-2",
		text:    "The answer carries another state than the one this browser remembers. Usually a second tab or the Back button.",
		buttons: []views.Button{primary("Log in", "/login"), button("Home", "/")}}
}

func errStateUsed() error {
	return &appError{code: "E-STATE-3",
		text:    "You can't use the same answer twice.",
		buttons: []views.Button{primary("Log in", "/login"), button("Home", "/")}}
}

func errTooLate(age time.Duration) error {
	return &appError{code: "E-TIME-1",
		text:     fmt.Sprintf("A login must be finished within 10 minutes. It was started %s ago.", words.Duration(age)),
		expected: "at most 10 minutes", got: words.Duration(age),
		buttons: []views.Button{primary("Log in", "/login"), button("Home", "/")}}
}

// Errors of the provider before and after the browser was there.

// errProviderDown is for a provider that gave no answer, or none of its own (5xx).
// The page tries again by itself.
func errProviderDown(cfg Config, x exchange, cause error) error {
	text := fmt.Sprintf("Nothing answers at %s (%s).", cfg.Issuer, reason(cause))
	if errors.Is(cause, syscall.ECONNREFUSED) {
		text = fmt.Sprintf("Nothing listens at %s (connection refused).", cfg.Issuer)
	}
	if x.Status != 0 {
		text = x.String() + "."
	}
	e := &appError{code: "E-IDP-1", text: text, retry: "/login", cause: cause,
		buttons: []views.Button{primary("Try now", "/login"), button("Home", "/")}}
	if isLoopback(hostPort(cfg.Issuer)) && x.Status == 0 {
		e.hint = "Start it with `go run ./cmd/mockidp`, or check OIDC_ISSUER."
	}
	if cfg.ConnectTo != "" {
		e.details = append(e.details, views.Detail{Name: "connected to", Value: cfg.ConnectTo + " (OIDC_CONNECT_TO)"})
	}
	return e
}

// reason names what kept a request from being answered. It never contains
// anything that the other side sent.
func reason(err error) string {
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.As(err, &dns):
		return "the name " + dns.Name + " is not known"
	case os.IsTimeout(err):
		return "no answer in time"
	case errors.Is(err, errTooLong):
		return errTooLong.Error()
	case errors.As(err, &op):
		return op.Op + " failed"
	default:
		return "the connection broke"
	}
}

func errOtherIssuer(expected, got string) error {
	e := &appError{code: "E-IDP-2", expected: expected, got: words.Shorten(got, words.MaxQuote),
		text:    fmt.Sprintf("Expected %q, got %q.", expected, words.Shorten(got, words.MaxQuote)),
		hint:    "Both must be the same, letter by letter. Set OIDC_ISSUER to what the provider calls itself, if you trust it.",
		buttons: []views.Button{primary("Home", "/"), button("Try now", "/login")}}
	if expected+"/" == got || expected == got+"/" {
		e.text += " They differ only in the last slash."
		e.hint = "Set `OIDC_ISSUER=" + words.Shorten(got, words.MaxQuote) + "`"
	}
	return e
}

func errNotOpenID(text string) error {
	return &appError{code: "E-IDP-3", text: text,
		hint:    "Check OIDC_ISSUER: it is the address in front of /.well-known/openid-configuration.",
		buttons: []views.Button{primary("Home", "/"), button("Try now", "/login")}}
}

// errBadAnswer is for a provider that answered, but not with what it should have.
func errBadAnswer(text string, cause error) error {
	return &appError{code: "E-TOK-3", text: text, cause: cause,
		buttons: []views.Button{primary("Log in", "/login"), button("Home", "/")}}
}
