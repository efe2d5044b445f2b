package management

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"

	"example.com/postlogin/mockidp/store"
)

// logEntry is one login in the tenant's log (Auth0: "Log Event Type Codes").
type logEntry struct {
	ID           string          `json:"log_id"`
	OldID        string          `json:"_id"` // the same
	Date         stamp           `json:"date"`
	Type         string          `json:"type"`
	Description  string          `json:"description"`
	Connection   string          `json:"connection"`
	ConnectionID string          `json:"connection_id"`
	Strategy     string          `json:"strategy"`
	ClientID     string          `json:"client_id"`
	ClientName   string          `json:"client_name,omitempty"`
	IP           string          `json:"ip"`
	UserAgent    string          `json:"user_agent,omitempty"`
	Hostname     string          `json:"hostname,omitempty"`
	UserID       string          `json:"user_id"`
	UserName     string          `json:"user_name,omitempty"`
	Details      json.RawMessage `json:"details,omitempty"`
}

// record is what a run's record has for a log entry.
type record struct {
	Event struct {
		Client struct {
			Name string `json:"name"`
		} `json:"client"`
		Request struct {
			IP        string `json:"ip"`
			UserAgent string `json:"user_agent"`
			Hostname  string `json:"hostname"`
		} `json:"request"`
		User struct {
			Email string `json:"email"`
		} `json:"user"`
	} `json:"event"`
	Result json.RawMessage `json:"result"`
}

// logJSON tells of a run. details has what its Actions did: one entry shows it,
// a list does not.
func (a *API) logJSON(run *store.Run, details bool) logEntry {
	var rec record
	_ = json.Unmarshal(run.Record, &rec) // an entry of a run whose record can't be read is short
	e := logEntry{
		ID: run.ID, OldID: run.ID, Date: stamp(run.At), Connection: a.cfg.Connection.Name, ConnectionID: a.cfg.Connection.ID, Strategy: databaseStrategy,
		ClientID: run.ClientID, ClientName: rec.Event.Client.Name, IP: rec.Event.Request.IP, UserAgent: rec.Event.Request.UserAgent,
		Hostname: rec.Event.Request.Hostname, UserID: run.UserID, UserName: rec.Event.User.Email,
	}
	e.Type, e.Description = run.LogType(), reason(rec.Result)
	if details {
		e.Details = withExecution(rec.Result, run.ID)
	}
	return e
}

// failureJSON tells of a login that failed before any Action ran. Tries of one user
// from one address within a minute are one entry; details has how many.
func (a *API) failureJSON(f *store.Failure, details bool) logEntry {
	e := logEntry{
		ID: f.ID, OldID: f.ID, Date: stamp(f.At), Type: f.Type, Description: f.Reason, Connection: a.cfg.Connection.Name, ConnectionID: a.cfg.Connection.ID,
		Strategy: databaseStrategy, ClientID: f.ClientID, ClientName: f.ClientName, UserAgent: f.UserAgent, UserID: f.UserID, UserName: f.UserName,
	}
	if f.Type == store.FailedPassword || f.Type == store.FailedUser {
		e.Description = "Wrong email or password." // Auth0's, which the type says more than
	}
	if f.IP.IsValid() {
		e.IP = f.IP.String()
	}
	if details {
		e.Details, _ = json.Marshal(map[string]any{"error": map[string]string{"message": f.Reason}, "tries": f.Tries, "began": stamp(f.Began)}) // it can be written
	}
	return e
}

// withExecution adds to the details of an entry where its Actions' execution is found.
func withExecution(details json.RawMessage, id string) json.RawMessage {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(details, &members); err != nil || members == nil {
		return details
	}
	members["actions"], _ = json.Marshal(map[string][]string{"executions": {id}}) // strings can be written
	text, err := json.Marshal(members)
	if err != nil {
		return details
	}
	return text
}

// reason is why a flow ended without tokens.
func reason(result json.RawMessage) string {
	var out struct {
		Denied *struct {
			Reason string `json:"reason"`
		} `json:"denied"`
		Invalid *struct {
			Message string `json:"message"`
		} `json:"invalid"`
		Refused *struct {
			Reason string `json:"reason"`
		} `json:"refused"`
		Failed *struct {
			Error *struct {
				Message string `json:"message"`
			} `json:"error"`
		} `json:"failed"`
	}
	switch _ = json.Unmarshal(result, &out); {
	case out.Denied != nil:
		return out.Denied.Reason
	case out.Failed != nil && out.Failed.Error != nil:
		return out.Failed.Error.Message
	case out.Invalid != nil:
		return out.Invalid.Message
	case out.Refused != nil:
		return out.Refused.Reason
	}
	return ""
}

// logs are all entries, the newest first. Flows that wait for their person are
// not over, and no entry yet.
func (a *API) logs(ctx context.Context) ([]logEntry, error) {
	runs, err := a.cfg.Store.Runs(ctx, 0)
	if err != nil {
		return nil, err
	}
	runs = slices.DeleteFunc(runs, func(r *store.Run) bool { return r.Outcome == "suspended" })
	failures, err := a.cfg.Store.FailuresAfter(ctx, 0)
	if err != nil {
		return nil, err
	}
	list := make([]logEntry, 0, len(runs)+len(failures))
	for _, run := range runs {
		list = append(list, a.logJSON(run, false))
	}
	for _, f := range failures {
		list = append(list, a.failureJSON(f, false))
	}
	slices.SortStableFunc(list, func(x, y logEntry) int { return time.Time(y.Date).Compare(time.Time(x.Date)) })
	return list, nil
}

func (a *API) listLogs(r *http.Request) (any, error) {
	list, err := a.logs(r.Context())
	if err != nil {
		return nil, err
	}
	q := r.URL.Query()
	if list, err = matching(q.Get("q"), list, logSearch); err != nil {
		return nil, err
	}
	body, err := chosenAll(q, list, "log_id")
	if err != nil {
		return nil, err
	}
	return paged(r, "logs", body)
}

// logSearch are the fields that the log is searched by.
func logSearch(e logEntry, field string) ([]string, bool) {
	known := map[string]string{"type": e.Type, "user_id": e.UserID, "user_name": e.UserName, "client_id": e.ClientID, "client_name": e.ClientName,
		"ip": e.IP, "log_id": e.ID, "description": e.Description, "connection": e.Connection, "strategy": e.Strategy}
	if field == "" {
		return []string{e.UserID, e.UserName, e.ClientID, e.ClientName, e.IP, e.Description}, true
	}
	v, ok := known[field]
	return []string{v}, ok
}

func (a *API) userLogs(r *http.Request) (any, error) {
	list, err := a.logs(r.Context())
	if err != nil {
		return nil, err
	}
	id := r.PathValue("id")
	return paged(r, "logs", slices.DeleteFunc(list, func(e logEntry) bool { return e.UserID != id }))
}

func (a *API) getLog(r *http.Request) (any, error) {
	f, err := a.cfg.Store.Failure(r.Context(), r.PathValue("id"))
	if err == nil {
		return a.failureJSON(f, true), nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	run, err := a.cfg.Store.Run(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, missing(err, "log_not_found", "The log does not exist.")
	}
	return a.logJSON(run, true), nil
}
