package dashboard

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/store"
)

// keepEntries is how many logins the journal holds: as many as the store keeps.
const keepEntries = 1000

// journal is the log's list in memory. A record of a run never changes, and reading
// one takes a tenth of a millisecond: so each is read once, and a page of a thousand
// logins asks the store only for what is new.
type journal struct {
	mu      sync.Mutex
	last    int64    // Seq of the newest run that was read
	entries []*entry // the oldest first

	lastFailure int64 // the same of logins that failed before an Action ran
	failures    []*entry
}

// entry is one login of the list.
type entry struct {
	Key        string // names this state of it: another try of a failed login changes it
	ID         string // transaction id, or that of a failure
	At         time.Time
	Kind       string // login, sso, silent, refresh, password
	Type       string // code in the tenant's log
	Outcome    string
	UserID     string
	User       string // email address, or name, or id
	ClientID   string
	Client     string // name
	Place      string
	IP         string
	Logins     int64    // the user's count
	Claims     []string // custom claims of the ID token, in order
	Actions    []string // names of those that ran
	Reason     string   // why there are no tokens
	ByAction   bool     // an Action denied it
	Took       time.Duration
	Failure    *store.Failure // nil: the flow ran
	lowerNames string         // what free words of a search look through
}

// all returns the logins that ran the flow and those that failed before, the newest
// first.
func (j *journal) all(ctx context.Context, st *store.Store) ([]*entry, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.follow(ctx, st); err != nil {
		return nil, err
	}
	return merged(j.entries, j.failures), nil
}

// list returns the logins that ran the flow, the newest first.
func (j *journal) list(ctx context.Context, st *store.Store) ([]*entry, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.follow(ctx, st); err != nil {
		return nil, err
	}
	list := slices.Clone(j.entries)
	slices.Reverse(list)
	return list, nil
}

// seq grows with each entry.
func (j *journal) seq(ctx context.Context, st *store.Store) (int64, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	err := j.follow(ctx, st)
	return j.last + j.lastFailure, err
}

// follow reads what has come since. The caller holds mu.
func (j *journal) follow(ctx context.Context, st *store.Store) error {
	runs, err := st.RunsAfter(ctx, j.last, 0)
	if err != nil {
		return err
	}
	for _, run := range runs {
		// The parts of a login that was suspended are one login: the last tells it all.
		j.entries = slices.DeleteFunc(j.entries, func(e *entry) bool { return e.ID == run.ID && e.Outcome == "suspended" })
		j.entries = append(j.entries, newEntry(run))
		j.last = run.Seq
	}
	if n := len(j.entries) - keepEntries; n > 0 {
		j.entries = slices.Clone(j.entries[n:])
	}
	return j.followFailures(ctx, st)
}

// newEntry picks from a run what the list shows. A run whose record can't be read
// has a short entry.
func newEntry(run *store.Run) *entry {
	var record struct {
		Event struct {
			Client struct {
				Name string `json:"name"`
			} `json:"client"`
			Request struct {
				IP    string        `json:"ip"`
				GeoIP actions.GeoIP `json:"geoip"`
			} `json:"request"`
			Stats actions.Stats `json:"stats"`
			User  struct {
				Email string `json:"email"`
				Name  string `json:"name"`
			} `json:"user"`
		} `json:"event"`
		Result actions.Outcome `json:"result"`
	}
	_ = json.Unmarshal(run.Record, &record)
	ev, out := &record.Event, &record.Result
	e := &entry{
		Key: strconv.FormatInt(run.Seq, 10), ID: run.ID, At: run.At, Kind: run.Kind, Type: run.LogType(), Outcome: run.Outcome, UserID: run.UserID, ClientID: run.ClientID,
		User: cmp.Or(ev.User.Email, ev.User.Name, run.UserID), Client: cmp.Or(ev.Client.Name, run.ClientID),
		IP: ev.Request.IP, Place: placeName(ev.Request.GeoIP), Logins: ev.Stats.LoginsCount, Reason: reasonOf(out), ByAction: out.Denied != nil,
	}
	if run.Outcome == "suspended" {
		e.Type = "" // not over, so no entry of Auth0's log
	}
	for _, r := range out.Runs {
		e.Actions = append(e.Actions, r.Name)
		e.Took += r.Duration()
		for _, c := range r.Claims {
			if _, ok := out.IDToken[c.Name]; ok && run.Outcome == actions.OutcomeOK && c.Token == "id_token" && !slices.Contains(e.Claims, c.Name) {
				e.Claims = append(e.Claims, c.Name)
			}
		}
	}
	e.lowerNames = strings.ToLower(strings.Join([]string{e.User, ev.User.Name, e.UserID, e.Client, e.ClientID, e.Place, e.IP, e.Reason, e.ID,
		strings.Join(e.Claims, " "), strings.Join(e.Actions, " "), typeName(e.Type), e.label()}, "\n"))
	return e
}

func placeName(g actions.GeoIP) string {
	if g.CityName != "" && g.CountryCode != "" {
		return g.CityName + ", " + g.CountryCode
	}
	return cmp.Or(g.CityName, g.CountryCode, "unknown")
}

// reasonOf is why a flow ended without tokens, in a few words.
func reasonOf(out *actions.Outcome) string {
	switch {
	case out.Failed != nil:
		return out.Failed.Action + " failed: " + out.Failed.Description()
	case out.Invalid != nil:
		return out.Invalid.Message
	case out.Denied != nil:
		return cmp.Or(out.Denied.Reason, "denied by "+out.Denied.Action)
	case out.Refused != nil:
		return out.Refused.Reason
	case out.Suspended != nil:
		return "waits for the person"
	}
	return ""
}

// typeName is what Auth0's log calls a type.
func typeName(code string) string {
	switch code {
	case "s":
		return "Success Login"
	case "f":
		return "Failed Login"
	case store.FailedPassword:
		return "Failed Login (wrong password)"
	case store.FailedUser:
		return "Failed Login (no such user)"
	case "ssa":
		return "Success Silent Auth"
	case "fsa":
		return "Failed Silent Auth"
	case "sertft":
		return "Success Exchange (refresh token)"
	case "fertft":
		return "Failed Exchange (refresh token)"
	case "sepft":
		return "Success Exchange (password)"
	case "fepft":
		return "Failed Exchange (password)"
	}
	return code
}

// query is a search of the log: words, and terms such as type:s, all of which must
// fit.
type query []term

type term struct{ field, value string } // lower case; field "": any

// fields are what a term may name.
func fields() []string {
	return []string{"type", "user", "client", "claim", "action", "place", "ip", "outcome", "kind", "id"}
}

// splitQuery cuts a search into its words. Quotes keep spaces: user:"Ada Lovelace".
func splitQuery(text string) []string {
	quoted := false
	return strings.FieldsFunc(text, func(c rune) bool {
		if c == '"' {
			quoted = !quoted
		}
		return !quoted && (c == ' ' || c == '\t')
	})
}

// parseQuery reads a search.
func parseQuery(text string) (q query) {
	for _, word := range splitQuery(strings.ToLower(text)) {
		field, value, found := strings.Cut(word, ":")
		if !found || !slices.Contains(fields(), field) {
			field, value = "", word
		}
		if value = strings.ReplaceAll(value, `"`, ""); value != "" {
			q = append(q, term{field, value})
		}
	}
	return q
}

func (q query) fits(e *entry) bool {
	for _, t := range q {
		if !t.fits(e) {
			return false
		}
	}
	return true
}

func (t term) fits(e *entry) bool {
	has := func(texts ...string) bool {
		return slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(strings.ToLower(s), t.value) })
	}
	switch t.field {
	case "type":
		return e.Type == t.value || strings.ToLower(e.label()) == t.value // Auth0's code, or as the list says it
	case "outcome":
		return e.Outcome == t.value
	case "kind":
		return e.Kind == t.value
	case "user":
		return has(e.User, e.UserID)
	case "client":
		return has(e.Client, e.ClientID)
	case "claim":
		return slices.ContainsFunc(e.Claims, func(c string) bool { return strings.ToLower(c) == t.value })
	case "action":
		return has(e.Actions...)
	case "place":
		return has(e.Place)
	case "ip":
		return strings.HasPrefix(e.IP, t.value)
	case "id":
		return strings.ToLower(e.ID) == t.value
	}
	return strings.Contains(e.lowerNames, t.value)
}
