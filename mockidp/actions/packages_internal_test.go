package actions

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
)

// The archive that the program carries holds the files that SHA256SUMS lists,
// and no others. Whether npm delivers these is for "make packed".
func TestPackagesAreWhatTheirSumsSay(t *testing.T) {
	text, err := os.ReadFile("npm/SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for line := range strings.Lines(string(text)) {
		sum, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		if !ok {
			t.Fatalf("npm/SHA256SUMS: expected a sum and a name, got %q", line)
		}
		want[name] = sum
	}
	err = fs.WalkDir(bundle(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(bundle(), name)
		if err != nil {
			return err
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(b)); got != want[name] {
			t.Errorf("%s has the sum %s, npm/SHA256SUMS says %q", name, got, want[name])
		}
		delete(want, name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range want {
		t.Errorf("%s is in npm/SHA256SUMS and not in the archive", name)
	}
}

// The versions that are named, locked and packed are the same, and each package
// comes with its licence.
func TestPackagesAreTheVersionsThatAreNamed(t *testing.T) {
	var lock struct {
		Packages map[string]struct{ Version string }
	}
	text, err := os.ReadFile("npm/package-lock.json")
	if err == nil {
		err = json.Unmarshal(text, &lock)
	}
	if err != nil {
		t.Fatal(err)
	}
	licences, err := os.ReadFile("npm/LICENSES.txt")
	if err != nil {
		t.Fatal(err)
	}
	for name, version := range bundledPackages {
		var packed struct{ Version string }
		text, err := fs.ReadFile(bundle(), name+"/package.json")
		if err == nil {
			err = json.Unmarshal(text, &packed)
		}
		if locked := lock.Packages["node_modules/"+name].Version; err != nil || packed.Version != version || locked != version {
			t.Errorf("%s: named %s, locked %q, packed %q, %v", name, version, locked, packed.Version, err)
		}
		if !strings.Contains(string(licences), "######## "+name+"\n") {
			t.Errorf("LICENSES.txt has no licence of %s", name)
		}
	}
}
