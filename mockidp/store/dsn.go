package store

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// source is a parsed DSN.
type source struct {
	path        string // empty: in memory
	synchronous string // "FULL" or "NORMAL"
}

func (s source) String() string {
	if s.path == "" {
		return "memory:"
	}
	return s.path
}

// parseDSN understands the forms that Open documents; everything else gets an
// error that says what would have been right.
func parseDSN(dsn string) (source, error) {
	src := source{synchronous: "FULL"}
	if dsn == "memory:" {
		return src, nil
	}
	scheme, rest, _ := strings.Cut(dsn, ":")
	switch {
	case scheme == "postgres" || scheme == "postgresql":
		return src, fmt.Errorf("store: PostgreSQL is not supported yet: use file: or memory:")
	case scheme == "memory":
		return src, fmt.Errorf("store: %q: nothing may follow memory:", dsn)
	case scheme != "file" || !strings.HasPrefix(dsn, "file:"):
		return src, fmt.Errorf("store: %q is not a store: want file:PATH, such as file:./mockidp.db, or memory:", dsn)
	}
	path, query, _ := strings.Cut(rest, "?")
	if strings.HasPrefix(path, "///") {
		path = path[2:] // file:///abs/path
	}
	if path == "" || strings.HasPrefix(path, "//") {
		return src, fmt.Errorf("store: %q names no file: want file:PATH, such as file:./mockidp.db", dsn)
	}
	src.path = path
	return src, src.options(query)
}

func (s *source) options(query string) error {
	values, err := url.ParseQuery(query)
	if err != nil {
		return fmt.Errorf("store: options %q: %w", query, err)
	}
	for name, v := range values {
		mode := strings.ToUpper(v[len(v)-1])
		if name != "synchronous" || mode != "FULL" && mode != "NORMAL" {
			return fmt.Errorf("store: unknown option %s=%s: only synchronous=full or synchronous=normal may follow a file", name, v[len(v)-1])
		}
		s.synchronous = mode
	}
	return nil
}

// create makes the file and its directory when they are missing, before SQLite
// would with the umask's rights: the file holds private keys.
func (s source) create() error {
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(s.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// sqlite is the driver's DSN with these pragmas, in order.
func (s source) sqlite(pragmas ...string) string {
	name := ":memory:"
	if s.path != "" {
		// SQLite decodes the path as a URI.
		name = strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(s.path)
	}
	q := make([]string, len(pragmas))
	for i, p := range pragmas {
		q[i] = "_pragma=" + p
	}
	return "file:" + name + "?" + strings.Join(q, "&")
}
