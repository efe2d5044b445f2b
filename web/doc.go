// Package web is the demo app: a relying party that logs people in with OpenID
// Connect (authorization code flow, PKCE) and shows what the provider said about
// them. It works with any OpenID provider by configuration alone and knows
// nothing of the one beside it in this repository.
//
// One login, file by file:
//
//	login.go      GET /login     makes state, nonce and PKCE verifier, remembers them
//	                             (package attempt), sends the browser to the provider
//	callback.go   GET /callback  checks state and issuer, swaps the code for tokens
//	verify.go                    checks the ID token, each check by name
//	userinfo.go                  asks whom the access token belongs to, the last check
//	session/                     a new session, kept on the server
//	profile.go    GET /profile   claims → views.Profile → a page
//	steps.go                     what happened, step by step
//	refresh.go    POST /refresh  new tokens for the refresh token, and what changed
//	logout.go     POST /logout   ends the session here and at the provider
//
//	backchannel.go POST /backchannel-logout  the provider ends sessions
//
// What these take as given is a subject of its own and a package below this one:
//
//	attempt      logins that were started, each tied to its browser
//	session      who is logged in; cookie what both give to the browser
//	provider     the provider's endpoints and keys, and the one way to talk to it
//	checks       the list of checks, and the ledger of those that were made
//	claims       the payload of a token, in its order
//	transaction  who set the claims, when the provider is a mock that tells
//	history      the person's logins here so far, for the map (worldmap)
//	returnto     where a login may lead afterwards
//	theme        whether a visitor wants the pages light or dark
//	problem      the failures that have a page of their own
//	vault        encrypted records on disk; timeline what happened; words for pages
//
// The other addresses: home.go (/), me.go (/api/me), status.go (/api/status), docs.go (/docs), health.go (/livez, /readyz).
// handler.go turns an error into a page or its JSON twin, middleware.go and host.go
// guard every request.
//
// What it does not do: it calls no API but UserInfo, because a login is all that it
// needs, and asks for a refresh token only when Config.Scopes says so.
//
// Sections cited as "Core" are those of OpenID Connect Core 1.0.
package web
