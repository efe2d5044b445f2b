package provider

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"example.com/postlogin/mockidp/store"
)

// resume is where every step of the browser flow returns to: each step stores
// its result in the request, and the dispatcher decides what is next.
func (p *Provider) resume(w http.ResponseWriter, r *http.Request) error {
	q, err := p.cfg.Store.Request(r.Context(), r.URL.Query().Get("state"), p.now())
	if errors.Is(err, store.ErrNotFound) {
		return errRequestGone
	}
	if err != nil {
		return err
	}
	if !p.StartedIn(r, q) {
		return errOtherBrowser
	}
	return p.proceed(w, r, q, true)
}

// errOtherBrowser is shown to a browser that the request is not bound to.
var errOtherBrowser = &PageError{Status: http.StatusBadRequest, Title: "This login was started in another browser",
	Detail: "The browser that asked for this login had a cookie which this one does not send.",
	Hint:   "Go back to the application and log in again. Cookies must be allowed for this site."}

// errRequestGone is shown for a request that nobody waits for any more.
var errRequestGone = &PageError{Status: http.StatusBadRequest, Title: "This login has ended",
	Detail: "It was open for too long, or it has been finished already.",
	Hint:   "Go back to the application and log in again."}

// proceed does the next step for q. Errors go to the application: it has been
// established where that is. stored tells whether q is in the store yet; a
// request that can be answered at once never gets there.
func (p *Provider) proceed(w http.ResponseWriter, r *http.Request, q *store.Request, stored bool) error {
	err := p.dispatch(w, r, q, stored)
	if _, isPage := errors.AsType[*PageError](err); err == nil || isPage {
		return err
	}
	return p.answerError(w, r, q, p.publicError(w, r, err))
}

func (p *Provider) dispatch(w http.ResponseWriter, r *http.Request, q *store.Request, stored bool) error {
	ctx := r.Context()
	c, err := p.cfg.Store.Client(ctx, q.ClientID)
	if err != nil {
		return err
	}
	if stored { // the application's list may be another one by now
		if err := checkRedirectURI(c, q.RedirectURI); err != nil {
			return err
		}
	}
	s, u, err := p.signedOn(ctx, r, q)
	if err != nil {
		return err
	}
	silent := slices.Contains(q.Prompt, "none")
	fresh := q.SessionID != "" // the login page has answered, or a step: asking again would never end
	usable := s != nil && (fresh || !p.askAgain(q, s))
	if !usable && !fresh && !silent && q.ErrorCode == "" {
		return p.showLogin(w, r, q, stored)
	}

	if q.Step != nil && !q.Step.Done && q.ErrorCode == "" {
		p.showStep(w, r, q) // a reload, or the Back button
		return nil
	}

	// The request ends here, one way or the other, unless PostLogin suspends it. Of
	// two tabs that get this far with the same request, one takes it.
	if stored {
		id := q.ID
		if q, err = p.cfg.Store.TakeRequest(ctx, id, p.now()); errors.Is(err, store.ErrGone) {
			return p.late(w, r, id)
		} else if err != nil {
			return err
		}
	}
	switch {
	case q.ErrorCode != "": // a step refused: cancelled, blocked
		return refuse(q.ErrorCode, "%s", q.ErrorText)
	case !usable: // OIDC Core 3.1.2.6
		return refuse(loginRequired, "there is no session to answer from")
	case q.HintSub != "" && q.HintSub != u.ID: // OIDC Core 3.1.2.1, id_token_hint
		return refuse(loginRequired, "somebody else is logged in than the request names")
	case u.Blocked:
		return refuse(unauthorized, blockedText)
	}
	kind := KindSSO
	switch {
	case q.LoginID != "":
		kind = KindLogin
	case silent:
		kind = KindSilent
	}
	return p.complete(w, r, kind, q, c, s, u)
}

// late answers a tab that another one has overtaken: either the request has
// ended, or it has been suspended and this tab may as well show its step.
func (p *Provider) late(w http.ResponseWriter, r *http.Request, id string) error {
	q, err := found(p.cfg.Store.Request(r.Context(), id, p.now()))
	if err != nil {
		return err
	}
	if q == nil || q.Step == nil {
		return errRequestGone
	}
	p.showStep(w, r, q)
	return nil
}

// askAgain reports whether the person must use the login page although session s
// lives (OIDC Core 3.1.2.1: prompt, max_age, id_token_hint).
func (p *Provider) askAgain(q *store.Request, s *store.Session) bool {
	age := p.now().Sub(s.AuthTime)
	return slices.Contains(q.Prompt, "login") || slices.Contains(q.Prompt, "select_account") ||
		q.MaxAge == 0 || q.MaxAge > 0 && age >= time.Duration(q.MaxAge)*time.Second ||
		q.HintSub != "" && q.HintSub != s.UserID
}

// showLogin sends the browser to the login page, which package login serves.
func (p *Provider) showLogin(w http.ResponseWriter, r *http.Request, q *store.Request, stored bool) error {
	if !stored {
		if err := p.keep(w, r, q); err != nil {
			return err
		}
	}
	seeOther(w, r, p.basePath+p.cfg.LoginPath+"?state="+url.QueryEscape(q.ID))
	return nil
}

// seeOther redirects with 303: 307 would send a posted password on (RFC 9700 section 4.12).
func seeOther(w http.ResponseWriter, r *http.Request, target string) {
	w.Header()["Content-Type"] = nil // no body: the target may hold a code
	http.Redirect(w, r, target, http.StatusSeeOther)
}
