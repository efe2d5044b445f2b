package mockidp

import (
	"net/http"
	"net/url"

	"example.com/postlogin/mockidp/dashboard"
	"example.com/postlogin/mockidp/provider"
	"example.com/postlogin/mockidp/store"
	"example.com/postlogin/mockidp/ui"
)

// home says what this is to somebody who opens the issuer's address.
func (s *Server) home(w http.ResponseWriter, r *http.Request) {
	clients, err := s.cfg.Store.Clients(r.Context())
	if err != nil {
		s.internalError(w, r, err)
		return
	}
	v := ui.Home{Base: s.base, Issuer: s.cfg.Issuer, Source: s.locationSource(), Board: s.base + dashboard.Path}
	if len(clients) > 0 {
		v.App = backTo(clients[0])
	}
	if err := ui.Render(w, r, http.StatusOK, ui.HomePage(v)); err != nil {
		s.internalError(w, r, err)
	}
}

// backTo links to the application, as far as its first callback tells where it is.
func backTo(c *store.Client) ui.Link {
	if len(c.RedirectURIs) == 0 {
		return ui.Link{}
	}
	u, err := url.Parse(c.RedirectURIs[0])
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return ui.Link{}
	}
	return ui.Link{Label: c.Name, URL: u.Scheme + "://" + u.Host + "/"}
}

// errorPage shows what package provider may not send to the application.
func (s *Server) errorPage(w http.ResponseWriter, r *http.Request, e provider.PageError) {
	p := ui.Problem{Base: s.base, Title: e.Title, Detail: e.Detail, Hint: e.Hint, RequestID: w.Header().Get("X-Request-Id")}
	if err := ui.Render(w, r, e.Status, ui.ErrorPage(p)); err != nil {
		s.log.ErrorContext(r.Context(), "error page", "id", p.RequestID, "err", err)
	}
}

// logoutPage asks before it ends a session on nobody's proven behalf, and says when it is done.
func (s *Server) logoutPage(w http.ResponseWriter, r *http.Request, v provider.LogoutView) {
	page := ui.Logout{Base: s.base, Done: v.Done, Action: v.Action, App: v.ClientName}
	if !v.Done {
		page.Fields = []ui.Field{{Name: "csrf", Value: v.Token}}
	}
	if err := ui.Render(w, r, http.StatusOK, ui.LogoutPage(page)); err != nil {
		s.log.ErrorContext(r.Context(), "logout page", "id", w.Header().Get("X-Request-Id"), "err", err)
	}
}
