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

// complete finishes an authorization: PostLogin runs, the grant is stored with
// the claims it set, and the application gets its answer. PostLogin runs here and
// never when the code is redeemed: a denial becomes a redirect, and a client that
// repeats its token request can't run it twice.
func (p *Provider) complete(w http.ResponseWriter, r *http.Request, kind string, q *store.Request, c *store.Client, s *store.Session, u *store.User) error {
	ctx, now := r.Context(), p.now()
	org, err := p.organizationOf(ctx, q.Organization, u)
	if err != nil {
		return err
	}
	ip := p.address(r, s.IP, s.Simulated)
	if kind == KindLogin {
		ip = s.IP // noted when the password was checked
	}
	res, err := p.postLogin(ctx, BrowserLogin(r, kind, q, c, s, u, ip, now))
	if err != nil {
		return err
	}
	if res.Suspend != nil {
		return p.suspend(w, r, q, s, res.Suspend)
	}
	g := &store.Grant{
		ID: q.ID, ClientID: c.ID, UserID: u.ID, SessionID: s.ID,
		RedirectURI: q.RedirectURI, Scope: q.Scope, Audience: q.Audience, Nonce: q.Nonce, Challenge: q.Challenge,
		AuthTime: s.AuthTime, IP: ip, Simulated: s.Simulated, UserAgent: q.UserAgent, OrganizationID: org.ID, OrganizationName: org.Name,
		Claims: q.Claims, CreatedAt: now, TransactionID: q.ID,
	}
	if g.AMR, g.ACR, err = authContext(q, s); err != nil {
		return p.refusedAfter(ctx, res, err)
	}
	u = res.apply(g, u)
	if err := p.useSession(w, r, kind, s, res, g); err != nil {
		return err
	}
	answer, err := p.frontChannel(ctx, q, c, u, g)
	if err != nil {
		return err
	}
	if wantsIDToken(q) { // the application knows of this login now, not when it redeems a code
		err = p.cfg.Store.SaveGrant(ctx, g, res.Run)
	} else {
		err = p.cfg.Store.SaveCode(ctx, g, res.Run)
	}
	if errors.Is(err, store.ErrGone) {
		return p.refusedAfter(ctx, res, refuse(loginRequired, "the session was ended while the login was being completed"))
	}
	if err != nil {
		return err
	}
	return p.answer(w, r, q, answer)
}

// BrowserLogin is what PostLogin learns of an authorization. A login that goes on
// after a step has a new event.request (Auth0: "Redirect with Actions").
func BrowserLogin(r *http.Request, kind string, q *store.Request, c *store.Client, s *store.Session, u *store.User, ip netip.Addr, now time.Time) Login {
	l := Login{
		Kind: kind, TransactionID: q.ID, User: u, Client: c, Session: s, Request: q,
		IP: ip, Simulated: s.Simulated, HTTPMethod: q.Method, Host: r.Host, UserAgent: q.UserAgent, Language: q.Language,
		Query: q.Query, Body: url.Values{}, Scopes: strings.Fields(q.Scope), Audience: q.Audience, LoginID: q.LoginID, At: now,
		HTTP: r, Step: q.Step, Organization: q.Organization,
	}
	if q.Step != nil {
		l.UserAgent, l.Language = r.UserAgent(), r.Header.Get("Accept-Language")
	}
	return l
}

// apply puts into g what PostLogin decided of it, and returns its subject.
func (res *Result) apply(g *store.Grant, u *store.User) *store.User {
	if res.User != nil {
		u = res.User
	}
	g.UserID = u.ID
	if res.Scopes != nil {
		g.Scope = strings.Join(res.Scopes, " ")
	}
	g.IDClaims, g.ATClaims = res.IDClaims, res.ATClaims
	changeRefresh(g, res.RefreshToken)
	return u
}

// useSession notes that s was used, and does with it what PostLogin wants. A
// session that was ended meanwhile needs nothing.
func (p *Provider) useSession(w http.ResponseWriter, r *http.Request, kind string, s *store.Session, res Result, g *store.Grant) (err error) {
	ctx, now := r.Context(), p.now()
	p.setCookieMode(w, r, s, res.CookieMode)
	if g.UserID != s.UserID {
		// The next silent login is for the new subject, too: the account that logged
		// in may be merged into it by then.
		_, err = p.cfg.Store.UpdateSession(ctx, s.ID, store.SessionChanges{UserID: g.UserID}, now)
	}
	if err == nil && kind != KindLogin {
		err = p.cfg.Store.UseSession(ctx, s.ID, g.IP, g.UserAgent, now)
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// frontChannel is what the browser carries to the application: a code, whose
// hash it puts into g, an ID token, or both.
func (p *Provider) frontChannel(ctx context.Context, q *store.Request, c *store.Client, u *store.User, g *store.Grant) (url.Values, error) {
	answer := url.Values{}
	var code string
	if wantsCode(q) {
		code = randomToken()
		g.CodeHash, g.CodeExpires = store.HashSecret(code), g.CreatedAt.Add(codeTTL)
		answer.Set("code", code)
	}
	if wantsIDToken(q) {
		token, err := p.idToken(ctx, idTokenInput{client: c, user: u, grant: g, scope: g.Scope, nonce: g.Nonce, code: code})
		if err != nil {
			return nil, err
		}
		answer.Set("id_token", token)
	}
	return answer, nil
}

// organizationOf returns the organization that u logs in to, the zero one when
// idOrName is empty. The user must be a member (Auth0: "Organizations for Auth0").
func (p *Provider) organizationOf(ctx context.Context, idOrName string, u *store.User) (store.Organization, error) {
	if idOrName == "" || p.cfg.Organization == nil {
		return store.Organization{}, nil
	}
	o, err := p.cfg.Organization(ctx, idOrName)
	if errors.Is(err, store.ErrNotFound) {
		return store.Organization{}, errNoOrganization(idOrName)
	}
	if err != nil {
		return store.Organization{}, err
	}
	if p.cfg.Member != nil {
		member, err := p.cfg.Member(ctx, o.ID, u.ID)
		if err != nil {
			return store.Organization{}, err
		}
		if !member {
			return store.Organization{}, refuse(invalidRequest, "user %s is not part of the organization %s", u.ID, o.ID)
		}
	}
	return *o, nil
}

func errNoOrganization(idOrName string) error {
	return refuse(invalidRequest, "parameter organization is invalid: there is no organization %q", truncate(idOrName, 60))
}
