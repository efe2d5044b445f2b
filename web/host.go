package web

import (
	"net/http"
	"strings"

	"example.com/postlogin/views"
	"example.com/postlogin/web/problem"
	"example.com/postlogin/web/provider"
	"example.com/postlogin/web/words"
)

// checkHost lets only requests through that came to this app's own address, so
// that a name someone else controls can't be pointed at it (DNS rebinding).
//
// 127.0.0.1 in place of localhost gets a redirect to the right name, before any
// state is made: a login that starts under one name and ends under another has
// lost its cookies on the way. Health checks may use any name, and so may the style
// sheet and scripts, which are no secret: the page that refuses needs them.
func (s *Server) checkHost(next http.Handler) http.Handler {
	return s.handle(func(w http.ResponseWriter, r *http.Request) error {
		readOnly := r.Method == http.MethodGet || r.Method == http.MethodHead
		switch {
		case s.isOwnHost(r.Host) || isQuiet(r.URL.Path):
			next.ServeHTTP(w, r)
			return nil
		case readOnly && provider.IsLoopback(r.Host) && provider.IsLoopback(s.base.Host):
			http.Redirect(w, r, s.cfg.BaseURL+r.URL.RequestURI(), http.StatusSeeOther)
			return nil
		default:
			return &problem.Error{Code: "E-421", Text: "It is " + s.cfg.BaseURL + ".",
				Hint:     "If that name is wrong, set BASE_URL.",
				Expected: s.base.Host, Got: words.Shorten(r.Host, words.MaxQuote),
				Buttons: []views.Button{problem.Primary("Go to "+s.cfg.BaseURL, s.cfg.BaseURL+"/")}}
		}
	})
}

// isOwnHost reports whether host, of a request, is BaseURL's. Browsers write it in small
// letters and without the port that goes without saying, however BaseURL is spelt.
func (s *Server) isOwnHost(host string) bool {
	port := map[string]string{"http": ":80", "https": ":443"}[s.base.Scheme]
	return strings.EqualFold(strings.TrimSuffix(host, port), strings.TrimSuffix(s.base.Host, port))
}
