package mockidp

import (
	"cmp"
	"math"
	"net/netip"
	"time"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/geoip"
	"example.com/postlogin/mockidp/login"
	"example.com/postlogin/mockidp/provider"
	"example.com/postlogin/mockidp/store"
)

// The confidences of a risk assessment: high means that the user is trusted.
const (
	confidenceLow     = "low"
	confidenceMedium  = "medium"
	confidenceHigh    = "high"
	confidenceNeutral = "neutral"
)

// riskHistory is how many earlier logins are looked at.
const riskHistory = 10

// A denied network stands for one that a list of bad addresses holds. The
// networks are ranges for documentation (RFC 5737) that the built-in database
// places in a city; lists and categories have the names of FireHOL's.
type deniedNetwork struct {
	network  netip.Prefix
	label    string // on the login page
	source   string
	category string
}

var deniedNetworks = [...]deniedNetwork{
	{netip.MustParsePrefix("198.51.100.72/29"), "Anonymous network (Tor exit)", "tor-exits", "anonymizers"},
	{netip.MustParsePrefix("192.0.2.248/29"), "Data centre", "datacenters", "organizations"},
}

// deniedLocations are the denied networks as the login page offers them.
func deniedLocations() []login.Location {
	var list []login.Location
	for _, d := range deniedNetworks {
		list = append(list, login.Location{Group: login.SpecialGroup, Label: d.label, Addr: d.network.Addr().Next()})
	}
	return list
}

// riskAssessment is what Adaptive MFA would say of the login, from the address,
// the browser and the user's earlier logins. Real tenants fill it only with
// Adaptive MFA on; here it is always there, because Actions that read it do so
// without a check (Auth0: "Adaptive MFA").
//
// earlier holds the user's logins before this one, the newest first.
func riskAssessment(l provider.Login, here geoip.Place, earlier []*store.Login) *actions.RiskAssessment {
	a := actions.Assessments{
		UntrustedIP:      untrustedIP(l.IP),
		NewDevice:        newDevice(l, earlier),
		ImpossibleTravel: impossibleTravel(l, here, earlier),
	}
	return &actions.RiskAssessment{Version: "1", Assessments: a, Confidence: lowest(a.UntrustedIP, a.NewDevice, a.ImpossibleTravel)}
}

// lowest is the whole verdict: a chain is as strong as its weakest link, and
// what could not be assessed says nothing.
func lowest(all ...*actions.Assessment) string {
	rank := map[string]int{confidenceLow: 1, confidenceMedium: 2, confidenceHigh: 3}
	verdict := confidenceNeutral
	for _, a := range all {
		if n := rank[a.Confidence]; n > 0 && n < cmp.Or(rank[verdict], len(rank)+1) {
			verdict = a.Confidence
		}
	}
	return verdict
}

func untrustedIP(ip netip.Addr) *actions.Assessment {
	if !ip.IsValid() {
		return &actions.Assessment{Confidence: confidenceNeutral, Code: "invalid_ip_address"}
	}
	for _, d := range deniedNetworks {
		if d.network.Contains(ip.Unmap()) {
			return &actions.Assessment{Confidence: confidenceLow, Code: "found_on_deny_list", Details: map[string]string{
				"ip": ip.String(), "matches": d.network.String(), "source": d.source, "category": d.category,
			}}
		}
	}
	return &actions.Assessment{Confidence: confidenceHigh, Code: "not_found_on_deny_list"}
}

// newDevice tells devices apart by what this provider sees of them: the
// browser's name, and the address it comes from.
func newDevice(l provider.Login, earlier []*store.Login) *actions.Assessment {
	a := &actions.Assessment{Confidence: confidenceLow, Code: "no_match", Details: map[string]string{"device": "unknown", "useragent": "unknown"}}
	if len(earlier) == 0 {
		a.Code = "initial_login"
		return a
	}
	for _, e := range earlier {
		if e.UserAgent != l.UserAgent || l.UserAgent == "" {
			continue
		}
		a.Details["useragent"] = "known"
		if e.IP == l.IP {
			a.Details["device"] = "known"
		}
	}
	switch {
	case a.Details["device"] == "known":
		a.Confidence, a.Code = confidenceHigh, "match"
	case a.Details["useragent"] == "known":
		a.Confidence, a.Code = confidenceMedium, "partial_match"
	}
	return a
}

// Speeds in km/h that travelling by car and by airliner do not exceed, and the
// distance in km within which two places are as good as one: locations of
// addresses are no better than that.
const (
	sameArea    = 100
	groundSpeed = 150
	flightSpeed = 1000
)

func impossibleTravel(l provider.Login, here geoip.Place, earlier []*store.Login) *actions.Assessment {
	if len(earlier) == 0 {
		return &actions.Assessment{Confidence: confidenceHigh, Code: "initial_login"}
	}
	for _, d := range deniedNetworks {
		if d.category == "anonymizers" && d.network.Contains(l.IP.Unmap()) {
			return &actions.Assessment{Confidence: confidenceLow, Code: "anonymous_proxy"}
		}
	}
	if here.Latitude == nil || here.Longitude == nil {
		return &actions.Assessment{Confidence: confidenceNeutral, Code: "missing_geoip"}
	}
	last := lastKnown(earlier)
	if last == nil {
		return &actions.Assessment{Confidence: confidenceNeutral, Code: "location_history_not_found"}
	}
	km := distance(*last.Place.Latitude, *last.Place.Longitude, *here.Latitude, *here.Longitude)
	code, confidence := travel(km, l.At.Sub(last.At))
	return &actions.Assessment{Confidence: confidence, Code: code}
}

// lastKnown is the newest login whose place is known.
func lastKnown(earlier []*store.Login) *store.Login {
	for _, e := range earlier {
		if e.Place.Latitude != nil && e.Place.Longitude != nil {
			return e
		}
	}
	return nil
}

func travel(km float64, took time.Duration) (code, confidence string) {
	if km <= sameArea {
		return "minimal_travel_from_last_login", confidenceHigh
	}
	speed := km / max(took.Hours(), 1.0/3600) // two logins in one second are no division by zero
	switch {
	case speed <= groundSpeed:
		return "travel_from_last_login", confidenceHigh
	case speed <= flightSpeed:
		return "substantial_travel_from_last_login", confidenceMedium
	}
	return "impossible_travel_from_last_login", confidenceLow
}

// distance is the great-circle distance in km of two points given in degrees
// (haversine formula, mean radius of the Earth).
func distance(lat1, lon1, lat2, lon2 float64) float64 {
	const radius, degree = 6371, math.Pi / 180
	sinLat, sinLon := math.Sin((lat2-lat1)*degree/2), math.Sin((lon2-lon1)*degree/2)
	h := sinLat*sinLat + math.Cos(lat1*degree)*math.Cos(lat2*degree)*sinLon*sinLon
	return 2 * radius * math.Asin(math.Min(1, math.Sqrt(h)))
}

// earlierLogins are the user's logins before the one in progress, the newest first.
func earlierLogins(logins []*store.Login, loginID string) []*store.Login {
	for i, e := range logins {
		if e.ID == loginID {
			return logins[i+1:]
		}
	}
	return logins
}
