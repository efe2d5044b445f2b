package provider

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
)

// Error codes of RFC 6749 sections 4.1.2.1 and 5.2, RFC 6750 section 3.1 and OIDC Core 3.1.2.6.
const (
	invalidRequest    = "invalid_request"
	invalidClient     = "invalid_client"
	invalidGrant      = "invalid_grant"
	invalidScope      = "invalid_scope"
	invalidToken      = "invalid_token"
	insufficientScope = "insufficient_scope"
	loginRequired     = "login_required"
	accessDenied      = "access_denied"
	unauthorized      = "unauthorized" // Auth0's code for a blocked user
	serverError       = "server_error"

	interactionRequired = "interaction_required"
	unmetRequirements   = "unmet_authentication_requirements" // OIDC Unmet Authentication Requirements 1.0
)

// blockedText is Auth0's description for the code unauthorized.
const blockedText = "user is blocked"

// oauthError is an error answer of the protocol (RFC 6749 section 5.2). Its text
// is public: it must never hold a secret or the text of an unexpected error.
type oauthError struct {
	Code      string
	Text      string
	Logged    string // what is logged in place of Text; empty: Text
	Status    int    // used where the answer is not a redirect
	Challenge string // WWW-Authenticate, or empty
}

func (e *oauthError) Error() string { return e.Code + ": " + e.Text }

// write answers with e as JSON.
func (e *oauthError) write(w http.ResponseWriter) {
	if e.Challenge != "" {
		w.Header().Set("WWW-Authenticate", e.Challenge)
	}
	body := newObject(256)
	body.str("error", e.Code)
	body.str("error_description", e.Text)
	writeJSON(w, e.Status, body.bytes())
}

// refuse returns a protocol error with status 400.
func refuse(code, format string, args ...any) error {
	return &oauthError{Code: code, Text: fmt.Sprintf(format, args...), Status: http.StatusBadRequest}
}

// PageError is what a person is shown when the application can't be told,
// because nothing proves that the redirect is safe (RFC 6749 section 4.1.2.1).
type PageError struct {
	Status int
	Title  string // one line
	Detail string // what was expected, what came
	Hint   string // what to do, or empty
}

func (e *PageError) Error() string { return e.Title + ": " + e.Detail }

func (p *Provider) errorPage(w http.ResponseWriter, r *http.Request, e PageError) {
	if p.cfg.ErrorPage != nil {
		p.cfg.ErrorPage(w, r, e)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(e.Status)
	_, _ = fmt.Fprintf(w, "%s\n\n%s\n%s\n", e.Title, e.Detail, e.Hint)
}

// writeJSON answers with a finished JSON document.
func writeJSON(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Pragma", "no-cache") // RFC 6749 section 5.1, beside Cache-Control
	w.WriteHeader(status)
	// A failed write means that the client has gone away: there is nobody left to tell.
	_, _ = w.Write(body)
}

// requestID returns the id that an outer handler gave the request, or makes one.
func requestID(w http.ResponseWriter) string {
	id := w.Header().Get("X-Request-Id")
	if id == "" {
		id = rand.Text()
		w.Header().Set("X-Request-Id", id)
	}
	return id
}

// randomToken returns 256 random bits as base64url: codes, tokens, cookies and ids.
func randomToken() string {
	var b [32]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b[:])
}
