package mockidp

import (
	"fmt"

	"example.com/postlogin/mockidp/geoip"
	"example.com/postlogin/mockidp/login"
)

// locations is the login page's list: addresses that the loaded database knows.
// Only the address is submitted there; the city comes from the lookup.
func (s *Server) locations() []login.Location {
	places := s.cfg.GeoIP.Locations()
	list := make([]login.Location, len(places))
	for i, p := range places {
		list[i] = login.Location(p)
	}
	return append(list, deniedLocations()...)
}

// locationSource names the database under the list.
func (s *Server) locationSource() string { return SourceText(s.cfg.GeoIP.Description()) }

// SourceText names a location database in a few words.
func SourceText(d geoip.Description) string {
	if d.Source == "built-in" {
		return fmt.Sprintf("the built-in database (%d cities)", len(geoip.Cities()))
	}
	return d.Source
}
