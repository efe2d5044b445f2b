package web_test

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/postlogin/web"
)

func TestNewRefuses(t *testing.T) {
	good := web.Config{BaseURL: "http://localhost:3000", Issuer: "http://localhost:9400/", ClientID: "demo-app", SessionDir: "sessions"}
	tests := []struct {
		name   string
		change func(*web.Config)
		want   string // in the error
	}{
		{"no base URL", func(c *web.Config) { c.BaseURL = "" }, "BaseURL is missing"},
		{"a base URL without scheme", func(c *web.Config) { c.BaseURL = "localhost:3000" }, "BaseURL"},
		{"a base URL with a path", func(c *web.Config) { c.BaseURL = "http://localhost:3000/app" }, "Write http://localhost:3000"},
		{"an issuer without scheme", func(c *web.Config) { c.Issuer = "localhost:9400" }, "Write one such as http://localhost:9400/"},
		{"an issuer with a fragment", func(c *web.Config) { c.Issuer = "http://localhost:9400/#x" }, "Issuer"},
		{"no client id", func(c *web.Config) { c.ClientID = "" }, "ClientID is missing"},
		{"no session folder", func(c *web.Config) { c.SessionDir = "" }, "SessionDir is missing"},
		{"a short key", func(c *web.Config) { c.SessionKey = []byte("short") }, "5 bytes"},
		{"an algorithm that proves nothing", func(c *web.Config) { c.SigningAlg = "none" }, "RS256 or ES256"},
		{"a callback elsewhere", func(c *web.Config) { c.RedirectURL = "http://localhost:4000/callback" }, "not a page of this app"},
		{"a callback that is another page", func(c *web.Config) { c.RedirectURL = "http://localhost:3000/profile" }, "not a page of this app"},
		{"a callback that is a pattern", func(c *web.Config) { c.RedirectURL = "http://localhost:3000/{x}" }, "not a page of this app"},
		{"a connection to no port", func(c *web.Config) { c.ConnectTo = "mockidp" }, "host:port"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := good
			tt.change(&cfg)
			if _, err := web.New(cfg); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("New = %v, want an error with %q", err, tt.want)
			}
		})
	}
	if _, err := web.New(good); err != nil {
		t.Errorf("New = %v for a good configuration", err)
	}
	if _, err := os.Stat("sessions"); err == nil {
		t.Error("New made the session folder; only Start may")
	}
}

// TestOwnCallbackPath serves the callback where the configuration says.
func TestOwnCallbackPath(t *testing.T) {
	o := newOP(t)
	b := newApp(t, o, func(c *web.Config) { c.RedirectURL = c.BaseURL + "/auth/return" }).browser()
	b.wantProfile(b.login())
	if p := b.get("/callback"); p.status != 404 {
		t.Errorf("GET /callback = %d, want 404", p.status)
	}
}

func TestBeforeStart(t *testing.T) {
	s, err := web.New(web.Config{BaseURL: "http://localhost:3000", Issuer: "http://localhost:1/", ClientID: "x", SessionDir: filepath.Join(t.TempDir(), "new")})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("GET", "http://localhost:3000/readyz", nil))
	if w.Code != 503 || !strings.Contains(w.Body.String(), "not started") {
		t.Errorf("readyz before Start = %d %s", w.Code, w.Body)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestStartNeedsAFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := web.New(web.Config{BaseURL: "http://localhost:3000", Issuer: "http://localhost:1/", ClientID: "x", SessionDir: file})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("Start = %v, want an error that names the folder", err)
	}
}
