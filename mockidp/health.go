package mockidp

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// livez says that the process serves.
func (s *Server) livez(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok\n") }

// readyz says whether a login can succeed: the database answers and there is a
// key to sign with. The location database is open before the server exists.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), time.Second)
	defer cancel()
	status, checks := http.StatusOK, map[string]string{"database": "ok", "keys": "ok", "geoip": "ok"}
	if err := s.cfg.Store.Ping(ctx); err != nil {
		s.log.ErrorContext(ctx, "not ready", "check", "database", "err", err)
		status, checks["database"] = http.StatusServiceUnavailable, "does not answer"
	}
	if keys, err := s.cfg.Store.Keys(ctx); err != nil || len(keys) == 0 {
		status, checks["keys"] = http.StatusServiceUnavailable, "none"
	}
	writeJSON(w, status, map[string]any{"ready": status == http.StatusOK, "checks": checks})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	enc.Encode(v) // a client that went away is not our failure
}
