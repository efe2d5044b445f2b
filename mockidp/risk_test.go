package mockidp

import (
	"net/netip"
	"testing"
	"time"

	"example.com/postlogin/mockidp/geoip"
	"example.com/postlogin/mockidp/provider"
	"example.com/postlogin/mockidp/store"
)

func at(lat, lon float64) geoip.Place { return geoip.Place{Latitude: &lat, Longitude: &lon} }

func TestRiskAssessment(t *testing.T) {
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	london, paris, tokyo := at(51.5, -0.13), at(48.85, 2.35), at(35.68, 139.69)
	home := netip.MustParseAddr("203.0.113.9")
	before := func(ago time.Duration, agent string, ip netip.Addr, p geoip.Place) *store.Login {
		return &store.Login{ID: "earlier", At: now.Add(-ago), UserAgent: agent, IP: ip, Place: store.Place{Latitude: p.Latitude, Longitude: p.Longitude}}
	}
	type verdict struct{ ip, device, travel, confidence string }
	tests := []struct {
		name    string
		ip      netip.Addr
		here    geoip.Place
		earlier []*store.Login
		want    verdict
	}{
		{"the very first login", home, london, nil,
			verdict{"not_found_on_deny_list", "initial_login", "initial_login", "low"}},
		{"same browser, same place", home, london, []*store.Login{before(time.Hour, "Firefox", home, london)},
			verdict{"not_found_on_deny_list", "match", "minimal_travel_from_last_login", "high"}},
		{"same browser, other address", home, london, []*store.Login{before(time.Hour, "Firefox", netip.MustParseAddr("203.0.113.77"), london)},
			verdict{"not_found_on_deny_list", "partial_match", "minimal_travel_from_last_login", "medium"}},
		{"other browser", home, london, []*store.Login{before(time.Hour, "Safari", home, london)},
			verdict{"not_found_on_deny_list", "no_match", "minimal_travel_from_last_login", "low"}},
		{"a known browser beyond the last login", home, london, []*store.Login{before(time.Hour, "Safari", home, london), before(2*time.Hour, "Firefox", home, london)},
			verdict{"not_found_on_deny_list", "match", "minimal_travel_from_last_login", "high"}},
		{"Paris four hours ago", home, london, []*store.Login{before(4*time.Hour, "Firefox", home, paris)},
			verdict{"not_found_on_deny_list", "match", "travel_from_last_login", "high"}},
		{"Paris an hour ago", home, london, []*store.Login{before(time.Hour, "Firefox", home, paris)},
			verdict{"not_found_on_deny_list", "match", "substantial_travel_from_last_login", "medium"}},
		{"Tokyo an hour ago", home, london, []*store.Login{before(time.Hour, "Firefox", home, tokyo)},
			verdict{"not_found_on_deny_list", "match", "impossible_travel_from_last_login", "low"}},
		{"Tokyo in the same second", home, london, []*store.Login{before(0, "Firefox", home, tokyo)},
			verdict{"not_found_on_deny_list", "match", "impossible_travel_from_last_login", "low"}},
		{"no place now", home, geoip.Place{}, []*store.Login{before(time.Hour, "Firefox", home, tokyo)},
			verdict{"not_found_on_deny_list", "match", "missing_geoip", "high"}},
		{"no place then", home, london, []*store.Login{before(time.Hour, "Firefox", home, geoip.Place{})},
			verdict{"not_found_on_deny_list", "match", "location_history_not_found", "high"}},
		{"an exit of an anonymous network", deniedLocations()[0].Addr, london, []*store.Login{before(time.Hour, "Firefox", home, london)},
			verdict{"found_on_deny_list", "partial_match", "anonymous_proxy", "low"}},
		{"a data centre", deniedLocations()[1].Addr, london, []*store.Login{before(time.Hour, "Firefox", home, london)},
			verdict{"found_on_deny_list", "partial_match", "minimal_travel_from_last_login", "low"}},
		{"no address", netip.Addr{}, geoip.Place{}, []*store.Login{before(time.Hour, "Firefox", home, london)},
			verdict{"invalid_ip_address", "partial_match", "missing_geoip", "medium"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := riskAssessment(provider.Login{IP: tt.ip, UserAgent: "Firefox", At: now}, tt.here, tt.earlier)
			a := r.Assessments
			if got := (verdict{a.UntrustedIP.Code, a.NewDevice.Code, a.ImpossibleTravel.Code, r.Confidence}); got != tt.want {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
			if r.Version != "1" {
				t.Errorf("version %q", r.Version)
			}
		})
	}
}

// An offered address that no assessment denies would teach nothing.
func TestDeniedLocationsAreDeniedAndKnown(t *testing.T) {
	db, err := geoip.Open(geoip.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range deniedLocations() {
		if a := untrustedIP(l.Addr); a.Code != "found_on_deny_list" || a.Details["ip"] != l.Addr.String() {
			t.Errorf("%s (%s): %+v", l.Label, l.Addr, a)
		}
		if p, err := db.Lookup(l.Addr); err != nil || p.CityName == "" {
			t.Errorf("%s (%s): place %+v, %v", l.Label, l.Addr, p, err)
		}
	}
}

func TestEarlierLogins(t *testing.T) {
	all := []*store.Login{{ID: "newer"}, {ID: "this"}, {ID: "older"}}
	if got := earlierLogins(all, "this"); len(got) != 1 || got[0].ID != "older" {
		t.Errorf("before a login in the list: %v", got)
	}
	if got := earlierLogins(all, ""); len(got) != 3 {
		t.Errorf("an authorization that is no login: %v", got)
	}
}
