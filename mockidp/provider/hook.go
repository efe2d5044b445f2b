package provider

import (
	"context"
	"errors"
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
	// KindPassword is the password grant: the client has sent the user's password
	// (RFC 6749 section 4.3).
	KindPassword = "password"
)

// Login is one completed authorization, before anything is issued for it. What
// it points to belongs to the Provider and must not be changed.
type Login struct {
	Kind          string
	TransactionID string // new for each Login; the id of the request on browser flows
	User          *store.User
	Client        *store.Client
	Session       *store.Session // nil at the token endpoint
	Request       *store.Request // nil at the token endpoint
	Grant         *store.Grant   // refresh only: as the previous exchange left it
	Token         *store.Token   // refresh only: the refresh token that is exchanged
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
	Organization  string // id of the organization that is logged in to; empty: none
	LoginID       string // the store.Login that was counted; empty unless Kind is KindLogin or KindPassword
	At            time.Time

	// HTTP is the request that is being answered; nil where there is none.
	HTTP *http.Request

	// Step is non-nil when the flow was suspended before and its step is done:
	// State is what Result.Suspend held, Answer what the step brought.
	Step *store.Step
}

// Result is what Config.PostLogin decided.
type Result struct {
	IDClaims store.Claims // custom claims of ID tokens and userinfo
	ATClaims store.Claims // custom claims of access tokens
	Deny     *Deny        // non-nil: nothing is issued
	Run      *store.Run   // stored with the grant, or alone when denied; nil: none

	// RefusedRun returns Run as it is when the login is refused although this Result
	// lets it pass: its session was ended meanwhile, say. Nil: there is no Run.
	RefusedRun func(Deny) (*store.Run, error)

	// Suspend is non-nil when the login is not over: nothing is issued, the
	// browser is sent to the step, and PostLogin is called again with the step in
	// Login.Step once it is done. Only for kinds that have a browser.
	Suspend *store.Step

	Scopes       []string            // the scopes granted instead of those asked for; nil: no change
	User         *store.User         // the account that becomes the subject; nil: no change
	CookieMode   string              // "persistent" or "non-persistent": how the session's cookie is set again; "": no change
	RefreshToken *store.TokenChanges // for the refresh token that is issued or exchanged; nil: no change
	// RevokeRefreshToken revokes the grant whose token is exchanged; with Deny.
	RevokeRefreshToken bool
}

// Deny is an answer of PostLogin that ends the login in an OAuth error. The
// sign-on session stays, as on Auth0.
type Deny struct {
	Code        string // OAuth error code; empty means access_denied
	Description string // what the application is told
	Logged      string // what the log is told instead, when Description holds a secret; empty: Description
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
	if err != nil {
		return res, err
	}
	if res.Suspend != nil && res.Deny == nil && (l.Request == nil || l.Kind == KindSilent) {
		// Nobody can be asked for anything (OIDC Core 3.1.2.6).
		res.Suspend, res.Deny = nil, &Deny{Code: interactionRequired, Description: "The login needs a page, and a " + l.Kind + " one has none"}
	}
	if res.Deny == nil && res.Suspend == nil {
		return res, nil // its run is stored with the grant
	}
	if res.Run != nil {
		if err := p.cfg.Store.AddRun(ctx, res.Run); err != nil {
			return res, err
		}
	}
	if res.Deny == nil {
		return res, nil
	}
	code := res.Deny.Code
	if code == "" {
		code = accessDenied
	}
	return res, &oauthError{Code: code, Text: truncate(res.Deny.Description, maxDenyText), Logged: res.Deny.Logged, Status: http.StatusForbidden}
}

// refusedAfter returns refusal, of a login that PostLogin has let pass and that gets
// nothing all the same. Its run stays in the log: the Actions did run.
func (p *Provider) refusedAfter(ctx context.Context, res Result, refusal error) error {
	oe, ok := errors.AsType[*oauthError](refusal)
	if !ok || res.RefusedRun == nil {
		return refusal
	}
	run, err := res.RefusedRun(Deny{Code: oe.Code, Description: oe.Text})
	if err != nil {
		return err
	}
	if err := p.cfg.Store.AddRun(ctx, run); err != nil {
		return err
	}
	return refusal
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
