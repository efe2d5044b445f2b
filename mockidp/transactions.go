package mockidp

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/dashboard"
	"example.com/postlogin/mockidp/store"
)

// transaction is what an application may know of the run of the login flow that
// gave it its tokens: what concerns it, and not the whole record with the event.
type transaction struct {
	ID      string              `json:"transaction_id"`
	Kind    string              `json:"kind"` // login, sso, silent, refresh, password
	UserID  string              `json:"user_id"`
	At      time.Time           `json:"at"`
	Outcome string              `json:"outcome"` // ok, denied, failed, suspended
	Actions []transactionAction `json:"actions"`
	Place   *transactionPlace   `json:"place,omitempty"`   // absent: the location database knows nothing of the address
	URL     string              `json:"url,omitempty"`     // the page where a person reads all of it
	WhyURL  string              `json:"why_url,omitempty"` // the page that says why a claim is missing; it wants a parameter claim, too
}

// transactionAction is what one Action did.
type transactionAction struct {
	ID           string             `json:"id"`
	Name         string             `json:"name"`
	Version      int                `json:"version"`
	Outcome      string             `json:"outcome"`
	DurationMS   float64            `json:"duration_ms"`
	ConsoleLines int                `json:"console_lines"`
	Claims       []transactionClaim `json:"claims"`
	Warnings     []actions.Warning  `json:"warnings"`
}

// transactionClaim is one call of setCustomClaim. Its value is in the token.
type transactionClaim struct {
	Token     string `json:"token"` // id_token or access_token
	Name      string `json:"name"`
	Line      int    `json:"line"`
	Undefined bool   `json:"undefined,omitempty"` // it was given no value, which makes no claim
	Dropped   string `json:"dropped,omitempty"`   // why it is not in the token
}

// transactionPlace is where the location database put the login's address.
type transactionPlace struct {
	IP          netip.Addr `json:"ip,omitzero"`
	City        string     `json:"city,omitempty"`
	CountryCode string     `json:"country_code,omitempty"`
	Country     string     `json:"country,omitempty"`
	Latitude    *float64   `json:"latitude,omitempty"`
	Longitude   *float64   `json:"longitude,omitempty"`
}

// showTransaction answers GET /_mock/transactions/{id} to the application whose
// login it was, with its id and secret as HTTP Basic. So an application in another
// container can explain its tokens without the admin token. Other applications'
// transactions are not found.
func (s *Server) showTransaction(w http.ResponseWriter, r *http.Request) {
	run := s.ownRun(w, r)
	if run == nil {
		return
	}
	t, err := transactionOf(run)
	if err != nil {
		s.internalError(w, r, err)
		return
	}
	pages := s.cfg.Issuer + strings.TrimPrefix(dashboard.Path, "/")
	t.URL, t.WhyURL = pages+"logs/"+url.PathEscape(t.ID), pages+"why?transaction="+url.QueryEscape(t.ID)
	writeJSON(w, http.StatusOK, t)
}

// ownRun is the run that the address names, if it is one of the application that
// asks; else it has answered and returns nil.
func (s *Server) ownRun(w http.ResponseWriter, r *http.Request) *store.Run {
	w.Header().Set("Cache-Control", "no-store")
	client, ok, err := s.provider.Client(r)
	if err != nil {
		s.internalError(w, r, err)
		return nil
	}
	if !ok {
		w.Header().Set("WWW-Authenticate", `Basic realm="mockidp"`)
		writeJSON(w, http.StatusUnauthorized, map[string]any{"error": "unauthorized", "message": "Send the application's id and secret as HTTP Basic: the same as at /oauth/token"})
		return nil
	}
	run, err := s.cfg.Store.Run(r.Context(), r.PathValue("id"))
	if errors.Is(err, store.ErrNotFound) || err == nil && run.ClientID != client.ID {
		writeJSON(w, http.StatusNotFound, map[string]any{"error": "not_found", "message": "No login of this application has that transaction id"})
		return nil
	}
	if err != nil {
		s.internalError(w, r, err)
		return nil
	}
	return run
}

// record reads what recordJSON writes.
type record struct {
	Event   *actions.Event   `json:"event"`
	Outcome *actions.Outcome `json:"result"`
}

// transactionOf picks from a run what its application may know.
func transactionOf(run *store.Run) (*transaction, error) {
	var rec record
	if err := json.Unmarshal(run.Record, &rec); err != nil {
		return nil, err
	}
	t := &transaction{ID: run.ID, Kind: run.Kind, UserID: run.UserID, At: run.At.UTC(), Outcome: run.Outcome, Actions: []transactionAction{}}
	if rec.Outcome != nil {
		for _, r := range rec.Outcome.Runs {
			t.Actions = append(t.Actions, actionOf(r))
		}
	}
	if rec.Event != nil {
		g := rec.Event.Request.GeoIP
		if g.CityName != "" || g.CountryCode != "" || g.Latitude != nil {
			t.Place = &transactionPlace{City: g.CityName, CountryCode: g.CountryCode, Country: g.CountryName, Latitude: g.Latitude, Longitude: g.Longitude}
			t.Place.IP, _ = netip.ParseAddr(rec.Event.Request.IP) // the event is of our own making
		}
	}
	return t, nil
}

func actionOf(r actions.ActionRun) transactionAction {
	a := transactionAction{ID: r.ID, Name: r.Name, Version: r.Version, Outcome: r.Outcome, DurationMS: r.DurationMS,
		ConsoleLines: len(r.Console), Claims: []transactionClaim{}, Warnings: []actions.Warning{}}
	for _, c := range r.Claims {
		a.Claims = append(a.Claims, transactionClaim{Token: c.Token, Name: c.Name, Line: c.Line, Undefined: c.Value == nil, Dropped: c.Dropped})
	}
	a.Warnings = append(a.Warnings, r.Warnings...)
	return a
}
