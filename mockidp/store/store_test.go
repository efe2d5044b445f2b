package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/postlogin/mockidp/store"
	"example.com/postlogin/mockidp/store/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(t *testing.T) *store.Store { return open(t, "memory:") })
}

func TestFile(t *testing.T) {
	storetest.Run(t, func(t *testing.T) *store.Store { return open(t, file(t)) })
}

func file(t testing.TB) string { return "file:" + filepath.Join(t.TempDir(), "idp.db") }

func open(t testing.TB, dsn string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), dsn)
	must(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "notes.txt"), []byte(strings.Repeat("not a database\n", 100)), 0o600))
	for _, tt := range []struct{ name, dsn, want string }{
		{"PostgreSQL", "postgres://app@localhost/idp", "not supported yet: use file: or memory:"},
		{"nothing", "", "want memory: or file:PATH"},
		{"a bare path", "./mockidp.db", "want memory: or file:PATH"},
		{"no path", "file:", "names no file"},
		{"a host", "file://host/mockidp.db", "names no file"},
		{"memory with a name", "memory:shared", "nothing may follow memory:"},
		{"an unknown option", "file:x.db?journal=off", "only synchronous=full or synchronous=normal"},
		{"an unknown value", "file:x.db?synchronous=off", "unknown option synchronous=off"},
		{"a directory", "file:" + dir, dir},
		{"another kind of file", "file:" + filepath.Join(dir, "notes.txt"), "not a database"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := store.Open(t.Context(), tt.dsn)
			if err == nil {
				s.Close()
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "store: ") {
				t.Errorf("error %q, want store: … %q", err, tt.want)
			}
		})
	}
}

func TestFileIsForItsOwnerOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data #1 100%?")
	s, err := store.Open(t.Context(), "file:"+strings.ReplaceAll(dir, "?", "")+"/idp.db")
	must(t, err)
	defer s.Close()
	must(t, s.PutSetting(t.Context(), "k", "v"))
	dir = strings.ReplaceAll(dir, "?", "")
	for path, want := range map[string]os.FileMode{dir: 0o700, dir + "/idp.db": 0o600, dir + "/idp.db-wal": 0o600, dir + "/idp.db-shm": 0o600} {
		info, err := os.Stat(path)
		must(t, err)
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", filepath.Base(path), info.Mode().Perm(), want)
		}
	}
}

// TestCopiedFileIsForItsOwnerOnly: a database that was copied here may be readable for
// all, and it holds the signing keys.
func TestCopiedFileIsForItsOwnerOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "idp.db")
	s, err := store.Open(t.Context(), "file:"+path)
	must(t, err)
	must(t, s.PutSetting(t.Context(), "k", "v"))
	must(t, s.Close())
	must(t, os.Chmod(path, 0o644))
	s, err = store.Open(t.Context(), "file:"+path)
	must(t, err)
	defer s.Close()
	if v, err := s.Setting(t.Context(), "k"); err != nil || v != "v" {
		t.Errorf("the setting is %q, %v", v, err)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + suffix)
		must(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, want 0600", filepath.Base(path)+suffix, info.Mode().Perm())
		}
	}
}

// TestCloseLeavesOneFile: what is copied away after Close has everything in it.
func TestCloseLeavesOneFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "idp.db")
	s, err := store.Open(t.Context(), "file:"+path)
	must(t, err)
	must(t, s.PutSetting(t.Context(), "k", "v"))
	if _, err := s.Setting(t.Context(), "k"); err != nil {
		t.Error(err)
	}
	must(t, s.Close())
	for _, suffix := range []string{"-wal", "-shm"} {
		if _, err := os.Stat(path + suffix); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("after Close there is still %s%s: %v", filepath.Base(path), suffix, err)
		}
	}
}

func TestMemoryStoresArePrivate(t *testing.T) {
	a, b := open(t, "memory:"), open(t, "memory:")
	must(t, a.PutSetting(t.Context(), "k", "a"))
	if _, err := b.Setting(t.Context(), "k"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the other store's setting: %v, want ErrNotFound", err)
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	dsn := file(t)
	must(t, open(t, dsn).Close())
	raw(t, dsn, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)`)
	_, err := store.Open(t.Context(), dsn)
	if err == nil || !strings.Contains(err.Error(), "a newer version of this program wrote it (schema 99,") {
		t.Errorf("error %v", err)
	}
}

// raw runs query on the file without package store.
func raw(t testing.TB, dsn, query string) {
	t.Helper()
	db, err := sql.Open("sqlite", dsn)
	must(t, err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), query)
	must(t, err)
}

func TestManyCanOpenANewFileAtOnce(t *testing.T) {
	for range 3 { // one round seldom meets the moment in which SQLite doesn't wait
		openNewFileAtOnce(t, file(t))
	}
}

// A new file is switched to WAL by reading first, where SQLite refuses at once
// instead of waiting for a writer: Open waits as long as its context allows.
func TestOpenWaitsForAWriter(t *testing.T) {
	dsn := file(t)
	db, err := sql.Open("sqlite", dsn+"?_txlock=immediate")
	must(t, err)
	defer db.Close()
	tx, err := db.BeginTx(t.Context(), nil)
	must(t, err)
	_, err = tx.ExecContext(t.Context(), `CREATE TABLE somebody_elses (n INTEGER)`)
	must(t, err)

	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if s, err := store.Open(ctx, dsn); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("beside a writer: %v, %v, want it to wait until its context ends", s, err)
	}
	must(t, tx.Commit())
	open(t, dsn)
}

func openNewFileAtOnce(t *testing.T, dsn string) {
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			s, err := store.Open(t.Context(), dsn)
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			if err := s.PutSetting(t.Context(), fmt.Sprint("k", i), "v"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestEverythingSurvivesARestart(t *testing.T) {
	dsn, now := file(t), time.Now()
	s := open(t, dsn)
	u := &store.User{Email: "ada@example.test"}
	must(t, s.CreateUser(t.Context(), u))
	must(t, s.CompleteLogin(t.Context(), "", &store.Login{UserID: u.ID, At: now}, &store.Session{Hash: "h", UserID: u.ID, ExpiresAt: now.Add(time.Hour)}))
	must(t, s.CreateRequest(t.Context(), &store.Request{ID: "waiting", State: "s", Query: url.Values{"a": {"b"}}, ExpiresAt: now.Add(time.Minute)}))
	must(t, s.CreateRequest(t.Context(), &store.Request{ID: "answered", ExpiresAt: now.Add(time.Minute)}))
	_, err := s.TakeRequest(t.Context(), "answered", now)
	must(t, err)
	must(t, s.Close())

	s = open(t, dsn)
	got, err := s.User(t.Context(), u.ID)
	must(t, err)
	if got.LoginsCount != 1 {
		t.Errorf("logins count %d, want 1", got.LoginsCount)
	}
	_, err = s.SessionByHash(t.Context(), "h", now)
	must(t, err)
	if _, err := s.Request(t.Context(), "answered", now); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the answered request: %v, want ErrNotFound", err)
	}
	// The waiting request goes on, and belongs to one process only.
	other := open(t, dsn)
	if _, err := other.Request(t.Context(), "waiting", now); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the waiting request in a second process: %v, want ErrNotFound", err)
	}
	r, err := s.TakeRequest(t.Context(), "waiting", now)
	must(t, err)
	if r.State != "s" || r.Query.Get("a") != "b" {
		t.Errorf("request after the restart: %+v", r)
	}
}

func TestAbandonedRequestsMakeRoom(t *testing.T) {
	s, now := open(t, "memory:"), time.Now()
	create := func(i int) {
		must(t, s.CreateRequest(t.Context(), &store.Request{ID: fmt.Sprint(i), ExpiresAt: now.Add(time.Minute)}))
	}
	const limit = 16384
	for i := range limit {
		create(i)
	}
	_, err := s.Request(t.Context(), "0", now)
	must(t, err) // as many as there is room for
	create(limit)
	if _, err := s.Request(t.Context(), "0", now); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the oldest request: %v, want ErrNotFound", err)
	}
	for _, id := range []string{"1", fmt.Sprint(limit)} {
		_, err := s.Request(t.Context(), id, now)
		must(t, err)
	}
}

// Two Store values on one file stand for two processes.
func TestTwoStoresOnOneFile(t *testing.T) {
	dsn, now := file(t), time.Now()
	stores := []*store.Store{open(t, dsn), open(t, dsn)}
	u := &store.User{Email: "ada@example.test"}
	must(t, stores[0].CreateUser(t.Context(), u))

	t.Run("their logins are counted together", func(t *testing.T) {
		for _, s := range stores { // both caches know the count, and soon not the right one
			_, err := s.User(t.Context(), u.ID)
			must(t, err)
		}
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() {
				if err := stores[i%2].CompleteLogin(t.Context(), "", &store.Login{UserID: u.ID, At: now}, nil); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		list, err := stores[1].Logins(t.Context(), u.ID, 0)
		must(t, err)
		if len(list) != 40 || list[0].N != 40 {
			t.Errorf("%d logins, the last is number %d, want 40 and 40", len(list), list[0].N)
		}
	})
	t.Run("a code and a refresh token have one winner among both", func(t *testing.T) {
		for i := range 10 {
			g := &store.Grant{ID: fmt.Sprint("g", i), CodeHash: fmt.Sprint("c", i), CodeExpires: now.Add(time.Minute)}
			must(t, stores[i%2].SaveGrant(t.Context(), g, nil))
			rt := func(n, racer int) *store.Token {
				return &store.Token{Hash: fmt.Sprint("t", i, n, racer), Kind: store.RefreshToken, GrantID: g.ID, ExpiresAt: now.Add(time.Hour)}
			}
			first := winner(t, func(racer int) error { return stores[racer%2].RedeemCode(t.Context(), g.ID, now, rt(0, racer)) })
			winner(t, func(racer int) error {
				return stores[racer%2].RotateRefresh(t.Context(), rt(0, first).Hash, g, now, nil, rt(1, racer))
			})
		}
	})
	t.Run("what one changes the other sees within a second", func(t *testing.T) {
		must(t, stores[0].PutClient(t.Context(), &store.Client{ID: "app", Name: "old"}))
		for _, name := range []string{"old", "new", "newer"} {
			must(t, stores[0].PutClient(t.Context(), &store.Client{ID: "app", Name: name}))
			must(t, stores[0].SetBlocked(t.Context(), u.ID, name == "newer"))
			for seen, deadline := false, time.Now().Add(time.Second); !seen; {
				late := time.Now().After(deadline) // before it looks: looking may take its time
				c, err := stores[1].Client(t.Context(), "app")
				must(t, err)
				user, err := stores[1].User(t.Context(), u.ID)
				must(t, err)
				if seen = c.Name == name && user.Blocked == (name == "newer"); !seen && late {
					t.Fatalf("a second after the change: client %q, blocked %v", c.Name, user.Blocked)
				}
			}
		}
	})
}

// winner lets 16 race and returns the index of the only one without an error.
func winner(t *testing.T, f func(racer int) error) int {
	t.Helper()
	var wg sync.WaitGroup
	errs := make([]error, 16)
	for i := range errs {
		wg.Go(func() { errs[i] = f(i) })
	}
	wg.Wait()
	first, wins := -1, 0
	for i, err := range errs {
		if err == nil {
			first, wins = i, wins+1
		} else if !errors.Is(err, store.ErrGone) {
			t.Errorf("racer %d: %v, want nil or ErrGone", i, err)
		}
	}
	if wins != 1 {
		t.Fatalf("%d winners, want 1", wins)
	}
	return first
}

// Several processes may start on one new file: one of them fills it.
func TestManyCanFillANewFileAtOnce(t *testing.T) {
	dsn := file(t)
	var (
		wg     sync.WaitGroup
		filled atomic.Int32
	)
	for range 6 {
		wg.Go(func() {
			s, err := store.Open(t.Context(), dsn)
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			did, err := s.Fill(t.Context(), store.Tenant{Client: &store.Client{ID: "app"}, Users: []*store.User{{Email: "ada@example.test"}}})
			if err != nil {
				t.Error(err)
			}
			if did {
				filled.Add(1)
			}
		})
	}
	wg.Wait()
	if n := filled.Load(); n != 1 {
		t.Errorf("%d of 6 filled it, want 1", n)
	}
}
