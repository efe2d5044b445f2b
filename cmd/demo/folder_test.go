package main

import (
	"bufio"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/mockidptest"
)

// keepIn lets a stack keep its database in the folder, as the command does.
func keepIn(data string) func(*options) {
	return func(o *options) { o.data, o.databaseURL = data, "file:"+filepath.Join(data, "mockidp.db") }
}

// TestFreshLeavesARunningDemoAlone: a second start on the same ports ends with an
// error, and the files of the first one are still there.
func TestFreshLeavesARunningDemoAlone(t *testing.T) {
	data := t.TempDir()
	s := openStack(t, keepIn(data))
	before, err := os.Stat(filepath.Join(data, "mockidp.db"))
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"--listen", s.appLn.Addr().String(), "--idp-listen", "127.0.0.1:0"},
		{"--listen", "127.0.0.1:0", "--idp-listen", s.idpLn.Addr().String()},
	} {
		err := run(t.Context(), append(args, "--fresh", "--data", data), nil, t.Output())
		if err == nil || !strings.Contains(err.Error(), "already in use") {
			t.Errorf("%v: %v, want the port to be taken", args, err)
		}
	}
	after, err := os.Stat(filepath.Join(data, "mockidp.db"))
	if err != nil || !os.SameFile(before, after) {
		t.Errorf("the running demo has lost its database: %v", err)
	}
}

// TestFreshOnOtherPorts: what a start with --fresh is told to do when the ports are taken
// does not cost the running demo its files, however the folder's name is written.
func TestFreshOnOtherPorts(t *testing.T) {
	data := t.TempDir()
	s := openStack(t, keepIn(data))
	b := mockidptest.NewBrowser(t)
	b.Get(s.appURL + "/login").Submit(url.Values{"ip": {cityIP(t, s, "London")}, "action": {"login"}})
	for _, name := range []string{data, filepath.Join(data, "sessions") + "/../"} {
		o := options{appListen: "127.0.0.1:0", idpListen: "127.0.0.1:0", fresh: true, seed: mockidp.SeedDemo, log: slog.New(slog.DiscardHandler)}
		keepIn(name)(&o)
		second, err := open(t.Context(), o)
		if err == nil {
			second.close()
		}
		if err == nil || !strings.HasPrefix(err.Error(), name+" is in use by another demo") || !strings.HasSuffix(err.Error(), "--data "+data+"-2") {
			t.Errorf("%s: %v, want the folder to be in use", name, err)
		}
	}
	if b.Get(s.appURL + "/profile"); b.Status != http.StatusOK || b.Text("login_count") != "1" {
		t.Errorf("the running demo has lost its sessions: %d at %s", b.Status, b.URL)
	}
	if _, err := os.Stat(filepath.Join(data, "mockidp.db")); err != nil {
		t.Errorf("the running demo has lost its database: %v", err)
	}
}

// TestTwoDemosShareAFolder: without --fresh they always could, and count together.
func TestTwoDemosShareAFolder(t *testing.T) {
	data := t.TempDir()
	for i, s := range []*stack{openStack(t, keepIn(data)), openStack(t, keepIn(data))} {
		b := mockidptest.NewBrowser(t)
		b.Get(s.appURL + "/login").Submit(url.Values{"ip": {cityIP(t, s, "London")}, "action": {"login"}})
		if got := b.Text("login_count"); got != string(rune('1'+i)) {
			t.Errorf("login_count at demo %d = %q", i+1, got)
		}
	}
}

// TestFreshAfterAKilledDemo: a demo in a process of its own holds the folder until it is
// killed, and not longer.
func TestFreshAfterAKilledDemo(t *testing.T) {
	data := t.TempDir()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe, "--listen", "127.0.0.1:0", "--idp-listen", "127.0.0.1:0", "--data", data)
	cmd.Env = append(os.Environ(), demoProcess+"=1")
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := bufio.NewReader(out)
	for line := ""; !strings.HasPrefix(line, "ready in"); {
		if line, err = said.ReadString('\n'); err != nil {
			t.Fatalf("the demo did not start: %v, %v", err, cmd.Wait())
		}
		t.Log(strings.TrimSpace(line))
	}
	// What --fresh deletes, by its name.
	marker := filepath.Join(data, "mockidp.db-marker")
	if err := os.WriteFile(marker, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := forget(data); err == nil || !strings.Contains(err.Error(), "in use by another demo") {
		t.Errorf("while it runs: %v, want the folder to be in use", err)
	}
	if _, err := os.Stat(marker); err != nil {
		t.Errorf("while it runs, files of the folder were deleted: %v", err)
	}

	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, said)
	cmd.Wait() // its error says that it was killed
	openStack(t, keepIn(data), func(o *options) { o.fresh = true })
	if _, err := os.Stat(marker); !os.IsNotExist(err) {
		t.Errorf("after it was killed, --fresh has left the old files: %v", err)
	}
}
