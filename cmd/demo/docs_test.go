package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocsNameEverySetting: a setting that README.md and .env.example don't name
// is one that nobody finds.
func TestDocsNameEverySetting(t *testing.T) {
	read := func(name string) string {
		text, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	name := regexp.MustCompile(`"((?:OIDC|AUTH0|MOCKIDP|SESSION|LOG|BASE|LISTEN|SHOW)_[A-Z_]+)"`)
	found := 0
	for _, source := range []string{"cmd/web/config.go", "cmd/mockidp/config.go"} {
		for _, m := range name.FindAllStringSubmatch(read(source), -1) {
			found++
			for _, doc := range []string{"README.md", ".env.example"} {
				if setting := m[1]; !strings.Contains(read(doc), setting) {
					t.Errorf("%s does not name %s of %s", doc, setting, source)
				}
			}
		}
	}
	// Compose tells a container a setting or the Dockerfile fixes it. Three kinds have
	// another name there or follow from the published ports.
	containers := read("docker-compose.yml") + read("Dockerfile")
	for _, source := range []string{"cmd/web/config.go", "cmd/mockidp/config.go"} {
		for _, m := range name.FindAllStringSubmatch(read(source), -1) {
			switch setting := m[1]; {
			case strings.HasPrefix(setting, "AUTH0_"), setting == "OIDC_REDIRECT_URL", setting == "MOCKIDP_APP_URL":
			case !regexp.MustCompile(`(?m)^(?:ENV)? +` + setting + `[:=]`).MatchString(containers):
				t.Errorf("neither docker-compose.yml nor Dockerfile passes on %s of %s", setting, source)
			}
		}
	}
	// A line of .env.example shows the default, so taking its # away changes nothing:
	// neither for a program nor in Compose, which reads the file, too.
	example := read(".env.example")
	for _, m := range regexp.MustCompile(`\$\{([A-Z0-9_]+):?-([^}]*)\}`).FindAllStringSubmatch(read("docker-compose.yml"), -1) {
		line := regexp.MustCompile(`(?m)^#` + m[1] + `=(.*)$`).FindStringSubmatch(example)
		if line != nil && line[1] != m[2] {
			t.Errorf("%s is %q in .env.example and %q in docker-compose.yml, expected one default", m[1], line[1], m[2])
		}
	}
	if found < 20 {
		t.Errorf("found %d settings in the commands, expected more than 20: has the way they are declared changed?", found)
	}
}

// TestConformanceModulesHaveTests: the modules of the OpenID conformance suite that
// docs/security.md names are in the tests under these names, and the one that it
// leaves out is not.
func TestConformanceModulesHaveTests(t *testing.T) {
	doc, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../../web/*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var web strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		web.Write(text)
	}
	modules := regexp.MustCompile("`(oidcc-client-[a-z0-9-]+|-[a-z-]+)`").FindAllStringSubmatch(string(doc), -1)
	if len(modules) < 35 {
		t.Errorf("found %d modules in the document: has the way they are written changed?", len(modules))
	}
	for _, m := range modules {
		module := m[1]
		if strings.HasPrefix(module, "-") {
			module = "oidcc-client-test-rp-backchannel-rpinitlogout" + module
		}
		if left := module == "oidcc-client-test-userinfo-bearer-body"; strings.Contains(web.String(), `"`+module+`"`) == left {
			t.Errorf("module %s: left out is %v, and the tests say otherwise", module, left)
		}
	}
}

// TestAttacksHaveTests: docs/security.md has every row of both lists, each with
// tests, and the tests exist.
func TestAttacksHaveTests(t *testing.T) {
	text, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := testNames(t)
	first := regexp.MustCompile(`^ (?:[RI]\d+.*)?$`)
	rows, id, name := map[string]bool{}, regexp.MustCompile(`[RI]\d+`), regexp.MustCompile("`((?:Test|Fuzz)\\w+)`")
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) < 5 || !first.MatchString(cells[1]) || strings.HasPrefix(strings.TrimSpace(cells[2]), "attack") {
			continue // no row of an attack
		}
		named := name.FindAllStringSubmatch(cells[len(cells)-2], -1)
		if len(named) == 0 {
			t.Errorf("no tests: %s", line)
		}
		for _, m := range named {
			if !tests[m[1]] {
				t.Errorf("there is no test %s: %s", m[1], line)
			}
		}
		for _, row := range id.FindAllString(cells[1], -1) {
			rows[row] = true
		}
	}
	for list, last := range map[string]int{"R": 32, "I": 28} {
		for n := range last {
			if row := fmt.Sprint(list, n+1); !rows[row] {
				t.Errorf("row %s is missing", row)
			}
		}
	}
}

// testNames are all tests and fuzz targets of the module.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names, function := map[string]bool{}, regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	err := filepath.WalkDir("../..", func(p string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(p, "_test.go") {
			return err
		}
		b, err := os.ReadFile(p)
		for _, m := range function.FindAllSubmatch(b, -1) {
			names[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
