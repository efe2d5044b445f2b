package mockidp_test

import (
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/oauth2"

	"example.com/postlogin/mockidp/mockidptest"
	"example.com/postlogin/mockidp/store"
)

var update = flag.Bool("update", false, "write what the tests saw into testdata/event")

// typesOfEvent is JavaScript that lists the members of event with their types.
// A text that is a date is "date", one with a known form has its name.
const typesOfEvent = `
const forms = [[/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, "date"], [/^auth0\|[0-9a-f]{24}$/, "user id"], [/^con_/, "con_"], [/^org_/, "org_"], [/^\d+\.\d+\.\d+\.\d+$/, "address"]];
const types = (v, path, list) => {
	if (Array.isArray(v)) {
		if (v.length === 0) list.push(path + " []");
		v.forEach((item) => types(item, path + "[]", list));
	} else if (v !== null && typeof v === "object") {
		if (Object.keys(v).length === 0) list.push(path + " {}");
		for (const k of Object.keys(v)) types(v[k], path + "." + k, list);
	} else {
		const form = typeof v === "string" && forms.find(([r]) => r.test(v));
		list.push(path + " " + (v === null ? "null" : form ? form[1] : typeof v));
	}
	return list;
};
const see = (event, api) => api.idToken.setCustomClaim("types", [...new Set(types(event, "event", []))].sort());
`

// TestTheEventOfEachFlow compares the members that the event has in each flow,
// and their types, with testdata/event: presence is Auth0's ("Actions Triggers:
// post-login - Event Object").
func TestTheEventOfEachFlow(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {}))
	defer elsewhere.Close()
	idp, rp := newPair(t, mockidptest.Empty)
	rp.config.Scopes = append(rp.config.Scopes, "offline_access")
	org := &store.Organization{Name: "acme", DisplayName: "Acme Inc.", Metadata: map[string]string{"plan": "gold"}}
	for _, err := range []error{idp.Store.CreateOrganization(t.Context(), org), idp.Store.AddMembers(t.Context(), org.ID, idp.User("ada@example.test").ID)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	idp.Deploy("see", typesOfEvent+`exports.onExecutePostLogin = async (event, api) => { see(event, api); };`)
	b := newBrowser(t)
	res := rp.mustLogin(b, address(t, "London"), oauth2.SetAuthURLParam("organization", "acme"), oauth2.SetAuthURLParam("audience", "https://api.example.test"),
		oauth2.SetAuthURLParam("acr_values", "a"), oauth2.SetAuthURLParam("ui_locales", "en"), oauth2.SetAuthURLParam("login_hint", "ada@example.test"), oauth2.SetAuthURLParam("prompt", "login"))
	seen(t, "login", res.claims["types"])
	seen(t, "single-sign-on", rp.mustLogin(b, "").claims["types"])
	status, body := rp.token(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {res.tokens.RefreshToken}})
	if status != http.StatusOK {
		t.Fatal(status, body)
	}
	next := body["refresh_token"].(string)
	seen(t, "refresh", decode(t, body["id_token"].(string))["types"])
	if status, body = rp.token(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {next}}); status != http.StatusOK {
		t.Fatal(status, body)
	}
	seen(t, "second-refresh", decode(t, body["id_token"].(string))["types"])
	if status, body = rp.password(); status != http.StatusOK {
		t.Fatal(status, body)
	}
	seen(t, "password", decode(t, body["id_token"].(string))["types"])
	idp.Deploy("see", typesOfEvent+`exports.onExecutePostLogin = async (event, api) => { api.redirect.sendUserTo("`+elsewhere.URL+`/"); };
		exports.onContinuePostLogin = async (event, api) => { see(event, api); };`)
	verifier := oauth2.GenerateVerifier()
	b.Get(rp.config.AuthCodeURL("s", oauth2.S256ChallengeOption(verifier)))
	b.Get(idp.Issuer + "continue?own=1&state=" + url.QueryEscape(b.URL.Query().Get("state")))
	res, err := rp.redeem(t.Context(), (<-rp.arrived).Get("code"), verifier)
	if err != nil {
		t.Fatal(err)
	}
	seen(t, "continue", res.claims["types"])
}

func seen(t *testing.T, flow string, types any) {
	t.Helper()
	b, err := json.Marshal(types)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	if err := json.Unmarshal(b, &lines); err != nil {
		t.Fatal(err)
	}
	got := strings.Join(lines, "\n") + "\n"
	file := filepath.Join("testdata", "event", flow+".txt")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got == string(want) {
		return
	}
	wanted := strings.Split(strings.TrimSpace(string(want)), "\n")
	for _, line := range lines {
		if !slices.Contains(wanted, line) {
			t.Errorf("%s: %s is new", flow, line)
		}
	}
	for _, line := range wanted {
		if !slices.Contains(lines, line) {
			t.Errorf("%s: %s is gone", flow, line)
		}
	}
}
