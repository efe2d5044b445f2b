package geoip

import (
	"math"

	"github.com/oschwald/geoip2-golang/v2"
	"golang.org/x/text/language"
)

// Place is what the database says of one address: Auth0's event.request.geoip,
// field by field ("Auth0: Actions, post-login event object"). There every
// field is optional. What the database does not know is empty or nil here and
// has no key in JSON, so an Action reads undefined and never "" or 0.
//
// All values come from a file of the user's choice: a page must escape them.
type Place struct {
	CityName        string   `json:"cityName,omitempty"`
	ContinentCode   string   `json:"continentCode,omitempty"` // AF, AN, AS, EU, NA, OC or SA
	CountryCode     string   `json:"countryCode,omitempty"`   // ISO 3166-1 alpha-2
	CountryCode3    string   `json:"countryCode3,omitempty"`  // ISO 3166-1 alpha-3
	CountryName     string   `json:"countryName,omitempty"`
	Latitude        *float64 `json:"latitude,omitempty"`        // degrees; a pointer because 0 is a place
	Longitude       *float64 `json:"longitude,omitempty"`       // degrees
	SubdivisionCode string   `json:"subdivisionCode,omitempty"` // ISO 3166-2 without the country: "TX", "ENG"
	SubdivisionName string   `json:"subdivisionName,omitempty"`
	TimeZone        string   `json:"timeZone,omitempty"` // IANA name: "Europe/London"
}

// placeOf maps a City record. The country is the one the address is in; the
// one its network is registered in is no substitute, as a British address of
// an American carrier would then log in from the United States.
func placeOf(c *geoip2.City) Place {
	p := Place{
		CityName:      c.City.Names.English,
		ContinentCode: c.Continent.Code,
		CountryCode:   c.Country.ISOCode,
		CountryCode3:  iso3(c.Country.ISOCode),
		CountryName:   c.Country.Names.English,
		TimeZone:      c.Location.TimeZone,
	}
	// A coordinate outside the globe or NaN can only come from a damaged
	// file, and encoding/json refuses NaN: it would fail the login.
	if lat, lon := c.Location.Latitude, c.Location.Longitude; onGlobe(lat, 90) && onGlobe(lon, 180) {
		p.Latitude, p.Longitude = lat, lon
	}
	// The list goes from largest to smallest; Auth0's subdivision is the
	// state or province, so Boxford gives England, not West Berkshire.
	if len(c.Subdivisions) > 0 {
		p.SubdivisionCode = c.Subdivisions[0].ISOCode
		p.SubdivisionName = c.Subdivisions[0].Names.English
	}
	return p
}

func onGlobe(degrees *float64, limit float64) bool {
	return degrees != nil && math.Abs(*degrees) <= limit // false for NaN
}

// iso3 returns the three-letter code of a country, or "" for what is none:
// x/text also knows numeric areas ("001") and unions ("EU" has a code, "QUU").
func iso3(alpha2 string) string {
	if len(alpha2) != 2 {
		return ""
	}
	region, err := language.ParseRegion(alpha2)
	if err != nil || !region.IsCountry() {
		return ""
	}
	return region.ISO3()
}
