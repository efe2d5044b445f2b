package mockidp_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/mockidptest"
)

// TestEveryAnswerIsProtected: headers and the Host allow-list hold for pages,
// endpoints, assets and errors alike (security of the whole, DNS rebinding).
func TestEveryAnswerIsProtected(t *testing.T) {
	idp := mockidptest.New(t)
	for _, path := range []string{"/", "/authorize", "/u/login", "/oauth/token", "/userinfo", "/nowhere", "/assets/nothing.css",
		"/.well-known/openid-configuration", "/.well-known/jwks.json", "/oidc/logout", "/v2/logout", "/readyz", "/_mock/logins"} {
		for host, misdirected := range map[string]bool{"localhost:9400": false, "127.0.0.1": false, "[::1]:1": false, "evil.example": true, "localhost.evil.example:9400": true, "": true} {
			r := httptest.NewRequest(http.MethodGet, "http://x"+path, nil)
			r.Host = host
			w := httptest.NewRecorder()
			idp.ServeHTTP(w, r)
			if got := w.Code == http.StatusMisdirectedRequest; got != misdirected {
				t.Errorf("%s with Host %q: status %d", path, host, w.Code)
			}
			for header, want := range map[string]string{
				"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin",
			} {
				if got := w.Header().Get(header); got != want {
					t.Errorf("%s: %s = %q, want %q", path, header, got, want)
				}
			}
			// Pages send their own address to themselves only: with no-referrer a
			// browser would say "Origin: null" when it posts their forms.
			if got := w.Header().Get("Referrer-Policy"); got != "no-referrer" && got != "same-origin" {
				t.Errorf("%s: Referrer-Policy = %q", path, got)
			}
			csp := w.Header().Get("Content-Security-Policy")
			for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} {
				if !strings.Contains(csp, want) {
					t.Errorf("%s: CSP %q lacks %s", path, csp, want)
				}
			}
		}
	}
}

// TestLoginCannotBePostedByAnotherSite: login CSRF.
func TestLoginCannotBePostedByAnotherSite(t *testing.T) {
	idp := mockidptest.New(t)
	for header, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example"} {
		r := httptest.NewRequest(http.MethodPost, idp.Issuer+"u/login", strings.NewReader(url.Values{"state": {"x"}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set(header, value)
		w := httptest.NewRecorder()
		idp.ServeHTTP(w, r)
		if w.Code != http.StatusForbidden {
			t.Errorf("%s: %s gave %d, want 403", header, value, w.Code)
		}
	}
}

// TestOthersBehindAProxyAreNotThisMachine: without a token the runs are for this
// machine, and a proxy on it passes on the whole world.
func TestOthersBehindAProxyAreNotThisMachine(t *testing.T) {
	trusted := mockidptest.New(t, mockidptest.Tune(func(o *mockidp.Options) {
		o.TrustedProxies.Trusted = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")}
	}))
	for _, tt := range []struct {
		peer, forwarded string // X-Forwarded-For, as the proxy sends it on
		want            int
	}{
		{"127.0.0.1", "", http.StatusOK},
		{"127.0.0.1", "127.0.0.1", http.StatusOK},
		{"127.0.0.1", "203.0.113.9", http.StatusUnauthorized},
		{"127.0.0.1", "127.0.0.1, 203.0.113.9", http.StatusUnauthorized}, // the client's own invention in front
		{"10.0.0.7", "127.0.0.1", http.StatusUnauthorized},               // a proxy elsewhere: its machine is not this one
	} {
		r := httptest.NewRequest(http.MethodGet, trusted.Issuer+"_mock/logins", nil)
		r.RemoteAddr = tt.peer + ":50000"
		if tt.forwarded != "" {
			r.Header.Set("X-Forwarded-For", tt.forwarded)
		}
		w := httptest.NewRecorder()
		trusted.ServeHTTP(w, r)
		if w.Code != tt.want {
			t.Errorf("peer %s, forwarded for %q: %d, want %d", tt.peer, tt.forwarded, w.Code, tt.want)
		}
	}
}

func TestHealth(t *testing.T) {
	idp := mockidptest.New(t)
	get := func(path string) (int, string) {
		resp, err := http.Get(idp.Issuer + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		if len(resp.Cookies()) != 0 {
			t.Errorf("%s sets cookies", path)
		}
		return resp.StatusCode, string(body)
	}
	if status, body := get("livez"); status != http.StatusOK || strings.TrimSpace(body) != "ok" {
		t.Errorf("livez: %d %q", status, body)
	}
	if status, body := get("readyz"); status != http.StatusOK || !strings.Contains(body, `"ready": true`) {
		t.Errorf("readyz: %d %q", status, body)
	}
	if err := idp.Store.Close(); err != nil {
		t.Fatal(err)
	}
	if status, body := get("readyz"); status != http.StatusServiceUnavailable || !strings.Contains(body, `"database"`) {
		t.Errorf("readyz without a database: %d %q", status, body)
	}
	if status, _ := get("livez"); status != http.StatusOK {
		t.Errorf("livez without a database: %d", status)
	}
}

func TestSeed(t *testing.T) {
	t.Run("a restart loses nothing and adds nothing", func(t *testing.T) {
		database := "file:" + filepath.Join(t.TempDir(), "idp.db")
		file := mockidptest.Tune(func(o *mockidp.Options) { o.DatabaseURL = database })
		callback, arrived := newCallback(t)
		t.Run("first start", func(t *testing.T) {
			idp := mockidptest.New(t, mockidptest.RedirectURL(callback.URL+"/callback"), file)
			newRelyingParty(t, idp.Issuer, idp.ClientID, idp.ClientSecret, callback, arrived).mustLogin(mockidptest.NewBrowser(t), "192.0.2.1")
		})
		idp := mockidptest.New(t, mockidptest.Empty, mockidptest.RedirectURL(callback.URL+"/callback"), file)
		if n := idp.User("ada@example.test").LoginsCount; n != 1 {
			t.Errorf("count after a restart = %d, want 1", n)
		}
		if flow, err := idp.Store.Flow(t.Context(), mockidp.Trigger); err != nil || len(flow) != 1 {
			t.Errorf("flow after a restart: %v, %v", flow, err)
		}
	})
	t.Run("empty has users and no Action", func(t *testing.T) {
		idp := mockidptest.New(t, mockidptest.Empty)
		list, err := idp.Store.Actions(t.Context())
		if err != nil || len(list) != 0 {
			t.Errorf("Actions: %v, %v", list, err)
		}
		if !idp.User("bob@example.test").Blocked || idp.User("grace@example.test").LoginsCount != 0 {
			t.Error("users are not as seeded")
		}
	})
	t.Run("an unknown name is refused", func(t *testing.T) {
		idp := mockidptest.New(t)
		if _, err := mockidp.Seed(t.Context(), idp.Store, "nope", mockidp.DemoClient()); err == nil || !strings.Contains(err.Error(), `"nope"`) {
			t.Errorf("err = %v", err)
		}
	})
}
