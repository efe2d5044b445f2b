package web

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
	"example.com/postlogin/web/vault"
	"example.com/postlogin/web/words"
	"example.com/postlogin/web/worldmap"
)

const (
	// maxVisits is how many logins of one person are remembered.
	maxVisits = 100
	// visitsShown is how many the page shows at first.
	visitsShown = 10
)

// A visit is one login that this app has seen. Its place is the provider's word, by
// its record of the login or by the claims.
type visit struct {
	N         *int64    `json:"n"` // the claim login_count; nil: there was none
	At        time.Time `json:"at"`
	City      string    `json:"city,omitempty"`
	Country   string    `json:"country,omitempty"` // ISO 3166-1 alpha-2
	Lat       *float64  `json:"lat,omitempty"`
	Lon       *float64  `json:"lon,omitempty"`
	Precision string    `json:"precision,omitempty"` // of package worldmap
}

// history keeps the visits of each person in the vault, the newest first. People
// are told apart by issuer and sub together (Core 2: sub alone means nothing).
type history struct {
	vault *vault.Vault
	mu    sync.Mutex // one writer: add reads before it writes
}

func (h *history) key(l *login) string {
	iss, _ := l.claims.Text("iss")
	sub, _ := l.claims.Text("sub")
	return iss + "\x00" + sub
}

// of returns the visits of the person who logged in.
func (h *history) of(l *login) (visits []visit, err error) {
	data, err := h.vault.Get("history", h.key(l))
	if errors.Is(err, vault.ErrNoRecord) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return visits, json.Unmarshal(data, &visits)
}

// add remembers a login and forgets those before the last hundred.
func (h *history) add(l *login) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	visits, err := h.of(l)
	if err != nil {
		return err
	}
	visits = slices.Insert(visits, 0, l.visit())
	data, err := json.Marshal(visits[:min(len(visits), maxVisits)])
	if err != nil {
		return err
	}
	return h.vault.Replace("history", h.key(l), data)
}

// visit is what the history keeps of a login.
func (l *login) visit() visit {
	v := visit{At: l.At}
	if n, err := strconv.ParseInt(string(l.claims.Raw("login_count")), 10, 64); err == nil && n >= 0 {
		v.N = &n
	}
	if l.Transaction != nil && l.Transaction.Place != nil {
		p := l.Transaction.Place
		v.City, v.Country = words.Shorten(p.City, 100), words.Shorten(p.CountryCode, 10)
		if p.Latitude != nil && p.Longitude != nil && worldmap.OnMap(*p.Latitude, *p.Longitude) {
			v.Lat, v.Lon, v.Precision = p.Latitude, p.Longitude, worldmap.Exact
			return v
		}
	} else {
		city, _ := l.claims.Text("last_login_city")
		country, _ := l.claims.Text("last_login_country")
		v.City, v.Country = words.Shorten(city, 100), words.Shorten(country, 10)
	}
	if lat, lon, precision := worldmap.Find(v.City, v.Country); precision != worldmap.Unknown {
		v.Lat, v.Lon, v.Precision = &lat, &lon, precision
	}
	return v
}

// where names the place of a visit: "Georgetown, US".
func (v visit) where() string {
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
func (v visit) whereInWords() string {
	if name := countryName(v.Country); name != "" {
		v.Country = name
	}
	return v.where()
}

// gap says what lies between a login and the one before it, by the counts; or "".
func gap(newer, older visit) string {
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

// viewVisits makes the lines of the history, with the gaps between them.
func viewVisits(visits []visit) (list []views.Visit) {
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

// viewMap puts the visits on the map: a dot for each place, the latest on top.
func viewMap(visits []visit) views.Map {
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
		m.Text += " Earlier: " + strings.Join(earlier[:min(n, visitsShown)], "; ") + "."
		if n > visitsShown {
			m.Text += fmt.Sprintf(" And %d more places.", n-visitsShown)
		}
	}
	return m
}
