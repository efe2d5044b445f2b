// Package history remembers the logins of each person that this app has seen, says what
// must have happened between them, and puts them on the map. Of the newest it also keeps
// the steps.
//
// The records lie in package vault, the map and the list of places are package
// worldmap's. Package web adds a login when it is complete and shows the rest.
package history

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/a-h/templ"

	"example.com/postlogin/views"
	"example.com/postlogin/web/claims"
	"example.com/postlogin/web/timeline"
	"example.com/postlogin/web/transaction"
	"example.com/postlogin/web/vault"
	"example.com/postlogin/web/words"
	"example.com/postlogin/web/worldmap"
)

const (
	// maxVisits is how many logins of one person are remembered.
	maxVisits = 100
	// maxLogs is of how many the timeline is kept as well: it is much longer.
	maxLogs = 5
	// maxRecent is how many people's records are kept in memory.
	maxRecent = 200
)

// A Visit is one login that this app has seen. Its place is the provider's word, by
// its record of the login or by the claims.
type Visit struct {
	N         *int64    `json:"n"` // the claim login_count; nil: there was none
	At        time.Time `json:"at"`
	City      string    `json:"city,omitempty"`
	Country   string    `json:"country,omitempty"` // ISO 3166-1 alpha-2
	Lat       *float64  `json:"lat,omitempty"`
	Lon       *float64  `json:"lon,omitempty"`
	Precision string    `json:"precision,omitempty"` // of package worldmap
}

// A Login is a visit, and what the pages of this app need to show its steps. Records of
// before these were kept have neither.
type Login struct {
	Visit
	ID  string          `json:"id,omitempty"`  // names it in addresses; random, so it never names another
	Log json.RawMessage `json:"log,omitempty"` // its timeline.Log; nil when it is too old to be kept
}

// A Record is what is remembered of one person. It is never changed, so requests may
// share it.
type Record struct {
	Logins []Login         // the newest first
	Drawn  templ.Component // map and table, for views.Profile

	changed time.Time // of the vault's record, when it was read
}

func newRecord(logins []Login, changed time.Time) *Record {
	return &Record{Logins: logins, Drawn: views.Once(views.LoginsSeen(viewMap(logins), viewVisits(logins), shown)), changed: changed}
}

// Visits returns the logins as programs get them.
func (r *Record) Visits() []Visit {
	list := make([]Visit, 0, len(r.Logins)) // never nil: in JSON it is a list
	for _, l := range r.Logins {
		list = append(list, l.Visit)
	}
	return list
}

// A History keeps a Record of each person in the vault. People are told apart by
// issuer and sub together (Core 2: sub alone means nothing).
type History struct {
	vault *vault.Vault

	// mu lets one at a time look and write: Add reads before it writes, and what is in
	// memory must not be older than the vault's record of the same time.
	mu sync.Mutex
	// recent holds records that were read, so that a page need not decrypt and draw them
	// again. It decides nothing: the vault is asked each time whether its record is still
	// the same.
	recent map[string]*Record
}

// New returns the history that lies in v.
func New(v *vault.Vault) *History { return &History{vault: v, recent: make(map[string]*Record)} }

// key names the record of a person.
func key(cs claims.Set) string {
	iss, _ := cs.Text("iss")
	sub, _ := cs.Text("sub")
	return iss + "\x00" + sub
}

// Of returns the record of the person whom the claims of an ID token are about. It is
// empty when there is none, or none that can be read.
func (h *History) Of(cs claims.Set) (*Record, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.of(key(cs))
}

func (h *History) of(person string) (*Record, error) {
	changed, err := h.vault.Used("history", person)
	if errors.Is(err, vault.ErrNoRecord) {
		return newRecord(nil, changed), nil
	}
	if err != nil {
		return nil, err
	}
	if r := h.recent[person]; r != nil && r.changed.Equal(changed) {
		return r, nil
	}
	data, err := h.vault.Get("history", person)
	if errors.Is(err, vault.ErrNoRecord) {
		return newRecord(nil, changed), nil
	}
	if err != nil {
		return nil, err
	}
	var logins []Login
	if json.Unmarshal(data, &logins) != nil {
		return newRecord(nil, changed), nil // written by another version of this program
	}
	r := newRecord(logins, changed)
	if len(h.recent) >= maxRecent {
		clear(h.recent) // rare and harmless: they are read again
	}
	h.recent[person] = r
	return r, nil
}

// Add remembers a login of this moment: the claims of its ID token, the place when the
// provider told it (else nil: the claims name it), and its steps, whose secrets are cut
// (package timeline). It forgets the steps of those before the last five, and all of
// those before the last hundred.
func (h *History) Add(at time.Time, cs claims.Set, place *transaction.Place, log timeline.Log) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	person := key(cs)
	old, err := h.of(person)
	if err != nil {
		return err
	}
	l := Login{Visit: newVisit(at, cs, place), ID: rand.Text()}
	if l.Log, err = json.Marshal(log); err != nil {
		return err
	}
	logins := append([]Login{l}, old.Logins...)
	logins = logins[:min(len(logins), maxVisits)]
	for i := maxLogs; i < len(logins); i++ {
		logins[i].Log = nil
	}
	data, err := json.Marshal(logins)
	if err != nil {
		return err
	}
	delete(h.recent, person) // the new one may have the time of the old one
	return h.vault.Replace("history", person, data)
}

// newVisit is what the history keeps of a login.
func newVisit(at time.Time, cs claims.Set, place *transaction.Place) Visit {
	v := Visit{At: at}
	if n, err := strconv.ParseInt(string(cs.Raw("login_count")), 10, 64); err == nil && n >= 0 {
		v.N = &n
	}
	if p := place; p != nil {
		v.City, v.Country = words.Shorten(p.City, 100), words.Shorten(p.CountryCode, 10)
		if p.Latitude != nil && p.Longitude != nil && worldmap.OnMap(*p.Latitude, *p.Longitude) {
			v.Lat, v.Lon, v.Precision = p.Latitude, p.Longitude, worldmap.Exact
			return v
		}
	} else {
		city, _ := cs.Text("last_login_city")
		country, _ := cs.Text("last_login_country")
		v.City, v.Country = words.Shorten(city, 100), words.Shorten(country, 10)
	}
	if lat, lon, precision := worldmap.Find(v.City, v.Country); precision != worldmap.Unknown {
		v.Lat, v.Lon, v.Precision = &lat, &lon, precision
	}
	return v
}
