package mockidp_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"example.com/postlogin/mockidp/mockidptest"
	"example.com/postlogin/mockidp/store"
)

// What the provider does around the Actions: rows of Auth0's behaviour that no
// case of package actions can show. docs/testing.md lists them all.

// token asks the token endpoint and returns status and answer.
func (rp *relyingParty) token(form url.Values) (int, map[string]any) {
	rp.t.Helper()
	form.Set("client_id", rp.config.ClientID)
	form.Set("client_secret", rp.config.ClientSecret)
	resp, err := http.PostForm(rp.config.Endpoint.TokenURL, form)
	if err != nil {
		rp.t.Fatal(err)
	}
	defer resp.Body.Close()
	var body map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		rp.t.Fatal(err)
	}
	return resp.StatusCode, body
}

func (rp *relyingParty) password() (int, map[string]any) {
	return rp.token(url.Values{"grant_type": {"password"}, "username": {"ada@example.test"}, "password": {"workshop"}, "scope": {"openid profile email offline_access"}})
}

func tell(claims string) string {
	return `exports.onExecutePostLogin = async (event, api) => { api.idToken.setCustomClaim("told", ` + claims + `); };`
}

func told(t *testing.T, claims map[string]any) string {
	t.Helper()
	b, err := json.Marshal(claims["told"])
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The password grant counts, has no session, and nobody to send anywhere.
func TestThePasswordGrantRunsActionsAndCounts(t *testing.T) {
	idp, rp := newPair(t, mockidptest.Empty)
	idp.Deploy("tell", tell(`[event.stats.logins_count, event.transaction.protocol, event.request.method, typeof event.session, typeof event.refresh_token,
		api.redirect.canRedirect(), event.request.body.username, event.request.body.password ?? "hidden", event.authentication.methods.map((m) => m.name)]`))
	for _, count := range []string{"1", "2"} {
		status, body := rp.password()
		if status != http.StatusOK {
			t.Fatalf("%d %v", status, body)
		}
		want := `[` + count + `,"oauth2-password","POST","undefined","undefined",false,"ada@example.test","hidden",["pwd"]]`
		if got := told(t, decode(t, body["id_token"].(string))); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	idp.Deploy("tell", `exports.onExecutePostLogin = async (event, api) => { api.access.deny("office hours only"); };`)
	if status, body := rp.password(); status != http.StatusForbidden || body["error"] != "access_denied" || body["error_description"] != "office hours only" {
		t.Errorf("denied: %d %v", status, body)
	}
	if n := idp.User("ada@example.test").LoginsCount; n != 3 {
		t.Errorf("count %d, want 3: a denied login counts", n)
	}
	for call, want := range map[string]string{
		`api.redirect.sendUserTo("https://x.test/")`:           "interaction_required",
		`api.multifactor.enable("any")`:                        "mfa_required",
		`api.idToken.setCustomClaim("x", "y".repeat(100_001))`: "access_denied",
		`throw new Error("broken")`:                            "access_denied",
	} {
		idp.Deploy("tell", `exports.onExecutePostLogin = async (event, api) => { `+call+`; };`)
		if status, body := rp.password(); status < 400 || body["error"] != want {
			t.Errorf("%s: %d %v, want %s", call, status, body, want)
		}
	}
}

// The refresh token exchange has event.refresh_token, does not count, and can be
// denied or revoked.
func TestTheRefreshExchangeCanBeDeniedAndRevoked(t *testing.T) {
	idp, rp := newPair(t, mockidptest.Empty)
	rp.config.Scopes = append(rp.config.Scopes, "offline_access")
	idp.Deploy("tell", tell(`[typeof event.refresh_token, event.transaction.protocol, event.stats.logins_count, event.refresh_token?.client_id === event.client.client_id,
		typeof event.refresh_token?.created_at, typeof event.refresh_token?.last_exchanged_at, api.redirect.canRedirect(), event.request.method]`))
	res := rp.mustLogin(newBrowser(t), address(t, "London"))
	if got, want := told(t, res.claims), `["undefined","oidc-basic-profile",1,false,"undefined","undefined",true,"GET"]`; got != want {
		t.Errorf("login: %s", got)
	}
	refresh := func(token string) (int, map[string]any) {
		return rp.token(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}})
	}
	token := res.tokens.RefreshToken
	for _, last := range []string{"undefined", "string"} {
		status, body := refresh(token)
		if status != http.StatusOK {
			t.Fatalf("%d %v", status, body)
		}
		want := `["object","oauth2-refresh-token",1,true,"string","` + last + `",false,"POST"]`
		if got := told(t, decode(t, body["id_token"].(string))); got != want {
			t.Errorf("refresh: %s, want %s", got, want)
		}
		token, _ = body["refresh_token"].(string)
	}
	idp.Deploy("tell", `exports.onExecutePostLogin = async (event, api) => { api.access.deny("not now"); };`)
	if status, body := refresh(token); status != http.StatusForbidden || body["error"] != "access_denied" || body["error_description"] != "not now" {
		t.Errorf("denied: %d %v", status, body)
	}
	idp.Deploy("tell", `exports.onExecutePostLogin = async (event, api) => { api.refreshToken.revoke("stolen"); };`)
	idp.Deploy("later", `exports.onExecutePostLogin = async (event, api) => { api.user.setAppMetadata("later", true); };`)
	if status, body := refresh(token); status != http.StatusForbidden || body["error"] != "access_denied" || body["error_description"] != "stolen" {
		t.Errorf("revoked: %d %v", status, body)
	}
	idp.Deploy("tell", `exports.onExecutePostLogin = async () => {};`)
	if status, body := refresh(token); body["error"] != "invalid_grant" {
		t.Errorf("after the revocation: %d %v", status, body)
	}
	if meta := string(idp.User("ada@example.test").AppMetadata); strings.Contains(meta, "later") {
		t.Errorf("an Action after the revocation ran: %s", meta)
	}
}

// Actions run when the authorization completes: what is deployed between it and
// the code exchange changes nothing, and client_credentials runs none.
func TestTheCodeExchangeRunsNoActions(t *testing.T) {
	idp, rp := newPair(t, mockidptest.Empty)
	idp.Deploy("tell", tell(`"at the login"`))
	verifier := oauth2.GenerateVerifier()
	b := newBrowser(t)
	b.Get(rp.config.AuthCodeURL("s", oauth2.S256ChallengeOption(verifier))).Submit(url.Values{"user": {"ada@example.test"}, "ip": {address(t, "London")}, "action": {"login"}})
	code := (<-rp.arrived).Get("code")
	idp.Deploy("tell", `exports.onExecutePostLogin = async (event, api) => { api.access.deny("later"); };`)
	res, err := rp.redeem(t.Context(), code, verifier)
	if err != nil || told(t, res.claims) != `"at the login"` {
		t.Errorf("%v %v", err, res)
	}
	if status, body := rp.token(url.Values{"grant_type": {"client_credentials"}, "audience": {idp.Issuer + "api/v2/"}}); status != http.StatusOK {
		t.Errorf("client_credentials: %d %v", status, body)
	}
	if n := idp.User("ada@example.test").LoginsCount; n != 1 {
		t.Errorf("count %d", n)
	}
}

// A login that Actions refuse or break has a session all the same: a silent one
// succeeds as soon as the Action lets it.
func TestASessionOutlivesARefusedLogin(t *testing.T) {
	for name, code := range map[string]string{
		"denied": `exports.onExecutePostLogin = async (event, api) => { api.access.deny("no"); };`,
		"thrown": `throw new Error("at load"); exports.onExecutePostLogin = async () => {};`,
		"claims of more than 100 kB": `exports.onExecutePostLogin = async (event, api) => {
			for (let i = 0; i < 11; i++) api.accessToken.setCustomClaim("c" + i, "x".repeat(10_000));
			api.user.setAppMetadata("saved", true);
		};`,
	} {
		t.Run(name, func(t *testing.T) {
			idp, rp := newPair(t, mockidptest.Empty)
			idp.Deploy("gate", code)
			b := newBrowser(t)
			_, err := rp.login(b, address(t, "London"))
			var no *refused
			if !errors.As(err, &no) || no.code != "access_denied" || no.description == "" {
				t.Fatalf("got %v", err)
			}
			if strings.Contains(string(idp.User("ada@example.test").AppMetadata), "saved") {
				t.Error("a failed login saved metadata")
			}
			idp.Deploy("gate", tell(`[event.stats.logins_count, event.authentication.methods.map((m) => m.name), event.transaction.prompt]`))
			res := rp.mustLogin(b, "", oauth2.SetAuthURLParam("prompt", "none"))
			if got := told(t, res.claims); got != `[1,["pwd"],["none"]]` {
				t.Errorf("silent login: %s", got)
			}
		})
	}
}

// Custom claims of the ID token appear at userinfo, namespaced or not; those of
// an access token without an audience can be seen by nobody.
func TestUserinfoHasTheCustomClaims(t *testing.T) {
	idp, rp := newPair(t, mockidptest.Empty)
	idp.Deploy("claims", `exports.onExecutePostLogin = async (event, api) => {
		api.idToken.setCustomClaim("plan", "gold").idToken.setCustomClaim("https://x.test/roles", ["a"]).idToken.setCustomClaim("roles", ["reserved"]);
		api.accessToken.setCustomClaim("secret_plan", 1);
	};`)
	res := rp.mustLogin(newBrowser(t), address(t, "London"))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, rp.provider.UserInfoEndpoint(), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+res.tokens.AccessToken)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var info map[string]any
	if err := json.Unmarshal(b, &info); err != nil {
		t.Fatalf("%v %s", err, b)
	}
	if info["plan"] != "gold" || info["https://x.test/roles"] == nil || info["roles"] != nil || info["secret_plan"] != nil {
		t.Errorf("userinfo %s", b)
	}
	if strings.Count(res.tokens.AccessToken, ".") != 0 {
		t.Errorf("the access token is not opaque: %s", res.tokens.AccessToken)
	}
}

// A method that an Action records belongs to the session: later logins see it.
func TestARecordedMethodStaysInTheSession(t *testing.T) {
	idp, rp := newPair(t, mockidptest.Empty)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {}))
	defer elsewhere.Close()
	page := elsewhere.URL + "/solve"
	idp.Deploy("captcha", `exports.onExecutePostLogin = async (event, api) => {
		const done = event.authentication.methods.find((m) => m.name === "`+page+`");
		if (!done) return api.redirect.sendUserTo("`+page+`");
		api.idToken.setCustomClaim("told", [done.name, done.url, typeof done.timestamp, event.authentication.methods.length]);
	};
	exports.onContinuePostLogin = async (event, api) => {
		api.authentication.recordMethod("`+page+`");
		api.idToken.setCustomClaim("told", "just now");
	};`)
	b := newBrowser(t)
	verifier := oauth2.GenerateVerifier()
	b.Get(rp.config.AuthCodeURL("s", oauth2.S256ChallengeOption(verifier))).Submit(url.Values{"user": {"ada@example.test"}, "ip": {address(t, "London")}, "action": {"login"}})
	state := b.URL.Query().Get("state")
	b.Get(idp.Issuer + "continue?state=" + url.QueryEscape(state))
	res, err := rp.redeem(t.Context(), (<-rp.arrived).Get("code"), verifier)
	if err != nil || told(t, res.claims) != `"just now"` {
		t.Fatalf("%v %+v", err, res)
	}
	res = rp.mustLogin(b, "")
	if got, want := told(t, res.claims), `["`+page+`","`+page+`","string",2]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Only the deployed version runs, and a draft changes nothing.
func TestADraftDoesNotRun(t *testing.T) {
	idp, rp := newPair(t, mockidptest.Empty)
	idp.Deploy("tell", tell(`"deployed"`))
	list, err := idp.Store.Actions(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	draft := tell(`"draft"`)
	if _, err := idp.Store.EditAction(t.Context(), list[0].ID, store.ActionPatch{Code: &draft}, time.Now()); err != nil {
		t.Fatal(err)
	}
	if got := told(t, rp.mustLogin(newBrowser(t), address(t, "London")).claims); got != `"deployed"` {
		t.Errorf("got %s", got)
	}
}
