package provider

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"example.com/postlogin/mockidp/store"
)

const (
	requestTTL = 10 * time.Minute // how long a login page may stay open
	codeTTL    = time.Minute      // RFC 6749 section 4.1.2: short lived
	maxBody    = 64 << 10         // bytes of a request's body

	// Lifetimes of tokens whose client names none, as in a new Auth0 tenant.
	idTokenTTL      = 10 * time.Hour
	accessTokenTTL  = 24 * time.Hour
	refreshTokenTTL = 30 * 24 * time.Hour
)

// Config is what a Provider needs. Nil functions have the meaning given at each.
type Config struct {
	// Issuer is the issuer identifier exactly as tokens carry it. Auth0's ends
	// in a slash: "http://localhost:9400/". Required.
	Issuer string
	// LoginPath is the login page's path below the issuer, "/u/login". The
	// browser is sent there with ?state= and the id of a store.Request. Required.
	LoginPath string
	Store     *store.Store // required; the Provider doesn't close it
	// PostLogin runs once for each completed authorization, each refresh and each
	// password grant, before anything is issued, and again for each step of a login
	// that it suspended. Nil: nothing is added and nobody is denied. An error is for
	// failures of the machinery only: it ends in server_error.
	PostLogin func(context.Context, Login) (Result, error)
	// CheckPassword returns the user, blocked or not, whom a password belongs to;
	// ErrCredentials when there is none. Nil: there is no password grant.
	CheckPassword func(ctx context.Context, username, password string, ip netip.Addr) (*store.User, error)
	// Lookup says where an address is, for the history of logins without a page.
	// Nil: nothing is known.
	Lookup func(netip.Addr) store.Place
	// ClientScopes are the scopes that client_credentials gives for audience to a
	// client that asks for none. Nil: none.
	ClientScopes func(audience string) []string
	// Organization finds the organization that a request names, by id or name, or
	// store.ErrNotFound. Nil: the parameter organization has no effect.
	Organization func(ctx context.Context, idOrName string) (*store.Organization, error)
	// Member reports whether a user belongs to an organization. Nil: everybody does.
	Member func(ctx context.Context, organizationID, userID string) (bool, error)
	// ClientIP is the address that a request came from. Nil: the TCP peer.
	ClientIP func(*http.Request) netip.Addr
	// ErrorPage shows a person what may not be sent to the application. Nil: plain text.
	ErrorPage func(http.ResponseWriter, *http.Request, PageError)
	// LogoutPage asks a person to confirm a logout, or says that it is done. Nil: bare HTML.
	LogoutPage func(http.ResponseWriter, *http.Request, LogoutView)
	// SendLogoutToken posts a logout token to an application. Nil: applications are
	// not told when a session ends.
	SendLogoutToken func(ctx context.Context, address, token string) error
	// DefaultAlg signs the tokens of clients that name no algorithm: "RS256" (default) or "ES256".
	DefaultAlg string
	// Version is published as "mockidp_version" in discovery. Empty: "dev".
	Version string

	Log *slog.Logger     // nil: slog.Default()
	Now func() time.Time // nil: time.Now
}

// Provider is an http.Handler for the addresses named in the package comment.
// Make one with New, then call Start before the first request.
type Provider struct {
	cfg       Config
	log       *slog.Logger
	now       func() time.Time
	base      string // the issuer without its trailing slash: prefix of absolute URLs
	basePath  string // the issuer's path without its trailing slash: prefix of redirects, "" normally
	secure    bool   // cookies are sent over TLS only
	keys      *keyring
	routes    map[string]route
	discovery []byte
}

// New checks cfg. It does no I/O.
func New(cfg Config) (*Provider, error) {
	issuer, err := url.Parse(cfg.Issuer)
	switch {
	case err != nil || issuer.Scheme != "http" && issuer.Scheme != "https" || issuer.Host == "" || issuer.RawQuery != "" || issuer.Fragment != "":
		// OIDC Discovery 3: no query and no fragment. http is for local use.
		return nil, fmt.Errorf("provider: Issuer: expected a URL without query, as http://localhost:9400/, got %q", cfg.Issuer)
	case !strings.HasPrefix(cfg.LoginPath, "/"):
		return nil, fmt.Errorf("provider: LoginPath: expected an absolute path, as /u/login, got %q", cfg.LoginPath)
	case cfg.Store == nil:
		return nil, errors.New("provider: Store is required")
	}
	if cfg.DefaultAlg == "" {
		cfg.DefaultAlg = rs256
	}
	if cfg.DefaultAlg != rs256 && cfg.DefaultAlg != es256 {
		return nil, fmt.Errorf("provider: DefaultAlg: expected RS256 or ES256, got %q", cfg.DefaultAlg)
	}
	if cfg.Version == "" {
		cfg.Version = "dev"
	}
	p := &Provider{
		cfg:      cfg,
		log:      cfg.Log,
		now:      cfg.Now,
		base:     strings.TrimSuffix(cfg.Issuer, "/"),
		basePath: strings.TrimSuffix(issuer.EscapedPath(), "/"),
		secure:   issuer.Scheme == "https",
	}
	if p.log == nil {
		p.log = slog.Default()
	}
	if p.now == nil {
		p.now = time.Now
	}
	p.keys = &keyring{store: cfg.Store, now: p.now}
	p.routes = p.table()
	p.discovery = p.discoveryDocument()
	return p, nil
}

// Start loads the signing keys and makes those that are missing: one for RS256,
// which every OpenID provider must offer (OIDC Core 15.1), and one for ES256 when
// DefaultAlg or a client asks for it. A client that asks later gets its key then.
func (p *Provider) Start(ctx context.Context) error {
	algs := []string{rs256, p.cfg.DefaultAlg}
	clients, err := p.cfg.Store.Clients(ctx)
	if err != nil {
		return fmt.Errorf("provider: read clients: %w", err)
	}
	for _, c := range clients {
		if c.Alg != "" {
			algs = append(algs, c.Alg)
		}
	}
	for _, alg := range algs {
		if _, err := p.keys.signer(ctx, alg); err != nil {
			return fmt.Errorf("provider: %w", err)
		}
	}
	return nil
}

// RotateKey makes a new signing key for alg. The old one no longer signs but
// stays published, so that tokens and hints signed by it can still be verified
// (OIDC Core 10.1.1). Other Providers on the same store follow within seconds.
func (p *Provider) RotateKey(ctx context.Context, alg string) error {
	if err := p.keys.rotate(ctx, alg); err != nil {
		return fmt.Errorf("provider: rotate %s key: %w", alg, err)
	}
	return nil
}

// RemoveRetiredKeys deletes the keys that no longer sign, as after a theft: tokens and
// hints signed by them can't be verified any more. Other Providers on the same store
// follow within seconds.
func (p *Provider) RemoveRetiredKeys(ctx context.Context) error {
	if err := p.keys.removeRetired(ctx); err != nil {
		return fmt.Errorf("provider: remove retired keys: %w", err)
	}
	return nil
}
