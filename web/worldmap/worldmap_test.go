package worldmap_test

import (
	"math"
	"os"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/text/language"

	"example.com/postlogin/web/worldmap"
)

func TestFind(t *testing.T) {
	for _, tt := range []struct {
		city, country string
		lat, lon      float64
		precision     string
	}{
		{"Georgetown", "US", 30.6, -97.7, worldmap.City},
		{"São Paulo", "BR", -23.5, -46.6, worldmap.City},
		{"são paulo", "br", -23.5, -46.6, worldmap.City},
		{"Georgetown", "GB", 53.9, -2.5, worldmap.Country}, // there is none on our list
		{"Nowhere", "US", 39.5, -99.1, worldmap.Country},
		{"", "FR", 46.6, 2.5, worldmap.Country}, // the mainland, not the middle of all its parts
		{"Pristina", "XK", 42.6, 20.9, worldmap.Country},
		{"", "FJ", -17.8, 178, worldmap.Country}, // on the date line
		{"London", "", 0, 0, worldmap.Unknown},   // which one?
		{"Atlantis", "ZZ", 0, 0, worldmap.Unknown},
		{"", "AQ", 0, 0, worldmap.Unknown}, // not on the map
		{"", "", 0, 0, worldmap.Unknown},
	} {
		lat, lon, precision := worldmap.Find(tt.city, tt.country)
		if precision != tt.precision || math.Abs(lat-tt.lat) > .1 || math.Abs(lon-tt.lon) > .1 {
			t.Errorf("Find(%q, %q) = %.1f, %.1f, %q, want %.1f, %.1f, %q", tt.city, tt.country, lat, lon, precision, tt.lat, tt.lon, tt.precision)
		}
	}
}

// Every line of the lists is read, and lies on the map.
func TestListsAreWhole(t *testing.T) {
	line := regexp.MustCompile(`^([A-Z]{2}) (-?[\d.]+) (-?[\d.]+)(?: (.+))?$`)
	for file, least := range map[string]int{"countries.txt": 230, "cities.txt": 40} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(data)), "\n")
		if len(lines) < least {
			t.Errorf("%s has %d lines, want at least %d", file, len(lines), least)
		}
		for _, l := range lines {
			m := line.FindStringSubmatch(l)
			if m == nil {
				t.Errorf("%s: %q can't be read", file, l)
				continue
			}
			lat, lon, precision := worldmap.Find(m[4], m[1])
			if want := map[bool]string{true: worldmap.City, false: worldmap.Country}[m[4] != ""]; precision != want || !worldmap.OnMap(lat, lon) {
				t.Errorf("%s: %q is found as %q at %v, %v", file, l, precision, lat, lon)
			}
			if _, err := language.ParseRegion(m[1]); err != nil {
				t.Errorf("%s: %q: %v", file, l, err)
			}
		}
	}
}

// The drawing has land where land is, and none where there is none: the even-odd
// rule, over the points of the path.
func TestLandIsWhereItShouldBe(t *testing.T) {
	for name, tt := range map[string]struct {
		lat, lon float64
		land     bool
	}{
		"Kansas": {38.5, -98.4, true}, "Berlin": {52.5, 13.4, true}, "Alice Springs": {-23.7, 133.9, true}, "Chukotka, behind the date line": {66.5, -174, true},
		"the Atlantic": {30, -40, false}, "the Pacific": {0, -150, false}, "south of all land": {-57, 0, false},
	} {
		x, y := worldmap.XY(tt.lat, tt.lon)
		if got := inside(t, x, y); got != tt.land {
			t.Errorf("%s is land: %v, want %v", name, got, tt.land)
		}
	}
}

func inside(t *testing.T, x, y float64) bool {
	t.Helper()
	in := false
	number := regexp.MustCompile(`-?\d+`)
	for _, shape := range strings.Split(worldmap.Land(), "z") {
		var points [][2]float64
		values := number.FindAllString(shape, -1)
		at := [2]float64{}
		for i := 0; i+1 < len(values); i += 2 {
			at[0] += parse(t, values[i])
			at[1] += parse(t, values[i+1])
			points = append(points, at)
		}
		for i, a := range points {
			b := points[(i+1)%len(points)]
			if (a[1] > y) != (b[1] > y) && x < a[0]+(y-a[1])/(b[1]-a[1])*(b[0]-a[0]) {
				in = !in
			}
		}
	}
	return in
}

func parse(t *testing.T, s string) float64 {
	t.Helper()
	n, sign := 0.0, 1.0
	for _, r := range s {
		if r == '-' {
			sign = -1
			continue
		}
		n = n*10 + float64(r-'0')
	}
	return sign * n
}

func TestOnMap(t *testing.T) {
	for _, c := range [][2]float64{{math.NaN(), 0}, {0, math.NaN()}, {91, 0}, {0, 181}, {-80, 0}} {
		if worldmap.OnMap(c[0], c[1]) {
			t.Errorf("%v is on the map", c)
		}
	}
}
