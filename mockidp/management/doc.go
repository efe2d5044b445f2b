// Package management is the part of Auth0's Management API v2 that Actions,
// tests and the tools around Actions use: users, roles, organizations, linked
// accounts, applications, the log, and Actions with their versions and the flow.
// Paths, members, status codes and error objects are Auth0's; what is not here
// is answered with 404 and says so.
//
//	management.go     Config, New, the table of routes with their scopes
//	serve.go          one adapter: token, scope, answer, error
//	errors.go         the error object
//	body.go           strict JSON in: unknown members are refused
//	page.go, query.go pages; the search language of q
//	users.go, …       one file per resource
//	dbconnections.go  sign-up and change of password, of the Authentication API
//
// An access token for it comes from /oauth/token with the grant
// client_credentials and the audience <issuer>api/v2/.
package management
