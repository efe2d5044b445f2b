package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestReadme runs every command of README.md that begins with "go run ./cmd/mockidp",
// as it stands there and in one go, and compares what README.md says one of them prints.
func TestReadme(t *testing.T) {
	source, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	const program = "    go run ./cmd/mockidp "
	var script strings.Builder
	fmt.Fprint(&script, "mkdir demo-data\n")
	commands := 0
	for line := range strings.Lines(string(source)) {
		if args, ok := strings.CutPrefix(line, program); ok {
			commands++
			fmt.Fprint(&script, "exec mockidp ", strings.ReplaceAll(args, `"`, "'"))
			if strings.HasPrefix(args, "actions test ") {
				fmt.Fprint(&script, "mask stdout printed.txt\nmask example.txt example.txt\ncmp printed.txt example.txt\n")
			}
		}
	}
	example := regexp.MustCompile(`(?m)^    ada@example\.test logs in .*\n(?:(?:    .*)?\n)*`).FindString(string(source))
	if commands < 3 || example == "" {
		t.Fatalf("README.md has %d commands and the example %q: has the way they are written changed?", commands, example)
	}
	example = strings.TrimRight(regexp.MustCompile(`(?m)^    `).ReplaceAllString(example, ""), "\n") + "\n"
	fmt.Fprintf(&script, "-- example.txt --\n%s", example)
	file := filepath.Join(t.TempDir(), "readme.txtar")
	if err := os.WriteFile(file, []byte(script.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	seed, err := filepath.Abs("../../mockidp/seed")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Files: []string{file}, RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"mask": mask},
		Setup: func(env *testscript.Env) error { // the commands name files from the repository's root
			return os.CopyFS(filepath.Join(env.WorkDir, "mockidp/seed"), os.DirFS(seed))
		},
	})
}
