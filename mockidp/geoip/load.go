package geoip

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"net/netip"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/oschwald/geoip2-golang/v2"
	"github.com/oschwald/maxminddb-golang/v2"
)

// maxFileBytes refuses what can't be a city database before it fills the
// memory; the largest one sold is well below 300 MB.
const maxFileBytes = 1 << 30

const accepted = "accepted are city databases in MaxMind's format (GeoLite2-City, GeoIP2-City, GeoIP2-Enterprise, " +
	"DBIP-City-Lite, DBIP-Location) and country databases, which know no cities"

// loaded is one database in memory. It is not changed after parse, except for failed.
type loaded struct {
	cities    *geoip2.Reader
	meta      maxminddb.Metadata
	locations []Location
	failed    atomic.Bool // a lookup in it has failed
}

func (l *loaded) lookup(addr netip.Addr) (Place, error) {
	addr = addr.Unmap()
	if !addr.IsValid() || addr.Is6() && l.meta.IPVersion == 4 {
		return Place{}, nil // the library calls an IPv6 address in an IPv4 file an error
	}
	city, err := l.cities.City(addr)
	if err != nil {
		return Place{}, err
	}
	return placeOf(city), nil
}

// A state is what a file was like when it was read.
type state struct {
	info fs.FileInfo // from before the reading; nil when it was missing
	at   time.Time   // of the look
	sum  [sha256.Size]byte
}

// settled is how old a change must be for the next one to have another time: most
// file systems count time in steps of some milliseconds, FAT in steps of two seconds.
const settled = 2 * time.Second

// like reports whether a file with this info seems to be the one of s. sure is false
// where it may have changed all the same, because it had just been written when it was
// read.
func (s state) like(info fs.FileInfo) (like, sure bool) {
	like = s.info != nil && os.SameFile(s.info, info) && s.info.Size() == info.Size() && s.info.ModTime().Equal(info.ModTime())
	return like, like && s.at.Sub(info.ModTime()).Abs() > settled
}

// read loads the file at path and returns it with the file's state, the latter also
// with an error. Every error names the file.
//
// The file is copied into memory and never mapped: truncating a mapped file,
// as cp does with its target, kills the process by SIGBUS, which Go can't
// recover from. The collector frees the bytes when the last lookup has ended.
func read(path string) (*loaded, state, error) {
	s := state{at: time.Now()}
	data, info, err := readFile(path)
	if err == nil {
		s.info, s.sum = info, sha256.Sum256(data)
		var l *loaded
		if l, err = parse(data); err == nil {
			return l, s, nil
		}
	}
	return nil, s, fmt.Errorf("location database %s: %w", path, err)
}

func readFile(path string) ([]byte, fs.FileInfo, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, errors.New("there is no such file")
	case err != nil:
		return nil, nil, bare(err)
	case info.IsDir():
		return nil, nil, errors.New("this is a directory; name the .mmdb file in it")
	case !info.Mode().IsRegular():
		return nil, nil, errors.New("this is not a regular file") // reading a pipe would never end
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, bare(err)
	}
	defer file.Close() // opened for reading: nothing can be lost here
	data := bytes.NewBuffer(make([]byte, 0, min(info.Size(), maxFileBytes)+bytes.MinRead))
	if _, err := data.ReadFrom(io.LimitReader(file, maxFileBytes+1)); err != nil {
		return nil, nil, bare(err)
	}
	if data.Len() > maxFileBytes {
		return nil, nil, fmt.Errorf("the file is larger than %d bytes; %s", maxFileBytes, accepted)
	}
	return data.Bytes(), info, nil
}

// bare drops the path from an error of package os; read names it already.
func bare(err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err
	}
	return err
}

// parse opens and checks a database. Verify walks the whole file (about 20 ms
// per MB): it finds what opening does not, most bit errors among them. Listing
// the locations then reads real records through the same door as a login.
func parse(data []byte) (*loaded, error) {
	if err := notPacked(data); err != nil {
		return nil, err
	}
	raw, err := maxminddb.OpenBytes(data)
	if err != nil {
		return nil, fmt.Errorf("this is no MaxMind database, or the file is cut off or damaged (%w); %s", err, accepted)
	}
	cities, err := geoip2.OpenBytes(data)
	if err != nil {
		return nil, wrongType(raw.Metadata.DatabaseType)
	}
	// The library opens databases of networks and companies too; they have
	// no city records.
	if _, err := cities.City(netip.IPv4Unspecified()); isWrongMethod(err) {
		return nil, wrongType(raw.Metadata.DatabaseType)
	}
	if err := raw.Verify(); err != nil {
		return nil, fmt.Errorf("the file is damaged: %w", err)
	}
	l := &loaded{cities: cities, meta: raw.Metadata}
	if l.locations, err = l.list(raw); err != nil {
		return nil, fmt.Errorf("the file is damaged: %w", err)
	}
	return l, nil
}

func isWrongMethod(err error) bool {
	_, ok := errors.AsType[geoip2.InvalidMethodError](err)
	return ok
}

// notPacked recognises the forms in which databases are downloaded.
func notPacked(data []byte) error {
	switch {
	case len(data) == 0:
		return errors.New("the file is empty")
	case bytes.HasPrefix(data, []byte("\x1f\x8b")):
		return errors.New("this is a gzip file; unpack it (tar -xzf for .tar.gz, gunzip for .gz) and name the .mmdb file")
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return errors.New("this is a zip file; unpack it and name the .mmdb file")
	}
	return nil
}

func wrongType(found string) error {
	// ip-location-db calls its types "city ipv4" and "city ipv6"; a record
	// there is one flat table row with neither country name nor continent.
	if strings.HasSuffix(found, " ipv4") || strings.HasSuffix(found, " ipv6") {
		return fmt.Errorf("its type is %q: this is a flat table as ip-location-db publishes them, without country names and continents; "+
			"take the original GeoLite2-City or DBIP-City-Lite file it was made from", found)
	}
	return fmt.Errorf("its type is %q; %s", found, accepted)
}

func attribution(databaseType string) (text, url string) {
	switch {
	case strings.HasPrefix(databaseType, "GeoLite2"):
		return "This product includes GeoLite2 Data created by MaxMind, available from https://www.maxmind.com.", "https://www.maxmind.com"
	case strings.HasPrefix(databaseType, "DBIP"):
		return "IP Geolocation by DB-IP, https://db-ip.com.", "https://db-ip.com"
	}
	return "", ""
}

// staleAfter is how long a published location database is good: providers
// bring out a new one at least monthly, and the GeoLite2 licence wants old ones
// destroyed within 30 days of a new release.
const staleAfter = 30 * 24 * time.Hour

func warnings(databaseType string, built, now time.Time) []string {
	var list []string
	if strings.Contains(databaseType, "Country") {
		list = append(list, "This database knows countries only: there will be no city.")
	}
	if age := now.Sub(built); age > staleAfter {
		list = append(list, fmt.Sprintf("This database is %d days old (built %s): get a newer one.",
			int(math.Floor(age.Hours()/24)), built.Format(time.DateOnly)))
	}
	return list
}
