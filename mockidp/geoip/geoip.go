package geoip

import (
	"cmp"
	_ "embed"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// builtin is written by gen; nothing changes it at run time.
//
//go:embed builtin.mmdb
var builtin []byte

// Config says which database to use.
type Config struct {
	Path     string           // a file with city records; empty: the built-in database
	Interval time.Duration    // how often Watch looks at the file; default 5 s
	Log      *slog.Logger     // what Watch reports to; default slog.Default()
	Now      func() time.Time // for the age of the file; default time.Now
}

// DB is an open location database. Its methods may be called concurrently.
type DB struct {
	cfg     Config
	current atomic.Pointer[loaded] // never nil; replaced as a whole
	refused atomic.Pointer[string] // why the file as it is now was refused; nil while current is it

	reloading sync.Mutex // held while the file is looked at and read
	seen      state      // of the file when it was last read
}

// Open reads the whole database and checks it. The error is one line for the
// person who named the file: it says which file, what was found in it, and
// which types are accepted. There is no falling back to the built-in database:
// who names a file wants its answers. Open starts nothing; see Watch.
func Open(cfg Config) (*DB, error) {
	cfg.Interval = cmp.Or(cfg.Interval, 5*time.Second)
	cfg.Log = cmp.Or(cfg.Log, slog.Default())
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	db := &DB{cfg: cfg}
	if cfg.Path == "" {
		l, err := parse(builtin)
		if err != nil {
			return nil, fmt.Errorf("built-in location database: %w", err)
		}
		db.current.Store(l)
		return db, nil
	}
	l, seen, err := read(cfg.Path)
	if err != nil {
		return nil, err
	}
	db.current.Store(l)
	db.seen = seen
	return db, nil
}

// Lookup returns what the database knows of addr. An address without a record,
// as every private one is, gives the zero Place and no error, and so does the
// zero Addr. IPv4-mapped IPv6 addresses count as IPv4, and a zone does not count.
//
// An error is a *LookupError: the file is damaged at this record in a way that
// its check did not see. It must cost the location only, never the login.
func (d *DB) Lookup(addr netip.Addr) (Place, error) {
	l := d.current.Load()
	place, err := l.lookup(addr)
	if err != nil {
		first := l.failed.CompareAndSwap(false, true)
		return Place{}, &LookupError{Source: d.source(), Addr: addr, First: first, Err: err}
	}
	return place, nil
}

// LookupError is a record that could not be read.
type LookupError struct {
	Source string // path of the database, or "built-in"
	Addr   netip.Addr
	First  bool // no lookup failed in this file before: log this one and be quiet about the rest
	Err    error
}

func (e *LookupError) Error() string {
	return fmt.Sprintf("location database %s: the record of %s can't be read: %v", e.Source, e.Addr, e.Err)
}

func (e *LookupError) Unwrap() error { return e.Err }

func (d *DB) source() string { return cmp.Or(d.cfg.Path, "built-in") }

// Description is what a person should know of a database.
type Description struct {
	Source         string // path as configured, or "built-in"
	Type           string // "GeoLite2-City"
	Text           string // the file's own English description
	Built          time.Time
	Nodes          uint   // size of the search tree
	Attribution    string // sentence that the data's licence wants shown; empty when there is none
	AttributionURL string
	Warnings       []string // one sentence each: too old, knows no cities
	ReloadError    string   // why the file as it is now was refused; empty while it is in use
}

// Description describes the database in use.
func (d *DB) Description() Description {
	meta := d.current.Load().meta
	desc := Description{
		Source: d.source(),
		Type:   meta.DatabaseType,
		Text:   meta.Description["en"],
		Built:  meta.BuildTime().UTC(),
		Nodes:  meta.NodeCount,
	}
	if d.cfg.Path == "" {
		return desc // made up: nobody to credit, and age does not matter
	}
	desc.Attribution, desc.AttributionURL = attribution(meta.DatabaseType)
	desc.Warnings = warnings(meta.DatabaseType, desc.Built, d.cfg.Now())
	if why := d.refused.Load(); why != nil {
		desc.ReloadError = *why
	}
	return desc
}
