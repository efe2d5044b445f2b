// Package theme keeps whether somebody wants the pages light or dark, whatever their
// system says. The choice lies in a cookie of its own: it is no secret, needs no session,
// and stays when a session ends. Package views draws the buttons and the style sheet the
// colours.
package theme

import (
	"net/http"
	"net/url"
	"time"

	"example.com/postlogin/web/cookie"
	"example.com/postlogin/web/returnto"
)

const (
	cookieName = "demo_theme"
	year       = 365 * 24 * time.Hour
)

// Of returns "light" or "dark" when the browser that sent r has chosen that, and
// otherwise "": as the system is.
func Of(r *http.Request, cookies cookie.Policy) string {
	if c, err := r.Cookie(cookies.Name(cookieName)); err == nil && isColour(c.Value) {
		return c.Value
	}
	return ""
}

func isColour(value string) bool { return value == "light" || value == "dark" }

// Choose takes the form at the foot of each page: its field theme is "light", "dark" or
// "system", and anything else changes nothing. It leads back to that form on the page
// where it was used, but to / when that was at the path called callback, which is not
// for a second visit.
func Choose(cookies cookie.Policy, callback string) func(w http.ResponseWriter, r *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		name := cookies.Name(cookieName)
		switch chosen := r.PostFormValue("theme"); {
		case isColour(chosen):
			cookies.Set(w, name, chosen, year)
		case chosen == "system":
			cookies.Delete(w, name)
		}
		http.Redirect(w, r, page(r, callback)+"#theme", http.StatusSeeOther)
		return nil
	}
}

// page is the path of the page that the form was on. The browser says it (Referer), so
// that no page need repeat its own address, which may hold what nobody should copy. A
// browser that does not say it is led to /.
func page(r *http.Request, callback string) string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host || u.Path == callback {
		return "/"
	}
	return returnto.Path(u.RequestURI())
}
