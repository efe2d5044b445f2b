package geoip_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"os"
	"testing"

	"github.com/maxmind/mmdbwriter/mmdbtype"

	"example.com/postlogin/mockidp/geoip"
)

func TestPlaceIsAuth0sGeoipObject(t *testing.T) {
	names := func(s string) mmdbtype.Map {
		return mmdbtype.Map{"en": mmdbtype.String(s), "de": mmdbtype.String("falsch")}
	}
	other := openBytes(t, makeDB(t, "GeoIP2-Enterprise", map[string]record{
		"1.0.0.0/24": {"location": mmdbtype.Map{"latitude": mmdbtype.Float64(0), "longitude": mmdbtype.Float64(0)}},
		"1.0.1.0/24": {"location": mmdbtype.Map{"latitude": mmdbtype.Float64(math.NaN()), "longitude": mmdbtype.Float64(9)}},
		"1.0.2.0/24": {"location": mmdbtype.Map{"latitude": mmdbtype.Float64(51), "longitude": mmdbtype.Float64(math.Inf(1))}},
		"1.0.3.0/24": {"registered_country": mmdbtype.Map{"iso_code": mmdbtype.String("US"), "names": names("United States")}},
		"1.0.4.0/24": {"country": mmdbtype.Map{"iso_code": mmdbtype.String("EU")}},
		"1.0.5.0/24": {"country": mmdbtype.Map{"iso_code": mmdbtype.String("XK"), "names": names("Kosovo")}},
		"1.0.6.0/24": {"continent": mmdbtype.Map{"code": mmdbtype.String("AN")}},
		"1.0.7.0/24": {"subdivisions": mmdbtype.Slice{
			mmdbtype.Map{"iso_code": mmdbtype.String("ENG"), "names": names("England")},
			mmdbtype.Map{"iso_code": mmdbtype.String("WBK"), "names": names("West Berkshire")},
		}},
	}))
	builtIn := open(t, geoip.Config{})
	tests := []struct {
		name string
		db   *geoip.DB
		addr string
		want string
	}{
		{"everything known", builtIn, "192.0.2.1", `{"cityName":"Georgetown","continentCode":"NA","countryCode":"US","countryCode3":"USA","countryName":"United States","latitude":30.6333,"longitude":-97.6772,"subdivisionCode":"TX","subdivisionName":"Texas","timeZone":"America/Chicago"}`},
		{"letters outside ASCII", builtIn, "192.0.2.161", `{"cityName":"São Paulo","continentCode":"SA","countryCode":"BR","countryCode3":"BRA","countryName":"Brazil","latitude":-23.5475,"longitude":-46.6361,"subdivisionCode":"SP","subdivisionName":"São Paulo","timeZone":"America/Sao_Paulo"}`},
		{"no subdivision", builtIn, "203.0.113.17", `{"cityName":"Singapore","continentCode":"AS","countryCode":"SG","countryCode3":"SGP","countryName":"Singapore","latitude":1.2897,"longitude":103.8501,"timeZone":"Asia/Singapore"}`},
		{"country only", builtIn, "203.0.113.225", `{"continentCode":"EU","countryCode":"IS","countryCode3":"ISL","countryName":"Iceland"}`},
		{"zero degrees are a place", other, "1.0.0.1", `{"latitude":0,"longitude":0}`},
		{"not a number is no place", other, "1.0.1.1", `{}`},
		{"infinity is no place", other, "1.0.2.1", `{}`},
		{"the registered country is not the country", other, "1.0.3.1", `{}`},
		{"a union of countries has no three-letter code", other, "1.0.4.1", `{"countryCode":"EU"}`},
		{"a user-assigned country code", other, "1.0.5.1", `{"countryCode":"XK","countryCode3":"XKK","countryName":"Kosovo"}`},
		{"continent only", other, "1.0.6.1", `{"continentCode":"AN"}`},
		{"the largest subdivision counts", other, "1.0.7.1", `{"subdivisionCode":"ENG","subdivisionName":"England"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := json.Marshal(lookup(t, tt.db, tt.addr))
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != tt.want {
				t.Errorf("geoip of %s\n got %s\nwant %s", tt.addr, got, tt.want)
			}
		})
	}
}

func TestAddressesWithoutAPlaceGiveTheZeroPlace(t *testing.T) {
	db := open(t, geoip.Config{})
	for _, addr := range []string{
		"127.0.0.1", "::1", "10.0.0.1", "172.18.0.1", "192.168.1.5", "100.64.0.1", "fe80::1", "fe80::1%eth0", "fd00::1",
		"0.0.0.0", "::", "8.8.8.8", "255.255.255.255", "198.18.0.1", "203.0.113.241", "2001:db8::1", "2001:db8:30::1",
	} {
		if got := lookup(t, db, addr); got != (geoip.Place{}) {
			t.Errorf("Lookup(%s) = %+v, want nothing", addr, got)
		}
	}
	if got, err := db.Lookup(netip.Addr{}); err != nil || got != (geoip.Place{}) {
		t.Errorf("Lookup of no address = %+v, %v, want nothing", got, err)
	}
}

func TestFormsOfOneAddressGiveOnePlace(t *testing.T) {
	db := open(t, geoip.Config{})
	for _, addr := range []string{"192.0.2.1", "::ffff:192.0.2.1", "::ffff:192.0.2.1%eth0", "2001:db8:1::7", "2001:db8:1::7%eth0"} {
		if got := lookup(t, db, addr).CityName; got != "Georgetown" {
			t.Errorf("city of %s = %q, want Georgetown", addr, got)
		}
	}
}

func TestAnIPv4FileKnowsNothingOfIPv6(t *testing.T) {
	db := openBytes(t, makeVersionedDB(t, "GeoLite2-City", 4, map[string]record{"81.2.69.0/24": inCity("London", "GB")}))
	for addr, want := range map[string]string{"81.2.69.142": "London", "::ffff:81.2.69.142": "London", "::1": "", "2a02:d500::1": ""} {
		if got := lookup(t, db, addr).CityName; got != want {
			t.Errorf("city of %s = %q, want %q", addr, got, want)
		}
	}
}

// The file comes from MaxMind's own tests: it shows that a user's database
// works, which our own writer can't.
func TestADatabaseThatOthersMade(t *testing.T) {
	const path = "../../../shared/data/GeoIP2-City-Test.mmdb"
	if _, err := os.Stat(path); err != nil {
		t.Skipf("MaxMind's test database is not beside this checkout: %v", err)
	}
	db := open(t, geoip.Config{Path: path})
	tests := []struct{ addr, city, country, country3, subdivision, zone string }{
		{"81.2.69.142", "London", "GB", "GBR", "ENG", "Europe/London"},
		{"2.125.160.216", "Boxford", "GB", "GBR", "ENG", "Europe/London"},
		{"89.160.20.112", "Linköping", "SE", "SWE", "E", "Europe/Stockholm"},
		{"216.160.83.56", "Milton", "US", "USA", "WA", "America/Los_Angeles"},
		{"175.16.199.1", "Changchun", "CN", "CHN", "22", "Asia/Harbin"},
		{"2001:480:10::1", "San Diego", "US", "USA", "CA", "America/Los_Angeles"},
		{"2001:218::1", "", "JP", "JPN", "", "Asia/Tokyo"},
		{"1.2.3.4", "", "", "", "", ""},
	}
	for _, tt := range tests {
		p := lookup(t, db, tt.addr)
		got := fmt.Sprintf("%q", []string{p.CityName, p.CountryCode, p.CountryCode3, p.SubdivisionCode, p.TimeZone})
		want := fmt.Sprintf("%q", []string{tt.city, tt.country, tt.country3, tt.subdivision, tt.zone})
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", tt.addr, got, want)
		}
	}
	offered := map[string]bool{}
	for _, l := range db.Locations() {
		offered[l.Label] = true
	}
	for _, want := range []string{"London, GB", "Linköping, SE", "Changchun, CN", "Country known, city not"} {
		if !offered[want] {
			t.Errorf("%q is not offered; offered are %v", want, offered)
		}
	}
}

func TestADamagedRecordIsToldOnceAsWorthLogging(t *testing.T) {
	networks := map[string]record{"99.0.0.0/24": {"city": mmdbtype.Map{"names": mmdbtype.String("not a map")}}}
	for i := range 40 { // fill the sample, so that the check at opening does not come upon the bad record
		networks[fmt.Sprintf("1.0.%d.0/24", i)] = inCity("Town", fmt.Sprintf("%c%c", 'A'+i/26, 'A'+i%26))
	}
	db := openBytes(t, makeDB(t, "GeoLite2-City", networks))
	for i, wantFirst := range []bool{true, false} {
		place, err := db.Lookup(netip.MustParseAddr("99.0.0.1"))
		lookupErr, ok := errors.AsType[*geoip.LookupError](err)
		if !ok || lookupErr.First != wantFirst {
			t.Fatalf("lookup %d: error %v, want a LookupError with First %v", i+1, err, wantFirst)
		}
		if place != (geoip.Place{}) {
			t.Errorf("place beside an error = %+v, want nothing", place)
		}
	}
	if got := lookup(t, db, "1.0.3.1").CityName; got != "Town" {
		t.Errorf("a sound record in the same file gives %q", got)
	}
}
