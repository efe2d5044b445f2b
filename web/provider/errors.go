package provider

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"

	"example.com/postlogin/views"
	"example.com/postlogin/web/problem"
	"example.com/postlogin/web/words"
)

// ErrDown is for a provider that gave no answer, or none of its own (5xx), to the first
// request of a login. The page tries again by itself.
func ErrDown(cfg Config, x Exchange, cause error) error {
	e := errAway(cfg, cfg.Issuer, cause)
	if IsLoopback(HostPort(cfg.Issuer)) {
		e.Hint = "Start it with `go run ./cmd/mockidp`, or check OIDC_ISSUER."
	}
	if x.Status != 0 {
		e.Text = x.String() + "."
		e.Hint = "It has a fault, or a gateway in front of it answers because it is away. Its log, or that of the gateway, says more."
	}
	e.Retry = "/login"
	e.Buttons = []views.Button{problem.Primary("Try now", "/login"), problem.Button("Home", "/")}
	return e
}

// errTokensAway is for a token endpoint that can't be reached. Its page does not try again
// by itself: that would be a whole login each time, and the provider counts those.
func errTokensAway(cfg Config, x Exchange, cause error) error {
	e := errAway(cfg, x.URL, cause)
	e.Hint = "It is the token endpoint that the provider's discovery document names. Nothing was handed in there; try again when it is back."
	e.Buttons = []views.Button{problem.Primary("Log in", "/login"), problem.Button("Home", "/")}
	return e
}

// errAway is for an address of the provider at which nobody answers.
func errAway(cfg Config, address string, cause error) *problem.Error {
	e := &problem.Error{Code: "E-IDP-1", Text: fmt.Sprintf("Nothing answers at %s (%s).", address, Reason(cause)), Cause: cause}
	if errors.Is(cause, syscall.ECONNREFUSED) {
		e.Text = fmt.Sprintf("Nothing listens at %s (connection refused).", address)
	}
	if cfg.ConnectTo != "" && HostPort(address) == HostPort(cfg.Issuer) {
		e.Details = append(e.Details, views.Detail{Name: "connected to", Value: cfg.ConnectTo + " (OIDC_CONNECT_TO)"})
	}
	return e
}

// IsAway reports whether err says that nobody could be reached at all: no connection
// was made.
func IsAway(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial" && !op.Timeout()
}

// Reason names what kept a request from being answered. It never contains
// anything that the other side sent.
func Reason(err error) string {
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
	e := &problem.Error{Code: "E-IDP-2", Expected: expected, Got: words.Shorten(got, words.MaxQuote),
		Text:    fmt.Sprintf("Expected %q, got %q.", expected, words.Shorten(got, words.MaxQuote)),
		Hint:    "Both must be the same, letter by letter. Set OIDC_ISSUER to what the provider calls itself, if you trust it.",
		Buttons: []views.Button{problem.Primary("Home", "/"), problem.Button("Try now", "/login")}}
	if expected+"/" == got || expected == got+"/" {
		e.Text += " They differ only in the last slash."
		e.Hint = "Set `OIDC_ISSUER=" + words.Shorten(got, words.MaxQuote) + "`"
	}
	return e
}

func errNotOpenID(text string) error {
	return errNoProvider(text, "Check OIDC_ISSUER: it is the address in front of /.well-known/openid-configuration.")
}

// errWrongEndpoint is for a provider whose document sends this app, or browsers, to
// an address that can't be right.
func errWrongEndpoint(text string) error {
	return errNoProvider(text, "Usual cause: the provider does not know the address that it is reached by, for instance because it stands behind a proxy. Set it there.")
}

func errNoProvider(text, hint string) error {
	return &problem.Error{Code: "E-IDP-3", Text: text, Hint: hint,
		Buttons: []views.Button{problem.Primary("Home", "/"), problem.Button("Try now", "/login")}}
}
