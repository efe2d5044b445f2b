package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"example.com/postlogin/static"
	"example.com/postlogin/web/provider"
	"example.com/postlogin/web/words"
)

// guard wraps next with what every request gets, whatever it asks for: an id, the
// security headers, a check of the host name, one line in the log, and an answer
// even when a handler panics.
func (s *Server) guard(next http.Handler) http.Handler {
	next = s.checkHost(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		id := rand.Text()
		r = r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id))
		s.setHeaders(w.Header(), r, id)
		rec := &recorder{ResponseWriter: w}
		defer func() {
			if p := recover(); p != nil {
				s.survive(rec, r, p)
			}
			if !isQuiet(r.URL.Path) {
				// The path only: the query of a callback is a secret.
				s.cfg.Log.LogAttrs(r.Context(), slog.LevelInfo, "request", slog.String("id", id), slog.String("method", r.Method),
					slog.String("path", words.Shorten(r.URL.Path, 200)), slog.Int("status", rec.status), slog.Duration("took", time.Since(began)))
			}
		}()
		next.ServeHTTP(rec, r)
	})
}

// survive answers for a handler that panicked; the process and all other requests
// go on. An answer that has begun is cut off, so that nobody takes it for whole.
func (s *Server) survive(w *recorder, r *http.Request, p any) {
	if p == http.ErrAbortHandler {
		panic(p) // net/http's own way to cut off an answer
	}
	s.cfg.Log.LogAttrs(r.Context(), slog.LevelError, "handler panicked", slog.String("id", requestID(r)),
		slog.String("panic", fmt.Sprint(p)), slog.String("stack", string(debug.Stack())))
	if w.status != 0 {
		panic(http.ErrAbortHandler)
	}
	// What broke the handler may break the page as well.
	defer func() {
		if recover() != nil {
			http.Error(w, "Something went wrong. Request "+requestID(r), http.StatusInternalServerError)
		}
	}()
	s.fail(w, r, fmt.Errorf("panic: %v", p))
}

// recorder remembers the status of an answer; 0 means that none has begun.
type recorder struct {
	http.ResponseWriter
	status int
}

func (w *recorder) WriteHeader(status int) {
	w.status = cmp.Or(w.status, status)
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	w.status = cmp.Or(w.status, http.StatusOK)
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the real writer.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// isQuiet reports addresses that machines ask for all the time.
func isQuiet(path string) bool {
	return path == "/livez" || path == "/readyz" || path == "/healthz" || strings.HasPrefix(path, static.Prefix)
}

// setHeaders sets what every answer carries, errors and files included. Package
// static replaces Cache-Control by its own.
func (s *Server) setHeaders(h http.Header, r *http.Request, id string) {
	h.Set("X-Request-Id", id)
	h.Set("Content-Security-Policy", s.contentSecurityPolicy())
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-store") // pages show personal data
	h.Set("Vary", "Accept, Accept-Encoding")
	// No other site ever learns an address of this one. Not "no-referrer", which makes
	// browsers send "Origin: null" with forms. Of the callback, whose address holds a code,
	// and of what answers a form, this one itself learns no more than the host: package
	// theme leads back to where the Referer says.
	h.Set("Referrer-Policy", "same-origin")
	if r.URL.Path == s.redirect.Path || r.Method == http.MethodPost {
		h.Set("Referrer-Policy", "strict-origin")
	}
	if s.base.Scheme == "https" {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// contentSecurityPolicy allows nothing but this app's own files. Forms may lead to
// the provider as well: the log out form is answered with a redirect there, and
// browsers apply form-action to redirects.
func (s *Server) contentSecurityPolicy() string {
	targets := []string{"'self'", provider.Origin(s.cfg.Issuer)}
	if conn := s.provider.Known(); conn != nil && conn.EndSession != "" && provider.Origin(conn.EndSession) != targets[1] {
		targets = append(targets, provider.Origin(conn.EndSession))
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; " +
		"form-action " + strings.Join(targets, " ") + "; base-uri 'none'; frame-ancestors 'none'"
}
