package geoip_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // the machine may have no time zones

	"github.com/maxmind/mmdbwriter/mmdbtype"

	"example.com/postlogin/mockidp/geoip"
)

func TestEachCityOfTheTableIsInTheBuiltInDatabase(t *testing.T) {
	db := open(t, geoip.Config{})
	for _, c := range geoip.Cities() {
		want := geoip.Place{
			CityName: c.Name, ContinentCode: c.ContinentCode, CountryCode: c.CountryCode, CountryName: c.CountryName,
			SubdivisionCode: c.SubdivisionCode, SubdivisionName: c.SubdivisionName, TimeZone: c.Zone,
		}
		for _, addr := range []netip.Addr{c.Addr, c.Net4.Addr(), lastOf(c.Net4), c.Net6.Addr(), lastOf(c.Net6)} {
			got := lookup(t, db, addr.String())
			if got.Latitude == nil || *got.Latitude != c.Lat || got.Longitude == nil || *got.Longitude != c.Lon {
				t.Errorf("coordinates of %s (%s) are wrong: %+v", c.Name, addr, got)
			}
			if len(got.CountryCode3) != 3 {
				t.Errorf("three-letter country of %s = %q", c.Name, got.CountryCode3)
			}
			got.Latitude, got.Longitude, got.CountryCode3 = nil, nil, ""
			if got != want {
				t.Errorf("%s:\n got %+v\nwant %+v", addr, got, want)
			}
		}
	}
}

func TestTheTableIsSound(t *testing.T) {
	cities := geoip.Cities()
	if got := cities[0].Label(); got != "Georgetown, US" {
		t.Errorf("the first city, the default of a first login, is %s", got)
	}
	labels := map[string]bool{}
	for i, c := range cities {
		if labels[c.Label()] {
			t.Errorf("two rows are called %s", c.Label())
		}
		labels[c.Label()] = true
		if c.CountryName == "" || c.ContinentName == "" {
			t.Errorf("%s has no country or continent: %+v", c.Name, c)
		}
		if _, err := time.LoadLocation(c.Zone); err != nil || c.Zone == "" {
			t.Errorf("%s: time zone %q: %v", c.Name, c.Zone, err)
		}
		if !isDocumentation(c.Net4) || !isDocumentation(c.Net6) || !c.Net4.Contains(c.Addr) {
			t.Errorf("%s has addresses outside the documentation blocks: %s %s %s", c.Name, c.Net4, c.Net6, c.Addr)
		}
		for _, other := range append(cities[i+1:], geoip.CountryOnly()) {
			if c.Net4.Overlaps(other.Net4) || c.Net6.Overlaps(other.Net6) {
				t.Errorf("%s and %s share addresses", c.Name, other.Name)
			}
		}
		if c.Net4.Overlaps(geoip.Unmapped()) {
			t.Errorf("%s lies in the network left out", c.Name)
		}
	}
}

// The time of day at the city, counted by the sun, must fit its zone: a mixed
// up sign or a wrong row is off by hours.
func TestCoordinatesFitTimeZones(t *testing.T) {
	january := time.Date(2026, time.January, 15, 12, 0, 0, 0, time.UTC)
	july := january.AddDate(0, 6, 0)
	for _, c := range geoip.Cities() {
		zone, err := time.LoadLocation(c.Zone)
		if err != nil {
			t.Fatal(err)
		}
		_, winter := january.In(zone).Zone()
		_, summer := july.In(zone).Zone()
		standard := float64(min(winter, summer)) / 3600
		off := standard - c.Lon/15
		if off > 12 { // Samoa keeps the date of Asia
			off -= 24
		}
		if off < -1.5 || off > 2 {
			t.Errorf("%s: sun time and %s are %.1f h apart at longitude %.2f", c.Name, c.Zone, off, c.Lon)
		}
	}
}

func TestLocationsOfTheBuiltInDatabase(t *testing.T) {
	db := open(t, geoip.Config{})
	locations := db.Locations()
	if got, want := locations[0], (geoip.Location{Group: "Americas", Label: "Georgetown, US", Addr: netip.MustParseAddr("192.0.2.1")}); got != want {
		t.Errorf("first location = %+v, want %+v", got, want)
	}
	if got, want := len(locations), len(geoip.Cities())+2; got != want {
		t.Fatalf("%d locations, want %d", got, want)
	}
	seen := map[string]bool{}
	group := ""
	for _, l := range locations {
		if l.Group != group && seen[l.Group] {
			t.Errorf("group %s is not in one piece", l.Group)
		}
		group = l.Group
		seen[group] = true
		if p := lookup(t, db, l.Addr.String()); l.Group != "Special" && l.Label != p.CityName+", "+p.CountryCode {
			t.Errorf("%s is offered as %q but is %s", l.Addr, l.Label, p.CityName)
		}
	}
	if len(seen) != 6 {
		t.Errorf("groups are %v, want five parts of the world and Special", seen)
	}
	n := len(locations)
	if got := locations[n-2]; got.Group != "Special" || lookup(t, db, got.Addr.String()).CountryCode != "IS" {
		t.Errorf("%+v: want a country without a city", got)
	}
	if got := locations[n-1]; got.Group != "Special" || lookup(t, db, got.Addr.String()) != (geoip.Place{}) {
		t.Errorf("%+v: want an unknown address", got)
	}
}

func TestCallersOwnWhatTheyGet(t *testing.T) {
	db := open(t, geoip.Config{})
	geoip.Cities()[0].Name = "changed"
	db.Locations()[0].Label = "changed"
	if geoip.Cities()[0].Name == "changed" || db.Locations()[0].Label == "changed" {
		t.Error("a caller's change is seen by the next caller")
	}
}

func lastOf(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	addr, _ := netip.AddrFromSlice(b)
	return addr
}

func isDocumentation(p netip.Prefix) bool {
	for _, block := range []string{"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"} {
		b := netip.MustParsePrefix(block)
		if b.Contains(p.Addr()) && b.Contains(lastOf(p)) {
			return true
		}
	}
	return false
}

// A user's file knows none of our addresses, so its own are offered: few, from
// many countries, and in the order of the page.
func TestLocationsOfALargeFile(t *testing.T) {
	networks := map[string]record{}
	for i := range 30_000 { // enough nodes that the file is not walked through
		network := netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(1 + i/256), byte(i), 8, 0}), 24)
		r := inCity(fmt.Sprintf("Town %d", i), string([]byte{'A' + byte(i/256)%26, 'A' + byte(i/256)/26}))
		r["continent"] = mmdbtype.Map{"code": mmdbtype.String([]string{"AS", "EU", "AF", "SA", "NA", "OC", "AN"}[i%7])}
		networks[network.String()] = r
	}
	db := openBytes(t, makeDB(t, "GeoLite2-City", networks))
	locations := db.Locations()
	cities := locations[:len(locations)-1]
	if len(cities) != 40 {
		t.Fatalf("%d cities are offered, want 40", len(cities))
	}
	order := []string{"Americas", "Europe", "Asia", "Africa", "Oceania", "Elsewhere"}
	perCountry := map[string]int{}
	before := 0
	for _, l := range cities {
		place := lookup(t, db, l.Addr.String())
		if l.Label != place.CityName+", "+place.CountryCode {
			t.Errorf("%s is offered as %q but is %s", l.Addr, l.Label, place.CityName)
		}
		if perCountry[place.CountryCode]++; perCountry[place.CountryCode] > 2 {
			t.Errorf("more than two cities of %s", place.CountryCode)
		}
		rank := slices.Index(order, l.Group)
		if rank < before {
			t.Errorf("group %q comes after %q", l.Group, order[before])
		}
		before = rank
	}
	if last := locations[len(locations)-1]; last.Group != "Special" || lookup(t, db, last.Addr.String()) != (geoip.Place{}) {
		t.Errorf("last location %+v is known", last)
	}
}
