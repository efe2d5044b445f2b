package dashboard

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/store"
	"example.com/postlogin/mockidp/ui"
)

// replayView compares a login with what the Login flow would make of it now.
type replayView struct {
	ui.Frame
	Entry   *entry
	Logs    string // URL of the log
	Story   string // URL of the login's page
	Then    string // how it ended
	Now     string // how it would end
	Flow    []string
	Rows    []replayClaim
	Changed int // of Rows
}

// replayClaim is a custom claim of the ID token; "" is for a token without it.
type replayClaim struct {
	Name, Then, Now string
	Changed         bool
}

// replay is the button "Replay this login": it runs the Login flow as it is now with
// the event of a past login. It is a dry run, in the workers of the editor's tests.
func (d *Dashboard) replay(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	past, err := d.pastLogin(r)
	if err != nil {
		return err
	}
	ev := &actions.Event{}
	if err := json.Unmarshal(past.Event, ev); err != nil {
		return fmt.Errorf("event of run %s: %w", past.ID, err)
	}
	versions, err := d.cfg.Store.Flow(ctx, trigger)
	if err != nil {
		return err
	}
	e := newEntry(past.Run)
	v := &replayView{Entry: e, Logs: d.root + logsPath, Story: d.root + logsPath + "/" + url.PathEscape(past.ID)}
	var flow []actions.Action
	for _, a := range versions {
		v.Flow = append(v.Flow, fmt.Sprintf("%s v%d", a.Name, a.Number))
		flow = append(flow, actions.Action{ID: a.ActionID, Name: a.Name, Version: a.Number, Source: a.Code, Secrets: a.Secrets, Dependencies: declared(a.Dependencies)})
	}
	out, err := d.cfg.Trial.PostLogin(ctx, flow, ev)
	if errors.Is(err, actions.ErrBusy) {
		return &pageError{status: http.StatusServiceUnavailable, cause: err, Problem: ui.Problem{
			Title: "Not replayed", Detail: busyText, Back: ui.Link{Label: "Back to the login", URL: v.Story},
		}}
	}
	if err != nil {
		return fmt.Errorf("replay run %s: %w", past.ID, err)
	}
	out = actions.MaskFor(flow, ev).Outcome(out) // as the record of the past login is
	const tokens = "The application gets its tokens."
	then, now := past.Result.IDToken, out.IDToken
	if v.Then = ends(past.Result); v.Then != "" {
		then = nil
	}
	if v.Now = ends(out); v.Now != "" {
		now = nil
	}
	if past.Outcome != actions.OutcomeOK && v.Then == "" {
		v.Then, then = "The login gave no tokens: "+e.Outcome+".", nil // not for an Action's sake
	}
	if v.Then == "" {
		v.Then = tokens
	}
	if v.Now == "" {
		v.Now = tokens
	}
	v.Rows = compareClaims(then, now)
	for _, c := range v.Rows {
		if c.Changed {
			v.Changed++
		}
	}
	if wantsJSON(r) {
		return v.writeJSON(w, past.ID, then, now)
	}
	if v.Frame, err = d.frame(r, "Replay, "+e.User, logsPath); err != nil {
		return err
	}
	return d.show(w, r, http.StatusOK, replayPage(v))
}

// wantsJSON tells a program from a browser, which accepts pages.
func wantsJSON(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return strings.Contains(accept, "application/json") && !strings.Contains(accept, "text/html")
}

// writeJSON answers a program with the same comparison. A claim that is not in one
// of the tokens lacks then or now.
func (v *replayView) writeJSON(w http.ResponseWriter, id string, then, now map[string]json.RawMessage) error {
	type claim struct {
		Name    string          `json:"name"`
		Then    json.RawMessage `json:"then,omitempty"`
		Now     json.RawMessage `json:"now,omitempty"`
		Changed bool            `json:"changed"`
	}
	claims := []claim{}
	for _, c := range v.Rows {
		claims = append(claims, claim{c.Name, then[c.Name], now[c.Name], c.Changed})
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(struct {
		ID      string   `json:"transaction_id"`
		Flow    []string `json:"flow"`
		Then    string   `json:"then"` // how the login ended
		Now     string   `json:"now"`
		Changed int      `json:"changed"` // of the claims of the ID token
		Claims  []claim  `json:"claims"`
	}{id, append([]string{}, v.Flow...), v.Then, v.Now, v.Changed, claims})
}

// compareClaims lists the claims of both by name.
func compareClaims(then, now map[string]json.RawMessage) []replayClaim {
	names := maps.Clone(then)
	if names == nil {
		names = map[string]json.RawMessage{}
	}
	maps.Copy(names, now)
	var rows []replayClaim
	for _, name := range slices.Sorted(maps.Keys(names)) {
		c := replayClaim{Name: name, Then: readable(string(then[name])), Now: readable(string(now[name]))}
		c.Changed = c.Then != c.Now
		rows = append(rows, c)
	}
	return rows
}

// declared is a list of dependencies as the runtime takes it.
func declared(list []store.Dependency) map[string]string {
	m := make(map[string]string, len(list))
	for _, dep := range list {
		m[dep.Name] = dep.Version
	}
	return m
}
