package provider

import (
	"errors"
	"fmt"

	"golang.org/x/oauth2"

	"example.com/postlogin/views"
	"example.com/postlogin/web/problem"
	"example.com/postlogin/web/words"
)

// ErrTokens says why the token endpoint gave no tokens (RFC 6749 section 5.2). The
// library's error holds the whole answer, so it goes neither to a page nor to the
// log.
func ErrTokens(cfg Config, x Exchange, err error) error {
	said, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		switch {
		case IsAway(err):
			return errTokensAway(cfg, x, err)
		case x.Status == 0 && Reason(err) != "no answer in time":
			// Somebody is there. A page that tries again by itself would log in over and over.
			return errBadAnswer(fmt.Sprintf("%s %s was not answered: %s.", x.Method, x.URL, Reason(err)), err)
		case x.Status == 0:
			return errBadAnswer(x.String()+".", err)
		default:
			return errBadAnswer(x.String()+", which is not a token answer.", err)
		}
	}
	e := &problem.Error{Quote: words.Shorten(said.ErrorDescription, words.MaxQuote),
		Buttons: []views.Button{problem.Primary("Log in", "/login"), problem.Button("Home", "/")}}
	if said.ErrorCode != "" {
		e.Details = append(e.Details, views.Detail{Name: "error", Value: words.Shorten(said.ErrorCode, 80)})
	}
	switch said.ErrorCode {
	case "invalid_client":
		e.Code, e.Buttons = "E-TOK-1", []views.Button{problem.Primary("Home", "/")}
		e.Text = "It does not accept client id " + cfg.ClientID + " with the secret that this app has."
		e.Hint = "Compare `OIDC_CLIENT_ID` and `OIDC_CLIENT_SECRET` with the application's settings at the provider."
		if cfg.ClientSecret == "" {
			e.Text = "It does not accept client id " + cfg.ClientID + " without a secret, and this app has none."
			e.Hint = "Set `OIDC_CLIENT_SECRET`, or let the application at the provider be one without a secret."
		}
		if n := len(cfg.ClientSecret); n > 8 && IsLoopback(HostPort(cfg.RedirectURL)) {
			e.Hint += fmt.Sprintf(" This app's secret ends in “…%s”.", cfg.ClientSecret[n-3:])
		}
	case "invalid_grant":
		e.Code, e.Hint = "E-TOK-2", "Log in again: that makes a new code. If it is refused each time, compare `OIDC_REDIRECT_URL` with the application's settings at the provider."
		e.Text = "It was used before, is older than 60 seconds, or the PKCE verifier or callback address did not match."
	default:
		e.Code, e.Text, e.Hint = "E-TOK-3", x.String()+".", SeeItsLog
	}
	return e
}

// SeeItsLog is all that this app can say about a fault of the provider.
const SeeItsLog = "This app did its part. Log in again; if it stays so, the provider's own log says why."

// errBadAnswer is for a provider that answered, but not with what it should have.
func errBadAnswer(text string, cause error) error {
	return &problem.Error{Code: "E-TOK-3", Text: text, Hint: SeeItsLog, Cause: cause,
		Buttons: []views.Button{problem.Primary("Log in", "/login"), problem.Button("Home", "/")}}
}
