package mockidp_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/postlogin/mockidp/mockidptest"
)

// The relying parties of testdata/clients: openid-client, and
// express-openid-connect, which is Auth0's own.

// eachClient runs test with both of them, each against a provider of its own
// with an empty login flow. Without Node.js or the packages it skips, and says
// what is missing; with CI=true that is a failure.
func eachClient(t *testing.T, test func(t *testing.T, idp *mockidptest.Server, app *nodeApp), options ...mockidptest.Option) {
	t.Helper()
	needNode(t)
	for _, library := range []string{"openid-client", "express-openid-connect"} {
		t.Run(library, func(t *testing.T) {
			t.Parallel()
			app := startNodeApp(t, library)
			idp := mockidptest.New(t, append([]mockidptest.Option{mockidptest.Empty, mockidptest.RedirectURL(app.base + "/callback")}, options...)...)
			app.connect(idp)
			test(t, idp, app)
		})
	}
}

func needNode(t *testing.T) {
	t.Helper()
	missing := ""
	if _, err := exec.LookPath("node"); err != nil {
		missing = "no node on the PATH"
	} else if _, err := os.Stat(filepath.Join("testdata", "clients", "node_modules", "openid-client")); err != nil {
		missing = "the packages of mockidp/testdata/clients are not installed"
	}
	switch {
	case missing == "":
	case os.Getenv("CI") == "true":
		t.Fatalf("%s, and tests with clients from npm may not be skipped here; .ci/setup installs both", missing)
	default:
		t.Skipf("%s; .ci/setup (part of make test) installs both", missing)
	}
}

// nodeApp is a running relying party, and the browser of its only user.
type nodeApp struct {
	t       *testing.T
	base    string // http://127.0.0.1:port
	browser *mockidptest.Browser
	lines   *bufio.Scanner
	stdin   io.WriteCloser
}

func startNodeApp(t *testing.T, library string) *nodeApp {
	t.Helper()
	cmd := exec.Command("node", "clients.mjs", library)
	cmd.Dir = filepath.Join("testdata", "clients")
	cmd.Stderr = t.Output()
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
			t.Errorf("%s: %v", library, err)
		}
	})
	app := &nodeApp{t: t, browser: mockidptest.NewBrowser(t), lines: bufio.NewScanner(stdout), stdin: stdin}
	app.base = app.line()
	return app
}

func (app *nodeApp) line() string {
	app.t.Helper()
	if !app.lines.Scan() {
		app.t.Fatalf("the client ended: %v", app.lines.Err())
	}
	return app.lines.Text()
}

// connect tells the application about its provider and waits until it serves.
func (app *nodeApp) connect(idp *mockidptest.Server) {
	app.t.Helper()
	config := map[string]string{"issuer": idp.Issuer, "client_id": idp.ClientID, "client_secret": idp.ClientSecret}
	if err := json.NewEncoder(app.stdin).Encode(config); err != nil {
		app.t.Fatal(err)
	}
	if got := app.line(); got != "ready" {
		app.t.Fatalf("the client said %q, not ready", got)
	}
}

// clientAnswer is what the application shows after a login.
type clientAnswer struct {
	Error            string         `json:"error"`
	ErrorDescription string         `json:"error_description"`
	Claims           map[string]any `json:"claims"`
	Scope            string         `json:"scope"`
	AccessToken      string         `json:"access_token"`
	Rotated          bool           `json:"rotated"`
}

// open goes to a page of the application, and fills in the login page if that is
// where it ends up.
func (app *nodeApp) open(path string) *mockidptest.Browser {
	app.t.Helper()
	b := app.browser.Get(app.base + path)
	if b.URL.Path == "/u/login" {
		b.Submit(url.Values{"user": {"ada@example.test"}, "ip": {address(app.t, "London")}, "action": {"login"}})
	}
	return b
}

// answer reads the application's JSON from the page that the browser shows.
func (app *nodeApp) answer() clientAnswer {
	app.t.Helper()
	var a clientAnswer
	if err := json.Unmarshal([]byte(app.browser.Body), &a); err != nil || !strings.HasPrefix(app.browser.URL.String(), app.base) {
		app.t.Fatalf("%s (%d) is no answer of the application: %s", app.browser.URL, app.browser.Status, app.browser.Body)
	}
	return a
}

// login is one whole login without a stop on the way.
func (app *nodeApp) login(query string) clientAnswer {
	app.t.Helper()
	app.open("/login" + query)
	return app.answer()
}

// mustLogin is login for one that has to succeed.
func (app *nodeApp) mustLogin(query string) clientAnswer {
	app.t.Helper()
	a := app.login(query)
	if a.Error != "" {
		app.t.Fatalf("%s: %s", a.Error, a.ErrorDescription)
	}
	return a
}

func (app *nodeApp) get(path string) clientAnswer {
	app.t.Helper()
	app.browser.Get(app.base + path)
	return app.answer()
}

// wantClaim compares one claim, printed.
func (a clientAnswer) wantClaim(t *testing.T, name string, want any) {
	t.Helper()
	if got := fmt.Sprint(a.Claims[name]); got != fmt.Sprint(want) {
		t.Errorf("claim %s = %s, want %v; all claims: %v; error: %s %s", name, got, want, a.Claims, a.Error, a.ErrorDescription)
	}
}
