package login

import (
	"cmp"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"example.com/postlogin/mockidp/store"
	"example.com/postlogin/mockidp/ui"
)

const (
	// Path is the page's address under the issuer's path.
	Path = "/u/login"
	// resumePath is where provider takes over again.
	resumePath = "/authorize/resume"

	// SessionCookie holds the secret of a sign-on session; the store has its hash
	// ([store.HashSecret]).
	SessionCookie = "mockidp_session"
	// fromCookie remembers where this browser said to log in from.
	fromCookie = "mockidp_from"

	// sessionLifetime is Auth0's default absolute lifetime of a session.
	sessionLifetime = 7 * 24 * time.Hour
	fromLifetime    = 365 * 24 * time.Hour
)

// Location is one place on offer on the login page. Only its address is submitted.
type Location struct {
	Group string     // heading: a continent, or SpecialGroup
	Label string     // "Georgetown, US"; the page adds the address
	Addr  netip.Addr // what is looked up when the person logs in
}

// SpecialGroup is the group of addresses that are on offer for a reason other
// than their city. The first location outside it is the page's default.
const SpecialGroup = "Special"

// Config is what a Login needs.
type Config struct {
	// BasePath is the issuer's path without trailing slash, "" normally. Requests
	// arrive with it stripped; links and cookies need it.
	BasePath string
	// Secure marks the cookies Secure: the issuer is https.
	Secure bool

	Store *store.Store // required
	// StartedIn reports whether the request's browser is the one that the
	// authorization request came from (RFC 9700 section 4.7). Required.
	StartedIn func(*http.Request, *store.Request) bool
	// ClientIP is the real address of the request's sender; nil means the TCP peer.
	ClientIP func(*http.Request) netip.Addr
	// Lookup says where an address is; nil means that nothing is known.
	Lookup func(netip.Addr) store.Place
	// Locations is the picker's list, groups together; nil or empty leaves the real
	// address and a typed one. It is called once for each page shown, and what it
	// returns is not changed.
	Locations func() []Location
	// LocationSource names the location database under the picker.
	LocationSource func() string

	// SimulateIP lets people on this machine or a private network choose where
	// they log in from. False shows no picker, and the real address counts.
	SimulateIP bool
	// TestPassword is shown and filled in. Empty: nothing is shown, and the page
	// does not tell an unknown user from a wrong password (ASVS 5.0 6.3.8).
	TestPassword string

	Log *slog.Logger     // default: slog.Default()
	Now func() time.Time // default: time.Now
}

// Login is the login page's HTTP handler. Make one with New.
type Login struct {
	cfg        Config
	log        *slog.Logger
	mux        *http.ServeMux
	passwords  *passwords
	throttle   *throttle
	challenges *challenges
	codes      sync.Mutex              // held while a code of a second factor is checked
	options    atomic.Pointer[options] // of the last page
}

// New checks cfg and returns a ready handler. It does no I/O.
func New(cfg Config) (*Login, error) {
	if cfg.Store == nil || cfg.StartedIn == nil {
		return nil, errors.New("login: Store and StartedIn are required")
	}
	if cfg.ClientIP == nil {
		cfg.ClientIP = peerAddr
	}
	if cfg.Lookup == nil {
		cfg.Lookup = func(netip.Addr) store.Place { return store.Place{} }
	}
	if cfg.Locations == nil {
		cfg.Locations = func() []Location { return nil }
	}
	if cfg.LocationSource == nil {
		cfg.LocationSource = func() string { return "the location database" }
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	l := &Login{
		cfg: cfg, log: cmp.Or(cfg.Log, slog.Default()), mux: http.NewServeMux(),
		passwords: newPasswords(), throttle: newThrottle(), challenges: newChallenges(),
	}
	l.routes()
	return l, nil
}

func (l *Login) routes() {
	l.mux.Handle("GET "+Path, l.handle(l.page))
	l.mux.Handle("POST "+Path, l.handle(l.submit))
	l.mux.Handle("GET "+MFAPath, l.handle(l.atStep(store.StepMFA, l.mfaPage)))
	l.mux.Handle("POST "+MFAPath, l.handle(l.atStep(store.StepMFA, l.mfaSubmit)))
	l.mux.Handle("GET "+FormPath, l.handle(l.atStep(store.StepForm, l.formPage)))
	l.mux.Handle("POST "+FormPath, l.handle(l.atStep(store.StepForm, l.formSubmit)))
	otherMethod := l.handle(func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Allow", "GET, HEAD, POST")
		return &pageError{status: http.StatusMethodNotAllowed, Problem: ui.Problem{
			Title: "The login page can't do that", Detail: "It answers GET and POST only.",
		}}
	})
	for _, path := range []string{Path, MFAPath, FormPath} {
		l.mux.Handle(path, otherMethod)
	}
	l.mux.Handle("/", l.handle(func(http.ResponseWriter, *http.Request) error {
		return &pageError{status: http.StatusNotFound, Problem: ui.Problem{
			Title: "We have no page here", Detail: "The login page is at " + l.cfg.BasePath + Path + ", and an app leads you there.",
		}}
	}))
}

// ServeHTTP serves Path; BasePath is stripped already. It expects that the
// caller refuses posts from other origins (http.CrossOriginProtection).
func (l *Login) ServeHTTP(w http.ResponseWriter, r *http.Request) { l.mux.ServeHTTP(w, r) }

// pageError is a failure that has a page of its own.
type pageError struct {
	ui.Problem
	status int
	cause  error // for the log, may be nil
}

func (e *pageError) Error() string { return e.Title }
func (e *pageError) Unwrap() error { return e.cause }

// handlerFunc is an HTTP handler that reports failure as a value.
// It must not write to w before returning a non-nil error.
type handlerFunc func(w http.ResponseWriter, r *http.Request) error

// handle adapts h to net/http. It is the only place that logs a failed request
// and renders an error page.
func (l *Login) handle(h handlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil {
			return
		}
		if r.Context().Err() != nil {
			return // the browser has gone: nobody reads an answer, and it is no failure of ours
		}
		page, ok := errors.AsType[*pageError](err)
		if !ok {
			page = &pageError{status: http.StatusInternalServerError, cause: err, Problem: ui.Problem{
				Title: "Something went wrong", Detail: "The login page has failed. Go back and try again.",
			}}
		}
		level := slog.LevelInfo
		if page.status >= 500 {
			level = slog.LevelError
		}
		problem := page.Problem
		problem.Base, problem.RequestID = l.cfg.BasePath, w.Header().Get("X-Request-Id")
		attrs := []slog.Attr{slog.String("id", problem.RequestID), slog.String("method", r.Method), slog.Int("status", page.status), slog.String("page", page.Title)}
		if page.cause != nil {
			attrs = append(attrs, slog.Any("err", page.cause))
		}
		l.log.LogAttrs(r.Context(), level, "login page answered with an error", attrs...)
		w.Header().Set("Content-Security-Policy", ui.CSP())
		if err := ui.Render(w, r, page.status, ui.ErrorPage(problem)); err != nil {
			http.Error(w, "Something went wrong.", http.StatusInternalServerError)
		}
	})
}
