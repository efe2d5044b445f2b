package provider

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"
	"time"

	"example.com/postlogin/mockidp/store"
)

// SessionCookieName is the cookie of the sign-on session. Package login sets it;
// the store knows it as store.HashSecret of its value.
const SessionCookieName = "mockidp_session"

// requestCookiePrefix begins the cookie that binds a pending request to the
// browser that made it: one per request, so that several tabs work side by side.
const requestCookiePrefix = "mockidp_tx_"

// maxRequestCookies bounds how many logins one browser may have begun; the
// oldest is dropped. Cookies of abandoned ones would overflow the header.
const maxRequestCookies = 10

func requestCookieName(id string) string { return requestCookiePrefix + id[:min(8, len(id))] }

// cookie returns one of this provider's cookies. Lax: it must come along when the
// application sends the browser here.
func (p *Provider) cookie(name, value string, maxAge int) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: p.basePath + "/", MaxAge: maxAge,
		HttpOnly: true, Secure: p.secure, SameSite: http.SameSiteLaxMode}
}

// keep stores q and binds it to the browser.
func (p *Provider) keep(w http.ResponseWriter, r *http.Request, q *store.Request) error {
	p.bind(w, r, q)
	return p.cfg.Store.CreateRequest(r.Context(), q)
}

// bind gives the browser a new secret that makes q its own.
func (p *Provider) bind(w http.ResponseWriter, r *http.Request, q *store.Request) {
	secret := randomToken()
	q.BrowserHash = store.HashSecret(secret)
	var begun []string
	for _, c := range r.Cookies() { // the oldest come first (RFC 6265 section 5.4)
		if strings.HasPrefix(c.Name, requestCookiePrefix) && c.Name != requestCookieName(q.ID) {
			begun = append(begun, c.Name)
		}
	}
	for _, name := range begun[:max(0, len(begun)-maxRequestCookies+1)] {
		http.SetCookie(w, p.cookie(name, "", -1))
	}
	http.SetCookie(w, p.cookie(requestCookieName(q.ID), secret, int(requestTTL.Seconds())))
}

func hasCookie(r *http.Request, name string) bool {
	_, err := r.Cookie(name)
	return err == nil
}

// StartedIn reports whether r comes from the browser that sent the authorization
// request req. Each step after /authorize must ask: without it, somebody could
// have a victim finish the attacker's login (RFC 6819 section 4.4.1.13).
func (p *Provider) StartedIn(r *http.Request, req *store.Request) bool {
	c, err := r.Cookie(requestCookieName(req.ID))
	return err == nil && subtle.ConstantTimeCompare([]byte(store.HashSecret(c.Value)), []byte(req.BrowserHash)) == 1
}

// browserSession returns the sign-on session of the browser, or nil.
func (p *Provider) browserSession(r *http.Request) (*store.Session, error) {
	c, err := r.Cookie(SessionCookieName)
	if err != nil || c.Value == "" {
		return nil, nil
	}
	return found(p.cfg.Store.SessionByHash(r.Context(), store.HashSecret(c.Value), p.now()))
}

// signedOn returns the session that request q can be answered from, and its user;
// both are nil when there is none. The session that the login page has just made
// for this very request comes first: the cookie may belong to another tab's login.
func (p *Provider) signedOn(ctx context.Context, r *http.Request, q *store.Request) (s *store.Session, u *store.User, err error) {
	if q.SessionID != "" {
		s, err = found(p.cfg.Store.Session(ctx, q.SessionID, p.now()))
	} else {
		s, err = p.browserSession(r)
	}
	if s == nil || err != nil {
		return nil, nil, err
	}
	if u, err = found(p.cfg.Store.User(ctx, s.UserID)); u == nil || err != nil {
		return nil, nil, err // a deleted user's session is no session
	}
	return s, u, nil
}

// found turns store.ErrNotFound into a nil row.
func found[T any](row *T, err error) (*T, error) {
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return row, nil
}

// setCookieMode sends the session's cookie again, to outlive the browser or not
// (Auth0: api.session.setCookieMode). Only the browser knows its value, and this
// must be the one of session s.
func (p *Provider) setCookieMode(w http.ResponseWriter, r *http.Request, s *store.Session, mode string) {
	c, err := r.Cookie(SessionCookieName)
	if mode == "" || err != nil || store.HashSecret(c.Value) != s.Hash {
		return
	}
	maxAge := 0 // until the browser is closed
	if mode == "persistent" {
		maxAge = int(s.ExpiresAt.Sub(p.now()) / time.Second)
	}
	http.SetCookie(w, p.cookie(SessionCookieName, c.Value, maxAge))
}
