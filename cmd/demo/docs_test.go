package main

import (
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
	if found < 20 {
		t.Errorf("found %d settings in the commands, expected more than 20: has the way they are declared changed?", found)
	}
}

// TestSecurityDocNamesRealTests: a table of tests is worth nothing when one of them
// is not there.
func TestSecurityDocNamesRealTests(t *testing.T) {
	doc, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	var source strings.Builder
	var web string // without this file, which names a module that there is not
	for _, pattern := range []string{"../../web/*_test.go", "*_test.go"} {
		web = source.String()
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			source.Write(text)
		}
	}
	tests := source.String()
	names := regexp.MustCompile("`(Test[A-Za-z0-9]+)`").FindAllStringSubmatch(string(doc), -1)
	modules := regexp.MustCompile("`(oidcc-client-[a-z0-9-]+|-[a-z-]+)`").FindAllStringSubmatch(string(doc), -1)
	if len(names) < 50 || len(modules) < 35 {
		t.Errorf("found %d tests and %d modules in the document: has the way they are written changed?", len(names), len(modules))
	}
	for _, m := range names {
		if !strings.Contains(tests, "func "+m[1]+"(t *testing.T)") {
			t.Errorf("there is no %s", m[1])
		}
	}
	for _, m := range modules {
		module := m[1]
		if strings.HasPrefix(module, "-") {
			module = "oidcc-client-test-rp-backchannel-rpinitlogout" + module
		}
		if left := module == "oidcc-client-test-userinfo-bearer-body"; strings.Contains(web, `"`+module+`"`) == left {
			t.Errorf("module %s: left out is %v, and the tests say otherwise", module, left)
		}
	}
}
