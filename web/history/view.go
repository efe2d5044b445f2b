package history

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"example.com/postlogin/views"
	"example.com/postlogin/web/words"
	"example.com/postlogin/web/worldmap"
)

// shown is how many logins the page shows at first.
const shown = 10

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
		return fmt.Sprintf("The count went back from %d to %d. The identity provider was reset, or this login began first and ended last.", before, n)
	case n == before:
		return "The count did not grow. Usually you were still logged in at the identity provider, which did not ask for a password."
	case n == before+1:
		return ""
	case n == before+2:
		return "1 login elsewhere: at another app, or one that was refused or not finished."
	default:
		return fmt.Sprintf("%d logins elsewhere: at other apps, or refused or unfinished ones.", n-before-1)
	}
}

// viewVisits makes the lines of the history, with the gaps between them.
func viewVisits(logins []Login) (list []views.Visit) {
	for i, v := range logins {
		line := views.Visit{N: "–", At: v.At, Where: v.where(), URL: v.url()}
		if v.N != nil {
			line.N = strconv.FormatInt(*v.N, 10)
		}
		switch {
		case v.Precision == worldmap.Country:
			line.Note = "Country only: the dot is in its middle."
		case v.Precision == worldmap.Unknown && v.City+v.Country != "":
			line.Note = "This place is not on our list, so it is not drawn."
		}
		if i+1 < len(logins) {
			line.Gap = gap(v.Visit, logins[i+1].Visit)
		}
		list = append(list, line)
	}
	return list
}

// viewMap puts the visits on the map: a dot for each place, the latest on top.
func viewMap(visits []Login) views.Map {
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
		m.Text += " Earlier: " + strings.Join(earlier[:min(n, shown)], "; ") + "."
		if n > shown {
			m.Text += fmt.Sprintf(" And %d more places.", n-shown)
		}
	}
	return m
}
