package web

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"example.com/postlogin/views"
	"example.com/postlogin/web/claims"
	"example.com/postlogin/web/problem"
	"example.com/postlogin/web/returnto"
	"example.com/postlogin/web/theme"
	"example.com/postlogin/web/words"
)

// A handlerFunc answers a request or says why it can't. It must not have written
// anything when it returns an error.
type handlerFunc func(w http.ResponseWriter, r *http.Request) error

// handle adapts h to net/http. It is the only place that logs a failed request and
// renders an error page.
func (s *Server) handle(h handlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.fail(w, r, err)
		}
	})
}

// get serves GET and HEAD, and answers 405 to everything else.
func (s *Server) get(h handlerFunc) http.Handler { return s.getOrPost(h, nil) }

// post serves POST alone.
func (s *Server) post(h handlerFunc) http.Handler { return s.getOrPost(nil, h) }

// getOrPost serves POST as well. A POST that another site made a browser send is
// refused (net/http.CrossOriginProtection): SameSite cookies do not tell one port
// of a host from another.
func (s *Server) getOrPost(get, post handlerFunc) http.Handler {
	guard := http.NewCrossOriginProtection()
	return s.handle(func(w http.ResponseWriter, r *http.Request) error {
		switch {
		case get != nil && (r.Method == http.MethodGet || r.Method == http.MethodHead):
			return get(w, r)
		case r.Method == http.MethodPost && post != nil:
			if err := guard.Check(r); err != nil {
				return &problem.Error{Code: "E-403", Text: "Your browser says that another site sent this form, so nothing was done.", Cause: err,
					Buttons: []views.Button{problem.Primary("Home", "/")}}
			}
			r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
			return post(w, r)
		}
		allow, hint := "GET, HEAD", ""
		switch {
		case get == nil:
			allow, hint = "POST", "It only takes what a form sends. Use the button on the page that you came from."
		case post != nil:
			allow += ", POST"
		}
		return &problem.Error{Code: "E-405", Allow: allow, Hint: hint, Text: "This page does not know the method " + words.Shorten(r.Method, 20) + ".",
			Expected: allow, Got: words.Shorten(r.Method, 20), Buttons: []views.Button{problem.Primary("Home", "/")}}
	})
}

func (s *Server) notFound(_ http.ResponseWriter, r *http.Request) error {
	return &problem.Error{Code: "E-404", Text: "The address is misspelt, or the page has moved.", Got: words.Shorten(r.URL.Path, 200),
		Buttons: []views.Button{problem.Primary("Home", "/")}}
}

// leadBack makes the buttons of an error page that begin a new login lead to next
// afterwards.
func leadBack(err error, next string) error {
	e, ok := errors.AsType[*problem.Error](err)
	if !ok || next == returnto.Default {
		return err
	}
	// A copy: several requests may have been given the same error.
	c := *e
	c.Buttons = slices.Clone(e.Buttons)
	for i, b := range c.Buttons {
		switch b.URL {
		case "/login":
			c.Buttons[i].URL = returnto.LoginURL(next)
		case returnto.AnotherUser:
			c.Buttons[i].URL = returnto.AnotherUser + "&next=" + url.QueryEscape(next)
		}
	}
	if c.Retry != "" {
		c.Retry = returnto.LoginURL(next)
	}
	return &c
}

// fail logs err and answers with its page, or its JSON twin. An error without a
// page of its own gets E-500, which says nothing of the cause.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	e, ok := errors.AsType[*problem.Error](err)
	if !ok {
		e = &problem.Error{Code: "E-500", Cause: err, Buttons: []views.Button{problem.Primary("Home", "/")},
			Text: "This is not your fault. The cause is in this app's log, under the id of this request."}
	}
	status, title := problem.Heading(e.Code)
	level := slog.LevelInfo
	if status >= 500 {
		level = slog.LevelError
	}
	s.cfg.Log.LogAttrs(r.Context(), level, "request failed", slog.String("id", requestID(r)), slog.String("path", r.URL.Path),
		slog.Int("status", status), slog.String("err", words.Shorten(e.Error(), 1000)), slog.String("cause", causeText(e.Cause)))

	if e.Allow != "" {
		w.Header().Set("Allow", e.Allow)
	}
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", strconv.Itoa(retrySeconds))
	}
	if s.prefersJSON(r) {
		s.writeJSON(w, r, status, e.Twin(title, requestID(r)))
		return
	}
	s.render(w, r, status, views.ErrorPage(s.errorPage(r, e, title)))
}

// retrySeconds is how often a page tries again whether the provider is back.
const retrySeconds = 3

func causeText(err error) string {
	if err == nil {
		return ""
	}
	return words.Shorten(err.Error(), words.MaxQuote)
}

// errorPage fills in the page for e.
func (s *Server) errorPage(r *http.Request, e *problem.Error, title string) views.Error {
	page := views.Error{
		Layout: s.layout(r, title, ""), Code: e.Code, Title: title,
		Text: e.Text, Quote: e.Quote, Hint: e.Hint, Buttons: e.Buttons, Checks: e.Checks,
		Details: []views.Detail{{Name: "code", Value: e.Code}},
	}
	if e.Expected != "" {
		page.Details = append(page.Details, views.Detail{Name: "expected", Value: e.Expected})
	}
	if e.Got != "" {
		page.Details = append(page.Details, views.Detail{Name: "got", Value: e.Got})
	}
	page.Details = append(page.Details, e.Details...)
	page.Details = append(page.Details, views.Detail{Name: "request id", Value: requestID(r)},
		views.Detail{Name: "docs", Value: "All error pages: " + e.Code, URL: problem.DocsURL(e.Code)})
	if e.Retry != "" {
		page.RetrySeconds, page.RetryURL = retrySeconds, e.Retry
	}
	if e.IDToken != "" {
		head, payload, _ := claims.Decode(e.IDToken) // it was refused: perhaps it can't be decoded
		t := claims.ViewToken(s.cfg.ShowRawToken, e.IDToken, claims.Pretty(head), claims.Pretty(payload))
		page.Token = &t
	}
	return page
}

// layout fills in the frame around a page.
func (s *Server) layout(r *http.Request, title, active string) views.Layout {
	l := views.Layout{PageTitle: title, Active: active, Version: s.cfg.Version, RequestID: requestID(r), Theme: theme.Of(r, s.cookies)}
	if conn := s.provider.Known(); conn != nil && conn.MockVersion != "" {
		l.ProviderURL = conn.Issuer
	}
	// A session that can't be read is shown as none; handlers that need it say so.
	if who, _, err := s.sessions.Current(r); err == nil && who != nil {
		l.User, l.Initials = who.Name, words.Initials(who.Name)
	}
	return l
}

// render writes a page. It is complete before the first byte leaves, so a view
// that fails can't leave half a page with status 200.
func (s *Server) render(w http.ResponseWriter, r *http.Request, status int, page templ.Component) {
	b := templ.GetBuffer()
	defer templ.ReleaseBuffer(b)
	if err := page.Render(r.Context(), b); err != nil {
		s.cfg.Log.LogAttrs(r.Context(), slog.LevelError, "page failed", slog.String("id", requestID(r)), slog.Any("err", err))
		http.Error(w, "Something went wrong. Request "+requestID(r), http.StatusInternalServerError)
		return
	}
	body := b.Bytes()
	// A profile is 50 kB of text, and 13 compressed. What a page repeats of its request
	// never stands beside a secret: sizes tell nothing (the BREACH attack needs both).
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		body = compressed(body)
		w.Header().Set("Content-Encoding", "gzip")
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the browser has gone: nobody is left to tell
}

func compressed(page []byte) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed) // the level is a known one
	_, _ = z.Write(page)                            // memory takes everything
	_ = z.Close()
	return b.Bytes()
}

// writeJSON writes v as claims.Pretty does: people read these answers as well.
func (s *Server) writeJSON(w http.ResponseWriter, r *http.Request, status int, v any) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		s.cfg.Log.LogAttrs(r.Context(), slog.LevelError, "answer failed", slog.String("id", requestID(r)), slog.Any("err", err))
		http.Error(w, `{"error":{"code":"E-500"}}`, http.StatusInternalServerError)
		return
	}
	body := strings.TrimSpace(claims.Pretty(b.Bytes())) + "\n"
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// prefersJSON reports whether the request wants JSON rather than HTML: it names
// application/json, and no HTML before it or with more weight (RFC 9110 section
// 12.5.1). Addresses below /api have nothing else.
func (s *Server) prefersJSON(r *http.Request) bool {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		return true
	}
	html, jsonQ := -1.0, -1.0
	for _, part := range strings.Split(strings.Join(r.Header.Values("Accept"), ","), ",") {
		kind, params, _ := strings.Cut(part, ";")
		q := 1.0
		if _, value, ok := strings.Cut(params, "q="); ok {
			q, _ = strconv.ParseFloat(strings.TrimSpace(value), 64)
		}
		switch strings.ToLower(strings.TrimSpace(kind)) {
		case "application/json":
			if q > html { // as good as HTML, and named first: JSON
				jsonQ = max(jsonQ, q)
			}
		case "text/html":
			html = max(html, q)
		}
	}
	return jsonQ > 0 && jsonQ >= html
}

type requestIDKey struct{}

// requestID returns the id under which this request stands in the log.
func requestID(r *http.Request) string {
	id, _ := r.Context().Value(requestIDKey{}).(string)
	return id
}
