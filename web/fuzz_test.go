package web_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.com/postlogin/web"
)

// TestLoginStaysOnThisSite takes every line of the list of open redirects through
// a whole login and looks where it ends.
func TestLoginStaysOnThisSite(t *testing.T) {
	data, err := os.ReadFile("returnto/testdata/openredirects.txt")
	if err != nil {
		t.Fatal(err)
	}
	b := newApp(t, newOP(t)).browser()
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		next, err := strconv.Unquote(`"` + line + `"`)
		if err != nil {
			next = line
		}
		start := b.get("/login?next=" + url.QueryEscape(next))
		answer := b.get(start.location)
		end := b.get(answer.location)
		u, err := url.Parse(end.header.Get("Location"))
		if end.status != http.StatusSeeOther || err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") {
			t.Errorf("next=%q ends with %d at %q", next, end.status, end.header.Get("Location"))
		}
	}
}

// FuzzCallback sends any query to the callback, with the word STATE standing for
// the state of a login that was really started. Nothing may panic, make a session,
// or be answered with a status that means a mistake of this app.
func FuzzCallback(f *testing.F) {
	for _, query := range []string{
		"", "state=STATE", "state=STATE&code=x", "state=STATE&code=x&iss=ISSUER", "state=STATE&error=access_denied&iss=ISSUER",
		"state=STATE&error=x&error_description=%00%ff&iss=ISSUER", "state=STATE&state=STATE", "state=x&code=y", "code=x", "%zz", "a;b", "state=STATE&code=%ff%00",
		"state=STATE&error=login_required&iss=ISSUER", "state=STATE&error=server_error&iss=ISSUER", "state=STATE&code=x&iss=", "state=STATE%20",
		"state=STATE&iss=" + strings.Repeat("\xfe", 301),
	} {
		f.Add(query)
	}
	// A provider that knows no code.
	var issuer string
	idp := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/oauth/token" {
			writeStatus(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant"})
			return
		}
		writeJSON(w, map[string]any{"issuer": issuer, "authorization_endpoint": issuer + "authorize", "token_endpoint": issuer + "oauth/token",
			"jwks_uri": issuer + "jwks.json", "authorization_response_iss_parameter_supported": true})
	}))
	f.Cleanup(idp.Close)
	issuer = idp.URL + "/"
	s, err := web.New(web.Config{BaseURL: "http://localhost:3000", Issuer: issuer, ClientID: "demo-app", SessionDir: f.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		f.Fatal(err)
	}
	if err := s.Start(f.Context()); err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.Close() })

	f.Fuzz(func(t *testing.T, query string) {
		start := httptest.NewRecorder()
		s.ServeHTTP(start, httptest.NewRequest("GET", "http://localhost:3000/login", nil))
		to, err := start.Result().Location()
		if err != nil {
			t.Fatalf("login = %d: %v", start.Code, err)
		}
		r := httptest.NewRequest("GET", "http://localhost:3000/callback", nil)
		r.URL.RawQuery = strings.NewReplacer("STATE", to.Query().Get("state"), "ISSUER", url.QueryEscape(issuer)).Replace(query)
		for _, c := range start.Result().Cookies() {
			r.AddCookie(c)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code < 400 || w.Code >= 500 && w.Code != 502 && w.Code != 503 {
			t.Fatalf("callback?%s = %d", r.URL.RawQuery, w.Code)
		}
		if strings.Contains(strings.Join(w.Header().Values("Set-Cookie"), "\n"), "demo_session") {
			t.Fatalf("callback?%s made a session", r.URL.RawQuery)
		}
	})
}

// FuzzClaims: whatever members a token has that passes the checks, its profile, the
// twin and the home page can be shown.
func FuzzClaims(f *testing.F) {
	for _, members := range []string{
		"", `"name":"Ada","login_count":4,"last_login_city":"x","last_login_country":"SE",`, `"login_count":1e400,"last_login_country":"XX","last_login_city":null,`,
		`"a":{"b":[1,{"c":null}]},"https://x.example/y":"z","name":"\u202e<b>","email":"a@b","email_verified":"no","updated_at":"2020","address":{"formatted":"a\nb"},`,
		`"amr":["pwd"],"acr":1,"azp":"demo-app","auth_time":1.5,"at_hash":"x",`, `"picture":"javascript:x","website":"http://x","zoneinfo":"Europe/Berlin","locale":"de-DE","phone_number":"\ud800",`,
		`"nbf":99999999999,"iat":-1,`, `"sid":[1],"org_id":{},"":"","__proto__":1,`, `"aud":["demo-app","x"],`,
		`"name":["` + strings.Repeat("x", 500) + `"],"login_count":"` + strings.Repeat("\xff", 400) + `",`,
	} {
		f.Add(members)
	}
	o := newOP(f)
	var members string
	o.encode = func(o *op, h, c map[string]any) string {
		for name := range c {
			if !slices.Contains([]string{"iss", "sub", "aud", "exp", "iat", "nonce"}, name) {
				delete(c, name) // a member that is there twice is refused
			}
		}
		rest, _ := json.Marshal(c)
		return signRaw(o.key, h, "{"+members+strings.TrimPrefix(string(rest), "{"))
	}
	s, err := web.New(web.Config{BaseURL: "http://localhost:3000", Issuer: o.issuer, ClientID: "demo-app", ClientSecret: clientSecret, SessionDir: f.TempDir(), ShowRawToken: true, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		f.Fatal(err)
	}
	if err := s.Start(f.Context()); err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.Close() })
	get := func(path string, cookies []*http.Cookie) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", "http://localhost:3000"+path, nil)
		for _, c := range cookies {
			r.AddCookie(c)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w
	}
	provider := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	f.Fuzz(func(t *testing.T, text string) {
		o.change(func() { members = text })
		start := get("/login", nil)
		res, err := provider.Get(start.Header().Get("Location"))
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		back, err := res.Location()
		if err != nil {
			t.Fatal(err)
		}
		end := get(back.RequestURI(), start.Result().Cookies())
		if end.Code == http.StatusBadGateway {
			return // a check has refused it
		}
		if end.Code != http.StatusSeeOther {
			t.Fatalf("login with %s = %d %s", text, end.Code, end.Body)
		}
		for _, path := range []string{"/profile", "/", "/api/me"} {
			w := get(path, end.Result().Cookies())
			if w.Code != http.StatusOK {
				t.Fatalf("%s with %s = %d %s", path, text, w.Code, w.Body)
			}
			if path == "/api/me" && !json.Valid(w.Body.Bytes()) {
				t.Fatalf("%s with %s is no JSON: %s", path, text, w.Body)
			}
		}
	})
}
