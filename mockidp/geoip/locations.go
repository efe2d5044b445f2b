package geoip

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/oschwald/maxminddb-golang/v2"
)

// Location is an address that a login page can offer as the place a login
// comes from.
type Location struct {
	Group string // "Americas", "Europe", "Asia", "Africa", "Oceania", "Special"
	Label string // "Georgetown, US"
	Addr  netip.Addr
}

const special = "Special"

// Locations returns addresses that the database in use knows, grouped, a good
// default first. Each label says what Lookup answers, with whichever database.
//
// The built-in database offers its Cities. A user's file knows none of those
// addresses; there a few dozen of its own networks are offered, at most two of
// each country, always the same for the same file.
//
// The last group has addresses of which less is known: a country without a
// city, and nothing at all. The slice is the caller's.
func (d *DB) Locations() []Location { return slices.Clone(d.current.Load().locations) }

// list makes the list of a new database. It returns an error when a record
// can't be read, so it is also the last check before the database is used.
func (l *loaded) list(raw *maxminddb.Reader) ([]Location, error) {
	p := picker{places: l, perCountry: map[string]int{}, labels: map[string]bool{}}
	for _, c := range Cities() {
		if err := p.offer(c.Addr); err != nil {
			return nil, err
		}
	}
	if len(p.cities) == 0 {
		p.limit, p.limitCountry = 40, 2
		if err := p.sample(raw); err != nil {
			return nil, err
		}
		slices.SortStableFunc(p.cities, func(a, b Location) int {
			return cmp.Or(cmp.Compare(groupRank(a.Group), groupRank(b.Group)), cmp.Compare(a.Label, b.Label))
		})
	}
	if err := p.offer(CountryOnly().Addr); err != nil {
		return nil, err
	}
	if p.countryOnly.IsValid() {
		p.cities = append(p.cities, Location{special, "Country known, city not", p.countryOnly})
	}
	unknown := Unmapped().Addr().Next()
	if place, err := l.lookup(unknown); err != nil || place != (Place{}) {
		return p.cities, err
	}
	return append(p.cities, Location{special, "An address the database does not know", unknown}), nil
}

// picker collects locations while addresses are tried.
type picker struct {
	places              *loaded
	limit, limitCountry int // 0: no limit
	cities              []Location
	countryOnly         netip.Addr // first address with a country and no city
	perCountry          map[string]int
	labels              map[string]bool
}

// offer adds addr if the database knows a city there that is not on the list yet.
func (p *picker) offer(addr netip.Addr) error {
	place, err := p.places.lookup(addr)
	if err != nil || place.CountryCode == "" {
		return err
	}
	if place.CityName == "" {
		if !p.countryOnly.IsValid() {
			p.countryOnly = addr
		}
		return nil
	}
	name := label(place.CityName, place.CountryCode)
	if p.labels[name] || p.limitCountry > 0 && p.perCountry[place.CountryCode] >= p.limitCountry {
		return nil
	}
	p.labels[name] = true
	p.perCountry[place.CountryCode]++
	p.cities = append(p.cities, Location{group(place.ContinentCode), name, addr})
	return nil
}

func (p *picker) full() bool { return p.limit > 0 && len(p.cities) >= p.limit }

// sample tries addresses of a database whose networks are not known
// beforehand. A small one is walked through. A large one has a record for
// nearly every address, and walking would take seconds: 4096 addresses spread
// evenly over IPv4 find enough cities, in an order that mixes the registries'
// regions, in about 10 ms.
func (p *picker) sample(raw *maxminddb.Reader) error {
	const small = 50_000 // nodes
	if raw.Metadata.NodeCount <= small {
		for network := range raw.Networks() {
			if err := network.Err(); err != nil {
				return err
			}
			if err := p.offer(firstUsable(network.Prefix())); err != nil || p.full() {
				return err
			}
		}
		return nil
	}
	const tries, coprime = 4096, 1597 // visits every slot once, far apart
	for i := range tries {
		slot := i * coprime % tries
		addr := netip.AddrFrom4([4]byte{byte(slot >> 4), byte(slot<<4) + 8, 8, 8})
		if err := p.offer(addr); err != nil || p.full() {
			return err
		}
	}
	return nil
}

func firstUsable(network netip.Prefix) netip.Addr {
	if network.IsSingleIP() {
		return network.Addr()
	}
	return network.Addr().Next()
}

func groups() []string {
	return []string{"Americas", "Europe", "Asia", "Africa", "Oceania", "Elsewhere"}
}

func groupRank(name string) int { return slices.Index(groups(), name) }

func group(continent string) string {
	switch continent {
	case "NA", "SA":
		return "Americas"
	case "EU", "AS", "AF", "OC":
		return continentName(continent)
	}
	return "Elsewhere"
}
