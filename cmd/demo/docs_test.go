package main

import (
	"os"
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
