package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"

	"example.com/postlogin/views"
	"example.com/postlogin/web/problem"
	"example.com/postlogin/web/words"
)

// A provider finds the identity provider and keeps what it says about itself
// (OpenID Connect Discovery 1.0). It may be away when this app starts, and at any
// time later: every login asks again.
type provider struct {
	cfg    Config
	client *http.Client
	flight singleflight.Group // one discovery at a time serves everyone who waits

	mu      sync.Mutex
	conn    *connection // nil until the provider was found for the first time
	err     error       // of the last discovery; nil when it succeeded
	checked time.Time   // when the last discovery ended; zero before the first
	latency time.Duration
}

// A connection is everything that a login needs to know of the provider. It never
// changes; a new discovery document makes a new connection.
type connection struct {
	metadata
	document []byte // the discovery document
	oauth    oauth2.Config
	oidc     *oidc.Provider
	keys     oidc.KeySet // keeps the keys, and fetches them again for an unknown key id
	fetches  *keyFetches // sees when it does
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

func newProvider(cfg Config) *provider {
	return &provider{cfg: cfg, client: newClient(cfg)}
}

// discover looks for the provider until it is found once or ctx ends. The pauses
// grow from half a second to fifteen, each by chance a little different, so that
// many apps don't all come back in the same moment.
func (p *provider) discover(ctx context.Context) {
	for pause := 500 * time.Millisecond; ; pause = min(2*pause, 15*time.Second) {
		if _, err := p.refresh(ctx); err == nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause/2 + rand.N(pause)):
		}
	}
}

// current returns the connection that was found last, also when the provider is
// away now, and looks for it only when there is none.
func (p *provider) current(ctx context.Context) (*connection, error) {
	if conn := p.known(); conn != nil {
		return conn, nil
	}
	return p.refresh(ctx)
}

// known returns the connection that was found last, or nil.
func (p *provider) known() *connection {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.conn
}

// refresh asks the provider for its discovery document now. It waits until ctx
// ends, at most; an answer that comes later still serves the next one.
func (p *provider) refresh(ctx context.Context) (*connection, error) {
	done := p.flight.DoChan("", func() (any, error) {
		conn, err := p.ask(context.WithoutCancel(ctx))
		return conn, err
	})
	select {
	case <-ctx.Done():
		return nil, errProviderDown(p.cfg, exchange{}, context.DeadlineExceeded)
	case res := <-done:
		if res.Err != nil {
			return nil, res.Err
		}
		return res.Val.(*connection), nil
	}
}

// ask fetches the document and remembers what came of it.
func (p *provider) ask(ctx context.Context) (*connection, error) {
	old := p.known()
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
func (p *provider) fetch(ctx context.Context) ([]byte, error) {
	var x exchange
	req, err := http.NewRequestWithContext(withExchange(ctx, &x), http.MethodGet, p.discoveryURL(), nil)
	if err != nil {
		return nil, errNotOpenID(err.Error()) // New has parsed the issuer: can't happen
	}
	req.Header.Set("Accept", "application/json")
	res, err := p.client.Do(req)
	if err != nil {
		return nil, errProviderDown(p.cfg, exchange{}, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	switch {
	case res.StatusCode >= 500:
		return nil, errProviderDown(p.cfg, x, nil)
	case res.StatusCode != http.StatusOK:
		return nil, errNotOpenID(x.String() + ".")
	case err != nil:
		return nil, errProviderDown(p.cfg, exchange{}, err)
	case !json.Valid(body):
		return nil, errNotOpenID(x.String() + ", which is not JSON.")
	}
	return body, nil
}

// connect checks a discovery document and makes a connection of it.
func (p *provider) connect(doc []byte) (*connection, error) {
	conn := &connection{document: doc}
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
	conn.oauth = oauth2.Config{
		ClientID: p.cfg.ClientID, ClientSecret: p.cfg.ClientSecret, Endpoint: endpoint,
		RedirectURL: p.cfg.RedirectURL, Scopes: p.cfg.Scopes,
	}
	ctx := oidc.ClientContext(context.Background(), p.client) // carries the client, nothing else
	conn.fetches = &keyFetches{next: p.client.Transport}
	watched := *p.client
	watched.Transport = conn.fetches
	conn.keys = oidc.NewRemoteKeySet(oidc.ClientContext(context.Background(), &watched), conn.JWKS)
	conn.oidc = (&oidc.ProviderConfig{
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
			return errNotOpenID(fmt.Sprintf("Its discovery document gives %q as %s. Expected an address that begins with %s://",
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

// logoutURL returns where to send a browser to end its session at the provider, or
// "" when the provider has no such address. back is where it comes back to.
func (c *connection) logoutURL(idToken, back, state string) string {
	q := url.Values{"client_id": {c.oauth.ClientID}}
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
	case c.isAuth0():
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

// isAuth0 recognises an Auth0 tenant, also behind a domain of its own, by the paths
// of its endpoints.
func (m metadata) isAuth0() bool {
	return strings.HasSuffix(m.Issuer, "/") && m.Token == m.Issuer+"oauth/token" && m.Authorization == m.Issuer+"authorize"
}

// canLogOut reports whether the provider has an address that ends its session.
func (c *connection) canLogOut() bool { return c != nil && (c.EndSession != "" || c.isAuth0()) }

// status says how the provider is doing, for the home page. It asks when the last
// answer is older than three seconds, and waits for at most one.
func (p *provider) status(ctx context.Context) (latency time.Duration, err error) {
	p.mu.Lock()
	fresh := !p.checked.IsZero() && time.Since(p.checked) < 3*time.Second
	p.mu.Unlock()
	if !fresh {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		if _, err := p.refresh(ctx); err != nil {
			return 0, err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.latency, p.err
}

// lastAnswer returns the address that the provider was asked at, and how long its
// last answer took.
func (p *provider) lastAnswer() (address string, took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.discoveryURL(), p.latency
}

// discoveryURL: Discovery 1.0, section 4.
func (p *provider) discoveryURL() string {
	return strings.TrimSuffix(p.cfg.Issuer, "/") + "/.well-known/openid-configuration"
}

// word says how the provider is doing, for /readyz. It asks nobody.
func (p *provider) word() string {
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

// errProviderDown is for a provider that gave no answer, or none of its own (5xx).
// The page tries again by itself.
func errProviderDown(cfg Config, x exchange, cause error) error {
	text := fmt.Sprintf("Nothing answers at %s (%s).", cfg.Issuer, reason(cause))
	if errors.Is(cause, syscall.ECONNREFUSED) {
		text = fmt.Sprintf("Nothing listens at %s (connection refused).", cfg.Issuer)
	}
	if x.Status != 0 {
		text = x.String() + "."
	}
	e := &problem.Error{Code: "E-IDP-1", Text: text, Retry: "/login", Cause: cause,
		Buttons: []views.Button{problem.Primary("Try now", "/login"), problem.Button("Home", "/")}}
	if isLoopback(hostPort(cfg.Issuer)) && x.Status == 0 {
		e.Hint = "Start it with `go run ./cmd/mockidp`, or check OIDC_ISSUER."
	}
	if cfg.ConnectTo != "" {
		e.Details = append(e.Details, views.Detail{Name: "connected to", Value: cfg.ConnectTo + " (OIDC_CONNECT_TO)"})
	}
	return e
}

// reason names what kept a request from being answered. It never contains
// anything that the other side sent.
func reason(err error) string {
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.As(err, &dns):
		return "the name " + dns.Name + " is not known"
	case os.IsTimeout(err):
		return "no answer in time"
	case errors.Is(err, errTooLong):
		return errTooLong.Error()
	case errors.As(err, &op):
		return op.Op + " failed"
	default:
		return "the connection broke"
	}
}

func errOtherIssuer(expected, got string) error {
	e := &problem.Error{Code: "E-IDP-2", Expected: expected, Got: words.Shorten(got, words.MaxQuote),
		Text:    fmt.Sprintf("Expected %q, got %q.", expected, words.Shorten(got, words.MaxQuote)),
		Hint:    "Both must be the same, letter by letter. Set OIDC_ISSUER to what the provider calls itself, if you trust it.",
		Buttons: []views.Button{problem.Primary("Home", "/"), problem.Button("Try now", "/login")}}
	if expected+"/" == got || expected == got+"/" {
		e.Text += " They differ only in the last slash."
		e.Hint = "Set `OIDC_ISSUER=" + words.Shorten(got, words.MaxQuote) + "`"
	}
	return e
}

func errNotOpenID(text string) error {
	return &problem.Error{Code: "E-IDP-3", Text: text,
		Hint:    "Check OIDC_ISSUER: it is the address in front of /.well-known/openid-configuration.",
		Buttons: []views.Button{problem.Primary("Home", "/"), problem.Button("Try now", "/login")}}
}
