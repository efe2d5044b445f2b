package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/mockidptest"
)

// openStack opens the demo on free ports with a memory database and serves it
// until the test ends.
func openStack(t *testing.T, change ...func(*options)) *stack {
	t.Helper()
	o := options{
		appListen: "127.0.0.1:0", idpListen: "127.0.0.1:0", data: t.TempDir(), databaseURL: "memory:",
		seed: mockidp.SeedDemo, log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	for _, f := range change {
		f(&o)
	}
	s, err := open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	served := make(chan error, 1)
	go func() { served <- s.serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return s
}

// cityIP is where the stack's location database puts city.
func cityIP(t *testing.T, s *stack, city string) string {
	t.Helper()
	for _, l := range s.idp.GeoIP.Locations() {
		if strings.HasPrefix(l.Label, city+",") {
			return l.Addr.String()
		}
	}
	t.Fatalf("the built-in location database has no %q", city)
	return ""
}

// TestMainJob is the product's promise: log in twice, read 1 and 2, a city and a country.
func TestMainJob(t *testing.T) {
	s := openStack(t)
	b := mockidptest.NewBrowser(t)
	for i, from := range []struct{ city, country string }{{"London", "GB"}, {"Tokyo", "JP"}} {
		b.Get(s.appURL + "/login").Submit(url.Values{"ip": {cityIP(t, s, from.city)}, "action": {"login"}})
		if b.Status != http.StatusOK || b.URL.Path != "/profile" {
			t.Fatalf("after login %d: %d at %s\n%s", i+1, b.Status, b.URL, b.Body)
		}
		want := map[string]string{"login_count": string(rune('1' + i)), "last_login_city": from.city, "last_login_country": from.country}
		for claim, value := range want {
			if got := b.Text(claim); got != value {
				t.Errorf("login %d: %s = %q, want %q", i+1, claim, got, value)
			}
		}
		b.Get(s.appURL + "/logout").Submit(nil)
		if b.URL.Host != strings.TrimPrefix(s.appURL, "http://") {
			t.Fatalf("after logout: at %s", b.URL)
		}
	}
	if b.Get(s.appURL + "/api/me"); b.Status != http.StatusUnauthorized {
		t.Errorf("/api/me after logout: %d", b.Status)
	}
}

// me is the part of GET /api/me that headless tests rely on.
type me struct {
	Schema        int             `json:"schema"`
	Authenticated bool            `json:"authenticated"`
	UserProfile   json.RawMessage `json:"user_profile"`
	Claims        []struct {
		Name, Kind string
		Value      any
	} `json:"claims"`
	Token struct {
		Raw             string
		Header, Payload map[string]any
		Checks          []struct{ ID, State, Expected, Got string }
	} `json:"token"`
}

func TestProfileAsJSON(t *testing.T) {
	s := openStack(t)
	b := mockidptest.NewBrowser(t)
	b.Get(s.appURL + "/login").Submit(url.Values{"ip": {cityIP(t, s, "London")}, "action": {"login"}})
	b.Get(s.appURL + "/api/me")
	var got me
	if err := json.Unmarshal([]byte(b.Body), &got); err != nil || b.Status != http.StatusOK {
		t.Fatalf("%d %v %s", b.Status, err, b.Body)
	}
	if got.Schema != 1 || !got.Authenticated || got.Token.Payload["login_count"] != 1.0 || strings.Count(got.Token.Raw, ".") != 2 || got.Token.Header["alg"] != "RS256" {
		t.Errorf("%s", b.Body)
	}
	last := -1 // custom claims first, as the Action set them
	for _, name := range []string{"login_count", "last_login_city", "last_login_country", "name", "email"} {
		at := strings.Index(string(got.UserProfile), `"`+name+`"`)
		if at <= last {
			t.Errorf("%s is not where it should be: %s", name, got.UserProfile)
		}
		last = at
	}
	passed := map[string]bool{}
	for _, c := range got.Token.Checks {
		passed[c.ID] = c.State == "pass"
	}
	for _, id := range []string{"state", "iss", "signature", "aud", "exp", "iat", "nonce", "sub", "at_hash"} {
		if !passed[id] {
			t.Errorf("check %s did not pass: %s", id, b.Body)
		}
	}
	if !slices.ContainsFunc(got.Claims, func(c struct {
		Name, Kind string
		Value      any
	}) bool {
		return c.Name == "last_login_city" && c.Kind == "custom" && c.Value == "London"
	}) {
		t.Errorf("claims: %v", got.Claims)
	}
}

// TestRestart: counts and sessions live on when the program starts again on the
// same folder and the same ports.
func TestRestart(t *testing.T) {
	data := t.TempDir()
	var appAddr, idpAddr string
	keep := func(o *options) {
		o.data, o.databaseURL = data, "file:"+filepath.Join(data, "mockidp.db")
		if appAddr != "" {
			o.appListen, o.idpListen = appAddr, idpAddr
		}
	}
	b := mockidptest.NewBrowser(t)
	t.Run("first run", func(t *testing.T) {
		s := openStack(t, keep)
		appAddr, idpAddr = s.appLn.Addr().String(), s.idpLn.Addr().String()
		b.Get(s.appURL + "/login").Submit(url.Values{"ip": {cityIP(t, s, "London")}, "action": {"login"}})
		if got := b.Text("login_count"); got != "1" {
			t.Fatalf("login_count = %s", got)
		}
		b.Client.CloseIdleConnections()
	})
	s := openStack(t, keep)
	if b.Get(s.appURL + "/profile"); b.Status != http.StatusOK || b.Text("last_login_city") != "London" {
		t.Errorf("session after restart: %d %s", b.Status, b.URL)
	}
	other := mockidptest.NewBrowser(t)
	other.Get(s.appURL + "/login").Submit(url.Values{"ip": {cityIP(t, s, "London")}, "action": {"login"}})
	if got := other.Text("login_count"); got != "2" {
		t.Errorf("login_count after restart = %s, want 2", got)
	}
	for path, want := range map[string]os.FileMode{"mockidp.db": 0o600, "sessions": 0o700} {
		info, err := os.Stat(filepath.Join(data, path))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v; want mode %o", path, info.Mode(), err, want)
		}
	}
}

// TestRestartOnOtherPorts: the advice of a start whose port is taken. The data are
// those of the start before, which knew the app under another address.
func TestRestartOnOtherPorts(t *testing.T) {
	data := t.TempDir()
	for i := range 2 {
		t.Run("start", func(t *testing.T) {
			s := openStack(t, func(o *options) { o.data, o.databaseURL = data, "file:"+filepath.Join(data, "mockidp.db") })
			b := mockidptest.NewBrowser(t)
			b.Get(s.appURL + "/login").Submit(url.Values{"ip": {cityIP(t, s, "London")}, "action": {"login"}})
			if b.Status != http.StatusOK || b.Text("login_count") != string(rune('1'+i)) {
				t.Fatalf("start %d: %d at %s\n%s", i+1, b.Status, b.URL, b.Body)
			}
			b.Get(s.appURL + "/logout").Submit(nil)
			if b.URL.Host != strings.TrimPrefix(s.appURL, "http://") {
				t.Errorf("after logout: at %s", b.URL)
			}
			client, err := s.idp.Store.Client(t.Context(), "demo-app")
			if err != nil || client.BackchannelLogoutURI != s.appURL+"/backchannel-logout" {
				t.Errorf("told of logouts at %s (%v), want this app's", client.BackchannelLogoutURI, err)
			}
			b.Client.CloseIdleConnections()
		})
	}
}

// TestEmptySeedSaysWhatIsMissing: without an Action the profile says so.
func TestEmptySeedSaysWhatIsMissing(t *testing.T) {
	s := openStack(t, func(o *options) { o.seed = mockidp.SeedEmpty })
	b := mockidptest.NewBrowser(t)
	b.Get(s.appURL + "/login").Submit(url.Values{"ip": {cityIP(t, s, "London")}, "action": {"login"}})
	for _, claim := range []string{"login_count", "last_login_city", "last_login_country"} {
		if got := b.Text(claim); !strings.Contains(got, "not in your ID token") {
			t.Errorf("%s = %q", claim, got)
		}
	}
}

// TestUnknownAddressSaysSo: the location database has no private addresses, and the profile
// says that this is why the seeded Action made no claim.
func TestUnknownAddressSaysSo(t *testing.T) {
	s := openStack(t)
	b := mockidptest.NewBrowser(t)
	b.Get(s.appURL + "/login").Submit(url.Values{"ip": {"10.1.2.3"}, "action": {"login"}})
	for claim, want := range map[string]string{"login_count": "1", "last_login_city": "unknown city", "last_login_country": "unknown country"} {
		if got := b.Text(claim); got != want {
			t.Errorf("%s = %q, want %q", claim, got, want)
		}
	}
}

// TestGreetingTellsOfTheFlow: the words about Actions are those of this database.
func TestGreetingTellsOfTheFlow(t *testing.T) {
	greeting := func(s *stack) string {
		var out strings.Builder
		if err := s.greet(t.Context(), &out, 0); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	s := openStack(t, func(o *options) { o.seed = mockidp.SeedEmpty })
	if got := greeting(s); !strings.Contains(got, "none in the Login flow yet") || strings.Contains(got, "post-login-claims") {
		t.Errorf("without an Action:\n%s", got)
	}
	if err := mockidp.Deploy(t.Context(), s.idp.Store, "gate", `exports.onExecutePostLogin = async () => {};`); err != nil {
		t.Fatal(err)
	}
	if got := greeting(s); !strings.Contains(got, "at each login: gate; what they did: "+s.issuer+"dashboard/logs") {
		t.Errorf("with an Action:\n%s", got)
	}
}

// TestDenial: the reason that an Action gives reaches the person, with 403.
func TestDenial(t *testing.T) {
	s := openStack(t)
	err := mockidp.Deploy(t.Context(), s.idp.Store, "gate", `exports.onExecutePostLogin = async (event, api) => { api.access.deny("We do not serve customers here."); };`)
	if err != nil {
		t.Fatal(err)
	}
	b := mockidptest.NewBrowser(t)
	b.Get(s.appURL + "/login").Submit(url.Values{"ip": {cityIP(t, s, "London")}, "action": {"login"}})
	if b.Status != http.StatusForbidden || !strings.Contains(b.Body, `data-code="E-DENY-1"`) || !strings.Contains(b.Body, "We do not serve customers here.") {
		t.Errorf("%d\n%s", b.Status, b.Body)
	}
	if logs := s.issuer + "dashboard/logs"; !strings.Contains(b.Body, `href="`+logs+`"`) {
		t.Errorf("the page does not lead to %s\n%s", logs, b.Body)
	}
	b = mockidptest.NewBrowser(t) // the denied login left a session, as on Auth0
	b.Get(s.appURL + "/login").Submit(url.Values{"action": {"cancel"}})
	if b.Status != http.StatusForbidden || !strings.Contains(b.Body, `data-code="E-DENY-2"`) {
		t.Errorf("cancel: %d\n%s", b.Status, b.Body)
	}
}

// TestHugeHeader: R22. A header of 64 kB is refused, and the program lives.
func TestHugeHeader(t *testing.T) {
	s := openStack(t)
	for i, size := range []int{64 << 10, 1 << 10} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.appURL+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Cookie", "x="+strings.Repeat("a", size))
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if want := []int{http.StatusRequestHeaderFieldsTooLarge, http.StatusOK}[i]; res.StatusCode != want {
			t.Errorf("a header of %d bytes: %d, want %d", size, res.StatusCode, want)
		}
	}
}
