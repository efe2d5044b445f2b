package web

import (
	"context"
	"crypto/subtle"
	"net/http"
	"time"

	"example.com/postlogin/views"
	"example.com/postlogin/web/cookie"
	"example.com/postlogin/web/session"
)

// logoutCookie remembers from POST /logout until the next home page what has been
// ended: one of the words below, or logoutState and the state that the provider must
// send back.
const (
	logoutCookie = "demo_logout"
	logoutHere   = "here"  // the provider was not asked
	logoutAway   = "away"  // it could not be asked
	logoutAsked  = "asked" // it was asked, and sends no state back
	logoutBoth   = "both"  // it sent the state back
	logoutState  = "state."
)

// askLogout is a page with a button, because a link must not log anyone out: other
// sites could have it followed.
func (s *Server) askLogout(w http.ResponseWriter, r *http.Request) error {
	who, _, err := s.sessions.Current(r)
	if err != nil {
		return err
	}
	if who == nil {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil
	}
	s.render(w, r, http.StatusOK, views.LogoutPage(views.Logout{
		Layout: s.layout(r, "Log out", ""), URL: "/logout", Issuer: s.cfg.Issuer,
		Provider: s.provider.Known().CanLogOut(),
	}))
	return nil
}

// logout ends the session here and, with the field provider=1, sends the browser on
// to end the one at the provider (OpenID Connect RP-Initiated Logout 1.0). Without
// that the provider still knows the person and the next login asks nothing.
func (s *Server) logout(w http.ResponseWriter, r *http.Request) error {
	everywhere := r.PostFormValue("provider") == "1"
	who, err := s.sessions.LogOut(w, r)
	if err != nil {
		return err
	}
	target, note := "/", logoutHere
	if everywhere && who != nil {
		target, note = s.providerLogout(r.Context(), who)
	}
	s.cookies.Set(w, s.logoutCookie(), note, 10*time.Minute)
	http.Redirect(w, r, target, http.StatusSeeOther)
	return nil
}

// providerLogout returns where to send the browser to log out at the provider as well,
// and what to remember of it. Like a login it asks first whether the provider is there.
func (s *Server) providerLogout(ctx context.Context, who *session.Login) (target, note string) {
	conn, err := s.provider.Refresh(ctx)
	switch {
	case err != nil:
		return "/", logoutAway
	case !conn.CanLogOut():
		return "/", logoutHere
	}
	state := cookie.NewID()
	if note = logoutState + state; conn.EndSession == "" {
		note = logoutAsked
	}
	return conn.LogoutURL(who.IDToken, s.cfg.BaseURL+"/", state), note
}

// loggedOutAnswer notes whether the provider's answer to a log out has the right state
// (RP-Initiated Logout 1.0, section 3), and leads on to an address without it.
func (s *Server) loggedOutAnswer(w http.ResponseWriter, r *http.Request) {
	want := logoutState + r.URL.Query().Get("state")
	if c, err := r.Cookie(s.logoutCookie()); err == nil && subtle.ConstantTimeCompare([]byte(c.Value), []byte(want)) == 1 {
		s.cookies.Set(w, c.Name, logoutBoth, 10*time.Minute)
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (s *Server) logoutCookie() string { return s.cookies.Name(logoutCookie) }

// loggedOut returns the page after a log out, once. ok is false when there was none
// to report. A state that never came, or was another, means that the provider's part is
// not known.
func (s *Server) loggedOut(w http.ResponseWriter, r *http.Request) (page views.LoggedOut, ok bool) {
	c, err := r.Cookie(s.logoutCookie())
	if err != nil {
		return page, false
	}
	s.cookies.Delete(w, c.Name)
	page = views.LoggedOut{Layout: s.layout(r, "Logged out", ""), LoginURL: "/login"}
	if page.User != "" { // logged in again in another tab
		return page, false
	}
	const here = "You are logged out of Demo app. "
	switch c.Value {
	case logoutHere:
		page.Provider, page.Text = "no", here+"At the identity provider you may still be logged in: the next login may not ask for your password."
	case logoutAway:
		page.Provider, page.Text = "no", here+"The identity provider could not be asked to log you out as well, because it does not answer as it should. When it does, the next login may not ask for your password."
	case logoutBoth:
		page.Provider, page.Text = "yes", "You are logged out of Demo app and of the identity provider."
	case logoutAsked:
		page.Provider, page.Text = "asked", here+"The identity provider was asked to log you out as well; its answer does not say whether it did."
	default:
		page.Provider, page.Text = "unknown", here+"The identity provider was asked to log you out as well, but this is not its answer, so it may not have done so."
	}
	return page, true
}
