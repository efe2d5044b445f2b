// Package provider speaks OAuth 2.0 and OpenID Connect: it turns an
// authorization request into a code, and a code into tokens.
//
// It owns these addresses below the issuer, one file each:
//
//	/.well-known/openid-configuration        discovery (OpenID Connect Discovery 1.0)
//	/.well-known/oauth-authorization-server  the same document (RFC 8414)
//	/.well-known/jwks.json                   public signing keys (RFC 7517)
//	/authorize                               authorization request (RFC 6749 section 4.1.1, OIDC Core 3)
//	/authorize/resume                        the dispatcher: what a pending request needs next
//	/continue                                where other people's pages bring a suspended login back
//	/oauth/token                             token endpoint (RFC 6749 section 3.2); one file per grant
//	/userinfo                                OIDC Core 5.3
//	/oauth/revoke                            RFC 7009
//	/oauth/introspect                        RFC 7662
//	/oidc/logout                             OpenID Connect RP-Initiated Logout 1.0
//	/v2/logout                               Auth0's older logout address
//
// A login that Config.PostLogin suspends waits in the store, with its store.Step,
// for /continue or for the login pages to answer it; the dispatcher then calls
// PostLogin again. Of the grants without a browser, password runs PostLogin and
// client_credentials does not.
//
// Who does the neighbouring steps: package login shows the login page and checks
// passwords; the two meet only in a store.Request and in the two addresses
// LoginPath and /authorize/resume. What may be added to tokens is decided by
// Config.PostLogin, a function that the caller supplies; this package knows
// nothing of Actions. Rows, hashes and single use are package store's.
//
// Paths, lifetimes and the content of ID tokens follow Auth0 where Auth0 and the
// specifications leave a choice. Not offered: the implicit access token, request
// objects, pushed requests, DPoP, dynamic registration, the device
// grant, consent.
package provider
