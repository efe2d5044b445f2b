package web_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocs reads every page of the folder docs in the app, without a network.
func TestDocs(t *testing.T) {
	b := newApp(t, newOP(t)).browser()
	index := b.get("/docs")
	files, err := filepath.Glob("../docs/*.md")
	if err != nil || len(files) < 4 {
		t.Fatalf("files = %q, %v", files, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".md")
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		title, _, _ := strings.Cut(strings.TrimPrefix(string(source), "# "), "\n")
		p := b.get("/docs/" + name)
		if p.status != http.StatusOK || p.text("<h1") != title || strings.Count(p.body, "<h1") != 1 {
			t.Errorf("/docs/%s = %d with the heading %q, want %q", name, p.status, p.text("<h1"), title)
		}
		if !strings.Contains(index.body, `href="/docs/`+name+`"`) {
			t.Errorf("/docs does not list %s", name)
		}
		for _, bad := range []string{"style=", "<script>", `.md"`, "<img"} {
			if strings.Contains(p.body, bad) {
				t.Errorf("/docs/%s holds %q", name, bad)
			}
		}
		if strings.Count(p.body, "<table") != strings.Count(p.body, `class="scroll"`) {
			t.Errorf("/docs/%s has a table outside a box that scrolls", name)
		}
	}
	for _, missing := range []string{"/docs/nothing", "/docs/errors.md", "/docs/..%2fvault", "/docs/errors/more"} {
		if p := b.get(missing); p.status != http.StatusNotFound || p.code() != "E-404" {
			t.Errorf("GET %s = %d %s, want 404 E-404", missing, p.status, p.code())
		}
	}
}

// TestEveryErrorIsDocumented: each code in the source has its row in docs/errors.md,
// and each page and its twin lead there.
func TestEveryErrorIsDocumented(t *testing.T) {
	b := newApp(t, newOP(t)).browser()
	page := b.get("/docs/errors").body
	code := regexp.MustCompile(`"(E-[A-Z0-9]+(?:-\d+)?)"`)
	files, _ := filepath.Glob("*.go")
	below, _ := filepath.Glob("*/*.go")
	files = append(files, below...)
	codes := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range code.FindAllStringSubmatch(string(source), -1) {
			codes[m[1]] = true
		}
	}
	if len(codes) < 35 {
		t.Errorf("found %d codes in the source, expected more than 35: has the way they are written changed?", len(codes))
	}
	for c := range codes {
		if !strings.Contains(page, `id="`+strings.ToLower(c)+`"`) {
			t.Errorf("docs/errors.md has no row for %s", c)
		}
	}
	p := b.get("/nowhere")
	if !strings.Contains(p.body, `href="/docs/errors#e-404"`) {
		t.Error("the page does not lead to its entry")
	}
	if p := b.get("/nowhere", "Accept", "application/json"); !strings.Contains(p.body, `"docs": "/docs/errors#e-404"`) {
		t.Errorf("the twin does not lead to its entry: %s", p.body)
	}
}

// TestStatus: /api/status says how the provider is doing.
func TestStatus(t *testing.T) {
	type status struct {
		Schema                           int
		Issuer, Provider, Error, Version string
		Reachable                        bool
		LatencyMS                        float64 `json:"latency_ms"`
	}
	ask := func(o *op) (s status) {
		p := newApp(t, o).browser().get("/api/status")
		if err := json.Unmarshal([]byte(p.body), &s); err != nil || p.status != http.StatusOK || s.Schema != 1 || s.Issuer != o.issuer || s.Version == "" {
			t.Errorf("GET /api/status = %d %s, %v", p.status, p.body, err)
		}
		return s
	}
	o := newOP(t)
	if s := ask(o); s.Provider != "auth0" || !s.Reachable || s.LatencyMS <= 0 || s.Error != "" {
		t.Errorf("status = %+v, want a provider with Auth0's paths", s)
	}
	o.change(func() { o.discovery = func(d map[string]any) { d["mockidp_version"] = "1" } })
	if s := ask(o); s.Provider != "mock" {
		t.Errorf("status = %+v, want a mock", s)
	}
	o.change(func() { o.discovery = func(d map[string]any) { d["authorization_endpoint"] = o.issuer + "other" } })
	if s := ask(o); s.Provider != "other" {
		t.Errorf("status = %+v, want another provider", s)
	}
	if s := ask(reserveOP(t)); s.Provider != "unknown" || s.Reachable || s.Error != "E-IDP-1" {
		t.Errorf("status = %+v, want one that is away", s)
	}
}
