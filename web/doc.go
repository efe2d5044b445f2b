// Package web is the demo app: a relying party that logs people in with OpenID
// Connect (authorization code flow, PKCE) and shows what the provider said about
// them. It works with any OpenID provider by configuration alone and knows
// nothing of the one beside it in this repository.
//
// One login, file by file:
//
//	login.go      GET /login     makes state, nonce and PKCE verifier, remembers them
//	                             (attempt.go), sends the browser to the provider
//	callback.go   GET /callback  checks state and issuer, swaps the code for tokens
//	verify.go                    checks the ID token, each check by name (checks.go)
//	session.go                   a new session, kept on the server (package vault)
//	history.go                   the person's logins here so far, for the map (package worldmap)
//	profile.go    GET /profile   claims (claims.go) → views.Profile → a page
//	transaction.go               who set the claims, when the provider is a mock that tells
//	steps.go                     what happened, step by step (package timeline)
//	refresh.go    POST /refresh  new tokens for the refresh token, and what changed
//	logout.go     POST /logout   ends the session here and at the provider
//
//	backchannel.go POST /backchannel-logout  the provider ends sessions
//
// The other addresses: home.go (/), me.go (/api/me), status.go (/api/status), docs.go (/docs), health.go (/livez, /readyz).
// provider.go finds the provider's endpoints and keys, client.go is the one way to
// talk to it, handler.go turns an error into a page or its JSON twin (errors.go),
// middleware.go and host.go guard every request.
//
// What it does not do: it calls no API but UserInfo, because a login is all that it
// needs, and asks for a refresh token only when Config.Scopes says so.
//
// Sections cited as "Core" are those of OpenID Connect Core 1.0.
package web
