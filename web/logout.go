package web

import (
	"crypto/subtle"
	"net/http"
	"time"

	"example.com/postlogin/views"
	"example.com/postlogin/web/cookie"
)

// logoutCookie remembers from POST /logout until the next home page what has been
// ended. Its value is logoutHere, logoutAsked or the state that the provider must
// send back.
const (
	logoutCookie = "demo_logout"
	logoutHere   = "here"  // the provider was not asked
	logoutAsked  = "asked" // the provider was asked, and sends no state back
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
	if conn := s.provider.Known(); everywhere && who != nil && conn.CanLogOut() {
		note = cookie.NewID()
		target = conn.LogoutURL(who.IDToken, s.cfg.BaseURL+"/", note)
		if conn.EndSession == "" {
			note = logoutAsked
		}
	}
	s.cookies.Set(w, s.logoutCookie(), note, 10*time.Minute)
	http.Redirect(w, r, target, http.StatusSeeOther)
	return nil
}

func (s *Server) logoutCookie() string { return s.cookies.Name(logoutCookie) }

// loggedOut returns the page after a log out, once. ok is false when there was none
// to report. A state that is missing or differs (RP-Initiated Logout 1.0, section 3)
// means that the provider's part is not known.
func (s *Server) loggedOut(w http.ResponseWriter, r *http.Request) (page views.LoggedOut, ok bool) {
	c, err := r.Cookie(s.logoutCookie())
	if err != nil {
		return page, false
	}
	s.cookies.Delete(w, c.Name)
	page = views.LoggedOut{Layout: s.layout(r, "Logged out", ""), LoginURL: "/login", Issuer: s.cfg.Issuer}
	if page.User != "" { // logged in again in another tab
		return page, false
	}
	state := r.URL.Query().Get("state")
	switch {
	case c.Value == logoutHere:
		page.Provider = "no"
		page.Text = "You are logged out of Demo app. At the identity provider you may still be logged in: the next login may not ask for your password."
	case subtle.ConstantTimeCompare([]byte(c.Value), []byte(state)) == 1:
		page.Provider = "yes"
		page.Text = "You are logged out of Demo app and of the identity provider."
	case c.Value == logoutAsked:
		page.Provider = "asked"
		page.Text = "You are logged out of Demo app. The identity provider was asked to log you out as well; its answer does not say whether it did."
	default:
		page.Provider = "unknown"
		page.Text = "You are logged out of Demo app. The identity provider was asked to log you out as well, but this is not its answer, so it may not have done so."
	}
	return page, true
}
