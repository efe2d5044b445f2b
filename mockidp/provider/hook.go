package provider

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"example.com/postlogin/mockidp/store"
)

// The kinds of Login.
const (
	KindLogin   = "login"   // somebody has just used the login page
	KindSSO     = "sso"     // the browser's session was enough
	KindSilent  = "silent"  // the same, with prompt=none: no page may be shown
	KindRefresh = "refresh" // a refresh token is being exchanged
)

// Login is one completed authorization, before anything is issued for it. What
// it points to belongs to the Provider and must not be changed.
type Login struct {
	Kind          string
	TransactionID string // new for each Login; the id of the request on browser flows
	User          *store.User
	Client        *store.Client
	Session       *store.Session // nil on refresh
	Request       *store.Request // nil on refresh
	Grant         *store.Grant   // refresh only: as the previous exchange left it
	IP            netip.Addr     // where the login comes from
	Simulated     bool           // IP was chosen on the login page
	HTTPMethod    string         // of the authorization or token request
	Host          string         // as the browser or client addressed this provider
	UserAgent     string
	Language      string     // Accept-Language, raw
	Query         url.Values // of the authorization request, as sent
	Body          url.Values // of the token request, without secrets, codes and tokens
	Scopes        []string
	Audience      string
	LoginID       string // the store.Login that answered the request; empty unless Kind is KindLogin
	At            time.Time
}

// Result is what Config.PostLogin decided.
type Result struct {
	IDClaims store.Claims // custom claims of ID tokens and userinfo
	ATClaims store.Claims // custom claims of access tokens
	Deny     *Deny        // non-nil: nothing is issued
	Run      *store.Run   // stored with the grant, or alone when denied; nil: none
}

// Deny is an answer of PostLogin that ends the login in an OAuth error. The
// sign-on session stays, as on Auth0.
type Deny struct {
	Code        string // OAuth error code; empty means access_denied
	Description string // what the application is told
}

// maxDenyText bounds Deny.Description in bytes: it travels in a Location header.
const maxDenyText = 2000

// postLogin runs the hook for one Login. A denial is stored and returned as a
// protocol error; its status is that of the token endpoint, 403 as on Auth0.
func (p *Provider) postLogin(ctx context.Context, l Login) (Result, error) {
	if p.cfg.PostLogin == nil {
		return Result{}, nil
	}
	res, err := p.cfg.PostLogin(ctx, l)
	if err != nil || res.Deny == nil {
		return res, err
	}
	if res.Run != nil {
		if err := p.cfg.Store.AddRun(ctx, res.Run); err != nil {
			return res, err
		}
	}
	code := res.Deny.Code
	if code == "" {
		code = accessDenied
	}
	return res, &oauthError{Code: code, Text: truncate(res.Deny.Description, maxDenyText), Status: http.StatusForbidden}
}

// address is where a login comes from: the address that the person chose on the
// login page counts as long as their session or grant lives.
func (p *Provider) address(r *http.Request, chosen netip.Addr, simulated bool) netip.Addr {
	if simulated {
		return chosen
	}
	return p.clientIP(r)
}

func (p *Provider) clientIP(r *http.Request) netip.Addr {
	if p.cfg.ClientIP != nil {
		return p.cfg.ClientIP(r)
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{} // no TCP peer: a unix socket, or a test's recorder
	}
	return peer.Addr().Unmap().WithZone("")
}
