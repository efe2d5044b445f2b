package web

import (
	"errors"
	"net/http"

	"example.com/postlogin/web/problem"
	"example.com/postlogin/web/timeline"
)

// statusAnswer is GET /api/status: to what this app is connected, and how that is
// doing. It has nothing that the home page does not show.
type statusAnswer struct {
	Schema    int     `json:"schema"` // 1
	Version   string  `json:"version"`
	Issuer    string  `json:"issuer"`
	Reachable bool    `json:"reachable"`
	LatencyMS float64 `json:"latency_ms,omitempty"` // of the last discovery
	Provider  string  `json:"provider"`             // "mock", "auth0", "other"; "unknown" until it was reached
	Error     string  `json:"error,omitempty"`      // the code of the page that a login would end at now
}

// status answers with 200 also when the provider is away: it is this app that was
// asked. It waits a second for the provider at most.
func (s *Server) status(w http.ResponseWriter, r *http.Request) error {
	a := statusAnswer{Schema: 1, Version: s.cfg.Version, Issuer: s.cfg.Issuer, Provider: "unknown"}
	latency, err := s.provider.Status(r.Context())
	switch e, ok := errors.AsType[*problem.Error](err); {
	case ok:
		a.Error = e.Code
	case err != nil:
		return err
	default:
		a.Reachable, a.LatencyMS = true, timeline.Milliseconds(latency)
	}
	switch conn := s.provider.Known(); {
	case conn == nil:
	case conn.MockVersion != "":
		a.Provider = "mock"
	case conn.IsAuth0():
		a.Provider = "auth0"
	default:
		a.Provider = "other"
	}
	s.writeJSON(w, r, http.StatusOK, a)
	return nil
}
