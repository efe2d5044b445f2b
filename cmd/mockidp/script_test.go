package main

import (
	"os"
	"regexp"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts runs the program as people do, in a folder and an environment of
// its own: each file of testdata/script is one story. UPDATE=1 writes what came
// into the files that cmp compares with; read the difference.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true, UpdateScripts: os.Getenv("UPDATE") != "",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"mask": mask},
	})
}

// mask copies what a command has printed, or a file, into a file, with a word in place of
// what no two runs share: mask stdout out.txt
func mask(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mask stdout|stderr|FILE FILE")
	}
	text := ts.ReadFile(args[0])
	for _, m := range []struct{ pattern, word string }{
		{`[0-9]+\.[0-9] ms`, "N ms"},
		{`"duration_ms": [0-9.]+`, `"duration_ms": N`},
		{`"(iat|exp|auth_time|updated_at)": [0-9]+`, `"$1": N`},
		{`"(updated_at|created_at)": "[^"]*"`, `"$1": "TIME"`},
		{`"(sid|at_hash|nonce)": "[^"]*"`, `"$1": "RANDOM"`},
	} {
		text = regexp.MustCompile(m.pattern).ReplaceAllString(text, m.word)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
}
