package mockidp_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"example.com/postlogin/mockidp/mockidptest"
)

// admin sends a request to /_mock/ from this machine and reads the JSON answer into v.
func admin(t *testing.T, method, address, body string, v any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var text bytes.Buffer
	if _, err := text.ReadFrom(resp.Body); err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode > 299 {
		t.Fatalf("%s %s: %d %s", method, address, resp.StatusCode, &text)
	}
	if v != nil {
		if err := json.Unmarshal(text.Bytes(), v); err != nil {
			t.Fatalf("%s %s: %v in %s", method, address, err, &text)
		}
	}
}

// What Actions send stays here, is on record with the login, and is answered by rule.
func TestRequestsOfActionsAreCaptured(t *testing.T) {
	idp, rp := newPair(t)
	idp.Deploy("post-login-claims", `exports.onExecutePostLogin = async (event, api) => {
		const res = await fetch("https://crm.example.com/users/" + event.user.nickname, { method: "PUT", body: "hello", headers: { Authorization: "Bearer sesame" } });
		api.idToken.setCustomClaim("answer", [res.status, await res.json()]);
	};`)
	res := rp.mustLogin(newBrowser(t), address(t, "London"))
	if got, _ := json.Marshal(res.claims["answer"]); string(got) != `[200,{}]` {
		t.Errorf("answer %s, want 200 {}", got)
	}
	admin(t, http.MethodPut, idp.Issuer+"_mock/outbox/rules", `[{"method":"PUT","url":"https://crm.example.com/*","status":418,"body":"{\"tea\":true}"}]`, nil)
	res = rp.mustLogin(newBrowser(t), address(t, "London"))
	if got, _ := json.Marshal(res.claims["answer"]); string(got) != `[418,{"tea":true}]` {
		t.Errorf("answer %s, want that of the rule", got)
	}
	var raw json.RawMessage
	admin(t, http.MethodGet, idp.Issuer+"_mock/outbox", "", &raw)
	text := string(raw)
	for _, want := range []string{`https://crm.example.com/users/ada`, `post-login-claims`, `hello`, `captured`, `"rule"`} {
		if !strings.Contains(text, want) {
			t.Errorf("the outbox lacks %s: %s", want, text)
		}
	}
	if strings.Contains(text, "sesame") {
		t.Errorf("the outbox shows a credential: %s", text)
	}
}

// A test of the Management API is a dry run: its requests do not reach the outbox.
func TestATestOfTheAPIKeepsNothing(t *testing.T) {
	idp, rp := newPair(t, mockidptest.Empty)
	idp.Deploy("sends", `exports.onExecutePostLogin = async (event, api) => {
		const res = await fetch("https://crm.example.com/", { method: "POST" });
		api.idToken.setCustomClaim("answer", [res.status, api.cache.get("k")?.value ?? "empty"]);
		api.cache.set("k", "v");
	};`)
	a, err := idp.Store.ActionByName(t.Context(), "sends")
	if err != nil {
		t.Fatal(err)
	}
	status, token := rp.token(url.Values{"grant_type": {"client_credentials"}, "audience": {idp.Issuer + "api/v2/"}})
	if status != http.StatusOK {
		t.Fatalf("client_credentials: %d %v", status, token)
	}
	q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, idp.Issuer+"api/v2/actions/actions/"+a.ID+"/test", strings.NewReader(`{"payload":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Authorization", fmt.Sprint("Bearer ", token["access_token"]))
	q.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || !strings.Contains(string(body), `"answer":[200,"empty"]`) {
		t.Errorf("status %d, error %v: %s", res.StatusCode, err, body)
	}
	var raw json.RawMessage
	admin(t, http.MethodGet, idp.Issuer+"_mock/outbox", "", &raw)
	if strings.Contains(string(raw), "crm.example.com") {
		t.Errorf("the outbox has the request of a test: %s", raw)
	}
	wantClaim(t, rp.mustLogin(newBrowser(t), address(t, "London")), "answer", `[200,"empty"]`)
}

// An Action asks its own tenant: client_credentials, then the Management API.
// The provider answers in this process.
func TestActionsReachTheirOwnTenant(t *testing.T) {
	idp, rp := newPair(t)
	idp.Deploy("post-login-claims", strings.NewReplacer("ISSUER", idp.Issuer, "CLIENT", idp.ClientID, "SECRET", idp.ClientSecret).Replace(`
exports.onExecutePostLogin = async (event, api) => {
	const json = { "Content-Type": "application/json" };
	const form = new URLSearchParams({ grant_type: "client_credentials", client_id: "CLIENT", client_secret: "SECRET", audience: "ISSUERapi/v2/" });
	const token = await (await fetch("ISSUERoauth/token", { method: "POST", body: form })).json();
	const headers = { ...json, Authorization: "Bearer " + token.access_token };
	const res = await fetch("ISSUERapi/v2/users/" + encodeURIComponent(event.user.user_id), { method: "PATCH", headers, body: JSON.stringify({ app_metadata: { seen: event.stats.logins_count } }) });
	const user = await res.json();
	api.idToken.setCustomClaim("answer", [res.status, user.app_metadata?.seen, event.user.app_metadata.seen ?? "not yet"]);
};`))
	res := rp.mustLogin(newBrowser(t), address(t, "London"))
	if got, _ := json.Marshal(res.claims["answer"]); string(got) != `[200,1,"not yet"]` {
		t.Errorf("answer %s", got)
	}
	if meta := string(idp.User("ada@example.test").AppMetadata); !strings.Contains(meta, `"seen":1`) {
		t.Errorf("app_metadata %s", meta)
	}
	// The next login sees what was written (never the same one, as on Auth0).
	res = rp.mustLogin(newBrowser(t), address(t, "London"))
	if got, _ := json.Marshal(res.claims["answer"]); string(got) != `[200,2,1]` {
		t.Errorf("second answer %s", got)
	}
}

// The Management API asks for a token; /_mock/ is not for Actions.
func TestActionsHaveNoOtherWayIn(t *testing.T) {
	idp, rp := newPair(t)
	idp.Deploy("post-login-claims", strings.ReplaceAll(`
exports.onExecutePostLogin = async (event, api) => {
	const said = [(await fetch("ISSUERapi/v2/users")).status];
	for (const path of ["_mock/logins", "_mock/outbox", "api/v2/../../_mock/logins"]) {
		try { said.push((await fetch("ISSUER" + path)).status); } catch (e) { said.push("refused"); }
	}
	api.idToken.setCustomClaim("said", said);
};`, "ISSUER", idp.Issuer))
	res := rp.mustLogin(newBrowser(t), address(t, "London"))
	if got, _ := json.Marshal(res.claims["said"]); string(got) != `[401,"refused","refused","refused"]` {
		t.Errorf("said %s", got)
	}
}
