package geoip_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/postlogin/mockidp/geoip"
)

func TestOpenRefusesInOneLineThatNamesTheFile(t *testing.T) {
	sound := oneCity(t, "London")
	// The 16 zero bytes between search tree and data: no lookup comes by there.
	damaged := bytes.Clone(sound)
	damaged[bytes.LastIndex(sound, make([]byte, 16))] = 1
	const acceptedTypes = "GeoLite2-City, GeoIP2-City, GeoIP2-Enterprise, DBIP-City-Lite, DBIP-Location"
	tests := []struct {
		name string
		data []byte
		want []string
	}{
		{"an empty file", nil, []string{"is empty"}},
		{"text", []byte("network,city\n81.2.69.0/24,London\n"), []string{"no MaxMind database", acceptedTypes}},
		{"the first half", sound[:len(sound)/2], []string{"cut off"}},
		{"without the last byte", sound[:len(sound)-1], []string{"cut off"}},
		{"a damaged place that lookups do not read", damaged, []string{"damaged"}},
		{"a gzip file", []byte("\x1f\x8b\x08\x00rest"), []string{"gzip", "unpack", ".mmdb"}},
		{"a zip file", []byte("PK\x03\x04rest"), []string{"zip", "unpack"}},
		{"a type nobody knows", makeDB(t, "Workshop-City", nil), []string{`"Workshop-City"`, acceptedTypes}},
		{"a database of networks", makeDB(t, "GeoLite2-ASN", nil), []string{`"GeoLite2-ASN"`, acceptedTypes}},
		{"a flat table for IPv4", makeDB(t, "city ipv4", nil), []string{`"city ipv4"`, "flat table", "ip-location-db", "DBIP-City-Lite"}},
		{"a flat table for IPv6", makeDB(t, "city ipv6", nil), []string{`"city ipv6"`, "flat table"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, t.TempDir(), "mine.mmdb", tt.data)
			checkRefusal(t, path, tt.want...)
		})
	}
	t.Run("no file", func(t *testing.T) {
		checkRefusal(t, filepath.Join(t.TempDir(), "none.mmdb"), "no such file")
	})
	t.Run("a directory", func(t *testing.T) {
		checkRefusal(t, t.TempDir(), "directory", "name the .mmdb file")
	})
	t.Run("a device", func(t *testing.T) {
		checkRefusal(t, os.DevNull, "not a regular file")
	})
}

func checkRefusal(t *testing.T, path string, want ...string) {
	t.Helper()
	db, err := geoip.Open(geoip.Config{Path: path})
	if err == nil || db != nil {
		t.Fatalf("Open = %v, %v, want an error and no database", db, err)
	}
	got := err.Error()
	if strings.Contains(got, "\n") || strings.Count(got, path) != 1 {
		t.Errorf("%q: want one line that names the file once", got)
	}
	for _, phrase := range want {
		if !strings.Contains(got, phrase) {
			t.Errorf("%q does not say %q", got, phrase)
		}
	}
}

func TestDescriptionCreditsAndWarns(t *testing.T) {
	const made = "made by a test"
	tests := []struct {
		name, databaseType string
		age                time.Duration
		attribution, url   string
		warnings           string
	}{
		{"GeoLite2", "GeoLite2-City", 30 * 24 * time.Hour, "This product includes GeoLite2 Data created by MaxMind, available from https://www.maxmind.com.", "https://www.maxmind.com", ""},
		{"DB-IP", "DBIP-City-Lite", time.Hour, "IP Geolocation by DB-IP, https://db-ip.com.", "https://db-ip.com", ""},
		{"a bought one needs no credit", "GeoIP2-City", time.Hour, "", "", ""},
		{"an old one", "GeoIP2-City", 31*24*time.Hour + time.Minute, "", "", "This database is 31 days old (built 2026-10-01): get a newer one."},
		{"countries only", "GeoIP2-Country", time.Hour, "", "", "This database knows countries only: there will be no city."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, t.TempDir(), "mine.mmdb", makeDB(t, tt.databaseType, nil))
			now := func() time.Time { return built.Add(tt.age) }
			d := open(t, geoip.Config{Path: path, Now: now}).Description()
			if d.Source != path || d.Type != tt.databaseType || d.Text != made || !d.Built.Equal(built) || d.Nodes == 0 || d.ReloadError != "" {
				t.Errorf("description = %+v", d)
			}
			if d.Attribution != tt.attribution || d.AttributionURL != tt.url {
				t.Errorf("attribution = %q, %q", d.Attribution, d.AttributionURL)
			}
			if got := strings.Join(d.Warnings, "; "); got != tt.warnings {
				t.Errorf("warnings = %q, want %q", got, tt.warnings)
			}
		})
	}
}

func TestTheBuiltInDatabaseClaimsNobodysData(t *testing.T) {
	in30Years := func() time.Time { return built.AddDate(30, 0, 0) }
	d := open(t, geoip.Config{Now: in30Years}).Description()
	if d.Source != "built-in" || !strings.Contains(d.Text, "Synthetic") || d.Attribution != "" || len(d.Warnings) != 0 {
		t.Errorf("description = %+v", d)
	}
}

func TestAFileCutAtAnyLengthIsRefused(t *testing.T) {
	sound := oneCity(t, "London")
	dir := t.TempDir()
	for n := range sound {
		if _, err := geoip.Open(geoip.Config{Path: write(t, dir, "cut.mmdb", sound[:n])}); err == nil {
			t.Fatalf("the first %d of %d bytes are accepted", n, len(sound))
		}
	}
}

// One wrong bit may give a wrong answer, as the format has no checksum. It must
// not panic, and what it answers must still fit into a token.
func TestASingleWrongBitNeverPanics(t *testing.T) {
	sound := oneCity(t, "London")
	random := rand.New(rand.NewPCG(1, 2))
	dir := t.TempDir()
	refused := 0
	for range 1000 {
		bad := bytes.Clone(sound)
		bad[random.IntN(len(bad))] ^= 1 << random.IntN(8)
		if !useDamaged(t, dir, bad) {
			refused++
		}
	}
	if refused < 300 {
		t.Errorf("%d of 1000 damaged files were refused: the check at opening is gone", refused)
	}
}

func FuzzDamagedFile(f *testing.F) {
	sound := oneCity(f, "London")
	f.Add(0, []byte{1}, len(sound))
	f.Add(len(sound)/2, []byte{0xff, 0xff, 0xff, 0xff}, len(sound))
	f.Add(len(sound)-40, []byte("x"), len(sound)-1)
	f.Fuzz(func(t *testing.T, at int, flips []byte, size int) {
		bad := bytes.Clone(sound)
		for i, b := range flips {
			if at >= 0 && at < len(bad)-i {
				bad[at+i] ^= b
			}
		}
		useDamaged(t, t.TempDir(), bad[:max(0, min(size, len(bad)))])
	})
}

// useDamaged opens data and, if it is accepted, looks up addresses in it.
func useDamaged(t *testing.T, dir string, data []byte) (accepted bool) {
	t.Helper()
	db, err := geoip.Open(geoip.Config{Path: write(t, dir, "bad.mmdb", data)})
	if err != nil {
		return false
	}
	for _, addr := range []netip.Addr{inOneCity, netip.MustParseAddr("8.8.8.8"), netip.MustParseAddr("2001:db8::1")} {
		place, err := db.Lookup(addr)
		if err != nil {
			continue
		}
		if _, err := json.Marshal(place); err != nil {
			t.Errorf("%+v does not fit into a token: %v", place, err)
		}
	}
	db.Description()
	return true
}
