// Package history remembers the logins of each person that this app has seen, says what
// must have happened between them, and puts them on the map.
//
// The records lie in package vault, the map and the list of places are package
// worldmap's. Package web adds a login when it is complete and shows the rest.
package history

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

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
	// Shown is how many the page shows at first.
	Shown = 10
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

// A History keeps the visits of each person in the vault, the newest first. People
// are told apart by issuer and sub together (Core 2: sub alone means nothing).
type History struct {
	vault *vault.Vault
	mu    sync.Mutex // one writer: add reads before it writes
}

// New returns the history that lies in v.
func New(v *vault.Vault) *History { return &History{vault: v} }

// key names the record of a person.
func key(cs claims.Set) string {
	iss, _ := cs.Text("iss")
	sub, _ := cs.Text("sub")
	return iss + "\x00" + sub
}

// Of returns the visits of the person whom the claims of an ID token are about.
func (h *History) Of(cs claims.Set) (visits []Visit, err error) {
	data, err := h.vault.Get("history", key(cs))
	if errors.Is(err, vault.ErrNoRecord) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return visits, json.Unmarshal(data, &visits)
}

// Add remembers a login of this moment, with the claims of its ID token and, when the
// provider told it, the place (else nil: the claims name it). It forgets those before
// the last hundred.
func (h *History) Add(at time.Time, cs claims.Set, place *transaction.Place) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	visits, err := h.Of(cs)
	if err != nil {
		return err
	}
	visits = slices.Insert(visits, 0, newVisit(at, cs, place))
	data, err := json.Marshal(visits[:min(len(visits), maxVisits)])
	if err != nil {
		return err
	}
	return h.vault.Replace("history", key(cs), data)
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

// where names the place of a visit: "Georgetown, US".
func (v Visit) where() string {
	switch {
	case v.City != "" && v.Country != "":
		return v.City + ", " + v.Country
	case v.City != "" || v.Country != "":
		return v.City + v.Country
	default:
		return "not known"
	}
}

// whereInWords spells the country out: "Georgetown, United States".
func (v Visit) whereInWords() string {
	if name := words.Country(v.Country); name != "" {
		v.Country = name
	}
	return v.where()
}

// gap says what lies between a login and the one before it, by the counts; or "".
func gap(newer, older Visit) string {
	if newer.N == nil || older.N == nil {
		return ""
	}
	switch n, before := *newer.N, *older.N; {
	case n < before:
		return fmt.Sprintf("The count went back from %d to %d. The identity provider was reset.", before, n)
	case n == before:
		return "The count did not grow: you were still logged in at the identity provider, which did not ask for a password."
	case n == before+1:
		return ""
	case n == before+2:
		return "1 login elsewhere: at another app, or one that was refused."
	default:
		return fmt.Sprintf("%d logins elsewhere: at other apps, or refused ones.", n-before-1)
	}
}

// View makes the lines of the history, with the gaps between them.
func View(visits []Visit) (list []views.Visit) {
	for i, v := range visits {
		line := views.Visit{N: "–", At: v.At, Where: v.where()}
		if v.N != nil {
			line.N = strconv.FormatInt(*v.N, 10)
		}
		switch {
		case v.Precision == worldmap.Country:
			line.Note = "Country only: the dot is in its middle."
		case v.Precision == worldmap.Unknown && v.City+v.Country != "":
			line.Note = "This place is not on our list, so it is not drawn."
		}
		if i+1 < len(visits) {
			line.Gap = gap(v, visits[i+1])
		}
		list = append(list, line)
	}
	return list
}

// Map puts the visits on the map: a dot for each place, the latest on top.
func Map(visits []Visit) views.Map {
	m := views.Map{Land: worldmap.Land(), Width: worldmap.Width, Height: worldmap.Height}
	var earlier []string
	for i, v := range visits {
		if v.Precision == worldmap.Unknown {
			continue
		}
		x, y := worldmap.XY(*v.Lat, *v.Lon)
		d := views.Dot{X: fmt.Sprintf("%.0f", x), Y: fmt.Sprintf("%.0f", y), Label: v.whereInWords(), Now: i == 0}
		if slices.ContainsFunc(m.Dots, func(o views.Dot) bool { return o.X == d.X && o.Y == d.Y }) {
			continue
		}
		if !d.Now {
			earlier = append(earlier, d.Label)
		}
		m.Dots = append(m.Dots, d)
	}
	slices.Reverse(m.Dots)
	m.Text = "World map. No login can be drawn on it."
	if len(visits) > 0 && visits[0].Precision != worldmap.Unknown {
		m.Text = "World map. Latest login: " + visits[0].whereInWords() + "."
	} else if len(earlier) > 0 {
		m.Text = "World map. The latest login can't be drawn on it."
	}
	if n := len(earlier); n > 0 {
		m.Text += " Earlier: " + strings.Join(earlier[:min(n, Shown)], "; ") + "."
		if n > Shown {
			m.Text += fmt.Sprintf(" And %d more places.", n-Shown)
		}
	}
	return m
}
