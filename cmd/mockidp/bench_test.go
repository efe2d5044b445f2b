package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// BenchmarkActionsTest is "mockidp actions test" with the seed's Action, from
// process start to exit; it should stay far below 0.3 s.
func BenchmarkActionsTest(b *testing.B) {
	program := filepath.Join(b.TempDir(), "mockidp")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		b.Fatalf("go build: %v\n%s", err, out)
	}
	action, err := filepath.Abs("../../mockidp/seed/post-login-claims.js")
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	for b.Loop() {
		cmd := exec.Command(program, "actions", "test", action)
		cmd.Dir, cmd.Stderr = dir, os.Stderr
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
	}
}
