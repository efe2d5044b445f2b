package mockidp_test

import (
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/mockidptest"
)

// Two servers on one database file: counts are exact, and each sees what the other
// has done.
func TestTwoServersOnOneDatabase(t *testing.T) {
	dsn := "file:" + filepath.Join(t.TempDir(), "idp.db") + "?synchronous=normal"
	const callback = "http://rp.test/callback"
	var servers []*mockidptest.Server
	for range 2 {
		servers = append(servers, mockidptest.New(t, mockidptest.RedirectURL(callback), mockidptest.Tune(func(o *mockidp.Options) { o.DatabaseURL = dsn })))
	}

	// By turns, and then at the same time: each login has a number of its own, and
	// its Action sees that one.
	var want int64
	for range 5 {
		for _, s := range servers {
			want++
			if got, err := oneLogin(t, s.Issuer, callback); err != nil || got != want {
				t.Fatalf("login %d at %s: login_count = %d (%v)", want, s.Issuer, got, err)
			}
		}
	}
	var (
		mu    sync.Mutex
		all   sync.WaitGroup
		known []int64
	)
	for _, s := range servers {
		for range 4 {
			all.Go(func() {
				for range 5 {
					n, err := oneLogin(t, s.Issuer, callback)
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					known = append(known, n)
					mu.Unlock()
				}
			})
		}
	}
	all.Wait()
	slices.Sort(known)
	for i, n := range known {
		if n != want+int64(i)+1 {
			t.Fatalf("login counts after %d: %v", want, known)
		}
	}

	// A flow that is changed at one is the flow of the other.
	servers[0].Deploy("stop", `exports.onExecutePostLogin = async (event, api) => { api.access.deny("closed") };`)
	soon(t, "the other server runs the Action that was deployed", func() bool {
		_, err := oneLogin(t, servers[1].Issuer, callback)
		return err != nil
	})
	if err := servers[1].Store.Bind(t.Context(), mockidp.Trigger, nil); err != nil {
		t.Fatal(err)
	}

	// Cookies do not know ports: the session of one is the session of the other, and
	// ends for both.
	b := mockidptest.NewBrowser(t)
	b.Client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Host == "rp.test" {
			return http.ErrUseLastResponse
		}
		return nil
	}
	ask := func(s *mockidptest.Server, more string) url.Values {
		b.Get(s.Issuer + "authorize?client_id=demo-app&response_type=code&scope=openid&redirect_uri=" + url.QueryEscape(callback) + more)
		if b.URL.Path == mockidp.LoginPath {
			b.Submit(url.Values{"action": {"login"}})
		}
		to, err := url.Parse(b.Header.Get("Location"))
		if err != nil {
			t.Fatal(err)
		}
		return to.Query()
	}
	soon(t, "the flow is empty again", func() bool { return ask(servers[0], "").Get("code") != "" })
	if q := ask(servers[1], "&prompt=none"); q.Get("code") == "" {
		t.Errorf("prompt=none at the other: %v", q)
	}
	b.Get(servers[1].Issuer + "v2/logout")
	soon(t, "the session has ended for the other server, too", func() bool {
		return ask(servers[0], "&prompt=none").Get("error") == "login_required"
	})
}

// soon waits for a cache that may be 10 ms behind another process.
func soon(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); !ok(); {
		if time.Now().After(end) {
			t.Fatalf("not within 5 s: %s", what)
		}
	}
}
