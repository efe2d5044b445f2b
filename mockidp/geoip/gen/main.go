// Command gen writes the built-in location database and the page that lists it,
// both from geoip.Cities. It is run by go generate in the package's folder and
// is the only program that links a database writer.
package main

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"

	"example.com/postlogin/mockidp/geoip"
)

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// run writes builtin.mmdb and README.md into dir.
func run(dir string) error {
	db, err := database()
	if err != nil {
		return err
	}
	if err := os.WriteFile(dir+"/builtin.mmdb", db, 0o644); err != nil {
		return err
	}
	return os.WriteFile(dir+"/README.md", page(), 0o644)
}

// database builds the file. The same rows give the same bytes: the build time
// is fixed, so move it when the rows change.
func database() ([]byte, error) {
	tree, err := mmdbwriter.New(mmdbwriter.Options{
		BuildEpoch: time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC).Unix(),
		// A reader of city records accepts known types only, so the type
		// must be borrowed; the description says what the file is.
		DatabaseType: "GeoLite2-City",
		Description: map[string]string{
			"en": "Synthetic test data: cities on documentation addresses (RFC 5737, RFC 3849). No GeoLite2 data.",
		},
		Languages:  []string{"en"},
		RecordSize: 24,
		// Documentation addresses are reserved ones.
		IncludeReservedNetworks: true,
	})
	if err != nil {
		return nil, err
	}
	for _, c := range append(geoip.Cities(), geoip.CountryOnly()) {
		for _, network := range []netip.Prefix{c.Net4, c.Net6} {
			if err := tree.Insert(ipNet(network), record(c)); err != nil {
				return nil, fmt.Errorf("%s on %s: %w", c.Label(), network, err)
			}
		}
	}
	var file bytes.Buffer
	if _, err := tree.WriteTo(&file); err != nil {
		return nil, err
	}
	return file.Bytes(), nil
}

func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}

// record has the layout of a GeoIP2 City record, without geoname_id: an
// invented number would look like one of GeoNames' own.
func record(c geoip.City) mmdbtype.Map {
	m := mmdbtype.Map{
		"continent": mmdbtype.Map{"code": mmdbtype.String(c.ContinentCode), "names": names(c.ContinentName)},
		"country":   mmdbtype.Map{"iso_code": mmdbtype.String(c.CountryCode), "names": names(c.CountryName)},
	}
	if c.Name != "" {
		m["city"] = mmdbtype.Map{"names": names(c.Name)}
		m["location"] = mmdbtype.Map{
			"latitude":  mmdbtype.Float64(c.Lat),
			"longitude": mmdbtype.Float64(c.Lon),
			"time_zone": mmdbtype.String(c.Zone),
		}
	}
	if c.SubdivisionCode != "" {
		m["subdivisions"] = mmdbtype.Slice{
			mmdbtype.Map{"iso_code": mmdbtype.String(c.SubdivisionCode), "names": names(c.SubdivisionName)},
		}
	}
	return m
}

func names(english string) mmdbtype.Map { return mmdbtype.Map{"en": mmdbtype.String(english)} }

// page lists the rows for people.
func page() []byte {
	var b strings.Builder
	b.WriteString(`# Built-in locations

<!-- Made by go generate from cities.go. Do not edit. -->

The built-in database knows documentation addresses only (RFC 5737 and RFC 3849), so it says nothing about any real network.
It is made up for this project: it holds no GeoLite2 data. For real addresses give mockidp a city database of your own.

Any address of a network gives the same answer. `)
	fmt.Fprintf(&b, "%s is left out on purpose: it shows what a login from an unknown address is like.\n\n", geoip.Unmapped())
	b.WriteString("| Place | Subdivision | Country | Latitude, longitude | Time zone | IPv4 | IPv6 |\n|---|---|---|---|---|---|---|\n")
	for _, c := range geoip.Cities() {
		fmt.Fprintf(&b, "| %s | %s | %s (%s) | %.4f, %.4f | %s | %s | %s |\n", c.Name,
			strings.TrimSpace(c.SubdivisionName+" "+c.SubdivisionCode), c.CountryName, c.CountryCode, c.Lat, c.Lon, c.Zone, c.Net4, c.Net6)
	}
	c := geoip.CountryOnly()
	fmt.Fprintf(&b, "| (country known, city not) | | %s (%s) | | | %s | %s |\n", c.CountryName, c.CountryCode, c.Net4, c.Net6)
	return []byte(b.String())
}
