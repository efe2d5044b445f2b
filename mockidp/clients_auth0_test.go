package mockidp_test

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/mockidptest"
	"example.com/postlogin/mockidp/store"
)

// runAuth0 runs testdata/clients/auth0.mjs with in and returns what it prints.
func runAuth0(t *testing.T, in any, env []string, args ...string) string {
	t.Helper()
	needNode(t)
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", append([]string{"auth0.mjs"}, args...)...)
	cmd.Dir = filepath.Join("testdata", "clients")
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(body), t.Output()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("auth0.mjs %v: %v", args, err)
	}
	return string(out)
}

// compact is JSON in one form, members sorted.
func compact(t *testing.T, text string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The auth0 SDK from npm manages Actions and users. It speaks https only, so the
// provider stands behind TLS.
func TestTheAuth0SDKManagesTheTenant(t *testing.T) {
	needNode(t)
	var idp *mockidptest.Server
	front := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { idp.ServeHTTP(w, r) }))
	t.Cleanup(front.Close)
	idp = mockidptest.New(t, mockidptest.Empty, mockidptest.Tune(func(o *mockidp.Options) { o.Issuer = front.URL + "/" }))
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: front.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	in := map[string]string{"domain": strings.TrimPrefix(front.URL, "https://"), "client_id": idp.ClientID, "client_secret": idp.ClientSecret}
	got := runAuth0(t, in, []string{"NODE_EXTRA_CA_CERTS=" + ca}, "manage")
	want := `{
		"created": ["by-sdk", "built", false, ["KEY"], [{"name": "lodash", "version": "4.17.21"}]],
		"deployed": [1, true, "built"],
		"updated": [true, false, 1],
		"tested": [{"step": [2, "x@example.test", "[secret KEY]"]}, "ok"],
		"untested": ["BadRequestError", 400],
		"versions": [[2, true], [1, false]],
		"version": true,
		"rolled_back": 3,
		"bound": ["by-sdk"],
		"bindings": ["by-sdk"],
		"triggers": ["post-login"],
		"found": ["by-sdk"],
		"failed": ["NotFoundError", 404, "That action does not exist."],
		"broken": ["BadRequestError", 400],
		"user": ["new@example.test", {"plan": "free"}, "Username-Password-Authentication"],
		"changed": {"plan": "gold"},
		"got": true,
		"by_email": 1,
		"roles": ["editor"],
		"emails": ["ada@example.test", "bob@example.test", "grace@example.test", "new@example.test"],
		"gone": ["NotFoundError", 404, "inexistent_user"]
	}`
	if got, want := compact(t, got), compact(t, want); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	flow, err := idp.Store.Flow(t.Context(), mockidp.Trigger)
	if err != nil || len(flow) != 1 || flow[0].Name != "by-sdk" || flow[0].Number != 3 || flow[0].Secrets["KEY"] != "sesame" {
		t.Errorf("flow %+v, error %v", flow, err)
	}
	if _, err := idp.Store.UserByEmail(t.Context(), "new@example.test"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the deleted user: %v", err)
	}
}

// What Actions get from require("auth0") here is what the SDK itself gives: the
// cases of package actions for versions 4 and 7, run with the packages from npm.
func TestTheAuth0FacadeAnswersAsTheSDK(t *testing.T) {
	needNode(t)
	for pattern, sdk := range map[string]string{"auth0-v4-*.txtar": "auth0-legacy", "auth0-v5-*.txtar": "auth0"} {
		files, err := filepath.Glob(filepath.Join("actions", "testdata", "cases", pattern))
		if err != nil || len(files) == 0 {
			t.Fatal("no cases", pattern, err)
		}
		for _, file := range files {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
				archive, err := txtar.ParseFile(file)
				if err != nil {
					t.Fatal(err)
				}
				in := map[string]any{"user_id": "auth0|5f7c8ec7c33c6c004bbafe82", "secrets": map[string]string{}}
				var want struct {
					Claims json.RawMessage `json:"id_token"`
				}
				for _, f := range archive.Files {
					switch f.Name {
					case "action.js":
						in["action"] = string(f.Data)
					case "answers.json", "secrets.json":
						in[strings.TrimSuffix(f.Name, ".json")] = json.RawMessage(f.Data)
					case "want.json":
						if err := json.Unmarshal(f.Data, &want); err != nil {
							t.Fatal(err)
						}
					}
				}
				if got, want := compact(t, runAuth0(t, in, nil, "case", sdk)), compact(t, string(want.Claims)); got != want {
					t.Errorf("the SDK gave\n%s\nthe facade\n%s", got, want)
				}
			})
		}
	}
}
