package provider

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"example.com/postlogin/mockidp/store"
)

// logout is RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0 section
// 2). Only an id_token_hint proves that a client speaks for the person: without
// one they are asked, and nobody is sent anywhere.
func (p *Provider) logout(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return bodyError(err)
	}
	if err := single(r.Form); err != nil {
		return err
	}
	s, err := p.browserSession(r)
	if err != nil {
		return err
	}
	if r.Method == http.MethodPost && r.PostForm.Has(confirmField) {
		return p.confirmedLogout(w, r, s)
	}
	asked, err := p.logoutRequest(r.Context(), r.Form)
	if err != nil {
		return err
	}
	if r.Method == http.MethodPost && !asked.hinted && !hasCookie(r, SessionCookieName) {
		// A form posted by another site carries no SameSite=Lax cookie; the GET that
		// follows does. Only then is known whether there is a session to end.
		seeOther(w, r, p.basePath+"/oidc/logout?"+r.Form.Encode())
		return nil
	}
	// A hint about somebody else proves nothing about the person who sits here.
	proven := asked.hinted && (s == nil || s.UserID == asked.hint.Subject)
	if !proven && s != nil {
		p.logoutPage(w, r, LogoutView{Action: p.basePath + "/oidc/logout", Token: confirmToken(r), ClientName: asked.clientName()})
		return nil
	}
	if proven {
		// The cookie does not come along when another site posts here: the hint names the session.
		if err := p.endSession(w, r.Context(), asked.hint.SessionID); err != nil {
			return err
		}
		if s != nil {
			if err := p.endSession(w, r.Context(), s.ID); err != nil {
				return err
			}
		}
	}
	if proven && asked.back != "" {
		seeOther(w, r, asked.back)
		return nil
	}
	p.logoutPage(w, r, LogoutView{Done: true, ClientName: asked.clientName()})
	return nil
}

// logoutRequest is a logout request that holds together.
type logoutRequest struct {
	hint   hint
	hinted bool
	client *store.Client // nil when the request names none
	back   string        // where to go afterwards, with state; or empty
}

func (l logoutRequest) clientName() string {
	if l.client == nil {
		return ""
	}
	return displayName(l.client)
}

// logoutRequest checks the parameters of section 2; its errors are pages.
func (p *Provider) logoutRequest(ctx context.Context, v url.Values) (l logoutRequest, err error) {
	id := v.Get("client_id")
	if token := v.Get("id_token_hint"); token != "" {
		l.hint, err = p.verifyHint(ctx, token)
		if errors.Is(err, errHint) {
			return l, badLogout("The id_token_hint is not an ID token of this provider.")
		}
		if err != nil {
			return l, err
		}
		if id == "" && len(l.hint.Audience) == 1 {
			id = l.hint.Audience[0]
		}
		if !slices.Contains(l.hint.Audience, id) {
			return l, badLogout("The client_id is not the one that the id_token_hint was issued to.")
		}
		l.hinted = true
	}
	if id != "" {
		if l.client, err = p.cfg.Store.Client(ctx, id); errors.Is(err, store.ErrNotFound) {
			return l, p.unknownClient(ctx, id)
		} else if err != nil {
			return l, err
		}
	}
	back := v.Get("post_logout_redirect_uri")
	if back == "" {
		return l, nil
	}
	// Section 3: exactly as registered.
	if l.client == nil || !slices.Contains(l.client.PostLogoutRedirectURIs, back) {
		return l, badLogout(back + " is not an allowed logout URL of the application.")
	}
	if state := v.Get("state"); state != "" {
		back = withQuery(back, url.Values{"state": {state}})
	}
	l.back = back
	return l, nil
}

func badLogout(detail string) error {
	return &PageError{Status: http.StatusBadRequest, Title: "The logout request can't be followed", Detail: detail,
		Hint: "Nobody was logged out. Correct the logout address in the application, or add it to its allowed logout URLs."}
}

// endSession ends the session with public id sid, which may be empty or gone,
// tells the applications that it was used for, and takes the cookie away.
func (p *Provider) endSession(w http.ResponseWriter, ctx context.Context, sid string) error {
	if sid == "" {
		return nil
	}
	s, err := p.cfg.Store.Session(ctx, sid, p.now())
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err := p.cfg.Store.EndSession(ctx, sid); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if s != nil && p.cfg.SendLogoutToken != nil {
		p.tellApplications(ctx, s)
	}
	w.Header().Set("Set-Cookie", p.cookie(SessionCookieName, "", -1).String())
	return nil
}

// confirmField carries confirmToken in the form of the confirmation page.
const confirmField = "csrf"

// confirmToken is known only to pages that this provider has shown to the browser
// with this session: it follows from the cookie, which no other site can read.
func confirmToken(r *http.Request) string {
	c, err := r.Cookie(SessionCookieName)
	if err != nil {
		return ""
	}
	return store.HashSecret("logout " + c.Value)
}

// confirmedLogout ends s because the person pressed the button.
func (p *Provider) confirmedLogout(w http.ResponseWriter, r *http.Request, s *store.Session) error {
	if s != nil {
		if subtle.ConstantTimeCompare([]byte(r.PostForm.Get(confirmField)), []byte(confirmToken(r))) != 1 {
			return badLogout("The confirmation was not made for this session.")
		}
		if err := p.endSession(w, r.Context(), s.ID); err != nil {
			return err
		}
	}
	p.logoutPage(w, r, LogoutView{Done: true})
	return nil
}
