package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// allowed lists, for each package of this module, which packages of this
// module it may import. A package missing here fails the test, so that adding
// one is a decision. Arrows point down or right; nothing imports a command.
var allowed = map[string][]string{
	"cmd/demo":     {"cmd/listen", "cmd/settings", "mockidp", "mockidp/actions", "mockidp/outbox", "web"},
	"cmd/mockidp":  {"cmd/listen", "cmd/settings", "mockidp", "mockidp/actions", "mockidp/browse", "mockidp/clientip", "mockidp/login", "mockidp/outbox", "mockidp/store"},
	"cmd/web":      {"cmd/listen", "cmd/settings", "web"},
	"cmd/listen":   {},
	"cmd/settings": {},

	"docs":             {},
	"web":              {"docs", "static", "views", "web/attempt", "web/checks", "web/claims", "web/cookie", "web/history", "web/problem", "web/provider", "web/returnto", "web/session", "web/theme", "web/timeline", "web/transaction", "web/vault", "web/words"},
	"web/attempt":      {"views", "web/cookie", "web/problem", "web/timeline", "web/vault", "web/words"},
	"web/checks":       {"views", "web/problem", "web/words"},
	"web/claims":       {"views", "web/words"},
	"web/cookie":       {},
	"web/history":      {"views", "web/claims", "web/returnto", "web/timeline", "web/transaction", "web/vault", "web/words", "web/worldmap"},
	"web/problem":      {"views"},
	"web/provider":     {"views", "web/problem", "web/timeline", "web/words"},
	"web/transaction":  {"web/claims", "web/provider", "web/returnto", "web/timeline", "web/words"},
	"web/npmprovider":  {}, // for tests
	"web/vault":        {},
	"web/words":        {},
	"web/worldmap":     {},
	"web/worldmap/gen": {"web/worldmap"},
	"web/returnto":     {},
	"web/session":      {"views", "web/checks", "web/claims", "web/cookie", "web/problem", "web/timeline", "web/transaction", "web/vault", "web/words"},
	"web/theme":        {"web/cookie", "web/returnto"},
	"web/timeline":     {"views", "web/words"},
	"views":            {"static"}, // for the versioned addresses of its style sheet and scripts
	"static":           {},

	"mockidp":                 {"mockidp/actions", "mockidp/clientip", "mockidp/dashboard", "mockidp/geoip", "mockidp/login", "mockidp/management", "mockidp/outbox", "mockidp/provider", "mockidp/store", "mockidp/ui", "mockidp/why"},
	"mockidp/actions":         {},
	"mockidp/actions/npm":     {},
	"mockidp/browse":          {},
	"mockidp/clientip":        {},
	"mockidp/dashboard":       {"mockidp/actions", "mockidp/store", "mockidp/ui", "mockidp/why"},
	"mockidp/actions/gen":     {"mockidp/actions"},
	"mockidp/geoip":           {},
	"mockidp/geoip/gen":       {"mockidp/geoip"},
	"mockidp/login":           {"mockidp/store", "mockidp/ui"},
	"mockidp/management":      {"mockidp/store"},
	"mockidp/outbox":          {"mockidp/actions", "mockidp/store"},
	"mockidp/mockidptest":     {"mockidp", "mockidp/actions", "mockidp/browse", "mockidp/store"},
	"mockidp/provider":        {"mockidp/store"},
	"mockidp/store":           {},
	"mockidp/store/storetest": {"mockidp/store"},
	"mockidp/ui":              {},
	"mockidp/why":             {"mockidp/actions", "mockidp/store"},
	"mockidp/ui/editor":       {},
}

// TestImports parses the files itself instead of asking go list: the test
// cache sees the files a test opens, not those a child process opens.
func TestImports(t *testing.T) {
	const module, root = "example.com/postlogin/", "../.."
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
			return err
		}
		rel, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(rel)
		ok, known := allowed[pkg]
		if !known {
			t.Errorf("%s is not in allowed", pkg)
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, imp := range f.Imports {
			dep, inside := strings.CutPrefix(strings.Trim(imp.Path.Value, `"`), module)
			if inside && !slices.Contains(ok, dep) {
				t.Errorf("%s: %s must not import %s", file, pkg, dep)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestWebReadsInOneSitting keeps the folder web, without its tests, below 2,500 lines,
// comments included: a newcomer reads it from doc.go on. What grows beside the login is
// a subject of its own, and a package below.
func TestWebReadsInOneSitting(t *testing.T) {
	files, err := filepath.Glob("../../web/*.go")
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines += strings.Count(string(text), "\n")
	}
	if lines < 1000 || lines >= 2500 {
		t.Errorf("web has %d lines, want fewer than 2,500", lines)
	}
}
