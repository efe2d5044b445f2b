package geoip_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/postlogin/mockidp/geoip"
)

// replace puts data at path as a careful program does: beside it, then renamed.
func replace(t *testing.T, path string, data []byte) {
	t.Helper()
	tmp := write(t, filepath.Dir(path), "new", data)
	if err := os.Rename(tmp, path); err != nil {
		t.Fatal(err)
	}
}

// replaceUnnoticed is replace with the old file's time, as programs do that
// keep the publisher's time.
func replaceUnnoticed(t *testing.T, path string, data []byte) {
	t.Helper()
	old, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if old.Size() != int64(len(data)) {
		t.Fatalf("the new file has %d bytes, the old one %d", len(data), old.Size())
	}
	tmp := write(t, filepath.Dir(path), "new", data)
	if err := os.Chtimes(tmp, old.ModTime(), old.ModTime()); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(tmp, path); err != nil {
		t.Fatal(err)
	}
}

func TestReloadTakesSoundFilesOnly(t *testing.T) {
	london, paris, lima := oneCity(t, "London"), oneCity(t, "Paris"), oneCity(t, "Lima")
	path := write(t, t.TempDir(), "live.mmdb", london)
	db := open(t, geoip.Config{Path: path})
	steps := []struct {
		name    string
		do      func()
		city    string
		swapped bool
		err     string
	}{
		{"untouched", func() {}, "London", false, ""},
		{"replaced by rename", func() { replace(t, path, paris) }, "Paris", true, ""},
		{"untouched again", func() {}, "Paris", false, ""},
		{"cut off while it is copied", func() { write(t, filepath.Dir(path), "live.mmdb", lima[:len(lima)-100]) }, "Paris", false, "cut off"},
		{"still cut off", func() {}, "Paris", false, ""},
		{"the copy is complete", func() { write(t, filepath.Dir(path), "live.mmdb", lima) }, "Lima", true, ""},
		{"another type", func() { replace(t, path, makeDB(t, "city ipv4", nil)) }, "Lima", false, "flat table"},
		{"removed", func() { os.Remove(path) }, "Lima", false, "no such file"},
		{"still missing", func() {}, "Lima", false, ""},
		{"back", func() { replace(t, path, london) }, "London", true, ""},
		{"replaced by one with the same size and time", func() { replaceUnnoticed(t, path, oneCity(t, "Dublin")) }, "Dublin", true, ""},
	}
	for _, s := range steps {
		s.do()
		swapped, err := db.Reload()
		if swapped != s.swapped || (err == nil) != (s.err == "") || err != nil && !strings.Contains(err.Error(), s.err) {
			t.Errorf("%s: Reload = %v, %v, want %v and %q", s.name, swapped, err, s.swapped, s.err)
		}
		if err != nil && !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v does not name the file", s.name, err)
		}
		if got := lookup(t, db, inOneCity.String()).CityName; got != s.city {
			t.Errorf("%s: city = %q, want %q", s.name, got, s.city)
		}
		if told := db.Description().ReloadError; s.err != "" && told != err.Error() || s.swapped && told != "" {
			t.Errorf("%s: description tells %q", s.name, told)
		}
		if got, want := db.Locations()[0].Label, s.city+", GB"; got != want {
			t.Errorf("%s: the list offers %q, want %q", s.name, got, want)
		}
	}
}

// A file that is written over twice within one step of the file system's clock has the
// same time, size and identity as before.
func TestReloadNoticesAChangeThatTheTimeDoesNotShow(t *testing.T) {
	london, dublin := oneCity(t, "London"), oneCity(t, "Dublin")
	path := write(t, t.TempDir(), "live.mmdb", london)
	var db *geoip.DB
	var at time.Time
	for db == nil || time.Since(at) > time.Second { // it is to be new when it is read
		at = time.Now()
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
		db = open(t, geoip.Config{Path: path})
	}
	write(t, filepath.Dir(path), "live.mmdb", dublin)
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
	if swapped, err := db.Reload(); !swapped || err != nil {
		t.Errorf("Reload = %v, %v, want the new file", swapped, err)
	}
	if swapped, err := db.Reload(); swapped || err != nil {
		t.Errorf("Reload of the same file = %v, %v", swapped, err)
	}
	if got := lookup(t, db, inOneCity.String()).CityName; got != "Dublin" {
		t.Errorf("city = %q, want Dublin", got)
	}
}

func TestTheBuiltInDatabaseIsNotReloaded(t *testing.T) {
	db := open(t, geoip.Config{})
	if swapped, err := db.Reload(); swapped || err != nil {
		t.Errorf("Reload = %v, %v", swapped, err)
	}
	db.Watch(t.Context()) // returns at once
}

func TestLookupsGoOnWhileTheFileChanges(t *testing.T) {
	london := oneCity(t, "London")
	path := write(t, t.TempDir(), "live.mmdb", london)
	db := open(t, geoip.Config{Path: path})
	ctx, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for ctx.Err() == nil {
				place, err := db.Lookup(inOneCity)
				if err != nil || place.CityName != "London" {
					t.Errorf("Lookup = %+v, %v", place, err)
					return
				}
				db.Description()
				db.Locations()
			}
		})
	}
	broken := bytes.Clone(london)
	for i := range broken {
		if i%7 == 0 {
			broken[i] ^= 0xff
		}
	}
	for i := range 60 {
		// In place, as cp does: with a mapped file this is where the process dies.
		write(t, filepath.Dir(path), "live.mmdb", [][]byte{london[:len(london)/2], broken, london}[i%3])
		if swapped, err := db.Reload(); swapped != (i%3 == 2) {
			t.Errorf("change %d: swapped %v, error %v", i, swapped, err)
		}
	}
	stop()
	readers.Wait()
}

func TestWatchReportsEachChangeOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := write(t, t.TempDir(), "live.mmdb", oneCity(t, "London"))
		var log bytes.Buffer // read only while Watch waits
		db := open(t, geoip.Config{Path: path, Interval: time.Second, Log: slog.New(slog.NewTextHandler(&log, nil))})
		ctx, stop := context.WithCancel(t.Context())
		var watcher sync.WaitGroup
		watcher.Go(func() { db.Watch(ctx) })

		replace(t, path, oneCity(t, "Paris"))
		watch := func() { time.Sleep(3 * time.Second); synctest.Wait() } // the bubble's clock: takes no time
		watch()
		if got := lookup(t, db, inOneCity.String()).CityName; got != "Paris" {
			t.Errorf("city after the change = %q, want Paris", got)
		}
		replace(t, path, []byte("no database"))
		watch()
		if got := lookup(t, db, inOneCity.String()).CityName; got != "Paris" {
			t.Errorf("city after a bad change = %q, want Paris", got)
		}
		stop()
		watcher.Wait()
		if got := log.String(); strings.Count(got, "database replaced") != 1 || strings.Count(got, "not replaced") != 1 || strings.Count(got, "\n") != 2 {
			t.Errorf("log:\n%s\nwant one line for each of the two changes", got)
		}
	})
}
