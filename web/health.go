package web

import (
	"errors"
	"io"
	"net/http"

	"example.com/postlogin/static"
	"example.com/postlogin/web/vault"
)

// livez says that the process answers.
func (s *Server) livez(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "ok\n") // whoever asked may have gone
	return nil
}

// readiness is the answer of /readyz. Checks names each part and how it is.
type readiness struct {
	Ready  bool              `json:"ready"`
	Checks map[string]string `json:"checks"`
}

// readyz says whether this app can answer requests. The provider is reported, but
// does not count: without it this app still has pages, and they say what is wrong.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) error {
	ready := readiness{Ready: true, Checks: map[string]string{"sessions": "ok", "provider": s.provider.Word()}}
	status := http.StatusOK
	if err := s.vault.Check(); err != nil {
		ready.Ready, status = false, http.StatusServiceUnavailable
		ready.Checks["sessions"] = "the session folder can't be used"
		if errors.Is(err, vault.ErrClosed) {
			ready.Checks["sessions"] = "not started"
		}
	}
	s.writeJSON(w, r, status, ready)
	return nil
}

// asset serves a file of package static.
func (s *Server) asset(w http.ResponseWriter, r *http.Request) error {
	static.Handler().ServeHTTP(w, r)
	return nil
}
