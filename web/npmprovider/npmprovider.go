// Package npmprovider starts npm's oidc-provider for tests: an OpenID provider that
// others wrote and that knows nothing of this project. Its packages are installed by
// .ci/setup; the provider itself is testdata/provider.mjs.
package npmprovider

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// An App is what the provider must know of the one application that it serves.
type App struct {
	Home         string // its address, without a slash at the end; /callback and /backchannel-logout lie below it
	ClientID     string
	ClientSecret string
}

// Start starts the provider for app and returns its issuer; it ends with the test.
// Anyone may log in there: the login page is a form without fields. The ID token
// holds sub, name, email, email_verified and login_count (3). A test without Node.js
// or without the packages is skipped, and says what is missing; with CI=true that is
// a failure.
func Start(t *testing.T, app App) (issuer string) {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	dir := filepath.Join(filepath.Dir(here), "testdata")
	need(t, dir)
	cmd := exec.Command("node", "provider.mjs")
	cmd.Dir, cmd.Stderr = dir, t.Output()
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // it ends with its input
		stdin.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("provider.mjs: %v", err)
		}
	})
	err = json.NewEncoder(stdin).Encode(map[string]string{
		"client_id": app.ClientID, "client_secret": app.ClientSecret, "redirect_uri": app.Home + "/callback",
		"post_logout_redirect_uri": app.Home + "/", "backchannel_logout_uri": app.Home + "/backchannel-logout",
	})
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	var ready struct{ Issuer string }
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &ready) != nil {
		t.Fatalf("provider.mjs said %q instead of its issuer: %v", lines.Text(), lines.Err())
	}
	return ready.Issuer
}

func need(t *testing.T, dir string) {
	t.Helper()
	missing := ""
	if _, err := exec.LookPath("node"); err != nil {
		missing = "no node on the PATH"
	} else if _, err := os.Stat(filepath.Join(dir, "node_modules", "oidc-provider")); err != nil {
		missing = "the packages of web/npmprovider/testdata are not installed"
	}
	switch {
	case missing == "":
	case os.Getenv("CI") == "true":
		t.Fatalf("%s, and the test with a provider from npm may not be skipped here; .ci/setup installs both", missing)
	default:
		t.Skipf("%s; .ci/setup (part of make test) installs both", missing)
	}
}
