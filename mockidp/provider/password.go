package provider

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"example.com/postlogin/mockidp/store"
)

// realmName is the one connection that has passwords.
const realmName = "Username-Password-Authentication"

// What Config.CheckPassword returns besides a user.
var (
	// ErrCredentials is a wrong password or an unknown user.
	ErrCredentials = errors.New("wrong email or password")
	// ErrTooManyTries is a try that came too early and was not looked at.
	ErrTooManyTries = errors.New("too many wrong passwords")
)

// passwordGrant logs a user in with the password that the client sends (RFC 6749
// section 4.3; Auth0: "Resource Owner Password Flow"). It counts as a login and
// runs PostLogin, which can't send anybody anywhere. There is no session.
func (p *Provider) passwordGrant(r *http.Request, c *store.Client, v url.Values) (issued, error) {
	ctx, now, ip := r.Context(), p.now(), p.clientIP(r)
	if err := p.checkPasswordRequest(v); err != nil {
		return issued{}, err
	}
	u, err := p.passwordUser(ctx, v, ip)
	if err != nil {
		return issued{}, err
	}
	login := &store.Login{UserID: u.ID, At: now, IP: ip, UserAgent: r.UserAgent(), ClientID: c.ID, Blocked: u.Blocked}
	if err := p.count(ctx, login); err != nil {
		return issued{}, err
	}
	if u.Blocked {
		return issued{}, &oauthError{Code: unauthorized, Text: blockedText, Status: http.StatusForbidden}
	}
	org, err := p.organizationOf(ctx, v.Get("organization"), u)
	if err != nil {
		return issued{}, err
	}
	u.LoginsCount, u.LastLogin, u.LastIP = login.N, now, ip.String()
	scope := normalScope(v.Get("scope"))
	transaction := randomToken()
	res, err := p.postLogin(ctx, Login{
		Kind: KindPassword, TransactionID: transaction, User: u, Client: c, Organization: org.ID,
		IP: ip, HTTPMethod: r.Method, Host: r.Host, UserAgent: r.UserAgent(), Language: r.Header.Get("Accept-Language"),
		Query: url.Values{}, Body: withoutSecrets(v), Scopes: strings.Fields(scope), Audience: v.Get("audience"),
		LoginID: login.ID, At: now, HTTP: r,
	})
	if err != nil {
		return issued{}, err
	}
	g := &store.Grant{ClientID: c.ID, UserID: u.ID, Scope: scope, Audience: v.Get("audience"), AuthTime: now, IP: ip,
		CreatedAt: now, UserAgent: r.UserAgent(), OrganizationID: org.ID, OrganizationName: org.Name, TransactionID: transaction}
	u = res.apply(g, u)
	return p.issueAtOnce(ctx, c, u, g, res.Run, now)
}

func (p *Provider) checkPasswordRequest(v url.Values) error {
	if p.cfg.CheckPassword == nil {
		return refuse("unsupported_grant_type", "the password grant is not offered here")
	}
	required := []string{"username", "password"}
	if v.Get("grant_type") == grantPasswordRealm {
		required = append(required, "realm")
	}
	for _, name := range required {
		if v.Get(name) == "" {
			return refuse(invalidRequest, "%s is missing", name)
		}
	}
	if realm := v.Get("realm"); realm != "" && realm != realmName {
		return refuse(invalidRequest, "realm: expected %s, the only connection, got %q", realmName, truncate(realm, 60))
	}
	return checkScopeText(v.Get("scope"))
}

// passwordUser returns the user whose password was sent. Status and code of the
// refusals are Auth0's.
func (p *Provider) passwordUser(ctx context.Context, v url.Values, ip netip.Addr) (*store.User, error) {
	u, err := p.cfg.CheckPassword(ctx, v.Get("username"), v.Get("password"), ip)
	switch {
	case errors.Is(err, ErrCredentials):
		return nil, &oauthError{Code: invalidGrant, Text: "Wrong email or password.", Status: http.StatusForbidden}
	case errors.Is(err, ErrTooManyTries):
		return nil, &oauthError{Code: "too_many_attempts", Text: "Too many wrong passwords for this account or from this address: wait a minute.", Status: http.StatusTooManyRequests}
	}
	return u, err
}

// count writes a login without a browser into the user's history.
func (p *Provider) count(ctx context.Context, l *store.Login) error {
	if p.cfg.Lookup != nil {
		l.Place = p.cfg.Lookup(l.IP)
	}
	return p.cfg.Store.CompleteLogin(ctx, "", l, nil)
}

// issueAtOnce stores g and its tokens: there is no code in between.
func (p *Provider) issueAtOnce(ctx context.Context, c *store.Client, u *store.User, g *store.Grant, run *store.Run, now time.Time) (issued, error) {
	g.ID = randomToken()
	out, err := p.issue(ctx, c, u, g, g.Scope, "", now)
	if err != nil {
		return issued{}, err
	}
	if err := p.cfg.Store.SaveGrant(ctx, g, run, out.rows...); err != nil {
		return issued{}, err
	}
	return out, nil
}
