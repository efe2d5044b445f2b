package web

import (
	"errors"
	"net/http"

	"example.com/postlogin/views"
	"example.com/postlogin/web/problem"
	"example.com/postlogin/web/words"
)

// home is the start page. Just after a log out it says what has been ended.
func (s *Server) home(w http.ResponseWriter, r *http.Request) error {
	if r.URL.Query().Has("state") {
		s.loggedOutAnswer(w, r)
		return nil
	}
	if page, ok := s.loggedOut(w, r); ok {
		s.render(w, r, http.StatusOK, views.LoggedOutPage(page))
		return nil
	}
	state := s.providerState(r) // before the layout, which tells what is known by then
	s.render(w, r, http.StatusOK, views.HomePage(views.Home{
		Layout:      s.layout(r, "", "home"),
		LoginURL:    "/login",
		Issuer:      s.cfg.Issuer,
		ClientID:    s.cfg.ClientID,
		CallbackURL: s.cfg.RedirectURL,
		Provider:    state,
	}))
	return nil
}

// providerState says how the provider is doing, in words.
func (s *Server) providerState(r *http.Request) views.Provider {
	latency, err := s.provider.Status(r.Context())
	if err != nil {
		p := views.Provider{State: "unreachable"}
		if e, ok := errors.AsType[*problem.Error](err); ok {
			_, p.Title = problem.Heading(e.Code)
			p.Text = e.Text
			if e.Hint != "" {
				p.Text += " " + e.Hint
			}
		}
		return p
	}
	p := views.Provider{State: "reachable", Latency: words.Took(latency)}
	if conn := s.provider.Known(); conn == nil || conn.MockVersion == "" {
		p.Note = "Connected to a real identity provider. Who set a claim, and which Actions ran, can't be shown."
	}
	return p
}
