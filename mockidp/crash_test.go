package mockidp_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/mockidptest"
	"example.com/postlogin/mockidp/store"
)

// serverEnv makes this test binary a server on the database file it names.
const serverEnv = "MOCKIDP_CRASH_TEST_DATABASE"

// serveForCrashTest serves until it is killed. It prints its address.
func serveForCrashTest() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err == nil {
		var in *mockidp.Instance
		client := mockidp.DemoClient()
		client.RedirectURIs = []string{os.Getenv(serverEnv + "_CALLBACK")}
		in, err = mockidp.Open(context.Background(), mockidp.Options{
			Config:      mockidp.Config{Issuer: "http://" + ln.Addr().String() + "/", SimulateIP: true},
			DatabaseURL: "file:" + os.Getenv(serverEnv), Seed: mockidp.SeedDemo, Client: client,
			Runtime: actions.Config{InProcess: true},
		})
		if err == nil {
			fmt.Println("http://" + ln.Addr().String() + "/")
			err = http.Serve(ln, in)
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// startServer starts a server process on the database and returns its issuer.
func startServer(t *testing.T, database, callback string) (*exec.Cmd, string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), serverEnv+"="+database, serverEnv+"_CALLBACK="+callback)
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the server did not start: %v", err)
	}
	return cmd, strings.TrimSpace(line)
}

// TestKillInTheMiddle kills the whole server with SIGKILL while eight people log
// in as fast as they can, three times over. Every login whose ID token arrived is
// still counted afterwards, and the count is exactly the number of login rows.
func TestKillInTheMiddle(t *testing.T) {
	database := filepath.Join(t.TempDir(), "mockidp.db")
	callback, _ := newCallback(t)
	target := callback.URL + "/callback"
	var acknowledged atomic.Int64
	highest := new(atomic.Int64)
	for round := range 3 {
		cmd, issuer := startServer(t, database, target)
		enough := make(chan struct{})
		var once sync.Once
		var people sync.WaitGroup
		goal := acknowledged.Load() + 25
		for range 8 {
			people.Go(func() {
				for {
					n, err := oneLogin(t, issuer, target)
					if err != nil {
						return // the server is gone
					}
					if n <= 0 {
						t.Errorf("round %d: login_count %d", round, n)
						return
					}
					for h := highest.Load(); n > h && !highest.CompareAndSwap(h, n); h = highest.Load() {
					}
					if acknowledged.Add(1) == goal {
						once.Do(func() { close(enough) })
					}
				}
			})
		}
		<-enough
		if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		people.Wait()
		cmd.Wait() // killed: the error is the point
	}
	st, err := store.Open(t.Context(), "file:"+database)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	ada, err := st.UserByEmail(t.Context(), "ada@example.test")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := st.Logins(t.Context(), ada.ID, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int64]bool{}
	for _, l := range rows {
		seen[l.N] = true
	}
	t.Logf("%d logins acknowledged, %d counted", acknowledged.Load(), ada.LoginsCount)
	if ada.LoginsCount < acknowledged.Load() || ada.LoginsCount < highest.Load() {
		t.Errorf("counted %d, but %d were acknowledged, the highest with %d", ada.LoginsCount, acknowledged.Load(), highest.Load())
	}
	if int64(len(rows)) != ada.LoginsCount || int64(len(seen)) != ada.LoginsCount || !seen[1] || !seen[ada.LoginsCount] {
		t.Errorf("count %d, %d rows with %d different numbers", ada.LoginsCount, len(rows), len(seen))
	}
}

// TestTwoHundredLoginsAtOnce: no login of one user is lost or counted twice.
func TestTwoHundredLoginsAtOnce(t *testing.T) {
	for _, database := range []string{"memory:", "file:" + filepath.Join(t.TempDir(), "mockidp.db")} {
		callback, _ := newCallback(t)
		target := callback.URL + "/callback"
		idp := mockidptest.New(t, mockidptest.RedirectURL(target), mockidptest.Tune(func(o *mockidp.Options) { o.DatabaseURL = database }))
		var (
			people sync.WaitGroup
			mu     sync.Mutex
			counts = map[int64]int{}
			slots  = make(chan struct{}, 32) // open connections, not logins: the kernel's queue is not under test
		)
		for range 200 {
			people.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				n, err := oneLogin(t, idp.Issuer, target)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				counts[n]++
			})
		}
		people.Wait()
		if got := idp.User("ada@example.test").LoginsCount; got != 200 || len(counts) != 200 {
			t.Errorf("%.5s: count = %d with %d different claims, want 200 and 200", database, got, len(counts))
		}
	}
}
