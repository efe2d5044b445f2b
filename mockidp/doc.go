// Package mockidp is an OpenID provider for tests that behaves as an Auth0
// tenant does between the Login button and the ID token: it runs post-login
// Actions, counts logins, and looks addresses up in a location database.
//
// A Server is an http.Handler without globals. It wires the packages below it:
//
//	provider   OAuth 2.0 and OpenID Connect: /authorize, /oauth/token, /userinfo, …
//	login      the login page: /u/login
//	dashboard  Actions, flows and what happened, as pages: /dashboard/
//	actions    the JavaScript runtime of Actions
//	geoip      address in, place out
//	store      what is kept
//	ui         the frame and assets of the pages
//
// The package itself owns what needs several of them: one login's way through
// the Actions (postlogin.go), the same for a login that is only rehearsed
// (rehearse.go), the seeded tenant (seed.go), the places on offer on
// the login page (locations.go), protection that is common to all addresses
// (guard.go), health, the log of runs (health.go, runs.go), and what of a run the
// application may read that it was for (transactions.go).
//
// It is for testing only: client secrets are readable, the test users' password
// is printed on the login page, and people may choose the address they come from.
package mockidp
