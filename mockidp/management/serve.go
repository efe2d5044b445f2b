package management

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
)

// maxBodyBytes is the longest body accepted: Auth0's limit.
const maxBodyBytes = 1 << 20

// ServeHTTP answers requests whose path begins with /api/v2/.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, pattern := a.named.Handler(r); pattern != "" {
		a.named.ServeHTTP(w, r)
		return
	}
	a.mux.ServeHTTP(w, r)
}

// handle is the one way through which every route is reached: who comes without
// a token learns nothing, not even which routes there are.
func (a *API) handle(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBodyBytes)
		body, err := a.answer(rt, r)
		if err != nil {
			a.fail(w, r, err)
			return
		}
		a.write(w, r, rt.status, body)
	})
}

func (a *API) answer(rt route, r *http.Request) (any, error) {
	scopes, ok := a.cfg.Authorize(r)
	if !ok {
		text := "Invalid token"
		if r.Header.Get("Authorization") == "" {
			text = "Missing authentication"
		}
		return nil, refuse(http.StatusUnauthorized, "", "%s", text)
	}
	if len(rt.scopes) > 0 && !slices.ContainsFunc(rt.scopes, func(s string) bool { return slices.Contains(scopes, s) }) {
		return nil, lacksScope(rt.scopes...)
	}
	return rt.do(r)
}

func lacksScope(any ...string) error {
	return refuse(http.StatusForbidden, "insufficient_scope", "Insufficient scope, expected any of: %s", strings.Join(any, ","))
}

func (a *API) fail(w http.ResponseWriter, r *http.Request, err error) {
	p, ok := errors.AsType[*problem](err)
	if !ok {
		p = &problem{Status: http.StatusInternalServerError, Name: "Internal Server Error", Message: "An internal error occurred"}
		a.log.ErrorContext(r.Context(), "management request failed", "route", r.Pattern, "err", err)
	}
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="`+a.audience()+`"`) // RFC 6750 section 3
	}
	a.write(w, r, p.Status, p)
}

func (a *API) write(w http.ResponseWriter, r *http.Request, status int, body any) {
	w.Header().Set("Cache-Control", "no-store")
	if status == http.StatusNoContent {
		w.WriteHeader(status)
		return
	}
	text, err := json.Marshal(body)
	if err != nil {
		a.log.ErrorContext(r.Context(), "management answer can't be written", "route", r.Pattern, "err", err)
		http.Error(w, "An internal error occurred", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	// A failed write means that the client has gone away: there is nobody left to tell.
	_, _ = w.Write(text)
}

func (a *API) unknown(r *http.Request) (any, error) {
	return nil, refuse(http.StatusNotFound, "", "%s %s is not part of this mock of the Management API", r.Method, r.URL.Path)
}

// audience is who the tokens are for, the API's identifier.
func (a *API) audience() string { return a.cfg.Issuer + "api/v2/" }

// hasScope reports whether the request's token has scope.
func (a *API) hasScope(r *http.Request, scope string) bool {
	scopes, ok := a.cfg.Authorize(r)
	return ok && slices.Contains(scopes, scope)
}
