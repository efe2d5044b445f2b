package geoip

import "net/netip"

// City is one row of the built-in database.
type City struct {
	Name            string // as in the record, UTF-8; empty for the row that knows only its country
	SubdivisionCode string // ISO 3166-2 without the country; empty where a country has none
	SubdivisionName string
	CountryCode     string // ISO 3166-1 alpha-2
	CountryName     string
	ContinentCode   string
	ContinentName   string
	Lat, Lon        float64 // degrees
	Zone            string  // IANA time zone
	Net4            netip.Prefix
	Net6            netip.Prefix
	Addr            netip.Addr // first usable address of Net4
}

// Label is how a list shows the city: "Georgetown, US".
func (c City) Label() string { return label(c.Name, c.CountryCode) }

func label(city, country string) string {
	if city == "" {
		return country
	}
	return city + ", " + country
}

// Addresses that the built-in database answers in a special way.
const (
	countryOnlySlot = 46 // known to be in a country, no city: 203.0.113.224/28
	unknownSlot     = 47 // no record at all: 203.0.113.240/28
)

// BuiltinCities is how many cities the built-in database knows.
const BuiltinCities = len(table)

// Cities returns the cities of the built-in database, each with the
// documentation networks it has there. The first is a good default for a first
// login. The slice is the caller's.
func Cities() []City {
	nations := countries()
	cities := make([]City, len(table))
	for i, r := range table {
		nation := nations[r.country]
		cities[i] = City{
			Name:            r.name,
			SubdivisionCode: r.subdivision,
			SubdivisionName: r.subdivisionName,
			CountryCode:     r.country,
			CountryName:     nation.name,
			ContinentCode:   nation.continent,
			ContinentName:   continentName(nation.continent),
			Lat:             r.lat,
			Lon:             r.lon,
			Zone:            r.zone,
			Net4:            net4(i),
			Net6:            net6(i),
			Addr:            net4(i).Addr().Next(),
		}
	}
	return cities
}

// CountryOnly returns the row of the built-in database whose country is known
// and whose city, place and time zone are not, as happens with real ones.
func CountryOnly() City {
	nation := countries()["IS"]
	return City{
		CountryCode:   "IS",
		CountryName:   nation.name,
		ContinentCode: nation.continent,
		ContinentName: continentName(nation.continent),
		Net4:          net4(countryOnlySlot),
		Net6:          net6(countryOnlySlot),
		Addr:          net4(countryOnlySlot).Addr().Next(),
	}
}

// Unmapped returns the documentation network that the built-in database has no
// record for, to show what a login from an unknown address is like.
func Unmapped() netip.Prefix { return net4(unknownSlot) }

// net4 is the /28 of a slot in the three blocks of RFC 5737, 16 in each.
func net4(slot int) netip.Prefix {
	blocks := [...][3]byte{{192, 0, 2}, {198, 51, 100}, {203, 0, 113}}
	b := blocks[slot/16]
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{b[0], b[1], b[2], byte(slot%16) * 16}), 28)
}

// net6 is the /48 of a slot in the block of RFC 3849: 2001:db8:1:: for the
// first, so that 2001:db8:: itself, which people type by hand, stays unknown.
func net6(slot int) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, 5: byte(slot + 1)}), 48)
}

type row struct {
	name, subdivision, subdivisionName, country string
	lat, lon                                    float64
	zone                                        string
}

// table lists the cities; a row's position gives it its networks, so add at
// the end of the list or accept that addresses move. Some rows are here for
// what is awkward in them: letters outside ASCII (São Paulo, Bogotá, Zürich,
// Montréal), no subdivision (Singapore), a digit as subdivision (Vienna), half
// and quarter hours (Mumbai, Kathmandu), both sides of the date line (Honolulu,
// Apia), a time zone of another continent (Istanbul).
var table = [...]row{
	{"Georgetown", "TX", "Texas", "US", 30.6333, -97.6772, "America/Chicago"},
	{"New York", "NY", "New York", "US", 40.7143, -74.0060, "America/New_York"},
	{"Chicago", "IL", "Illinois", "US", 41.8500, -87.6500, "America/Chicago"},
	{"Seattle", "WA", "Washington", "US", 47.6062, -122.3321, "America/Los_Angeles"},
	{"San Francisco", "CA", "California", "US", 37.7749, -122.4194, "America/Los_Angeles"},
	{"Honolulu", "HI", "Hawaii", "US", 21.3069, -157.8583, "Pacific/Honolulu"},
	{"Toronto", "ON", "Ontario", "CA", 43.7001, -79.4163, "America/Toronto"},
	{"Montréal", "QC", "Quebec", "CA", 45.5088, -73.5878, "America/Toronto"},
	{"Vancouver", "BC", "British Columbia", "CA", 49.2497, -123.1193, "America/Vancouver"},
	{"Mexico City", "CMX", "Mexico City", "MX", 19.4285, -99.1277, "America/Mexico_City"},
	{"São Paulo", "SP", "São Paulo", "BR", -23.5475, -46.6361, "America/Sao_Paulo"},
	{"Bogotá", "DC", "Bogota D.C.", "CO", 4.6097, -74.0818, "America/Bogota"},
	{"Buenos Aires", "C", "Buenos Aires F.D.", "AR", -34.6131, -58.3772, "America/Argentina/Buenos_Aires"},
	{"Santiago", "RM", "Santiago Metropolitan", "CL", -33.4569, -70.6483, "America/Santiago"},
	{"London", "ENG", "England", "GB", 51.5085, -0.1257, "Europe/London"},
	{"Dublin", "L", "Leinster", "IE", 53.3331, -6.2489, "Europe/Dublin"},
	{"Paris", "IDF", "Île-de-France", "FR", 48.8534, 2.3488, "Europe/Paris"},
	{"Berlin", "BE", "Land Berlin", "DE", 52.5244, 13.4105, "Europe/Berlin"},
	{"Zürich", "ZH", "Zurich", "CH", 47.3667, 8.5500, "Europe/Zurich"},
	{"Vienna", "9", "Vienna", "AT", 48.2085, 16.3721, "Europe/Vienna"},
	{"Amsterdam", "NH", "North Holland", "NL", 52.3740, 4.8897, "Europe/Amsterdam"},
	{"Madrid", "MD", "Madrid", "ES", 40.4165, -3.7026, "Europe/Madrid"},
	{"Lisbon", "11", "Lisbon", "PT", 38.7167, -9.1333, "Europe/Lisbon"},
	{"Rome", "62", "Lazio", "IT", 41.8919, 12.5113, "Europe/Rome"},
	{"Stockholm", "AB", "Stockholm County", "SE", 59.3294, 18.0687, "Europe/Stockholm"},
	{"Helsinki", "18", "Uusimaa", "FI", 60.1695, 24.9354, "Europe/Helsinki"},
	{"Warsaw", "14", "Mazovia", "PL", 52.2298, 21.0118, "Europe/Warsaw"},
	{"Kyiv", "30", "Kyiv City", "UA", 50.4547, 30.5238, "Europe/Kyiv"},
	{"Istanbul", "34", "Istanbul", "TR", 41.0138, 28.9497, "Europe/Istanbul"},
	{"Dubai", "DU", "Dubai", "AE", 25.0657, 55.1713, "Asia/Dubai"},
	{"Mumbai", "MH", "Maharashtra", "IN", 19.0728, 72.8826, "Asia/Kolkata"},
	{"Bengaluru", "KA", "Karnataka", "IN", 12.9719, 77.5937, "Asia/Kolkata"},
	{"Kathmandu", "P3", "Bagmati Province", "NP", 27.7017, 85.3206, "Asia/Kathmandu"},
	{"Singapore", "", "", "SG", 1.2897, 103.8501, "Asia/Singapore"},
	{"Jakarta", "JK", "Jakarta", "ID", -6.2146, 106.8451, "Asia/Jakarta"},
	{"Manila", "00", "Metro Manila", "PH", 14.6042, 120.9822, "Asia/Manila"},
	{"Taipei", "TPE", "Taipei City", "TW", 25.0478, 121.5319, "Asia/Taipei"},
	{"Seoul", "11", "Seoul", "KR", 37.5660, 126.9784, "Asia/Seoul"},
	{"Tokyo", "13", "Tokyo", "JP", 35.6895, 139.6917, "Asia/Tokyo"},
	{"Lagos", "LA", "Lagos", "NG", 6.4541, 3.3947, "Africa/Lagos"},
	{"Nairobi", "30", "Nairobi County", "KE", -1.2833, 36.8167, "Africa/Nairobi"},
	{"Cairo", "C", "Cairo Governorate", "EG", 30.0626, 31.2497, "Africa/Cairo"},
	{"Cape Town", "WC", "Western Cape", "ZA", -33.9258, 18.4232, "Africa/Johannesburg"},
	{"Sydney", "NSW", "New South Wales", "AU", -33.8678, 151.2073, "Australia/Sydney"},
	{"Auckland", "AUK", "Auckland", "NZ", -36.8485, 174.7635, "Pacific/Auckland"},
	{"Apia", "TU", "Tuamasaga", "WS", -13.8333, -171.7667, "Pacific/Apia"},
}

type country struct{ name, continent string }

func countries() map[string]country {
	return map[string]country{
		"AE": {"United Arab Emirates", "AS"}, "AR": {"Argentina", "SA"}, "AT": {"Austria", "EU"},
		"AU": {"Australia", "OC"}, "BR": {"Brazil", "SA"}, "CA": {"Canada", "NA"},
		"CH": {"Switzerland", "EU"}, "CL": {"Chile", "SA"}, "CO": {"Colombia", "SA"},
		"DE": {"Germany", "EU"}, "EG": {"Egypt", "AF"}, "ES": {"Spain", "EU"},
		"FI": {"Finland", "EU"}, "FR": {"France", "EU"}, "GB": {"United Kingdom", "EU"},
		"ID": {"Indonesia", "AS"}, "IE": {"Ireland", "EU"}, "IN": {"India", "AS"},
		"IS": {"Iceland", "EU"}, "IT": {"Italy", "EU"}, "JP": {"Japan", "AS"},
		"KE": {"Kenya", "AF"}, "KR": {"South Korea", "AS"}, "MX": {"Mexico", "NA"},
		"NG": {"Nigeria", "AF"}, "NL": {"The Netherlands", "EU"}, "NP": {"Nepal", "AS"},
		"NZ": {"New Zealand", "OC"}, "PH": {"Philippines", "AS"}, "PL": {"Poland", "EU"},
		"PT": {"Portugal", "EU"}, "SE": {"Sweden", "EU"}, "SG": {"Singapore", "AS"},
		"TR": {"Türkiye", "AS"}, "TW": {"Taiwan", "AS"}, "UA": {"Ukraine", "EU"},
		"US": {"United States", "NA"}, "WS": {"Samoa", "OC"}, "ZA": {"South Africa", "AF"},
	}
}

func continentName(code string) string {
	switch code {
	case "AF":
		return "Africa"
	case "AN":
		return "Antarctica"
	case "AS":
		return "Asia"
	case "EU":
		return "Europe"
	case "NA":
		return "North America"
	case "OC":
		return "Oceania"
	case "SA":
		return "South America"
	}
	return ""
}
