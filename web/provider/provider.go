// Package provider finds the identity provider: its discovery document, its keys
// (keys.go), and the one HTTP client that talks to it (client.go), within limits of time
// and size.
// What the provider says of itself is checked here before anything is sent to it.
//
// It logs nobody in: package web asks for a Connection, and what goes over it is in
// login.go, callback.go and verify.go. An error of this package has its page already
// (package problem).
package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"

	"example.com/postlogin/web/words"
)

// Config says who the provider is, how to reach it, and as whom. Every field
// but ClientSecret and ConnectTo is required.
type Config struct {
	Issuer       string // its name for itself, letter by letter
	ClientID     string
	ClientSecret string // empty: a public client
	RedirectURL  string
	Scopes       []string
	SigningAlg   string        // the only algorithm of its ID tokens
	ConnectTo    string        // "host:port" to dial in place of the issuer's; empty: dial that
	Timeout      time.Duration // of one request
	Log          *slog.Logger  // one line whenever the provider is found or lost
}

// A Provider finds the identity provider and keeps what it says about itself
// (OpenID Connect Discovery 1.0). It may be away when this app starts, and at any
// time later: every login asks again.
type Provider struct {
	cfg    Config
	Client *http.Client
	flight singleflight.Group // one discovery at a time serves everyone who waits
	open   context.Context    // ends with Close
	end    context.CancelFunc

	mu      sync.Mutex
	conn    *Connection // nil until the provider was found for the first time
	err     error       // of the last discovery; nil when it succeeded
	checked time.Time   // when the last discovery ended; zero before the first
	latency time.Duration
}

// A Connection is everything that a login needs to know of the provider. It never
// changes; a new discovery document makes a new connection.
type Connection struct {
	metadata
	document []byte // the discovery document
	client   *http.Client
	OAuth    oauth2.Config
	OIDC     *oidc.Provider
	Keys     oidc.KeySet // keeps the keys, and fetches them again for an unknown key id
	Fetches  *keyFetches // sees when it does
	// LogoutKeys are the same keys for tokens that anybody can send (keys.go, fewFetches).
	LogoutKeys oidc.KeySet
}

// metadata is the part of a discovery document that this app uses.
type metadata struct {
	Issuer        string   `json:"issuer"`
	Authorization string   `json:"authorization_endpoint"`
	Token         string   `json:"token_endpoint"`
	JWKS          string   `json:"jwks_uri"`
	UserInfo      string   `json:"userinfo_endpoint"`
	EndSession    string   `json:"end_session_endpoint"`                           // RP-Initiated Logout 1.0, section 2.1
	AuthMethods   []string `json:"token_endpoint_auth_methods_supported"`          //
	SendsIssuer   bool     `json:"authorization_response_iss_parameter_supported"` // RFC 9207 section 3
	MockVersion   string   `json:"mockidp_version"`                                // only a mock has it
}

// New returns a Provider that nothing is known of yet. It asks nobody.
func New(cfg Config) *Provider {
	p := &Provider{cfg: cfg, Client: newClient(cfg)}
	p.open, p.end = context.WithCancel(context.Background())
	return p
}

// Close breaks off the discovery that is under way, if any, and waits for it: it goes on
// when whoever asked has gone. Nobody may use the Provider afterwards.
func (p *Provider) Close() {
	p.end()
	<-p.flight.DoChan("", func() (any, error) { return nil, context.Canceled })
	p.Client.CloseIdleConnections()
}

// Discover looks for the provider until it is found once or ctx ends. The pauses
// grow from half a second to fifteen, each by chance a little different, so that
// many apps don't all come back in the same moment.
func (p *Provider) Discover(ctx context.Context) {
	for pause := 500 * time.Millisecond; ; pause = min(2*pause, 15*time.Second) {
		if _, err := p.Refresh(ctx); err == nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause/2 + rand.N(pause)):
		}
	}
}

// Current returns the connection that was found last, also when the provider is
// away now, and looks for it only when there is none.
func (p *Provider) Current(ctx context.Context) (*Connection, error) {
	if conn := p.Known(); conn != nil {
		return conn, nil
	}
	return p.Refresh(ctx)
}

// Known returns the connection that was found last, or nil.
func (p *Provider) Known() *Connection {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.conn
}

// Refresh asks the provider for its discovery document now. It waits until ctx
// ends, at most; an answer that comes later still serves the next one.
func (p *Provider) Refresh(ctx context.Context) (*Connection, error) {
	done := p.flight.DoChan("", func() (any, error) {
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		defer context.AfterFunc(p.open, cancel)()
		defer cancel()
		return p.ask(ctx)
	})
	select {
	case <-ctx.Done():
		return nil, ErrDown(p.cfg, Exchange{}, context.DeadlineExceeded)
	case res := <-done:
		if res.Err != nil {
			return nil, res.Err
		}
		return res.Val.(*Connection), nil
	}
}

// ask fetches the document and remembers what came of it.
func (p *Provider) ask(ctx context.Context) (*Connection, error) {
	old := p.Known()
	began := time.Now()
	doc, err := p.fetch(ctx)
	took := time.Since(began)
	conn := old
	if err == nil && (old == nil || !bytes.Equal(doc, old.document)) {
		conn, err = p.connect(doc)
	}

	p.mu.Lock()
	defer p.mu.Unlock()
	changed := p.checked.IsZero() || (p.err == nil) != (err == nil)
	p.checked, p.latency, p.err = time.Now(), took, err
	if err != nil {
		if changed {
			p.cfg.Log.LogAttrs(ctx, slog.LevelWarn, "identity provider not usable", slog.String("issuer", p.cfg.Issuer), slog.Any("err", err))
		}
		return nil, err
	}
	if changed {
		p.cfg.Log.LogAttrs(ctx, slog.LevelInfo, "identity provider found", slog.String("issuer", p.cfg.Issuer), slog.Duration("took", took))
	}
	p.conn = conn
	return conn, nil
}

// fetch gets the discovery document (Discovery 1.0, section 4).
func (p *Provider) fetch(ctx context.Context) ([]byte, error) {
	var x Exchange
	req, err := http.NewRequestWithContext(WithExchange(ctx, &x), http.MethodGet, p.discoveryURL(), nil)
	if err != nil {
		return nil, errNotOpenID(err.Error()) // New has parsed the issuer: can't happen
	}
	req.Header.Set("Accept", "application/json")
	res, err := p.Client.Do(req)
	if err != nil {
		return nil, ErrDown(p.cfg, Exchange{}, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	switch {
	case res.StatusCode >= 500:
		return nil, ErrDown(p.cfg, x, nil)
	case res.StatusCode != http.StatusOK:
		return nil, errNotOpenID(x.String() + ".")
	case err != nil:
		return nil, ErrDown(p.cfg, Exchange{}, err)
	case !json.Valid(body):
		return nil, errNotOpenID(x.String() + ", which is not JSON.")
	}
	return body, nil
}

// connect checks a discovery document and makes a connection of it.
func (p *Provider) connect(doc []byte) (*Connection, error) {
	conn := &Connection{document: doc, client: p.Client}
	if err := json.Unmarshal(doc, &conn.metadata); err != nil {
		return nil, errNotOpenID("Its discovery document has a value of an unexpected type.")
	}
	// Discovery 4.3: the issuer must be exactly the one that was asked, or one
	// provider could speak for another (RFC 9700 section 4.4).
	if conn.Issuer != p.cfg.Issuer {
		return nil, errOtherIssuer(p.cfg.Issuer, conn.Issuer)
	}
	if err := conn.checkEndpoints(); err != nil {
		return nil, err
	}
	endpoint := oauth2.Endpoint{AuthURL: conn.Authorization, TokenURL: conn.Token, AuthStyle: conn.authStyle(p.cfg.ClientSecret)}
	conn.OAuth = oauth2.Config{
		ClientID: p.cfg.ClientID, ClientSecret: p.cfg.ClientSecret, Endpoint: endpoint,
		RedirectURL: p.cfg.RedirectURL, Scopes: p.cfg.Scopes,
	}
	ctx := oidc.ClientContext(context.Background(), p.Client) // carries the client, nothing else
	conn.Fetches = &keyFetches{next: p.Client.Transport}
	conn.Keys = p.keySet(conn.JWKS, conn.Fetches)
	conn.LogoutKeys = p.keySet(conn.JWKS, &fewFetches{next: p.Client.Transport})
	conn.OIDC = (&oidc.ProviderConfig{
		IssuerURL: conn.Issuer, AuthURL: conn.Authorization, TokenURL: conn.Token,
		JWKSURL: conn.JWKS, UserInfoURL: conn.UserInfo, Algorithms: []string{p.cfg.SigningAlg},
	}).NewProvider(ctx)
	return conn, nil
}

// checkEndpoints refuses a document that lacks an endpoint, or names one that is
// not reached in the issuer's way: an https issuer that sends secrets over http, or
// browsers to another scheme, is broken or not what it seems.
func (m metadata) checkEndpoints() error {
	issuer, err := url.Parse(m.Issuer)
	if err != nil {
		return errNotOpenID("Its name is not an address.")
	}
	for _, e := range []struct {
		name, value string
		required    bool
	}{
		{"authorization_endpoint", m.Authorization, true},
		{"token_endpoint", m.Token, true},
		{"jwks_uri", m.JWKS, true},
		{"userinfo_endpoint", m.UserInfo, false},
		{"end_session_endpoint", m.EndSession, false},
	} {
		if e.value == "" && !e.required {
			continue
		}
		u, err := url.Parse(e.value)
		if err != nil || u.Scheme != issuer.Scheme || u.Host == "" {
			return errWrongEndpoint(fmt.Sprintf("Its discovery document gives %q as %s. Expected an address that begins with %s://",
				words.Shorten(e.value, words.MaxQuote), e.name, issuer.Scheme))
		}
	}
	return nil
}

// authStyle chooses how this app proves who it is at the token endpoint. It is
// chosen once and never tried out: a failed try would use up the code. Basic is
// what a provider supports that says nothing (Discovery 1.0, section 3).
func (m metadata) authStyle(secret string) oauth2.AuthStyle {
	basic := len(m.AuthMethods) == 0 || slices.Contains(m.AuthMethods, "client_secret_basic")
	if secret != "" && (basic || !slices.Contains(m.AuthMethods, "client_secret_post")) {
		return oauth2.AuthStyleInHeader
	}
	return oauth2.AuthStyleInParams
}

// LogoutURL returns where to send a browser to end its session at the provider, or
// "" when the provider has no such address. back is where it comes back to.
func (c *Connection) LogoutURL(idToken, back, state string) string {
	q := url.Values{"client_id": {c.OAuth.ClientID}}
	address := c.EndSession
	switch {
	case address != "": // RP-Initiated Logout 1.0, section 2
		q.Set("post_logout_redirect_uri", back)
		q.Set("state", state)
		// Some servers refuse long addresses. Without the hint the provider asks
		// the person, which is better than an error.
		if len(idToken) <= maxHint {
			q.Set("id_token_hint", idToken)
		}
	case c.IsAuth0():
		address = c.Issuer + "v2/logout" // Auth0: Authentication API, Logout
		q.Set("returnTo", back)
	default:
		return ""
	}
	if strings.Contains(address, "?") {
		return address + "&" + q.Encode()
	}
	return address + "?" + q.Encode()
}

// maxHint is the longest id_token_hint to put into an address, in bytes.
const maxHint = 7000

// IsAuth0 recognises an Auth0 tenant, also behind a domain of its own, by the paths
// of its endpoints.
func (m metadata) IsAuth0() bool {
	return strings.HasSuffix(m.Issuer, "/") && m.Token == m.Issuer+"oauth/token" && m.Authorization == m.Issuer+"authorize"
}

// CanLogOut reports whether the provider has an address that ends its session.
func (c *Connection) CanLogOut() bool { return c != nil && (c.EndSession != "" || c.IsAuth0()) }

// Status says how the provider is doing, for the home page. It asks when the last
// answer is older than three seconds, and waits for a tenth of cfg.Timeout at most:
// one second unless set otherwise.
func (p *Provider) Status(ctx context.Context) (latency time.Duration, err error) {
	p.mu.Lock()
	fresh := !p.checked.IsZero() && time.Since(p.checked) < 3*time.Second
	p.mu.Unlock()
	if !fresh {
		ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout/10)
		defer cancel()
		if _, err := p.Refresh(ctx); err != nil {
			return 0, err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.latency, p.err
}

// LastAnswer returns the address that the provider was asked at, and how long its
// last answer took.
func (p *Provider) LastAnswer() (address string, took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.discoveryURL(), p.latency
}

// discoveryURL: Discovery 1.0, section 4.
func (p *Provider) discoveryURL() string {
	return strings.TrimSuffix(p.cfg.Issuer, "/") + "/.well-known/openid-configuration"
}

// Word says how the provider is doing, for /readyz. It asks nobody.
func (p *Provider) Word() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.checked.IsZero():
		return "not asked yet"
	case p.err != nil:
		return "not usable"
	default:
		return "ok"
	}
}
