package provider

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"
)

// handler answers one address. It must not write before it returns an error.
type handler func(w http.ResponseWriter, r *http.Request) error

// route is one row of the table of addresses.
type route struct {
	methods []string
	page    bool // a browser navigates here: errors are pages, not JSON
	cors    bool // scripts of any origin may call it; it never looks at cookies
	handle  handler
}

func (p *Provider) table() map[string]route {
	get, post, both := []string{http.MethodGet, http.MethodHead}, []string{http.MethodPost}, []string{http.MethodGet, http.MethodPost}
	browse := []string{http.MethodGet} // no HEAD: these change something
	return map[string]route{
		"/.well-known/openid-configuration":       {methods: get, cors: true, handle: p.serveDiscovery},
		"/.well-known/oauth-authorization-server": {methods: get, cors: true, handle: p.serveDiscovery},
		"/.well-known/jwks.json":                  {methods: get, cors: true, handle: p.serveJWKS},
		"/authorize":                              {methods: both, page: true, handle: p.authorize},
		"/authorize/resume":                       {methods: browse, page: true, handle: p.resume},
		"/continue":                               {methods: both, page: true, handle: p.continueLogin},
		"/oauth/token":                            {methods: post, cors: true, handle: p.token},
		"/userinfo":                               {methods: both, cors: true, handle: p.userinfo},
		"/oauth/revoke":                           {methods: post, cors: true, handle: p.revoke},
		"/oauth/introspect":                       {methods: post, handle: p.introspect},
		"/oidc/logout":                            {methods: both, page: true, handle: p.logout},
		"/v2/logout":                              {methods: browse, page: true, handle: p.logoutV2},
	}
}

// ServeHTTP serves the addresses below the issuer; the issuer's own path must
// have been stripped from the request's path already.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	// RFC 6749 section 5.1; pages and redirects carry codes and states. Public documents override it.
	h.Set("Cache-Control", "no-store")
	rt, ok := p.routes[r.URL.Path]
	if !ok {
		p.errorPage(w, r, PageError{Status: http.StatusNotFound, Title: "There is no such page",
			Detail: "This identity provider has nothing at " + r.URL.Path + ".", Hint: "Its addresses are listed in " + p.base + "/.well-known/openid-configuration."})
		return
	}
	if rt.cors {
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Expose-Headers", "WWW-Authenticate")
	} else if rt.page {
		h.Set("Referrer-Policy", "no-referrer") // RFC 9700 section 4.2.4: state and code must not leak
	}
	switch {
	case slices.Contains(rt.methods, r.Method):
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		if err := rt.handle(w, r); err != nil {
			p.fail(w, r, rt, err)
		}
	case rt.cors && r.Method == http.MethodOptions:
		h.Set("Access-Control-Allow-Methods", strings.Join(rt.methods, ", "))
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Auth0-Client")
		h.Set("Access-Control-Max-Age", "600")
		w.WriteHeader(http.StatusNoContent)
	default:
		h.Set("Allow", strings.Join(rt.methods, ", "))
		p.fail(w, r, rt, &oauthError{Code: invalidRequest, Status: http.StatusMethodNotAllowed,
			Text: "method " + r.Method + " is not allowed here, use " + strings.Join(rt.methods, " or ")})
	}
}

// fail is the one place where a handler's error is logged and turned into an answer.
func (p *Provider) fail(w http.ResponseWriter, r *http.Request, rt route, err error) {
	if pe, ok := errors.AsType[*PageError](err); ok {
		p.log.InfoContext(r.Context(), "request refused", "path", r.URL.Path, "status", pe.Status, "reason", pe.Detail)
		p.errorPage(w, r, *pe)
		return
	}
	oe := p.publicError(w, r, err)
	if rt.page {
		title := "The request can't be answered"
		if oe.Status >= http.StatusInternalServerError {
			title = "Something went wrong"
		}
		p.errorPage(w, r, PageError{Status: oe.Status, Title: title, Detail: oe.Text})
		return
	}
	oe.write(w)
}

// publicError logs err and returns what an outsider may know of it: protocol
// errors as they are, anything else as server_error with the request's id.
func (p *Provider) publicError(w http.ResponseWriter, r *http.Request, err error) *oauthError {
	if oe, ok := errors.AsType[*oauthError](err); ok {
		p.log.InfoContext(r.Context(), "request refused", "path", r.URL.Path, "error", oe.Code, "reason", cmp.Or(oe.Logged, oe.Text))
		return oe
	}
	id := requestID(w)
	if r.Context().Err() == nil { // else the client has gone away: nothing is wrong
		p.log.ErrorContext(r.Context(), "request failed", "id", id, "path", r.URL.Path, "err", err)
	}
	return &oauthError{Code: serverError, Status: http.StatusInternalServerError,
		Text: "Something went wrong at the identity provider. Its log has the cause under request id " + id + "."}
}
