package main

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/store"
)

func TestMain(m *testing.M) {
	actions.ServeIfWorker()
	testscript.Main(m, map[string]func(){"mockidp": main})
}

func TestWrongSettingsStopTheStart(t *testing.T) {
	t.Chdir(t.TempDir())
	tests := []struct {
		name string
		args []string
		env  []string
		want []string // in the error
	}{
		{"all wrong values at once", nil, []string{"MOCKIDP_ISSUER=localhost:9400", "MOCKIDP_SEED=lots", "MOCKIDP_ALG=HS256"},
			[]string{"MOCKIDP_ISSUER: ", "Write http://localhost:9400/", "MOCKIDP_SEED: expected demo or empty", "MOCKIDP_ALG: expected RS256 or ES256"}},
		{"an issuer without its slash", []string{"--issuer", "http://localhost:9400"}, nil, []string{"--issuer: ", "Write http://localhost:9400/"}},
		{"a network address without a token", []string{"--listen", "0.0.0.0:0"}, nil, []string{"MOCKIDP_ADMIN_TOKEN", "other machines"}},
		{"all interfaces written short", []string{"--listen", ":0"}, nil, []string{"MOCKIDP_ADMIN_TOKEN"}},
		{"an Action's limits", nil, []string{"MOCKIDP_ACTIONS_TIMEOUT=20", "MOCKIDP_ACTIONS_WORKERS=0", "MOCKIDP_NODE_MODULES=/nonexistent"},
			[]string{`MOCKIDP_ACTIONS_TIMEOUT: expected a time like 20s or 500ms, got "20"`, "MOCKIDP_ACTIONS_WORKERS: expected a number from 1 to 64", "MOCKIDP_NODE_MODULES: expected a folder, and there is no /nonexistent"}},
		{"an unknown command", []string{"serv"}, nil, []string{`no command "serv"`}},
		{"a location database that is not there", nil, []string{"MOCKIDP_GEOIP_DB=/nonexistent.mmdb", "MOCKIDP_DATABASE_URL=memory:", "MOCKIDP_LISTEN=127.0.0.1:0"}, []string{"/nonexistent.mmdb"}},
		{"an unknown database", nil, []string{"MOCKIDP_DATABASE_URL=mysql://x", "MOCKIDP_LISTEN=127.0.0.1:0"}, []string{"mysql"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var stderr bytes.Buffer
			err := run(t.Context(), tt.args, tt.env, &stderr, &stderr)
			if err == nil {
				t.Fatal("it started")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q lacks %q", err, want)
				}
			}
		})
	}
}

func TestNetworkAddressIsAllowedWithATokenOrOnPurpose(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, env := range [][]string{{"MOCKIDP_ADMIN_TOKEN=s"}, {"MOCKIDP_DASHBOARD=open"}} {
		if _, err := parse([]string{"--listen", "0.0.0.0:9400"}, env, t.Output()); err != nil {
			t.Errorf("%s: %v", env, err)
		}
	}
}

func TestConfigPrintsSourcesAndHidesSecrets(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile(".env", []byte("MOCKIDP_SEED=empty\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, stderr bytes.Buffer
	err := run(t.Context(), []string{"config", "--alg", "ES256"}, []string{"MOCKIDP_ADMIN_TOKEN=hush", "MOCKIDP_SEEED=x"}, &out, &stderr)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`MOCKIDP_SEED +empty +\.env MOCKIDP_SEED`, `MOCKIDP_ALG +ES256 +flag --alg`, `MOCKIDP_ADMIN_TOKEN +\(hidden\) +environment`, `MOCKIDP_LISTEN +127\.0\.0\.1:9400 +default`} {
		if !regexp.MustCompile(want).MatchString(out.String()) {
			t.Errorf("no line like %q in:\n%s", want, &out)
		}
	}
	if strings.Contains(out.String(), "hush") {
		t.Error("the token is printed")
	}
	if !strings.Contains(stderr.String(), "did you mean MOCKIDP_SEED?") {
		t.Errorf("no warning about the misspelt name: %q", &stderr)
	}
}

// console collects output and tells when a line arrived.
type console struct {
	mu    sync.Mutex
	text  strings.Builder
	ready chan struct{}
}

func (c *console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := strings.Contains(c.text.String(), "\nready in")
	c.text.Write(p)
	if !before && strings.Contains(c.text.String(), "\nready in") {
		close(c.ready)
	}
	return len(p), nil
}

func (c *console) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.String()
}

// freePort is one that nobody listens at. The issuer has it in its name, so it must
// be known before the program starts.
func freePort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, port, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func TestServeGreetsAnswersAndStops(t *testing.T) {
	t.Chdir(t.TempDir())
	out := &console{ready: make(chan struct{})}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	port := freePort(t)
	env := []string{"MOCKIDP_LISTEN=127.0.0.1:" + port, "MOCKIDP_ISSUER=http://localhost:" + port + "/", "MOCKIDP_DATABASE_URL=memory:"}
	go func() { ended <- run(ctx, nil, env, out, out) }()
	select {
	case <-out.ready:
	case err := <-ended:
		t.Fatalf("ended: %v\n%s", err, out)
	}
	for _, want := range []string{"for testing only", "http://localhost:" + port + "/", "demo-app / demo-secret", "ada@example.test", "bob@example.test (blocked)", "password: workshop"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the greeting lacks %q:\n%s", want, out)
		}
	}
	if err := run(t.Context(), []string{"ready", "--wait", "--timeout", "1m"}, env, out, out); err != nil {
		t.Errorf("ready: %v", err)
	}
	resp, err := http.Get("http://127.0.0.1:" + port + "/.well-known/openid-configuration")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("discovery: %s", resp.Status)
	}
	if err := run(t.Context(), nil, env, t.Output(), t.Output()); err == nil || !strings.Contains(err.Error(), "port "+port+" is already in use") {
		t.Errorf("second start on the same port: %v", err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("stop: %v", err)
	}
	if err := run(t.Context(), []string{"ready"}, env, out, out); err == nil {
		t.Error("ready says yes after the stop")
	}
}

// TestServeKnowsAMovedApplication: MOCKIDP_APP_URL counts also for a database that was
// filled when it was another one.
func TestServeKnowsAMovedApplication(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, app := range []string{"http://localhost:3000", "http://app.test:8080"} {
		out := &console{ready: make(chan struct{})}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		env := []string{"MOCKIDP_LISTEN=127.0.0.1:39418", "MOCKIDP_ISSUER=http://localhost:39418/", "MOCKIDP_DATABASE_URL=file:./idp.db", "MOCKIDP_APP_URL=" + app}
		go func() { ended <- run(ctx, nil, env, out, out) }()
		select {
		case <-out.ready:
		case err := <-ended:
			t.Fatalf("ended: %v\n%s", err, out)
		}
		resp, err := http.DefaultTransport.RoundTrip(newGet(t, "http://127.0.0.1:39418/authorize?client_id=demo-app&response_type=code&scope=openid&redirect_uri="+url.QueryEscape(app+"/callback")))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if to := resp.Header.Get("Location"); !strings.HasPrefix(to, "/u/login") {
			t.Errorf("%s: %s, to %q, want the login page", app, resp.Status, to)
		}
		stop()
		if err := <-ended; err != nil {
			t.Errorf("stop: %v", err)
		}
	}
}

func newGet(t *testing.T, address string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestActionsDeploy(t *testing.T) {
	t.Chdir(t.TempDir())
	env := []string{"MOCKIDP_DATABASE_URL=file:./idp.db"}
	write := func(name, code string) {
		if err := os.WriteFile(name, []byte(code), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("greet.js", "exports.onExecutePostLogin = async (event, api) => {\n };\n}\n")
	err := run(t.Context(), []string{"actions", "deploy", "greet.js"}, env, t.Output(), t.Output())
	if err == nil || !strings.Contains(err.Error(), "greet.js:3:1") || !strings.Contains(err.Error(), "one closing brace too many") {
		t.Errorf("a brace too many: %v", err)
	}
	write("greet.js", `exports.onExecutePostLogin = async (event, api) => {};`)
	for _, want := range []string{"1  post-login-claims v1\n  2  greet v1", "1  post-login-claims v1\n  2  greet v2"} { // as after the start of a server
		var out bytes.Buffer
		if err := run(t.Context(), []string{"actions", "deploy", "greet.js"}, env, &out, t.Output()); err != nil || !strings.Contains(out.String(), want) {
			t.Errorf("deploy: %v, %q; want %q", err, &out, want)
		}
	}
	for _, args := range [][]string{{"actions"}, {"actions", "deploy"}, {"actions", "deploy", "--alg"}, {"actions", "deploy", "nothing.js"}, {"actions", "deploy", "--database-url", "memory:", "greet.js"}} {
		if err := run(t.Context(), args, env, t.Output(), t.Output()); err == nil {
			t.Errorf("%q was accepted", args)
		}
	}
}

func TestDeployLosesNoDraft(t *testing.T) {
	t.Chdir(t.TempDir())
	env := []string{"MOCKIDP_DATABASE_URL=file:./idp.db"}
	deploy := func(code string, flags ...string) error {
		if err := os.WriteFile("greet.js", []byte(code), 0o600); err != nil {
			t.Fatal(err)
		}
		return run(t.Context(), append([]string{"actions", "deploy", "greet.js"}, flags...), env, t.Output(), t.Output())
	}
	const first, second, draft = "exports.onExecutePostLogin = async () => {};", "exports.onExecutePostLogin = async () => { 2 };", "exports.onExecutePostLogin = async () => { 'mine' };"
	if err := deploy(first); err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(t.Context(), "file:./idp.db")
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	greet := func() *store.Action {
		t.Helper()
		a, err := st.ActionByName(t.Context(), "greet")
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	save := func(code string) {
		t.Helper()
		if err := st.SaveDraft(t.Context(), greet().ID, code, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	save(draft)
	if err := deploy(second); err == nil || !strings.Contains(err.Error(), "never deployed") || !strings.Contains(err.Error(), "--replace-draft") {
		t.Errorf("deploying over a draft: %v", err)
	}
	if a := greet(); a.Code != draft || a.DeployedVersion != 1 {
		t.Errorf("after the refusal the draft is %q and version %d is deployed", a.Code, a.DeployedVersion)
	}
	if err := deploy(second, "--replace-draft"); err != nil || greet().Code != second {
		t.Errorf("on purpose: %v, %q", err, greet().Code)
	}
	save(first) // which version 1 has
	if err := deploy(draft); err != nil || greet().DeployedVersion != 3 {
		t.Errorf("over a draft that a version has: %v, version %d", err, greet().DeployedVersion)
	}
	save(second + " // and on")
	if err := deploy(second + " // and on"); err != nil {
		t.Errorf("the draft itself: %v", err)
	}
}
