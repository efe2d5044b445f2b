package web_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"example.com/postlogin/web"
)

// BenchmarkProfile is one page for someone who is logged in and has seen it before: is
// the session on the disk still good, the claims, the page.
func BenchmarkProfile(b *testing.B) {
	benchmarkPage(b, "/profile")
}

// BenchmarkMe is the same for programs.
func BenchmarkMe(b *testing.B) {
	benchmarkPage(b, "/api/me")
}

func benchmarkPage(b *testing.B, path string) {
	s, cookie := loggedIn(b)
	for b.Loop() {
		r := httptest.NewRequest("GET", "http://localhost:3000"+path, nil)
		r.AddCookie(cookie)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatalf("%s = %d", path, w.Code)
		}
	}
}

// loggedIn makes an app and one session in it, by a real login.
func loggedIn(tb testing.TB) (*web.Server, *http.Cookie) {
	tb.Helper()
	o := reserveOP(tb)
	o.start()
	s, err := web.New(web.Config{BaseURL: "http://localhost:3000", Issuer: o.issuer, ClientID: "demo-app", ClientSecret: clientSecret,
		SessionDir: tb.TempDir(), ShowRawToken: true, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		tb.Fatal(err)
	}
	if err := s.Start(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { s.Close() })
	start := httptest.NewRecorder()
	s.ServeHTTP(start, httptest.NewRequest("GET", "http://localhost:3000/login", nil))
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(start.Header().Get("Location"))
	if err != nil {
		tb.Fatal(err)
	}
	res.Body.Close()
	back, err := url.Parse(res.Header.Get("Location"))
	if err != nil {
		tb.Fatal(err)
	}
	r := httptest.NewRequest("GET", back.String(), nil)
	for _, c := range start.Result().Cookies() {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.Name == "demo_session" {
			return s, c
		}
	}
	tb.Fatalf("callback = %d, no session", w.Code)
	return nil, nil
}
