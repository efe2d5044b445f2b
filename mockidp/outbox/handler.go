package outbox

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"example.com/postlogin/mockidp/store"
)

const (
	// listed is how many requests the list holds unless ?limit= asks for another number.
	listed  = 50
	maxList = 1000 // as many as the store keeps
)

// Handler serves /_mock/outbox. The caller guards it: it shows what Actions
// send, and with ?secrets=show their credentials.
func (o *Outbox) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range o.routes() {
		mux.HandleFunc(r.Pattern, o.handler(r.do))
	}
	return mux
}

// Route is one method of one address.
type Route struct {
	Pattern string   // as http.ServeMux has it
	Summary string   // for people
	Query   []string // parameters that it reads
	Body    bool     // it reads a JSON body

	do func(*http.Request) (any, error)
}

// Routes are the addresses that Handler serves, for a description of them.
func Routes() []Route { return new(Outbox).routes() }

func (o *Outbox) routes() []Route {
	return []Route{
		{"GET /_mock/outbox", "What Actions asked for, newest first", []string{"limit", "transaction", "secrets"}, false, o.list},
		{"DELETE /_mock/outbox", "Empty the outbox; the rules stay", nil, false, o.clear},
		{"GET /_mock/outbox/{id}", "One request with its answer", []string{"secrets"}, false, o.show},
		{"GET /_mock/outbox/rules", "The rules that answer", nil, false, o.listRules},
		{"PUT /_mock/outbox/rules", "These rules and no others", nil, true, o.putRules},
		{"POST /_mock/outbox/rules", "One more rule, behind the others", nil, true, o.postRule},
		{"DELETE /_mock/outbox/rules", "No rules", nil, false, o.clearRules},
	}
}

// problem is an error that the client caused.
type problem struct {
	status  int
	code    string
	message string
}

func (p *problem) Error() string { return p.message }

// handler writes the value that h returns as JSON, nil as 204. It logs and
// answers h's errors.
func (o *Outbox) handler(h func(r *http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := h(r)
		if p, ok := errors.AsType[*problem](err); ok {
			writeJSON(w, p.status, map[string]any{"error": p.code, "message": p.message})
			return
		}
		switch {
		case err != nil:
			o.log.ErrorContext(r.Context(), "request failed", "id", w.Header().Get("X-Request-Id"), "path", r.URL.Path, "err", err)
			writeJSON(w, http.StatusInternalServerError, map[string]any{"error": "server_error", "request_id": w.Header().Get("X-Request-Id")})
		case v == nil:
			w.WriteHeader(http.StatusNoContent)
		default:
			writeJSON(w, http.StatusOK, v)
		}
	}
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

// entry is the JSON form of a store.Outgoing.
type entry struct {
	ID            string            `json:"id"`
	At            time.Time         `json:"at"`
	TransactionID string            `json:"transaction_id"`
	Action        string            `json:"action"`
	Version       int64             `json:"version"`
	Mode          string            `json:"mode"` // captured, rule, own, allowed, refused
	DurationMS    float64           `json:"duration_ms"`
	Method        string            `json:"method"`
	URL           string            `json:"url"`
	Headers       map[string]string `json:"headers"`
	Body          string            `json:"body"`
	BodyBytes     int64             `json:"body_bytes"`
	Answer        *reply            `json:"answer,omitempty"`
	Error         string            `json:"error,omitempty"`
}

type reply struct {
	Status    int64             `json:"status"`
	URL       string            `json:"url,omitempty"` // after redirects
	Headers   map[string]string `json:"headers"`
	Body      string            `json:"body"`
	BodyBytes int64             `json:"body_bytes"`
}

// entryJSON is r for somebody who may see its secrets, or may not.
func entryJSON(r *store.Outgoing, secrets bool) entry {
	if !secrets {
		r = redacted(r)
	}
	e := entry{
		ID: r.ID, At: r.At, TransactionID: r.TransactionID, Action: r.Action, Version: r.Version, Mode: r.Mode,
		DurationMS: float64(r.Took.Microseconds()) / 1000, Method: r.Method, URL: r.URL, Headers: object(r.Headers), Body: r.Body, BodyBytes: r.BodySize, Error: r.Error,
	}
	if r.Status != 0 {
		e.Answer = &reply{Status: r.Status, URL: r.AnswerURL, Headers: object(r.AnswerHeaders), Body: r.Answer, BodyBytes: r.AnswerSize}
	}
	return e
}

// object is m, which becomes {} in JSON and not null.
func object(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

// list answers GET /_mock/outbox: what Actions asked for, newest first.
func (o *Outbox) list(r *http.Request) (any, error) {
	secrets, err := showSecrets(r)
	if err != nil {
		return nil, err
	}
	limit := listed
	if text := r.FormValue("limit"); text != "" {
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > maxList {
			return nil, badQuery("limit: expected a number from 1 to 1000, got " + strconv.Quote(text))
		}
	}
	rows, err := o.store.Outgoings(r.Context(), r.FormValue("transaction"), limit)
	if err != nil {
		return nil, err
	}
	out := make([]entry, len(rows))
	for i, row := range rows {
		out[i] = entryJSON(row, secrets)
	}
	return out, nil
}

// show answers GET /_mock/outbox/{id}.
func (o *Outbox) show(r *http.Request) (any, error) {
	secrets, err := showSecrets(r)
	if err != nil {
		return nil, err
	}
	row, err := o.store.Outgoing(r.Context(), r.PathValue("id"))
	if errors.Is(err, store.ErrNotFound) {
		return nil, &problem{http.StatusNotFound, "not_found", "No outgoing request has the id " + strconv.Quote(r.PathValue("id"))}
	}
	if err != nil {
		return nil, err
	}
	return entryJSON(row, secrets), nil
}

// clear answers DELETE /_mock/outbox. The rules stay.
func (o *Outbox) clear(r *http.Request) (any, error) { return nil, o.store.ClearOutbox(r.Context()) }

func showSecrets(r *http.Request) (bool, error) {
	switch v := r.FormValue("secrets"); v {
	case "":
		return false, nil
	case "show":
		return true, nil
	default:
		return false, badQuery("secrets: expected show, got " + strconv.Quote(v))
	}
}

func badQuery(message string) error {
	return &problem{http.StatusBadRequest, "invalid_query", message}
}
