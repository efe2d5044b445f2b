package vault_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"example.com/postlogin/web/vault"
)

func open(t *testing.T, dir string, now func() time.Time) *vault.Vault {
	t.Helper()
	v := vault.New(dir, now)
	if err := v.Open(nil); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestRecords(t *testing.T) {
	dir := t.TempDir()
	v := open(t, dir, time.Now)
	if err := v.Put("session", "id", []byte("data")); err != nil {
		t.Fatal(err)
	}
	if err := v.Put("session", "id", []byte("other")); !errors.Is(err, vault.ErrExists) {
		t.Errorf("a second Put: %v, want ErrExists", err)
	}
	// Another start reads it with the kept key.
	if data, err := open(t, dir, time.Now).Get("session", "id"); err != nil || string(data) != "data" {
		t.Errorf("Get = %q, %v", data, err)
	}
	for _, name := range [][2]string{{"session", "other"}, {"login", "id"}} {
		if _, err := v.Get(name[0], name[1]); !errors.Is(err, vault.ErrNoRecord) {
			t.Errorf("Get(%q) = %v, want ErrNoRecord", name, err)
		}
	}
	if err := v.Drop("session", "id"); err != nil {
		t.Fatal(err)
	}
	if err := v.Drop("session", "id"); err != nil {
		t.Errorf("a second Drop: %v, want no error", err)
	}
	if err := v.Pull("session", "id"); !errors.Is(err, vault.ErrNoRecord) {
		t.Errorf("Pull of what is gone: %v, want ErrNoRecord", err)
	}
}

// Of many who take, or pull, the same record, one gets it.
func TestOneWins(t *testing.T) {
	v := open(t, t.TempDir(), time.Now)
	for name, get := range map[string]func(kind, id string) error{"take": v.Take, "pull": v.Pull} {
		if err := v.Put("login", name, nil); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		errs := make([]error, 16)
		for i := range errs {
			all.Go(func() { errs[i] = get("login", name) })
		}
		all.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if !errors.Is(err, vault.ErrNoRecord) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if won != 1 {
			t.Errorf("%s: %d won, want 1", name, won)
		}
		if got, want := v.IsTaken("login", name), name == "take"; got != want {
			t.Errorf("%s: remembered %v, want %v", name, got, want)
		}
	}
}

func TestReplace(t *testing.T) {
	dir := t.TempDir()
	v := open(t, dir, time.Now)
	for _, text := range []string{"one", "a longer two", "3"} {
		if err := v.Replace("history", "ada", []byte(text)); err != nil {
			t.Fatal(err)
		}
		if data, err := v.Get("history", "ada"); err != nil || string(data) != text {
			t.Errorf("Get = %q, %v, want %q", data, err, text)
		}
	}
	// A crash before the new file took the old one's place loses nothing.
	files, _ := filepath.Glob(filepath.Join(dir, "history_*"))
	if len(files) != 1 {
		t.Fatalf("files = %q, want one", files)
	}
	if err := os.WriteFile(files[0]+".new", []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if data, err := v.Get("history", "ada"); err != nil || string(data) != "3" {
		t.Errorf("Get = %q, %v, want the old record", data, err)
	}
}

func TestDeleteIf(t *testing.T) {
	dir := t.TempDir()
	v := open(t, dir, time.Now)
	for kind, ids := range map[string][]string{"session": {"a", "b", "c"}, "login": {"b"}} {
		for _, id := range ids {
			if err := v.Put(kind, id, []byte(id)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "session_notes"), []byte("b"), 0o600); err != nil {
		t.Fatal(err)
	}
	var seen []string
	if err := v.DeleteIf("session", func(data []byte) bool { seen = append(seen, string(data)); return string(data) == "b" }); err != nil {
		t.Fatal(err)
	}
	slices.Sort(seen)
	if !slices.Equal(seen, []string{"a", "b", "c"}) {
		t.Errorf("seen = %q, want the three sessions", seen)
	}
	if _, err := v.Get("session", "b"); !errors.Is(err, vault.ErrNoRecord) {
		t.Errorf("b is still there: %v", err)
	}
	for _, name := range [][2]string{{"session", "a"}, {"session", "c"}, {"login", "b"}} {
		if _, err := v.Get(name[0], name[1]); err != nil {
			t.Errorf("%q is gone: %v", name, err)
		}
	}
}

func TestBeforeOpen(t *testing.T) {
	v := vault.New(t.TempDir(), time.Now)
	_, err := v.Get("session", "x")
	for _, err := range []error{err, v.Put("session", "x", nil), v.Replace("history", "x", nil), v.Check()} {
		if !errors.Is(err, vault.ErrClosed) {
			t.Errorf("%v, want ErrClosed", err)
		}
	}
}
