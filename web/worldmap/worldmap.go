// Package worldmap draws a map of the world and knows where on it a city or a
// country is, without asking anybody: an ID token names places, but gives no
// coordinates.
//
// The land and the middle points of countries are Natural Earth's (public domain),
// made by gen; the cities are a short list of our own. A place that is not on either
// list has no point: none is ever guessed.
package worldmap

import (
	_ "embed"
	"math"
	"strconv"
	"strings"
	"sync"
)

// The map shows every longitude and the latitudes from South to North in an
// equirectangular projection, in units of half a degree.
const (
	North  = 84.0
	South  = -58.0
	Width  = 720
	Height = 284
	scale  = 2.0 // units per degree
)

// How exactly a place is known.
const (
	Exact   = "exact"   // coordinates of the login itself
	City    = "city"    // the city's coordinates
	Country = "country" // a middle point of the country
	Unknown = ""        // no point
)

//go:embed land.path
var land string

// Land is the drawing of all land, for the attribute d of an SVG path.
func Land() string { return land }

// XY is where a latitude and a longitude, in degrees, are on the map.
func XY(lat, lon float64) (x, y float64) { return (lon + 180) * scale, (North - lat) * scale }

// OnMap reports whether lat and lon are coordinates, and of a place that the map shows.
func OnMap(lat, lon float64) bool {
	return lat >= South && lat <= North && math.Abs(lon) <= 180 // false for NaN
}

// Find returns the coordinates of a city, or else a middle point of its country,
// and which of them it is. country is an ISO 3166-1 alpha-2 code.
func Find(city, country string) (lat, lon float64, precision string) {
	p := places()
	if at, ok := p[key(city, country)]; ok && city != "" {
		return at[0], at[1], City
	}
	if at, ok := p[key("", country)]; ok && country != "" {
		return at[0], at[1], Country
	}
	return 0, 0, Unknown
}

//go:embed countries.txt
var countries string

//go:embed cities.txt
var cities string

// places is both lists by key. The lists are ours: a line that can't be read is a
// mistake that the tests find.
var places = sync.OnceValue(func() map[string][2]float64 {
	all := make(map[string][2]float64)
	for line := range strings.Lines(countries + cities) {
		// "US 39.8 -98.6", and a city's name behind it: "US 41.8500 -87.6500 Chicago".
		fields := strings.SplitN(strings.TrimSpace(line), " ", 4)
		if len(fields) < 3 {
			continue
		}
		lat, err1 := strconv.ParseFloat(fields[1], 64)
		lon, err2 := strconv.ParseFloat(fields[2], 64)
		if err1 != nil || err2 != nil {
			continue
		}
		name := ""
		if len(fields) == 4 {
			name = fields[3]
		}
		all[key(name, fields[0])] = [2]float64{lat, lon}
	}
	return all
})

func key(city, country string) string { return strings.ToUpper(country) + " " + strings.ToLower(city) }
