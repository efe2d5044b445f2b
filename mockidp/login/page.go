package login

import (
	"log/slog"
	"net/http"
	"strconv"

	"example.com/postlogin/mockidp/store"
	"example.com/postlogin/mockidp/ui"
)

// page shows the login page of a transaction.
func (l *Login) page(w http.ResponseWriter, r *http.Request) error {
	req, err := l.transaction(r, r.URL.Query().Get("state"), "")
	if err != nil {
		return err
	}
	if req.SessionID != "" || req.ErrorCode != "" || req.Step != nil {
		// Answered already, but the browser came back here instead of going on.
		return l.resume(w, r, req)
	}
	return l.show(w, r, req, nil, nil)
}

// show answers with the page. f is what was posted, nil on the first view; no
// says what was wrong with it, nil for nothing.
func (l *Login) show(w http.ResponseWriter, r *http.Request, req *store.Request, f *form, no *refusal) error {
	v, err := l.view(r, req, f)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if no != nil {
		v.No, status = *no, no.status
		l.noteRefusal(w, r, req, no)
	}
	return l.render(w, r, req, status, loginPage(v))
}

// noteRefusal logs why the page is shown again and tells programs how long to wait.
func (l *Login) noteRefusal(w http.ResponseWriter, r *http.Request, req *store.Request, no *refusal) {
	if no.retryAfter > 0 { // RFC 9110 section 10.2.3: whole seconds
		w.Header().Set("Retry-After", strconv.Itoa(wholeSeconds(no.retryAfter)))
	}
	l.log.LogAttrs(r.Context(), slog.LevelInfo, "login refused", slog.String("id", w.Header().Get("X-Request-Id")),
		slog.String("reason", no.reason), slog.String("client", req.ClientID))
}

// view gathers what the page shows. It asks the store once for the users and
// once for the application.
func (l *Login) view(r *http.Request, req *store.Request, f *form) (*view, error) {
	client, err := l.cfg.Store.Client(r.Context(), req.ClientID)
	if err != nil {
		return nil, err
	}
	users, err := l.cfg.Store.Users(r.Context(), maxListed+1)
	if err != nil {
		return nil, err
	}
	v := &view{
		Frame:        ui.Frame{Title: "Log in to " + appName(client), Base: l.cfg.BasePath},
		State:        req.ID,
		ClientID:     client.ID,
		App:          appName(client),
		TestPassword: l.cfg.TestPassword,
		Asked:        asked(req.Query),
	}
	v.setPeople(users, req, f)
	if peer := l.cfg.ClientIP(r); l.choosing(peer) {
		v.From, err = l.origins(r, peer, f)
	}
	return v, err
}
