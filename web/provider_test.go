package web_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/postlogin/web"
)

// hang makes path answer nothing until its client has gone. An app of such a
// provider gives up soon, and such tests run side by side: all that they do is wait.
func (o *op) hang(path string) {
	o.hangs = true
	o.instead[path] = func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
}

// How long the app of a test waits for its provider. Only one that hangs is meant to
// make it give up: whoever answers has all the time that a busy machine may need.
const (
	patience  = time.Minute
	impatient = 2 * time.Second
)

// givesUp is by when the answer must be there whatever the provider does.
const givesUp = 10 * time.Second

// TestTokenEndpointFaults: R16.
func TestTokenEndpointFaults(t *testing.T) {
	answer := func(status int, kind, body string) func(*op) {
		return func(o *op) {
			o.instead["/oauth/token"] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", kind)
				w.WriteHeader(status)
				fmt.Fprint(w, body)
			}
		}
	}
	const asJSON = "application/json"
	tests := []struct {
		name  string
		fault func(*op)
		code  string
		text  string // in the page
	}{
		{"invalid_client", answer(401, asJSON, `{"error":"invalid_client"}`), "E-TOK-1", "OIDC_CLIENT_SECRET"},
		{"invalid_grant", answer(400, asJSON, `{"error":"invalid_grant","error_description":"<script>alert(1)</script>"}`), "E-TOK-2", "&lt;script&gt;"},
		{"an unknown error", answer(400, asJSON, `{"error":"teapot"}`), "E-TOK-3", "teapot"},
		{"500", answer(500, "text/html", "<h1>oops</h1>"), "E-TOK-3", "answered 500 with text/html"},
		{"HTML", answer(200, "text/html", "<h1>hello</h1>"), "E-TOK-3", "which is not a token answer"},
		{"nothing", answer(200, asJSON, ""), "E-TOK-3", "which is not a token answer"},
		{"a redirect", func(o *op) {
			o.instead["/oauth/token"] = func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
			}
		}, "E-TOK-3", "answered 307"},
		{"no access token", func(o *op) { o.token = func(b map[string]any) { delete(b, "access_token") } }, "E-TOK-3", "which is not a token answer"},
		{"no ID token", func(o *op) { o.token = func(b map[string]any) { delete(b, "id_token") } }, "E-TOK-3", "without an ID token"},
		{"an ID token that is a number", func(o *op) { o.token = func(b map[string]any) { b["id_token"] = 7 } }, "E-TOK-3", "without an ID token"},
		{"50 MB", func(o *op) {
			o.instead["/oauth/token"] = func(w http.ResponseWriter, _ *http.Request) { flood(w) }
		}, "E-TOK-3", "which is not a token answer"},
		{"no answer", func(o *op) { o.hang("/oauth/token") }, "E-TOK-3", "was not answered"},
		// Not E-IDP-1, whose page tries again by itself: each try would be a whole login.
		{"the connection breaks", func(o *op) {
			o.instead["/oauth/token"] = func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
		}, "E-TOK-3", "was not answered: the connection broke"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := newOP(t)
			if tt.fault(o); o.hangs {
				t.Parallel()
			}
			b := newApp(t, o).browser()
			began := time.Now()
			p := b.login()
			b.wantPage(p, http.StatusBadGateway, tt.code)
			if !strings.Contains(p.body, tt.text) {
				t.Errorf("the page does not say %q\n%s", tt.text, p.plain())
			}
			if strings.Contains(p.body, "<script>alert") {
				t.Error("the page holds the script")
			}
			if n := o.count("/oauth/token"); n != 1 {
				t.Errorf("token requests = %d, want 1", n)
			}
			if n := o.count("/elsewhere"); n != 0 {
				t.Error("the code was carried to another address")
			}
			if took := time.Since(began); took > givesUp {
				t.Errorf("the page took %s", took)
			}
			o.heal()
			b.wantProfile(b.login())
		})
	}
}

// TestTokenEndpointElsewhere: the provider answers, and its token endpoint, on another
// host, can't be reached. The page says which of the two, and does not try again by
// itself: with a session at the provider that would log in for ever.
func TestTokenEndpointElsewhere(t *testing.T) {
	o := newOP(t)
	elsewhere := "http://" + reserveOP(t).addr + "/token"
	o.discovery = func(d map[string]any) { d["token_endpoint"] = elsewhere }
	b := newApp(t, o).browser()
	p := b.login()
	b.wantPage(p, http.StatusServiceUnavailable, "E-IDP-1")
	if !strings.Contains(p.body, "Nothing listens at "+elsewhere) || strings.Contains(p.body, "data-retry") {
		t.Errorf("the page does not name the token endpoint, or tries again by itself:\n%s", p.plain())
	}
}

// flood sends 50 MB, or as much as the client takes.
func flood(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	chunk := bytes.Repeat([]byte(" "), 1<<20)
	for range 50 {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
}

// TestKeySetFaults: R13. Each fails the login with a page, in time, and the next
// login works again.
func TestKeySetFaults(t *testing.T) {
	tests := []struct {
		name   string
		answer http.HandlerFunc // nil: it hangs
		text   string
	}{
		{"503", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }, "answered 503"},
		{"HTML", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<h1>hello</h1>") }, "expected a key set"},
		{"no keys", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"keys":[]}`) }, "in the key set, which has none"},
		{"50 MB", func(w http.ResponseWriter, _ *http.Request) { flood(w) }, "longer than 1 MiB"},
		{"no answer", nil, "no answer in time"},
		{"a redirect", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }, "answered 302"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := newOP(t)
			if o.instead["/jwks.json"] = tt.answer; tt.answer == nil {
				t.Parallel()
				o.hang("/jwks.json")
			}
			b := newApp(t, o).browser()
			began := time.Now()
			p := b.login()
			b.wantPage(p, http.StatusBadGateway, "E-VER-1")
			if !strings.Contains(p.body, tt.text) {
				t.Errorf("the page does not say %q\n%s", tt.text, p.plain())
			}
			if took := time.Since(began); took > givesUp {
				t.Errorf("the page took %s", took)
			}
			o.heal()
			b.wantProfile(b.login())
		})
	}
}

func TestKeyRotation(t *testing.T) {
	t.Run("oidcc-client-test-signing-key-rotation", func(t *testing.T) {
		o := newOP(t)
		b := newApp(t, o).browser()
		b.wantProfile(b.login())
		b.wantProfile(b.login())
		if n := o.count("/jwks.json"); n != 1 {
			t.Errorf("key set requests for two logins = %d, want 1", n)
		}
		o.rotate()
		b.wantProfile(b.login())
		o.encode = func(_ *op, h, c map[string]any) string { // the old key is worth nothing now
			h["kid"] = "key-1"
			return signRS256(rsaKeys()[0], h, c)
		}
		b = newApp(t, o).browser()
		b.wantPage(b.login(), http.StatusBadGateway, "E-VER-1")
	})
	t.Run("oidcc-client-test-signing-key-rotation-just-before-signing", func(t *testing.T) {
		o := newOP(t)
		b := newApp(t, o).browser()
		callback := b.begin()
		o.rotate()
		b.wantProfile(b.follow(callback))
	})
	t.Run("keys can't be fetched, but the right one is known", func(t *testing.T) {
		o := newOP(t)
		b := newApp(t, o).browser()
		b.wantProfile(b.login())
		o.change(func() {
			o.instead["/jwks.json"] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }
		})
		b.wantProfile(b.login())
	})
}

// TestDiscoveryFaults: R15 and the pages E-IDP-2 and E-IDP-3.
func TestDiscoveryFaults(t *testing.T) {
	change := func(name string, value any) func(*op) {
		return func(o *op) { o.discovery = func(d map[string]any) { d[name] = value } }
	}
	document := func(status int, kind, body string) func(*op) {
		return func(o *op) {
			o.instead["/.well-known/openid-configuration"] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", kind)
				w.WriteHeader(status)
				fmt.Fprint(w, body)
			}
		}
	}
	tests := []struct {
		name  string
		fault func(*op)
		code  string
		text  string
	}{
		{"oidcc-client-test-discovery-issuer-mismatch", change("issuer", "https://evil.example/"), "E-IDP-2", "https://evil.example/"},
		{"the issuer without its slash", func(o *op) {
			o.discovery = func(d map[string]any) { d["issuer"] = strings.TrimSuffix(o.issuer, "/") }
		}, "E-IDP-2", "They differ only in the last slash."},
		{"no issuer", change("issuer", ""), "E-IDP-2", "Expected"},
		{"404", document(404, "text/html", "not here"), "E-IDP-3", "answered 404 with text/html"},
		{"HTML", document(200, "text/html", "<h1>hello</h1>"), "E-IDP-3", "which is not JSON"},
		{"a redirect", document(302, "text/html", ""), "E-IDP-3", "answered 302"},
		{"JSON of another shape", document(200, "application/json", `{"issuer":7}`), "E-IDP-3", "unexpected type"},
		{"503", document(503, "text/html", "later"), "E-IDP-1", "answered 503"},
		{"an authorization endpoint on another scheme", change("authorization_endpoint", "javascript:alert(1)"), "E-IDP-3", "authorization_endpoint"},
		{"a token endpoint on another scheme", change("token_endpoint", "https://localhost/token"), "E-IDP-3", "token_endpoint"},
		{"keys on another scheme", change("jwks_uri", "file:///etc/passwd"), "E-IDP-3", "jwks_uri"},
		{"a UserInfo endpoint on another scheme", change("userinfo_endpoint", "ftp://localhost/"), "E-IDP-3", "userinfo_endpoint"},
		{"a logout endpoint on another scheme", change("end_session_endpoint", "data:text/html,x"), "E-IDP-3", "end_session_endpoint"},
		{"no token endpoint", change("token_endpoint", ""), "E-IDP-3", "token_endpoint"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := newOP(t)
			tt.fault(o)
			b := newApp(t, o).browser()
			p := b.login()
			b.wantPage(p, http.StatusServiceUnavailable, tt.code)
			if !strings.Contains(p.body, tt.text) {
				t.Errorf("the page does not say %q\n%s", tt.text, p.plain())
			}
			if p.header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			if home := b.get("/"); home.status != http.StatusOK || !strings.Contains(home.body, `data-provider-state="unreachable"`) {
				t.Errorf("home = %d, want 200 and a note", home.status)
			}
			o.heal()
			b.wantProfile(b.login())
		})
	}
}

func TestDiscoveryHangs(t *testing.T) {
	t.Parallel()
	o := newOP(t)
	o.hang("/.well-known/openid-configuration")
	b := newApp(t, o).browser()
	began := time.Now()
	p := b.login()
	b.wantPage(p, http.StatusServiceUnavailable, "E-IDP-1")
	if took := time.Since(began); took > givesUp {
		t.Errorf("the page took %s", took)
	}
}

// TestProviderComesLater: R14. The app starts first, says so, and works as soon as
// the provider is there.
func TestProviderComesLater(t *testing.T) {
	o := reserveOP(t)
	b := newApp(t, o).browser()
	p := b.get("/login?next=/user")
	b.wantPage(p, http.StatusServiceUnavailable, "E-IDP-1")
	for _, want := range []string{"Nothing listens at " + o.issuer, `data-retry="/login?next=%2Fuser"`, "go run ./cmd/mockidp"} {
		if !strings.Contains(p.body, want) {
			t.Errorf("the page does not hold %q\n%s", want, p.plain())
		}
	}
	if got := p.header.Get("Retry-After"); got != "3" {
		t.Errorf("Retry-After = %q, want 3", got)
	}
	if p := b.get("/readyz"); p.status != http.StatusOK || !strings.Contains(p.body, `"provider": "not usable"`) {
		t.Errorf("readyz = %d %s, want 200 and the provider not usable", p.status, p.body)
	}
	if p := b.get("/"); !strings.Contains(p.body, "Your identity provider does not answer") {
		t.Error("the home page does not say that the provider is away")
	}
	o.start()
	b.wantProfile(b.login())
}

// TestProviderIsFoundInTheBackground waits for the app to knock by itself.
func TestProviderIsFoundInTheBackground(t *testing.T) {
	o := reserveOP(t)
	o.seen = make(chan string, 1)
	newApp(t, o)
	o.start()
	select {
	case path := <-o.seen:
		if path != "/.well-known/openid-configuration" {
			t.Errorf("first request = %s", path)
		}
	case <-time.After(patience):
		t.Fatal("the app did not look for the provider")
	}
}

// TestProviderGoesAway: R14. The app stays up, its sessions live, and logins work
// again when the provider is back, with other keys.
func TestProviderGoesAway(t *testing.T) {
	o := newOP(t)
	a := newApp(t, o)
	b, other := a.browser(), a.browser()
	b.wantProfile(b.login())
	callback := other.begin()
	o.stop()
	b.wantProfile(b.follow("/profile"))
	other.wantPage(other.login(), http.StatusServiceUnavailable, "E-IDP-1")
	other.wantPage(other.get(callback), http.StatusServiceUnavailable, "E-IDP-1") // at the token endpoint
	o.rotate()
	o.start()
	other.wantProfile(other.login())
}

// TestConnectTo reaches a provider whose name leads elsewhere (curl --connect-to).
func TestConnectTo(t *testing.T) {
	o := newOP(t)
	o.issuer = "http://idp.example:9400/"
	a := newApp(t, o, func(c *web.Config) { c.ConnectTo = o.addr })
	b := a.browser()
	start := b.get("/login")
	if !strings.HasPrefix(start.location, "http://idp.example:9400/authorize?") {
		t.Fatalf("redirect to %q, want the issuer's own address", start.location)
	}
	// The browser has its own way there.
	answer := b.get(strings.Replace(start.location, "idp.example:9400", o.addr, 1))
	b.wantProfile(b.follow(answer.location))
	o.stop()
	if p := b.get("/login"); !strings.Contains(p.body, o.addr+" (OIDC_CONNECT_TO)") {
		t.Error("the page does not say which address was tried")
	}
}

// TestErrorsForPrograms: every error has a JSON twin.
func TestErrorsForPrograms(t *testing.T) {
	o := newOP(t)
	o.discovery = func(d map[string]any) { d["issuer"] = "https://evil.example/" }
	b := newApp(t, o).browser()
	p := b.get("/login", "Accept", "application/json")
	if p.status != 503 || p.header.Get("Content-Type") != "application/json" {
		t.Fatalf("answer = %d %s", p.status, p.header.Get("Content-Type"))
	}
	for _, want := range []string{`"code": "E-IDP-2"`, `"title": `, `"detail": `, `"expected": "` + o.issuer + `"`, `"got": "https://evil.example/"`,
		`"request_id": "` + p.header.Get("X-Request-Id") + `"`, `"docs": "/docs/errors#e-idp-2"`} {
		if !strings.Contains(p.body, want) {
			t.Errorf("the answer does not hold %s\n%s", want, p.plain())
		}
	}
	for accept, want := range map[string]string{
		"": "text/html; charset=utf-8", "*/*": "text/html; charset=utf-8", "text/html,application/json;q=0.9": "text/html; charset=utf-8",
		"application/json, text/html;q=0.5": "application/json", "application/json": "application/json", "application/json;q=0": "text/html; charset=utf-8",
	} {
		if got := b.get("/login", "Accept", accept).header.Get("Content-Type"); got != want {
			t.Errorf("Accept %q: Content-Type = %q, want %q", accept, got, want)
		}
	}
}

// TestCloseEndsADiscovery: it goes on when whoever asked has gone, but not when the app
// is closed, and nothing is logged afterwards.
func TestCloseEndsADiscovery(t *testing.T) {
	o := newOP(t)
	asked, gone := make(chan struct{}), make(chan struct{})
	o.instead["/.well-known/openid-configuration"] = func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
		close(gone)
	}
	var log syncLog
	s, err := web.New(web.Config{BaseURL: "http://localhost:3000", Issuer: o.issuer, ClientID: "demo-app", ClientSecret: clientSecret,
		SessionDir: t.TempDir(), Timeout: 2 * patience, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-asked
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	log.close()
	select {
	case <-gone:
	case <-time.After(patience): // half of what the request itself may take
		t.Error("the discovery goes on after Close")
	}
}

// A syncLog fails its writer once it is closed.
type syncLog struct {
	mu     sync.Mutex
	closed bool
}

func (l *syncLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		panic("logged after Close: " + string(p))
	}
	return len(p), nil
}

func (l *syncLog) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
}
