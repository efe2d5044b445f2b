package web_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/postlogin/web"
)

// routes lists every address with the methods it has.
var routes = []struct {
	path  string
	allow string
}{
	{"/", "GET, HEAD"}, {"/login", "GET, HEAD"}, {"/callback", "GET, HEAD"}, {"/profile", "GET, HEAD"}, {"/user", "GET, HEAD"},
	{"/logout", "GET, HEAD, POST"}, {"/api/me", "GET, HEAD"}, {"/livez", "GET, HEAD"}, {"/readyz", "GET, HEAD"},
	{"/healthz", "GET, HEAD"}, {"/static/app.css", "GET, HEAD"}, {"/theme", "POST"},
}

// wantHeaders checks what every answer must carry (R28).
func wantHeaders(t *testing.T, o *op, p page, what string) {
	t.Helper()
	csp := "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; " +
		"form-action 'self' " + strings.TrimSuffix(o.issuer, "/") + "; base-uri 'none'; frame-ancestors 'none'"
	for name, want := range map[string]string{
		"Content-Security-Policy": csp, "X-Content-Type-Options": "nosniff", "Cross-Origin-Opener-Policy": "same-origin",
		"Strict-Transport-Security": "", // plain http
	} {
		if got := p.header.Get(name); got != want {
			t.Errorf("%s: %s = %q, want %q", what, name, got, want)
		}
	}
	for _, name := range []string{"X-Request-Id", "Referrer-Policy", "Cache-Control"} {
		if p.header.Get(name) == "" {
			t.Errorf("%s: no %s", what, name)
		}
	}
	if cc := p.header.Get("Cache-Control"); !strings.Contains(what, "/static/") && cc != "no-store" {
		t.Errorf("%s: Cache-Control = %q, want no-store", what, cc)
	}
}

// TestEveryAnswer asks every address with every method (R28, R32).
func TestEveryAnswer(t *testing.T) {
	o := newOP(t)
	b := newApp(t, o).browser()
	for _, route := range routes {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"} {
			p := b.do(method, route.path, nil)
			what := method + " " + route.path
			wantHeaders(t, o, p, what)
			if slices.Contains(strings.Split(route.allow, ", "), method) {
				if p.status == 404 || p.status == 405 || p.status >= 500 {
					t.Errorf("%s = %d", what, p.status)
				}
				continue
			}
			if p.status != 405 || p.header.Get("Allow") != route.allow {
				t.Errorf("%s = %d with Allow %q, want 405 with %q", what, p.status, p.header.Get("Allow"), route.allow)
			}
		}
	}
	for _, path := range []string{"/nothing", "/api/nothing", "/static/nothing.js", "/static/", "/profile/", "/login/x"} {
		p := b.get(path)
		wantHeaders(t, o, p, "GET "+path)
		if p.status != 404 {
			t.Errorf("GET %s = %d, want 404", path, p.status)
		}
	}
	if p := b.get("/nothing"); p.code() != "E-404" {
		t.Errorf("code = %s, want E-404", p.code())
	}
	if p := b.do("PUT", "/profile", nil, "Accept", "application/json"); !strings.Contains(p.body, `"code": "E-405"`) {
		t.Errorf("405 as JSON = %s", p.body)
	}
	if p := b.get("/api/nothing"); p.header.Get("Content-Type") != "application/json" {
		t.Errorf("404 below /api is %s, want JSON", p.header.Get("Content-Type"))
	}
}

// TestPanic has the clock panic in the middle of requests: each gets an answer with
// its id, and the process lives (R32).
func TestPanic(t *testing.T) {
	var panics atomic.Int64 // how many of the next calls panic
	o := newOP(t)
	b := newApp(t, o, func(c *web.Config) {
		c.Now = func() time.Time {
			if panics.Add(-1) >= 0 {
				panic("secret detail")
			}
			return time.Now()
		}
	}).browser()
	b.wantProfile(b.login())
	for n, want := range map[int64]string{1: "E-500", 1000: ""} { // once; also while the page is made
		panics.Store(n)
		p := b.get("/login")
		wantHeaders(t, o, p, "GET /login that panics")
		if p.status != 500 || p.code() != want || !strings.Contains(p.body, p.header.Get("X-Request-Id")) || strings.Contains(p.body, "secret detail") {
			t.Errorf("page = %d %q, want 500 %q\n%s", p.status, p.code(), want, p.plain())
		}
		panics.Store(0)
		b.wantProfile(b.follow("/profile"))
	}
}

// TestHost: R30, and the most common cause of "invalid state".
func TestHost(t *testing.T) {
	o := newOP(t)
	a := newApp(t, o)
	b := a.browser()
	t.Run("127.0.0.1 leads to localhost before any state is made", func(t *testing.T) {
		p := b.get("http://" + a.addr + "/login?next=/user")
		if p.status != 303 || p.location != a.cfg.BaseURL+"/login?next=/user" || len(p.header.Values("Set-Cookie")) != 0 {
			t.Errorf("answer = %d %q, cookies %q", p.status, p.location, p.header.Values("Set-Cookie"))
		}
		wantHeaders(t, o, p, "GET on another name")
		end := b.follow("http://" + a.addr + "/login")
		b.wantProfile(end)
	})
	t.Run("however the base address is spelt", func(t *testing.T) {
		for base, host := range map[string]string{"http://LocalHost:3000": "localhost:3000", "http://localhost:80": "localhost", "http://127.0.0.1:80": "127.0.0.1"} {
			a := newApp(t, o, func(c *web.Config) { c.BaseURL = base })
			if p := a.browser().get("http://"+a.addr+"/", "Host", host); p.status != 200 { // a redirect would lead here again
				t.Errorf("%s: a request to %s = %d %q", base, host, p.status, p.location)
			}
			if p := a.browser().get("http://"+a.addr+"/", "Host", "evil.example:80"); p.status != 421 {
				t.Errorf("%s: a request to another host = %d, want 421", base, p.status)
			}
		}
	})
	t.Run("a form is not moved", func(t *testing.T) {
		if p := b.do("POST", "http://"+a.addr+"/logout", url.Values{}); p.status != 421 {
			t.Errorf("answer = %d, want 421", p.status)
		}
	})
	t.Run("a name that someone points here", func(t *testing.T) {
		for _, host := range []string{"evil.example", "evil.example:3000", "localhost.evil.example", "127.0.0.1.evil.example", "192.168.0.7:3000"} {
			p := b.get("/profile", "Host", host)
			wantHeaders(t, o, p, "GET for "+host)
			if p.status != 421 || p.code() != "E-421" || p.location != "" {
				t.Errorf("%s: answer = %d %s %q, want 421", host, p.status, p.code(), p.location)
			}
		}
	})
	t.Run("health checks may use any name", func(t *testing.T) {
		for _, path := range []string{"/livez", "/readyz", "/healthz"} {
			if p := b.get(path, "Host", "10.0.0.1:3000"); p.status != 200 || len(p.header.Values("Set-Cookie")) != 0 {
				t.Errorf("%s = %d", path, p.status)
			}
		}
	})
	t.Run("the page that refuses has its style sheet", func(t *testing.T) {
		sheet := regexp.MustCompile(`href="(/static/app\.css[^"]*)"`).FindStringSubmatch(b.get("/", "Host", "evil.example").body)
		if sheet == nil {
			t.Fatal("the page names no style sheet")
		}
		if p := b.get(sheet[1], "Host", "evil.example"); p.status != 200 || len(p.header.Values("Set-Cookie")) != 0 {
			t.Errorf("%s = %d", sheet[1], p.status)
		}
		if p := b.get("/static/../profile", "Host", "evil.example"); p.status == 200 || strings.Contains(p.body, "data-testid") {
			t.Errorf("a way around the check: %d", p.status)
		}
	})
	t.Run("forwarded names are not believed", func(t *testing.T) {
		p := b.get("/login", "X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "https", "Forwarded", "host=evil.example")
		to, _ := url.Parse(p.location)
		if got := to.Query().Get("redirect_uri"); got != a.cfg.BaseURL+"/callback" {
			t.Errorf("redirect_uri = %q", got)
		}
	})
}

// TestNoExtraHeaders: R27. Line ends in what people send make no header.
func TestNoExtraHeaders(t *testing.T) {
	b := newApp(t, newOP(t)).browser()
	p := b.get("/login?next=" + url.QueryEscape("/x\r\nSet-Cookie: evil=1") + "&login_hint=" + url.QueryEscape("a\r\nX-Evil: 1"))
	if p.header.Get("X-Evil") != "" || strings.Contains(strings.Join(p.header.Values("Set-Cookie"), ""), "evil") {
		t.Errorf("headers = %v", p.header)
	}
}

// TestPagesAreCompressed: for those who accept it; the page is the same.
func TestPagesAreCompressed(t *testing.T) {
	b := newApp(t, newOP(t)).browser()
	b.client.Transport.(*http.Transport).DisableCompression = true
	plain := b.get("/docs/errors")
	packed := b.get("/docs/errors", "Accept-Encoding", "gzip")
	z, err := gzip.NewReader(strings.NewReader(packed.body))
	if err != nil {
		t.Fatalf("Content-Encoding %q: %v", packed.header.Get("Content-Encoding"), err)
	}
	got, err := io.ReadAll(z)
	id := regexp.MustCompile(`Request <code>[A-Z0-9]+`)
	if err != nil || id.ReplaceAllString(string(got), "") != id.ReplaceAllString(plain.body, "") || len(packed.body) > len(plain.body)/2 {
		t.Errorf("%d bytes compressed to %d, %v", len(plain.body), len(packed.body), err)
	}
	if plain.header.Get("Content-Encoding") != "" || packed.header.Get("Vary") != "Accept, Accept-Encoding" {
		t.Errorf("Content-Encoding %q, Vary %q", plain.header.Get("Content-Encoding"), packed.header.Get("Vary"))
	}
}
