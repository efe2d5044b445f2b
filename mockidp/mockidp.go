package mockidp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/clientip"
	"example.com/postlogin/mockidp/dashboard"
	"example.com/postlogin/mockidp/geoip"
	"example.com/postlogin/mockidp/login"
	"example.com/postlogin/mockidp/management"
	"example.com/postlogin/mockidp/outbox"
	"example.com/postlogin/mockidp/provider"
	"example.com/postlogin/mockidp/store"
	"example.com/postlogin/mockidp/ui"
)

// LoginPath is where the login page lives, under the issuer's path.
const LoginPath = "/u/login"

// Config is what a Server needs. The Server closes none of it.
type Config struct {
	// Issuer is the issuer identifier with its trailing slash, as Auth0 issues:
	// "http://localhost:9400/". A path is allowed: "http://host/s/otter-07/".
	Issuer string
	// Store keeps the tenant. Required.
	Store *store.Store
	// GeoIP answers where an address is. Required.
	GeoIP *geoip.DB
	// Actions runs the login flow's JavaScript. Required.
	Actions *actions.Runner
	// Trial runs what people test in the dashboard's editor, beside the logins.
	// Its requests must reach nobody. Required.
	Trial *actions.Runner
	// Outbox shows, under /_mock/outbox, what Actions have sent; nil shows nothing.
	Outbox *outbox.Outbox

	// SimulateIP lets people choose on the login page where they log in from. It
	// is honoured for peers on loopback and private networks only.
	SimulateIP bool
	// TestPassword is shown and filled in on the login page, and stands in the
	// dashboard's snippets; empty shows none.
	TestPassword string
	// TrustedProxies may name the client's address in X-Forwarded-For; none by default.
	TrustedProxies clientip.Resolver
	// AdminToken guards /_mock/ as a bearer token, and the dashboard, where a
	// browser shows it once. Empty opens both to requests that come from this
	// machine, and to all when OpenAdmin is set.
	AdminToken string
	// OpenAdmin opens /_mock/ and the dashboard to every peer: for a container
	// whose port is published on loopback only.
	OpenAdmin bool
	// DefaultAlg signs tokens of clients that name no algorithm: "RS256" (default) or "ES256".
	DefaultAlg string
	// ConnectTo replaces the "host:port" that is dialled to tell an application of a
	// logout, as curl's --connect-to does: for containers, where "localhost:3000" is
	// another machine. Nil: nothing is replaced.
	ConnectTo map[string]string
	// Version is published in the discovery document as mockidp_version.
	Version string

	Log *slog.Logger     // default: slog.Default()
	Now func() time.Time // default: time.Now
}

// Server is one tenant's identity provider. Make one with New.
type Server struct {
	cfg      Config
	log      *slog.Logger
	now      func() time.Time
	base     string // the issuer's path without trailing slash, "" normally
	hosts    []string
	provider *provider.Provider
	login    *login.Login
	api      *management.API
	board    *dashboard.Dashboard
	handler  http.Handler
	offered  atomic.Pointer[locationList] // on the last login page
}

// New checks cfg and wires a Server. It does no I/O: call Start before serving.
func New(cfg Config) (*Server, error) {
	issuer, err := url.Parse(cfg.Issuer)
	switch {
	case err != nil || issuer.Scheme != "http" && issuer.Scheme != "https" || issuer.Host == "":
		return nil, fmt.Errorf("mockidp: Issuer: expected a URL like http://localhost:9400/, got %q", cfg.Issuer)
	case !strings.HasSuffix(issuer.Path, "/") || issuer.RawQuery != "" || issuer.Fragment != "":
		return nil, fmt.Errorf("mockidp: Issuer: expected a trailing slash and no query, as in http://localhost:9400/, got %q", cfg.Issuer)
	case cfg.Store == nil || cfg.GeoIP == nil || cfg.Actions == nil || cfg.Trial == nil:
		return nil, errors.New("mockidp: Store, GeoIP, Actions and Trial are required")
	}
	s := &Server{
		cfg:   cfg,
		log:   cmp.Or(cfg.Log, slog.Default()),
		now:   cfg.Now,
		base:  strings.TrimSuffix(issuer.Path, "/"),
		hosts: []string{issuer.Hostname(), "localhost", "127.0.0.1", "::1"},
	}
	if s.now == nil {
		s.now = time.Now
	}
	if err := s.wire(); err != nil {
		return nil, err
	}
	s.handler = s.guard(http.StripPrefix(s.base, s.routes()))
	return s, nil
}

func (s *Server) wire() (err error) {
	s.provider, err = provider.New(provider.Config{
		Issuer: s.cfg.Issuer, LoginPath: LoginPath, Store: s.cfg.Store, PostLogin: s.postLogin,
		CheckPassword: s.checkPassword, Lookup: s.place, Organization: s.cfg.Store.Organization, Member: s.cfg.Store.IsMember,
		ClientScopes: s.clientScopes, SendLogoutToken: newLogoutSender(s.cfg.ConnectTo),
		ClientIP: s.cfg.TrustedProxies.Addr, ErrorPage: s.errorPage, LogoutPage: s.logoutPage,
		DefaultAlg: cmp.Or(s.cfg.DefaultAlg, "RS256"), Version: s.cfg.Version, Log: s.log, Now: s.now,
	})
	if err != nil {
		return fmt.Errorf("mockidp: %w", err)
	}
	s.login, err = login.New(login.Config{
		BasePath: s.base, Secure: strings.HasPrefix(s.cfg.Issuer, "https:"), Store: s.cfg.Store,
		StartedIn: s.provider.StartedIn, ClientIP: s.cfg.TrustedProxies.Addr,
		Lookup: s.place, Locations: s.Locations, LocationSource: s.locationSource,
		SimulateIP: s.cfg.SimulateIP, TestPassword: s.cfg.TestPassword, Log: s.log, Now: s.now,
	})
	if err != nil {
		return fmt.Errorf("mockidp: %w", err)
	}
	s.api, err = management.New(management.Config{
		Store: s.cfg.Store, Issuer: s.cfg.Issuer, HashPassword: login.HashPassword, Check: s.checkCode, Test: s.testAction,
		Authorize:  func(r *http.Request) ([]string, bool) { return s.provider.ClientScopes(r, s.isOwnAPI) },
		Connection: management.Connection{ID: connectionID, Name: connectionName}, Log: s.log, Now: s.now,
	})
	if err != nil {
		return fmt.Errorf("mockidp: %w", err)
	}
	s.board, err = dashboard.New(dashboard.Config{
		BasePath: s.base, Issuer: s.cfg.Issuer, Secure: strings.HasPrefix(s.cfg.Issuer, "https:"),
		Store: s.cfg.Store, Actions: s.cfg.Actions, Trial: s.cfg.Trial, Event: s.trialEvent, Places: s.trialPlaces, Trusted: s.isTrusted, Token: s.cfg.AdminToken, Log: s.log, Now: s.now,
		HashPassword: login.HashPassword, TestPassword: s.cfg.TestPassword, Tools: s.tools(),
	})
	if err != nil {
		return fmt.Errorf("mockidp: %w", err)
	}
	return nil
}

// clientScopes are what client_credentials gives for the Management API.
func (s *Server) clientScopes(audience string) []string {
	if s.isOwnAPI(audience) {
		return management.Scopes()
	}
	return nil
}

// isOwnAPI reports whether audience is the Management API of this server. Actions
// make it of the tenant's domain, as the auth0 SDK does, with https: whatever the
// issuer's scheme is, and with any name that this machine has for itself; of
// event.request.hostname it has no port.
func (s *Server) isOwnAPI(audience string) bool {
	own, err := url.Parse(s.cfg.Issuer)
	if err != nil {
		return false // New has parsed it
	}
	u, err := url.Parse(audience)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && s.knownHost(u.Host) && (u.Port() == own.Port() || u.Port() == "") &&
		u.Path == own.Path+"api/v2/" && u.RawQuery == "" && u.User == nil
}

// checkCode compiles an Action for the Management API.
func (s *Server) checkCode(ctx context.Context, source string) error {
	err := s.cfg.Actions.Compile(ctx, "draft", source)
	if syntax, ok := errors.AsType[*actions.SyntaxError](err); ok {
		text := syntax.Message
		if syntax.Hint != "" {
			text += " (" + syntax.Hint + ")"
		}
		return &management.CodeError{Line: syntax.Line, Column: syntax.Column, Message: text}
	}
	return err
}

// checkPassword is the password grant's way to the login page's check.
func (s *Server) checkPassword(ctx context.Context, username, password string, ip netip.Addr) (*store.User, error) {
	u, err := s.login.CheckPassword(ctx, username, password, ip)
	switch throttled, ok := errors.AsType[*login.ThrottledError](err); {
	case ok:
		return nil, fmt.Errorf("%w: %w", provider.ErrTooManyTries, throttled)
	case errors.Is(err, login.ErrWrongPassword):
		return nil, provider.ErrCredentials
	case errors.Is(err, login.ErrBlocked):
		return u, nil // package provider sees it in the user
	}
	return u, err
}

// routes is every address below the issuer.
func (s *Server) routes() http.Handler {
	// A login or a logout posted by another site's page is refused (login CSRF);
	// the protocol's own endpoints must take requests from anywhere.
	sameOrigin := http.NewCrossOriginProtection()
	mux := http.NewServeMux()
	mux.Handle("/u/", sameOrigin.Handler(s.login))
	mux.Handle(dashboard.Path, s.board)
	mux.Handle("GET /dashboard", http.RedirectHandler(s.base+dashboard.Path, http.StatusSeeOther))
	mux.Handle("/assets/", ui.Assets())
	mux.Handle("GET /favicon.ico", ui.Favicon())
	mux.HandleFunc("GET /{$}", s.home)
	mux.HandleFunc("GET /livez", s.livez)
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.HandleFunc("GET /healthz", s.readyz)
	for _, m := range s.mockRoutes() {
		mux.Handle(m.pattern, m.handler)
	}
	if s.cfg.Outbox != nil {
		shown := sameOrigin.Handler(s.adminOnly(s.cfg.Outbox.Handler().ServeHTTP))
		mux.Handle("/_mock/outbox", shown)
		mux.Handle("/_mock/outbox/", shown)
	}
	mux.Handle("/api/v2/", s.api)
	mux.Handle("POST /dbconnections/", s.api.DBConnections())
	mux.Handle("/", s.provider)
	return mux
}

// Start makes the tenant's first signing key when there is none and loads the
// keys. Requests before Start fail.
func (s *Server) Start(ctx context.Context) error { return s.provider.Start(ctx) }

// ServeHTTP serves the issuer's addresses; the request's path includes the issuer's path.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// EndStreams ends answers that never end by themselves. Who serves a Server calls it
// when shutting down, so as not to wait for them (http.Server.RegisterOnShutdown).
func (s *Server) EndStreams() { s.board.EndStreams() }

// RotateKey makes a new signing key for alg and keeps the old one published.
func (s *Server) RotateKey(ctx context.Context, alg string) error {
	return s.provider.RotateKey(ctx, alg)
}
