package web

import (
	"context"
	"net/http"
	"net/url"
	"sync"

	"golang.org/x/sync/singleflight"

	"example.com/postlogin/static"
	"example.com/postlogin/web/attempt"
	"example.com/postlogin/web/cookie"
	"example.com/postlogin/web/history"
	"example.com/postlogin/web/provider"
	"example.com/postlogin/web/session"
	"example.com/postlogin/web/theme"
	"example.com/postlogin/web/vault"
)

// Server is the whole app as an http.Handler. Make one with New; it answers as
// soon as Start has returned.
type Server struct {
	cfg      Config
	base     *url.URL
	redirect *url.URL // where the provider sends browsers back to, on this host
	provider *provider.Provider
	vault    *vault.Vault
	sessions *session.Store
	cookies  cookie.Policy
	attempts *attempt.Store
	history  *history.History

	refreshes singleflight.Group // by session
	handler   http.Handler

	stop       context.CancelFunc // ends what Start began; nil before Start
	background sync.WaitGroup
}

// New checks cfg and builds the app. It does no I/O and starts nothing: a folder
// or a provider that can't be used shows in Start or in the pages.
func New(cfg Config) (*Server, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	base, err := url.Parse(cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	redirect, err := url.Parse(cfg.RedirectURL)
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, base: base, redirect: redirect, provider: provider.New(cfg.forProvider())}
	s.cookies = cookie.Policy{Secure: base.Scheme == "https"}
	s.vault = vault.New(cfg.SessionDir, cfg.Now)
	s.sessions = session.NewStore(s.vault, cfg.Issuer, cfg.ClientID, s.cookies, s.drawn, cfg.Now)
	s.attempts = attempt.NewStore(s.vault, base, s.cookies, cfg.Now)
	s.history = history.New(s.vault)
	s.handler = s.guard(s.routes())
	return s, nil
}

// Start opens the session folder and returns its error, if any. It then looks for
// the provider in the background, until it is found or ctx ends; a provider that
// is not there is no error, because it may come later. It also deletes old
// sessions until ctx ends.
func (s *Server) Start(ctx context.Context) error {
	if err := s.vault.Open(s.cfg.SessionKey); err != nil {
		return err
	}
	ctx, s.stop = context.WithCancel(ctx)
	s.background.Go(func() { s.provider.Discover(ctx) })
	s.background.Go(func() { s.vault.SweepUntil(ctx, s.cfg.Log) })
	return nil
}

// Close ends what Start began and waits for it. Sessions stay on disk for the
// next start. It does not wait for requests; their server does.
func (s *Server) Close() error {
	if s.stop != nil {
		s.stop()
	}
	s.background.Wait()
	s.provider.Close()
	return nil
}

// ServeHTTP answers one request to the app.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// routes is the table of all addresses. Every one answers HEAD as GET, and 405
// with Allow to a method that it does not have.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/{$}", s.get(s.home))
	mux.Handle("/login", s.get(s.login))
	mux.Handle(s.redirect.Path, s.get(s.callback))
	mux.Handle("/profile", s.get(s.profile))
	mux.Handle("/user", s.get(s.profile)) // the name that Auth0's samples use
	mux.Handle("/logout", s.getOrPost(s.askLogout, s.logout))
	mux.Handle(backchannelPath, s.post(s.backchannelLogout))
	mux.Handle("/refresh", s.post(s.refresh))
	mux.Handle("/api/me", s.get(s.me))
	mux.Handle("/api/status", s.get(s.status))
	mux.Handle("/theme", s.post(theme.Choose(s.cookies, s.redirect.Path)))
	mux.Handle("/docs", s.get(s.docs))
	mux.Handle("/docs/{name}", s.get(s.docs))
	mux.Handle("/livez", s.get(s.livez))
	mux.Handle("/readyz", s.get(s.readyz))
	mux.Handle("/healthz", s.get(s.readyz))
	mux.Handle(static.Prefix, s.get(s.asset))
	mux.Handle("/", s.handle(s.notFound))
	return mux
}
