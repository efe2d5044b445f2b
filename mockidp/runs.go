package mockidp

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"example.com/postlogin/mockidp/store"
)

// runsShown is how many runs the list holds unless ?limit= asks for another number.
const runsShown = 50

// run is the JSON form of a store.Run.
type run struct {
	ID       string          `json:"transaction_id"`
	Kind     string          `json:"kind"` // login, sso, silent, refresh, password
	UserID   string          `json:"user_id"`
	ClientID string          `json:"client_id"`
	At       time.Time       `json:"at"`
	Outcome  string          `json:"outcome"` // ok, denied, failed, suspended
	Record   json.RawMessage `json:"record,omitempty"`
}

func runJSON(r *store.Run) run {
	return run{ID: r.ID, Kind: r.Kind, UserID: r.UserID, ClientID: r.ClientID, At: r.At.UTC(), Outcome: r.Outcome, Record: r.Record}
}

// listRuns answers GET /_mock/logins: the runs of the login flow, newest first.
func (s *Server) listRuns(w http.ResponseWriter, r *http.Request) {
	limit := runsShown
	if text := r.FormValue("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 1000 {
			writeJSON(w, http.StatusBadRequest, map[string]any{"error": "invalid_query", "message": "limit: expected a number from 1 to 1000, got " + strconv.Quote(text)})
			return
		}
		limit = n
	}
	rows, err := s.cfg.Store.Runs(r.Context(), limit)
	if err != nil {
		s.internalError(w, r, err)
		return
	}
	out := make([]run, len(rows))
	for i, row := range rows {
		out[i] = runJSON(row)
	}
	writeJSON(w, http.StatusOK, out)
}

// showRun answers GET /_mock/logins/{id}.
func (s *Server) showRun(w http.ResponseWriter, r *http.Request) {
	row, err := s.cfg.Store.Run(r.Context(), r.PathValue("id"))
	switch {
	case errors.Is(err, store.ErrNotFound):
		writeJSON(w, http.StatusNotFound, map[string]any{"error": "not_found", "message": "No login has the transaction id " + strconv.Quote(r.PathValue("id"))})
	case err != nil:
		s.internalError(w, r, err)
	default:
		writeJSON(w, http.StatusOK, runJSON(row))
	}
}

func (s *Server) internalError(w http.ResponseWriter, r *http.Request, err error) {
	id := w.Header().Get("X-Request-Id")
	s.log.ErrorContext(r.Context(), "request failed", "id", id, "path", r.URL.Path, "err", err)
	writeJSON(w, http.StatusInternalServerError, map[string]any{"error": "server_error", "request_id": id})
}
