package actions

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestRowsHaveTests: docs/testing.md names the tests of each row of Auth0's
// behaviour; they must exist.
func TestRowsHaveTests(t *testing.T) {
	text, err := os.ReadFile("../../docs/testing.md")
	if err != nil {
		t.Fatal(err)
	}
	cases, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	tests := testNames(t)
	_, rows, _ := strings.Cut(string(text), "| the api | tests |")
	quoted, checked := regexp.MustCompile("`([^`]+)`"), 0
	for _, line := range strings.Split(rows, "\n") {
		columns := strings.Split(line, " | ")
		if !strings.HasPrefix(line, "|") || len(columns) < 2 {
			continue
		}
		for _, m := range quoted.FindAllStringSubmatch(columns[len(columns)-1], -1) {
			name, found := m[1], false
			for _, file := range cases {
				fits, err := path.Match(name, strings.TrimSuffix(filepath.Base(file), ".txtar"))
				found = found || fits && err == nil
			}
			if !found && !tests[name] {
				t.Errorf("there is no test %s: %s", name, line)
			}
			checked++
		}
	}
	if len(cases) < 150 || checked < 100 {
		t.Errorf("%d cases, and %d names in docs/testing.md", len(cases), checked)
	}
}

// testNames are the test functions of mockidp and its packages.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names, function := map[string]bool{}, regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	err := filepath.WalkDir("..", func(p string, d fs.DirEntry, err error) error {
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
