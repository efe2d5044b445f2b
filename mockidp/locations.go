package mockidp

import (
	"fmt"
	"slices"

	"example.com/postlogin/mockidp/geoip"
	"example.com/postlogin/mockidp/login"
)

// locationList is the login page's list and what it was made from.
type locationList struct {
	places []geoip.Location
	list   []login.Location
}

// Locations is the login page's list: addresses that the loaded database knows,
// a good default first. Only the address is submitted there; the city comes from
// the lookup. The list is shared, and made anew when the database is replaced.
func (s *Server) Locations() []login.Location {
	places := s.cfg.GeoIP.Locations()
	if last := s.offered.Load(); last != nil && slices.Equal(last.places, places) {
		return last.list
	}
	denied := deniedLocations()
	list := make([]login.Location, len(places), len(places)+len(denied))
	for i, p := range places {
		list[i] = login.Location(p)
	}
	list = append(list, denied...)
	s.offered.Store(&locationList{places, list})
	return list
}

// locationSource names the database under the list.
func (s *Server) locationSource() string { return SourceText(s.cfg.GeoIP.Description()) }

// SourceText names a location database in a few words.
func SourceText(d geoip.Description) string {
	if d.Source == "built-in" {
		return fmt.Sprintf("the built-in database (%d cities)", geoip.BuiltinCities)
	}
	return d.Source
}
