package mockidp_test

import (
	"errors"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/mockidptest"
)

// TestHostileActionsCostOneLogin deploys Actions that never end or eat all
// memory, in worker processes as in production. The login fails with a clear
// error, the next one with the Action mended works at once, and the server's own
// memory stays small.
func TestHostileActionsCostOneLogin(t *testing.T) {
	tests := []struct{ name, code, want string }{
		{"an endless loop", `exports.onExecutePostLogin = async () => { while (true) {} };`, "limit"},
		{"a loop inside the engine", `exports.onExecutePostLogin = async () => { Array.from({length: 1e9}).sort(); };`, ""},
		{"a memory bomb", `exports.onExecutePostLogin = async () => { const a = []; for (;;) a.push(new Array(1e5).fill("x")); };`, ""},
		{"one enormous buffer", `exports.onExecutePostLogin = async () => { new ArrayBuffer(2 ** 40); };`, ""},
		{"endless recursion", `const f = () => f() + 1; exports.onExecutePostLogin = async () => f();`, "call stack"},
	}
	idp, rp := newPair(t, mockidptest.Tune(func(o *mockidp.Options) {
		o.Runtime = actions.Config{Workers: 2, Limits: actions.Limits{Time: 5 * time.Second}} // of which a login that ends well needs little, also on a busy machine
	}))
	rp.mustLogin(mockidptest.NewBrowser(t), address(t, "London"))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			idp.Deploy("post-login-claims", tt.code)
			b := mockidptest.NewBrowser(t)
			_, err := rp.login(b, address(t, "London"))
			var no *refused
			if !errors.As(err, &no) || no.code != "access_denied" || !strings.Contains(no.description, tt.want) || no.description == "" {
				t.Fatalf("got %v, want access_denied with %q in its text", err, tt.want)
			}
			t.Log("error_description:", no.description)
			idp.Deploy("post-login-claims", mockidp.PostLoginClaims)
			res := rp.mustLogin(b, address(t, "London"), oauth2.SetAuthURLParam("prompt", "login"))
			if res.claims["last_login_city"] != "London" {
				t.Errorf("after mending: %v", res.claims)
			}
			if mb := residentMB(t); mb > 200 && !raceEnabled {
				t.Errorf("the server's own memory is %d MB, want below 200", mb)
			}
		})
	}
}

// residentMB is this process's resident memory.
func residentMB(t *testing.T) int {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Log("resident memory is read from /proc: not checked on", runtime.GOOS)
		return 0
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	kb, err := strconv.Atoi(strings.Fields(after)[0])
	if err != nil {
		t.Fatal(err)
	}
	return kb / 1024
}
