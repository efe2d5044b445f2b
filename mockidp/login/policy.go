package login

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"example.com/postlogin/mockidp/store"
	"example.com/postlogin/mockidp/ui"
)

// loginTrigger is the flow whose Actions run after a login page.
const loginTrigger = "post-login"

// render answers with a page whose form leads on in the login of req.
func (l *Login) render(w http.ResponseWriter, r *http.Request, req *store.Request, status int, page templ.Component) error {
	// The redirects after the post end at the application: see ui.CSP. The address
	// was compared with the registered ones before the request was stored.
	sources := []string{ui.FormSource(req.RedirectURI)}
	away, err := l.leadsAway(r)
	if err != nil {
		return err
	}
	if away {
		sources = append(sources, "http:", "https:")
	}
	w.Header().Set("Content-Security-Policy", ui.CSP(sources...))
	return ui.Render(w, r, status, page)
}

// leadsAway reports whether an Action of the login flow may send the browser to
// another site (api.redirect.sendUserTo). That redirect follows the post of our
// form, so form-action has to let it pass; where to is known only when the
// Action has run, so it lets every web site pass. In a flow without such an
// Action the policy stays narrow.
func (l *Login) leadsAway(r *http.Request) (bool, error) {
	flow, err := l.cfg.Store.Flow(r.Context(), loginTrigger)
	if err != nil {
		return false, err
	}
	for _, v := range flow {
		if strings.Contains(v.Code, "sendUserTo") {
			return true, nil
		}
	}
	return false, nil
}
