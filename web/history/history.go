// Package history remembers the logins of each person that this app has seen, says what
// must have happened between them, and puts them on the map.
//
// The records lie in package vault, the map and the list of places are package
// worldmap's. Package web adds a login when it is complete and shows the rest.
package history

import (
	"encoding/json"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/a-h/templ"

	"example.com/postlogin/views"
	"example.com/postlogin/web/claims"
	"example.com/postlogin/web/transaction"
	"example.com/postlogin/web/vault"
	"example.com/postlogin/web/words"
	"example.com/postlogin/web/worldmap"
)

const (
	// maxVisits is how many logins of one person are remembered.
	maxVisits = 100
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

// A Record is what is remembered of one person. It is never changed, so requests may
// share it.
type Record struct {
	Visits []Visit         // the newest first
	Drawn  templ.Component // map and table, for views.Profile

	changed time.Time // of the vault's record, when it was read
}

func newRecord(visits []Visit, changed time.Time) *Record {
	return &Record{Visits: visits, Drawn: views.Once(views.LoginsSeen(viewMap(visits), viewVisits(visits), shown)), changed: changed}
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
	var visits []Visit
	if err := json.Unmarshal(data, &visits); err != nil {
		return nil, err
	}
	r := newRecord(visits, changed)
	if len(h.recent) >= maxRecent {
		clear(h.recent) // rare and harmless: they are read again
	}
	h.recent[person] = r
	return r, nil
}

// Add remembers a login of this moment, with the claims of its ID token and, when the
// provider told it, the place (else nil: the claims name it). It forgets those before
// the last hundred.
func (h *History) Add(at time.Time, cs claims.Set, place *transaction.Place) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	person := key(cs)
	old, err := h.of(person)
	if err != nil {
		return err
	}
	visits := append([]Visit{newVisit(at, cs, place)}, old.Visits...)
	data, err := json.Marshal(visits[:min(len(visits), maxVisits)])
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
