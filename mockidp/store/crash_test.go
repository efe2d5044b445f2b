package store_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/postlogin/mockidp/store"
)

// crashDSN names the store on which this binary, started again by
// TestKillLosesNoLogin, writes logins until it is killed.
const crashDSN = "STORE_TEST_CRASH_DSN"

func TestMain(m *testing.M) {
	if dsn := os.Getenv(crashDSN); dsn != "" {
		fmt.Fprintln(os.Stderr, "crash child:", logInForEver(dsn))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// logInForEver prints the id of each login after CompleteLogin has returned.
func logInForEver(dsn string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, dsn)
	if err != nil {
		return err
	}
	failed := make(chan error)
	for g := range 8 {
		go func() {
			for i := 0; ; i++ {
				l := &store.Login{ID: fmt.Sprintf("%d-%d-%d", os.Getpid(), g, i), UserID: fmt.Sprint("auth0|", i%3), At: time.Now()}
				if err := s.CompleteLogin(ctx, "", l, &store.Session{Hash: l.ID, UserID: l.UserID, ExpiresAt: time.Now().Add(time.Hour)}); err != nil {
					failed <- err
				}
				os.Stdout.WriteString(l.ID + "\n") // one write: a line is whole or not there
			}
		}()
	}
	return <-failed
}

func TestKillLosesNoLogin(t *testing.T) {
	dsn := file(t)
	s := open(t, dsn)
	for i := range 3 {
		must(t, s.CreateUser(t.Context(), &store.User{ID: fmt.Sprint("auth0|", i), Email: fmt.Sprint(i, "@example.test")}))
	}
	must(t, s.Close())

	var acknowledged []string
	for range 3 {
		acknowledged = append(acknowledged, killAfter(t, dsn, 150)...)
	}

	s = open(t, dsn)
	kept := map[string]int{}
	for i := range 3 {
		u, err := s.User(t.Context(), fmt.Sprint("auth0|", i))
		must(t, err)
		list, err := s.Logins(t.Context(), u.ID, 0)
		must(t, err)
		if int64(len(list)) != u.LoginsCount {
			t.Errorf("user %d: count %d, %d rows", i, u.LoginsCount, len(list))
		}
		for j, l := range list {
			if want := u.LoginsCount - int64(j); l.N != want {
				t.Errorf("user %d: login %s has number %d, want %d", i, l.ID, l.N, want)
			}
			kept[l.ID]++
			if _, err := s.SessionByHash(t.Context(), l.ID, time.Now()); err != nil {
				t.Errorf("session of login %s: %v", l.ID, err)
			}
		}
	}
	for _, id := range acknowledged {
		if kept[id] != 1 {
			t.Errorf("login %s was acknowledged and is there %d times", id, kept[id])
		}
	}
	t.Logf("%d logins acknowledged, %d kept", len(acknowledged), len(kept))
	integrity(t, dsn)
}

// killAfter runs a child and kills it once it has acknowledged n logins. It
// returns all that it acknowledged.
func killAfter(t *testing.T, dsn string, n int) (ids []string) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), crashDSN+"="+dsn)
	var stderr strings.Builder
	child.Stderr = &stderr
	out, err := child.StdoutPipe()
	must(t, err)
	must(t, child.Start())
	kill := sync.OnceFunc(func() { child.Process.Kill() }) // SIGKILL
	defer kill()
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if ids = append(ids, lines.Text()); len(ids) == n {
			kill()
		}
	}
	child.Wait()
	if len(ids) < n {
		t.Fatalf("the child stopped by itself after %d logins: %s", len(ids), &stderr)
	}
	return ids
}

func integrity(t *testing.T, dsn string) {
	t.Helper()
	db, err := sql.Open("sqlite", dsn)
	must(t, err)
	defer db.Close()
	var result string
	must(t, db.QueryRowContext(t.Context(), `PRAGMA integrity_check`).Scan(&result))
	if result != "ok" {
		t.Errorf("integrity check: %s", result)
	}
}
