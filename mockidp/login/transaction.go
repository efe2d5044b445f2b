package login

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"example.com/postlogin/mockidp/store"
	"example.com/postlogin/mockidp/ui"
)

// transaction returns the authorization request that this page is about. It
// fails with a page when it is over or was started in another browser.
// clientID is what the page remembers of it once the store does not; may be "".
func (l *Login) transaction(r *http.Request, id, clientID string) (*store.Request, error) {
	if id == "" {
		return nil, &pageError{status: http.StatusBadRequest, Problem: ui.Problem{
			Title:  "There is nothing to log in to",
			Detail: "An app leads you to this page when you press its Log in button. This address alone names no app.",
		}}
	}
	req, err := l.cfg.Store.Request(r.Context(), id, l.cfg.Now())
	if errors.Is(err, store.ErrNotFound) {
		return nil, l.over(r.Context(), clientID)
	}
	if err != nil {
		return nil, err
	}
	// Everything after the first step needs the cookie of that step: without it
	// somebody could finish a login that another person's browser began, and put
	// them into a session that is not theirs (RFC 9700 section 4.7).
	if !l.cfg.StartedIn(r, req) {
		return nil, l.foreign(r.Context(), req.ClientID)
	}
	return req, nil
}

// over is the page for a transaction that the store does not know any more.
// Whether it has expired or was answered can't be told: both delete it.
func (l *Login) over(ctx context.Context, clientID string) error {
	app, back := l.wayBack(ctx, clientID)
	return &pageError{status: http.StatusGone, Problem: ui.Problem{
		Title:  "This login is over",
		Detail: "This login page was open too long, or its login is already finished. Go back to " + app + " and log in again.",
		Hint:   "A login must be finished within 10 minutes, and its page works once: the Back button can't repeat it.",
		Back:   back,
	}}
}

func (l *Login) foreign(ctx context.Context, clientID string) error {
	app, back := l.wayBack(ctx, clientID)
	return &pageError{status: http.StatusForbidden, Problem: ui.Problem{
		Title:  "This login was not started in this browser",
		Detail: "This browser did not send the cookie of the login. Go back to " + app + " and log in again.",
		Hint:   "This happens when a login link is opened in another browser, when cookies are blocked, or when the provider is opened under a second name, such as 127.0.0.1 instead of localhost.",
		Back:   back,
	}}
}

// wayBack names the application and the link to it: "the app" and no link when
// it is not known. The link comes from what is registered for the application,
// never from the request.
func (l *Login) wayBack(ctx context.Context, clientID string) (app string, back ui.Link) {
	client := l.client(ctx, clientID)
	if client == nil {
		return "the app", back
	}
	app = appName(client)
	if home := homeOf(client); home != "" {
		back = ui.Link{Label: "Back to " + app, URL: home}
	}
	return app, back
}

// client returns the application, or nil. Without an id it is the tenant's only
// one, if there is only one: a page that has expired does not know whose it was.
func (l *Login) client(ctx context.Context, id string) *store.Client {
	if id != "" {
		if client, err := l.cfg.Store.Client(ctx, id); err == nil {
			return client
		}
		return nil
	}
	if clients, err := l.cfg.Store.Clients(ctx); err == nil && len(clients) == 1 {
		return clients[0]
	}
	return nil
}

func appName(c *store.Client) string {
	if c.Name != "" {
		return clip(c.Name, 80)
	}
	return c.ID
}

// homeOf is the address of an application's start page as far as its
// registration tells: where people land after a logout, else the origin of its
// callback. It returns "" for applications that are no web site.
func homeOf(c *store.Client) string {
	for _, uri := range c.PostLogoutRedirectURIs {
		if u, err := url.Parse(uri); err == nil && isWeb(u) {
			return uri
		}
	}
	for _, uri := range c.RedirectURIs {
		if u, err := url.Parse(uri); err == nil && isWeb(u) {
			return u.Scheme + "://" + u.Host + "/"
		}
	}
	return ""
}

func isWeb(u *url.URL) bool { return (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" }

// resume sends the browser to the dispatcher, which answers from what is stored.
// 303: the browser must not post the password again (RFC 9700 section 4.12).
func (l *Login) resume(w http.ResponseWriter, r *http.Request, req *store.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, l.cfg.BasePath+resumePath+"?state="+url.QueryEscape(req.ID), http.StatusSeeOther)
	return nil
}
