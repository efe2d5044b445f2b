package views_test

import "example.com/postlogin/views"

var (
	loginButton = views.Button{Label: "Log in", URL: "/login", Primary: true}
	homeButton  = views.Button{Label: "Home", URL: "/"}
)

// failure builds one error page's model.
func failure(code, title, text string, buttons ...views.Button) views.Error {
	return views.Error{
		Layout: layout(title, ""), Code: code, Title: title, Text: text, Buttons: buttons,
		Details: []views.Detail{{Name: "request id", Value: "7f3a9c51"}},
	}
}

// amend fills in what only some error pages have.
func amend(e views.Error, change func(*views.Error)) views.Error {
	change(&e)
	return e
}

// errorModels is one model for each error page of the app.
func errorModels() []views.Error {
	list := []views.Error{
		amend(failure("E-DENY-1", "You were not logged in", "The identity provider said no:", views.Button{Label: "Try again as someone else", URL: "/login?prompt=login", Primary: true}, homeButton), func(e *views.Error) {
			e.Quote = "We do not serve customers in KP."
			e.Hint = "Usually an Action in the login flow has refused it, or has failed. Nothing is wrong with your password."
			e.Details = []views.Detail{
				{Name: "error", Value: "access_denied"},
				{Name: "error_description", Value: "We do not serve customers in KP."},
				{Name: "where it came from", Value: "query string of GET /callback; no code was sent, so no token call was made"},
				{Name: "request id", Value: "7f3a9c51"},
			}
		}),
		failure("E-DENY-2", "You cancelled the login", "Nothing was sent to this app.", loginButton, homeButton),
		failure("E-DENY-3", "This account is blocked", "The identity provider does not let bob@example.test log in.", views.Button{Label: "Try another account", URL: "/login?prompt=login", Primary: true}),
		failure("E-INT-1", "You need to log in yourself", "This app asked for a silent login, but there is no session at the identity provider.", loginButton),
		amend(failure("E-REQ-1", "The identity provider refused the request", "Something in this app's settings does not fit.", homeButton), func(e *views.Error) { e.Quote = "Unknown scope: profil" }),
		failure("E-CB-1", "This answer does not belong to a login you started here", "The login was not started in this browser, or it was started long ago. Start again from this page.", loginButton),
		amend(failure("E-STATE-1", "Your browser lost track of this login", "Your browser sent no login cookie. This happens when you open the app as 127.0.0.1 but come back to localhost, or when cookies are blocked.", views.Button{Label: "Start again at http://localhost:3000", URL: "http://localhost:3000/login", Primary: true}), func(e *views.Error) {
			e.Hint = "Expected host: `localhost:3000`. You came to: `127.0.0.1:3000`."
		}),
		failure("E-STATE-2", "Two logins got mixed up", "The answer carries another state than the one this browser remembers. Usually a second tab or the Back button.", loginButton),
		failure("E-STATE-3", "This login is already finished", "You can't use the same answer twice.", views.Button{Label: "Open profile", URL: "/profile", Primary: true}, views.Button{Label: "Log in", URL: "/login"}),
		failure("E-TIME-1", "This login took too long", "A login must be finished within 10 minutes. It was started 23 minutes ago.", loginButton),
		amend(failure("E-IDP-1", "Your identity provider does not answer", "Nothing listens at http://localhost:9400/ (connection refused). Start it with `go run ./cmd/mockidp`.", views.Button{Label: "Try now", URL: "/login?next=/profile", Primary: true}, homeButton), func(e *views.Error) {
			e.RetrySeconds, e.RetryURL = 3, "/login?next=/profile"
			e.Details = []views.Detail{
				{Name: "address", Value: "http://localhost:9400/.well-known/openid-configuration"},
				{Name: "error", Value: "dial tcp 127.0.0.1:9400: connect: connection refused"},
				{Name: "request id", Value: "7f3a9c51"},
			}
		}),
		amend(failure("E-IDP-2", "The identity provider calls itself something else", "They differ only in the last slash. Set `OIDC_ISSUER=http://localhost:9400/`", homeButton), func(e *views.Error) {
			e.Details = []views.Detail{{Name: "expected", Value: "http://localhost:9400"}, {Name: "got", Value: "http://localhost:9400/"}}
		}),
		failure("E-IDP-3", "That address is not an OpenID provider", "GET http://localhost:9400/.well-known/openid-configuration answered 404 with text/html.", homeButton),
		failure("E-TOK-1", "The identity provider does not accept this app's password", "Client id demo-app, secret ends in “…ret”. Compare with Applications > demo-app.", homeButton),
		amend(failure("E-TOK-2", "The code was refused", "It was used before, is older than 60 seconds, or the PKCE verifier or callback address did not match. The provider said:", loginButton), func(e *views.Error) { e.Quote = "The code was already used." }),
		failure("E-TOK-3", "The identity provider had a problem", "POST /oauth/token answered 500 after 12 ms.", loginButton),
		failure("E-SES-1", "Your session ended", "The app was restarted, or you were away for more than 8 hours.", loginButton),
		failure("E-404", "We have no page here", "There is nothing at /nothing.", homeButton),
		failure("E-405", "This address takes no POST", "It answers GET only.", homeButton),
		failure("E-500", "Something went wrong", "The cause is in the server's log, with this request's id.", homeButton),
	}
	for _, code := range []string{"E-VER-1", "E-VER-2", "E-VER-3", "E-VER-4", "E-VER-5", "E-VER-6", "E-VER-7", "E-VER-8"} {
		list = append(list, failedVerification(code))
	}
	return list
}

// failedVerification is the page of a token that expired before it came.
func failedVerification(code string) views.Error {
	e := failure(code, "The ID token failed a check", "The check `exp` failed. No session was made.", loginButton, homeButton)
	e.Hint = "Usual cause: the clocks differ, or the provider sends old tokens."
	e.Checks = []views.Check{
		{ID: "exp", State: "fail", Expected: "later than 22 Nov 2026 21:14:05 UTC", Got: "22 Nov 2026 21:04:05 UTC (10 min late)", Why: "An old token says nothing about now."},
		{ID: "state", State: "pass", Expected: "the state of a login that this browser started", Got: "the state of a login that this browser started", Why: "Without it, another site could log you in here as somebody else."},
		{ID: "signature", State: "pass", Expected: "", Got: "RS256, key k-2026-11", Why: "Only the provider holds this key."},
		{ID: "nonce", State: "not done", Why: "It ties the token to this one login."},
	}
	token := idToken()
	e.Token = &token
	e.Details = []views.Detail{
		{Name: "expected", Value: "later than 22 Nov 2026 21:14:05 UTC"},
		{Name: "got", Value: "22 Nov 2026 21:04:05 UTC"},
		{Name: "request id", Value: "7f3a9c51"},
	}
	return e
}

func logout() views.Logout {
	return views.Logout{Layout: loggedIn("Log out", ""), URL: "/logout", Issuer: "http://localhost:9400/", Provider: true}
}

func loggedOut() views.LoggedOut {
	return views.LoggedOut{
		Layout: layout("Logged out", ""), LoginURL: "/login", Provider: "yes",
		Text: "You are logged out of Demo app and of the identity provider.",
	}
}
