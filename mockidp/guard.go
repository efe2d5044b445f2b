package mockidp

import (
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"example.com/postlogin/mockidp/outbox"
	"example.com/postlogin/mockidp/provider"
	"example.com/postlogin/mockidp/ui"
)

// guard wraps every address: request id, security headers, the Host allow-list,
// one log line per request, and a 500 page (to programs, text) instead of a dropped
// connection when a handler panics.
func (s *Server) guard(next http.Handler) http.Handler {
	csp := ui.CSP()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Request-Id", rand.Text())
		h.Set("Content-Security-Policy", csp)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		if !s.knownHost(r.Host) {
			// DNS rebinding: a page of another site that resolves to this machine
			// still sends its own name. CrossOriginProtection can't see that.
			http.Error(w, "This identity provider does not answer for "+fmt.Sprintf("%q", r.Host)+". Open "+s.cfg.Issuer, http.StatusMisdirectedRequest)
			return
		}
		defer s.recover(w, r)
		if !s.log.Enabled(r.Context(), slog.LevelDebug) {
			next.ServeHTTP(w, r)
			return
		}
		start := time.Now()
		next.ServeHTTP(w, r)
		s.log.DebugContext(r.Context(), "request", "id", h.Get("X-Request-Id"), "method", r.Method, "path", r.URL.Path, "took", time.Since(start).Round(time.Microsecond))
	})
}

func (s *Server) recover(w http.ResponseWriter, r *http.Request) {
	cause := recover()
	if cause == nil {
		return
	}
	if cause == http.ErrAbortHandler {
		panic(cause) // net/http's own way to cut off an answer: half of one must not look whole
	}
	id := w.Header().Get("X-Request-Id")
	s.log.ErrorContext(r.Context(), "handler panicked", "id", id, "path", r.URL.Path, "panic", cause, "stack", string(debug.Stack()))
	if !acceptsPage(r) {
		http.Error(w, "Something went wrong. Request id: "+id, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Security-Policy", ui.CSP()) // the handler may have set that of its own page
	s.errorPage(w, r, provider.PageError{Status: http.StatusInternalServerError, Title: "Something went wrong", Detail: "The provider has failed. Go back and try again."})
}

// acceptsPage tells a browser that opens a page from a script and a program: it names
// HTML, which "*/*" does not.
func acceptsPage(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), "text/html") }

// knownHost compares names without ports: a page of another site can't have one of these names.
func (s *Server) knownHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	return slices.ContainsFunc(s.hosts, func(known string) bool { return strings.EqualFold(known, host) })
}

// adminOnly protects what a person who runs tests may see, and nobody else:
// with a token its bearer, without one this machine.
func (s *Server) adminOnly(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if !s.isAdmin(r) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="mockidp"`)
			writeJSON(w, http.StatusUnauthorized, map[string]any{"error": "unauthorized", "message": "Send the admin token: Authorization: Bearer $MOCKIDP_ADMIN_TOKEN"})
			return
		}
		next(w, r)
	})
}

func (s *Server) isAdmin(r *http.Request) bool {
	// A page of another site can make this browser send a request; only scripts
	// of our own pages and programs without a browser carry neither header wrongly.
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return false
	}
	return s.isTrusted(r)
}

// isTrusted reports whether who sent the request may do everything: the bearer
// of the token, or without one this machine.
func (s *Server) isTrusted(r *http.Request) bool {
	if outbox.FromAction(r.Context()) {
		return false // served in this process: it has no peer that could be trusted
	}
	if s.cfg.AdminToken != "" {
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		return ok && subtle.ConstantTimeCompare([]byte(token), []byte(s.cfg.AdminToken)) == 1
	}
	// Behind a trusted proxy on this machine every peer is this machine, so the client
	// that it names counts as well; not alone: a proxy elsewhere may name itself.
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return s.cfg.OpenAdmin || err == nil && peer.Addr().Unmap().IsLoopback() && s.cfg.TrustedProxies.Addr(r).IsLoopback()
}
