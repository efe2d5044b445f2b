package store

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
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
		return src, errors.New("store: PostgreSQL is not supported yet: use file: or memory: instead")
	case scheme == "memory":
		return src, fmt.Errorf("store: nothing may follow memory: in %q", dsn)
	case scheme != "file" || !strings.HasPrefix(dsn, "file:"):
		return src, fmt.Errorf("store: %q is not a store: want memory: or file:PATH, such as file:./mockidp.db", dsn)
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
	if err := f.Close(); err != nil {
		return err
	}
	// SQLite makes its other two files with the rights of the first; after a crash
	// they may lie there already.
	for _, path := range []string{s.path, s.path + "-wal", s.path + "-shm"} {
		if err := keepToOwner(path); err != nil {
			return err
		}
	}
	return nil
}

// keepToOwner takes the rights of others away from a file that was copied here or
// made by an earlier version, and refuses it where that can't be done.
func keepToOwner(path string) error {
	const others = 0o077
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || info.Mode().Perm()&others == 0 || runtime.GOOS == "windows" { // Windows keeps rights elsewhere
		return err
	}
	err = os.Chmod(path, 0o600)
	if info, again := os.Stat(path); err == nil && again == nil && info.Mode().Perm()&others == 0 {
		return nil
	}
	return fmt.Errorf("others on this machine can read %s, which holds the private signing keys, and that can't be changed here: want mode 0600, got %v (chmod 600, or name a file on another volume): %w",
		path, info.Mode().Perm(), cmp.Or(err, fs.ErrPermission))
}

// memory, writer and reader are the driver's DSNs. A database in memory lives
// as long as its one connection.
func (s source) memory() string {
	// Larger pages than the default: less memory per row, so fewer page faults.
	return dsn(":memory:", "page_size(8192)", "foreign_keys(1)", "temp_store(memory)")
}

func (s source) writer() string {
	// busy_timeout comes first: the switch to WAL already takes a lock. FULL is
	// an fsync per transaction: what was acknowledged survives a power cut; what
	// need not wait for one, see writeSoon. A longer WAL than the default copies
	// hot pages back less often.
	return dsn(s.escaped(), "busy_timeout(20000)", "journal_mode(WAL)", "synchronous("+s.synchronous+")", "wal_autocheckpoint(2000)",
		"cache_size(-16000)", "foreign_keys(1)", "temp_store(memory)")
}

func (s source) reader() string {
	return dsn(s.escaped(), "busy_timeout(20000)", "query_only(1)", "temp_store(memory)")
}

// escaped is the path for SQLite, which decodes it as a URI.
func (s source) escaped() string {
	return strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(s.path)
}

func dsn(name string, pragmas ...string) string {
	return "file:" + name + "?_txlock=immediate&_pragma=" + strings.Join(pragmas, "&_pragma=")
}
