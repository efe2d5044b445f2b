package mockidp_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/oauth2"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/geoip"
	"example.com/postlogin/mockidp/mockidptest"
)

// address is where the built-in database puts city.
func address(t *testing.T, city string) string {
	t.Helper()
	for _, c := range geoip.Cities() {
		if c.Name == city {
			return c.Addr.String()
		}
	}
	t.Fatalf("the built-in database has no %q", city)
	return ""
}

func TestWorkshopActionRunsAsItIs(t *testing.T) {
	idp, rp := newPair(t)
	london, lagos := address(t, "London"), address(t, "Lagos")

	first := rp.mustLogin(mockidptest.NewBrowser(t), london)
	want := map[string]any{"login_count": 1.0, "last_login_city": "London", "last_login_country": "GB", "email": "ada@example.test"}
	for name, value := range want {
		if first.claims[name] != value {
			t.Errorf("first login: %s = %v, want %v", name, first.claims[name], value)
		}
	}
	second := rp.mustLogin(mockidptest.NewBrowser(t), lagos)
	if second.claims["login_count"] != 2.0 || second.claims["last_login_city"] != "Lagos" {
		t.Errorf("second login: %v", second.claims)
	}
	if n := idp.User("ada@example.test").LoginsCount; n != 2 {
		t.Errorf("stored count = %d, want 2", n)
	}
}

func TestClaimsGoIntoTheIDTokenOnly(t *testing.T) {
	idp, rp := newPair(t)
	res := rp.mustLogin(mockidptest.NewBrowser(t), address(t, "London"), oauth2.SetAuthURLParam("audience", "https://api.example.test"))
	if res.claims["login_count"] != 1.0 {
		t.Fatalf("ID token: %v", res.claims)
	}
	payload := decode(t, res.tokens.AccessToken)
	for _, name := range []string{"login_count", "last_login_city", "last_login_country"} {
		if v, ok := payload[name]; ok {
			t.Errorf("access token has %s = %v", name, v)
		}
	}
	if payload["sub"] != idp.User("ada@example.test").ID {
		t.Errorf("access token's sub = %v", payload["sub"])
	}
	// and the other way round
	idp.Deploy("post-login-claims", `exports.onExecutePostLogin = async (event, api) => { api.accessToken.setCustomClaim("plan", "gold") };`)
	res = rp.mustLogin(mockidptest.NewBrowser(t), address(t, "London"), oauth2.SetAuthURLParam("audience", "https://api.example.test"))
	if _, ok := res.claims["plan"]; ok || decode(t, res.tokens.AccessToken)["plan"] != "gold" {
		t.Errorf("plan: ID token %v, access token %v", res.claims["plan"], decode(t, res.tokens.AccessToken)["plan"])
	}
}

func TestUnknownPlaceLeavesTheClaimsOut(t *testing.T) {
	_, rp := newPair(t)
	for _, ip := range []string{"", "8.8.8.8"} { // this machine, and a network the built-in database does not know
		form := ip
		if ip != "" {
			form = "other"
		}
		b := mockidptest.NewBrowser(t)
		res, err := rp.loginFields(b, url.Values{"user": {"grace@example.test"}, "ip": {form}, "ip_other": {ip}, "action": {"login"}})
		if err != nil {
			t.Fatalf("from %q: %v", ip, err)
		}
		if _, ok := res.claims["last_login_city"]; ok || res.claims["login_count"] == nil {
			t.Errorf("from %q: claims %v", ip, res.claims)
		}
	}
}

func (rp *relyingParty) loginFields(b *mockidptest.Browser, fields url.Values) (*result, error) {
	rp.t.Helper()
	verifier := oauth2.GenerateVerifier()
	b.Get(rp.config.AuthCodeURL("s", oauth2.S256ChallengeOption(verifier))).Submit(fields)
	select {
	case got := <-rp.arrived:
		if got.Get("error") != "" {
			return nil, &refused{got.Get("error"), got.Get("error_description")}
		}
		return rp.redeem(rp.t.Context(), got.Get("code"), verifier)
	default:
		return nil, errors.New("no answer at the callback: " + b.Body)
	}
}

// workshopSnippet2 is the workshop's second block of code, word for word, with
// one closing brace too many.
const workshopSnippet2 = "const axios = require(\"axios\");\n" +
	"exports.onExecutePostLogin = async (event, api) => {\n" +
	"   //Send data to app via claim\n" +
	"   api.idToken.setCustomClaim(`stripeid`, event.user.app_metadata[\"stripe_cus\"]);\n" +
	"   api.idToken.setCustomClaim(`datalakeid`, event.user.app_metadata[\"lakeid\"]);\n" +
	"   api.idToken.setCustomClaim(`subscription`, event.user.app_metadata[\"subscription\"]);\n" +
	" }\n" +
	"};\n"

func TestSecondWorkshopSnippet(t *testing.T) {
	idp, rp := newPair(t)
	err := idp.Actions.Compile(t.Context(), "metadata", workshopSnippet2)
	var se *actions.SyntaxError
	if !errors.As(err, &se) || se.Line != 8 || se.Column != 1 || !strings.Contains(se.Hint, "one closing brace too many") {
		t.Fatalf("verbatim: %v, want a syntax error at 8:1 with the hint about the brace", err)
	}
	mended := strings.Replace(workshopSnippet2, " }\n};", "};", 1)
	if err := idp.Actions.Compile(t.Context(), "metadata", mended); err != nil {
		t.Fatalf("mended: %v", err)
	}
	idp.Deploy("metadata", mended)
	res := rp.mustLogin(mockidptest.NewBrowser(t), address(t, "London"))
	for name, want := range map[string]any{"stripeid": "cus_ada1815", "datalakeid": "lake-0042", "subscription": "premium", "login_count": 1.0} {
		if res.claims[name] != want {
			t.Errorf("%s = %v, want %v", name, res.claims[name], want)
		}
	}
}

// TestRefusedLogins: what Auth0 answers when an Action says no or fails. The
// login was counted all the same.
func TestRefusedLogins(t *testing.T) {
	tests := []struct{ name, code, want string }{
		{"deny gives its reason", `exports.onExecutePostLogin = async (event, api) => { api.access.deny("no customers here") };`, "no customers here"},
		{"throw gives the message", `exports.onExecutePostLogin = async () => { throw new Error("plan is missing") };`, "plan is missing"},
		{"a broken deploy gives the parser's message", "exports.onExecutePostLogin = async () => {\n  } }", "Unexpected token '}'"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			idp, rp := newPair(t, mockidptest.Empty)
			idp.Deploy("gate", tt.code)
			b := mockidptest.NewBrowser(t)
			_, err := rp.login(b, address(t, "London"))
			var no *refused
			if !errors.As(err, &no) || no.code != "access_denied" || !strings.Contains(no.description, tt.want) {
				t.Fatalf("got %v, want access_denied with %q", err, tt.want)
			}
			if n := idp.User("ada@example.test").LoginsCount; n != 1 {
				t.Errorf("count after the refused login = %d, want 1", n)
			}
			idp.Deploy("gate", mockidp.PostLoginClaims)
			res := rp.mustLogin(b, address(t, "London"), oauth2.SetAuthURLParam("prompt", "login"))
			if res.claims["login_count"] != 2.0 {
				t.Errorf("after mending: %v", res.claims)
			}
		})
	}
}

func TestMetadataIsSavedAlsoWhenDenied(t *testing.T) {
	idp, rp := newPair(t, mockidptest.Empty)
	idp.Deploy("count", `exports.onExecutePostLogin = async (event, api) => {
		api.user.setAppMetadata("seen", (event.user.app_metadata.seen || 0) + 1);
		api.user.setAppMetadata("lakeid", null);
		api.access.deny("not today");
	};`)
	if _, err := rp.login(mockidptest.NewBrowser(t), address(t, "London")); err == nil {
		t.Fatal("the login was not denied")
	}
	var meta map[string]any
	if err := json.Unmarshal(idp.User("ada@example.test").AppMetadata, &meta); err != nil {
		t.Fatal(err)
	}
	if _, there := meta["lakeid"]; there || meta["seen"] != 1.0 || meta["subscription"] != "premium" {
		t.Errorf("app_metadata = %v", meta)
	}
}

// TestSingleSignOnAndRefreshDoNotCount: Actions run, the number stays (Auth0:
// user profile structure, logins_count).
func TestSingleSignOnAndRefreshDoNotCount(t *testing.T) {
	_, rp := newPair(t)
	rp.config.Scopes = append(rp.config.Scopes, "offline_access")
	b := mockidptest.NewBrowser(t)
	rp.mustLogin(b, address(t, "Lagos"))
	again := rp.mustLogin(b, "") // the session answers: no login page
	if again.claims["login_count"] != 1.0 || again.claims["last_login_city"] != "Lagos" {
		t.Errorf("single sign-on: %v", again.claims)
	}
	silent := rp.mustLogin(b, "", oauth2.SetAuthURLParam("prompt", "none"))
	if silent.claims["login_count"] != 1.0 {
		t.Errorf("prompt=none: %v", silent.claims)
	}
	tokens, err := rp.config.TokenSource(t.Context(), &oauth2.Token{RefreshToken: again.tokens.RefreshToken}).Token()
	if err != nil {
		t.Fatal(err)
	}
	refreshed, err := rp.verify(t.Context(), tokens)
	if err != nil {
		t.Fatal(err)
	}
	if refreshed.claims["login_count"] != 1.0 || refreshed.claims["last_login_city"] != "Lagos" || refreshed.claims["auth_time"] != again.claims["auth_time"] {
		t.Errorf("refresh: %v", refreshed.claims)
	}
}

// TestUsersOwnLocationDatabase uses a file that this project did not make.
func TestUsersOwnLocationDatabase(t *testing.T) {
	path := filepath.Join("..", "..", "shared", "data", "GeoIP2-City-Test.mmdb")
	if _, err := os.Stat(path); err != nil {
		t.Skip("no foreign city database beside the checkout:", err)
	}
	_, rp := newPair(t, mockidptest.Tune(func(o *mockidp.Options) { o.GeoIPPath = path }))
	res, err := rp.loginFields(mockidptest.NewBrowser(t), url.Values{"user": {"ada@example.test"}, "ip": {"other"}, "ip_other": {"89.160.20.112"}, "action": {"login"}})
	if err != nil || res.claims["last_login_city"] != "Linköping" || res.claims["last_login_country"] != "SE" {
		t.Errorf("claims %v, %v; want Linköping, SE", res, err)
	}
}

func TestRunsAreKeptAndGuarded(t *testing.T) {
	idp, rp := newPair(t)
	rp.mustLogin(mockidptest.NewBrowser(t), address(t, "London"))
	get := func(path string, header http.Header) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, idp.Issuer+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header = header
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(body)
	}
	status, body := get("_mock/logins", http.Header{})
	var runs []struct {
		ID     string `json:"transaction_id"`
		Kind   string
		Record struct {
			Event  struct{ Stats map[string]int64 }
			Result struct {
				Runs []struct {
					Name     string
					Claims   []struct{ Name string }
					Commands []struct{ Line int }
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &runs); err != nil || status != http.StatusOK || len(runs) != 1 {
		t.Fatalf("list: %d %v %s", status, err, body)
	}
	got := runs[0]
	if got.Kind != "login" || got.Record.Event.Stats["logins_count"] != 1 || len(got.Record.Result.Runs) != 1 ||
		len(got.Record.Result.Runs[0].Claims) != 3 || got.Record.Result.Runs[0].Commands[0].Line != 2 {
		t.Errorf("run = %s", body)
	}
	if status, _ := get("_mock/logins/"+got.ID, http.Header{}); status != http.StatusOK {
		t.Errorf("one run: %d", status)
	}
	if status, _ := get("_mock/logins/none", http.Header{}); status != http.StatusNotFound {
		t.Errorf("unknown run: %d, want 404", status)
	}
	if status, _ := get("_mock/logins", http.Header{"Sec-Fetch-Site": {"cross-site"}}); status != http.StatusUnauthorized {
		t.Errorf("asked by another site's page: %d, want 401", status)
	}
}

func TestAdminTokenGuardsTheRuns(t *testing.T) {
	idp := mockidptest.New(t, mockidptest.Tune(func(o *mockidp.Options) { o.AdminToken = "s3cret" }))
	for token, want := range map[string]int{"": 401, "Bearer wrong": 401, "s3cret": 401, "Bearer s3cret": 200} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, idp.Issuer+"_mock/logins", nil)
		if err != nil {
			t.Fatal(err)
		}
		if token != "" {
			req.Header.Set("Authorization", token)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("Authorization %q: %d, want %d", token, resp.StatusCode, want)
		}
	}
}
