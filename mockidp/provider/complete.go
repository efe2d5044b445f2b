package provider

import (
	"net/http"
	"net/url"
	"strings"

	"example.com/postlogin/mockidp/store"
)

// complete finishes an authorization: PostLogin runs, the grant is stored with
// the claims it set, and the application gets its answer. PostLogin runs here and
// never when the code is redeemed: a denial becomes a redirect, and a client that
// repeats its token request can't run it twice.
func (p *Provider) complete(w http.ResponseWriter, r *http.Request, kind string, q *store.Request, c *store.Client, s *store.Session, u *store.User) error {
	ctx, now := r.Context(), p.now()
	ip := p.address(r, s.IP, s.Simulated)
	if kind == KindLogin {
		ip = s.IP // noted when the password was checked
	}
	res, err := p.postLogin(ctx, Login{
		Kind: kind, TransactionID: q.ID, User: u, Client: c, Session: s, Request: q,
		IP: ip, Simulated: s.Simulated, HTTPMethod: q.Method, Host: r.Host, UserAgent: q.UserAgent, Language: q.Language,
		Query: q.Query, Body: url.Values{}, Scopes: strings.Fields(q.Scope), Audience: q.Audience, LoginID: q.LoginID, At: now,
	})
	if err != nil {
		return err
	}
	g := &store.Grant{
		ID: q.ID, ClientID: c.ID, UserID: u.ID, SessionID: s.ID,
		RedirectURI: q.RedirectURI, Scope: q.Scope, Audience: q.Audience, Nonce: q.Nonce, Challenge: q.Challenge,
		AuthTime: s.AuthTime, IP: ip, Simulated: s.Simulated,
		IDClaims: res.IDClaims, ATClaims: res.ATClaims, Claims: q.Claims, CreatedAt: now,
	}
	answer := url.Values{}
	var code string
	if wantsCode(q) {
		code = randomToken()
		g.CodeHash, g.CodeExpires = store.HashSecret(code), now.Add(codeTTL)
		answer.Set("code", code)
	}
	if wantsIDToken(q) {
		token, err := p.idToken(ctx, idTokenInput{client: c, user: u, grant: g, scope: g.Scope, nonce: g.Nonce, code: code})
		if err != nil {
			return err
		}
		answer.Set("id_token", token)
	}
	if err := p.cfg.Store.SaveGrant(ctx, g, res.Run); err != nil {
		return err
	}
	return p.answer(w, r, q, answer)
}
