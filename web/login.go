package web

import (
	"net/http"
	"net/url"
	"strconv"

	"golang.org/x/oauth2"

	"example.com/postlogin/web/attempt"
	"example.com/postlogin/web/cookie"
	"example.com/postlogin/web/returnto"
	"example.com/postlogin/web/timeline"
)

// The parameters of GET /login that go on to the provider unchanged (Core 3.1.2.1).
// Everything else that a link may say is ignored.
const (
	paramLoginHint = "login_hint"
	paramPrompt    = "prompt"
	paramMaxAge    = "max_age"
	paramUILocales = "ui_locales"
)

// login begins a login (Core 3.1.2.1): it makes state, nonce and PKCE verifier,
// keeps them on the server, and sends the browser to the provider. It asks the
// provider first whether it is there, because a browser that is sent to a dead
// address shows a page that helps nobody. The parameter next says where to go
// afterwards; package returnto keeps it on this site.
func (s *Server) login(w http.ResponseWriter, r *http.Request) error {
	next := returnto.Path(r.FormValue("next"))
	log := timeline.Begin(s.cfg.Now())
	conn, err := s.provider.Refresh(r.Context())
	if err != nil {
		return leadBack(err, next)
	}
	a := attempt.Attempt{
		Nonce:    cookie.NewID(),
		Verifier: oauth2.GenerateVerifier(), // RFC 7636 section 4.1
		Next:     next,
		Log:      log,
	}
	options := []oauth2.AuthCodeOption{
		oauth2.SetAuthURLParam("nonce", a.Nonce),
		oauth2.S256ChallengeOption(a.Verifier), // always, and never "plain" (RFC 9700 section 2.1.1)
	}
	asked := passOn(r.Form)
	for name, value := range asked {
		options = append(options, oauth2.SetAuthURLParam(name, value))
	}
	a.MaxAge, a.Prompt = asked[paramMaxAge], asked[paramPrompt]
	state := cookie.NewID()
	target := conn.OAuth.AuthCodeURL(state, options...)
	s.logBeginning(&a.Log, target)
	if err := s.attempts.Begin(w, r, state, a); err != nil {
		return err
	}
	http.Redirect(w, r, target, http.StatusSeeOther)
	return nil
}

// passOn picks the parameters that the provider may see. A value that is too long,
// or a max_age that is no number of seconds, is left out.
func passOn(form url.Values) map[string]string {
	picked := make(map[string]string)
	for _, name := range []string{paramLoginHint, paramPrompt, paramMaxAge, paramUILocales} {
		value := form.Get(name)
		if value == "" || len(value) > 256 {
			continue
		}
		if name == paramMaxAge {
			if n, err := strconv.ParseUint(value, 10, 31); err != nil || strconv.FormatUint(n, 10) != value {
				continue
			}
		}
		picked[name] = value
	}
	return picked
}
