package management_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"example.com/postlogin/mockidp/management"
	"example.com/postlogin/mockidp/store"
)

func TestApplicationsShowTheirSecretsToWhoMaySeeThem(t *testing.T) {
	c := newTenant(t)
	for _, app := range []*store.Client{
		{ID: "web", Name: "Web", Secret: "s3cret", RedirectURIs: []string{"https://web.example.test/cb"}, Metadata: map[string]string{"k": "v"}, Alg: "ES256", IDTokenLifetime: time.Hour, CreatedAt: now},
		{ID: "spa", Name: "SPA", CreatedAt: now.Add(time.Second)},
		{ID: "cli", Name: "CLI", Native: true, CreatedAt: now.Add(2 * time.Second)},
	} {
		must(t, c.store.PutClient(t.Context(), app))
	}
	c.call("GET", "/clients", "", 200, `[{"client_id":"web","client_secret":"s3cret"},{"client_id":"spa","client_secret":"absent"},{"client_id":"cli"}]`)
	c.token = token("read:clients")
	c.call("GET", "/clients?include_totals=true", "", 200, `{"clients":[{"client_id":"web","client_secret":"absent"},{},{}],"total":3}`)
	c.call("GET", "/clients?fields=name", "", 200, `[{"name":"Web","client_id":"absent"},{},{}]`)
	c.call("GET", "/clients/web", "", 200, `{"client_id":"web","name":"Web","client_secret":"absent","app_type":"regular_web","token_endpoint_auth_method":"client_secret_post",
		"callbacks":["https://web.example.test/cb"],"allowed_logout_urls":[],"client_metadata":{"k":"v"},"jwt_configuration":{"alg":"ES256","lifetime_in_seconds":3600},
		"grant_types":["authorization_code","refresh_token","client_credentials"]}`)
	c.call("GET", "/clients/spa", "", 200, `{"app_type":"spa","token_endpoint_auth_method":"none","grant_types":["authorization_code","refresh_token"]}`)
	c.call("GET", "/clients/cli", "", 200, `{"app_type":"native"}`)
	c.call("GET", "/clients/nope", "", 404, `{"errorCode":"inexistent_client"}`)
}

func TestTheOneConnection(t *testing.T) {
	c := newTenant(t, func(cfg *management.Config) { cfg.Connection = management.Connection{ID: "con_1", Name: "Staff"} })
	must(t, c.store.PutClient(t.Context(), &store.Client{ID: "web"}))
	const staff = `{"id":"con_1","name":"Staff","strategy":"auth0","realms":["Staff"],"enabled_clients":["web"],"is_domain_connection":false}`
	c.call("GET", "/connections", "", 200, `[`+staff+`]`)
	c.call("GET", "/connections/con_1", "", 200, staff)
	c.call("GET", "/connections/con_2", "", 404, `{"message":"The connection does not exist."}`)
	c.call("GET", "/connections?name=Staff&strategy=auth0&include_totals=true", "", 200, `{"connections":[`+staff+`],"total":1}`)
	c.call("GET", "/connections?name=Other", "", 200, `[]`)
	c.call("GET", "/connections?strategy=google-oauth2", "", 200, `[]`)
	c.call("POST", "/users", `{"connection":"Staff","email":"x@example.test","password":"long enough"}`, 201, `{"identities":[{"connection":"Staff"}]}`)
}

func TestTheLogTellsOfLogins(t *testing.T) {
	c := newTenant(t)
	event := `"event":{"client":{"name":"Web"},"request":{"ip":"203.0.113.7","user_agent":"UA","hostname":"localhost"},"user":{"email":"ada@example.test"}}`
	for i, r := range []store.Run{
		{Kind: "login", Outcome: "ok", Record: json.RawMessage(`{` + event + `,"result":{"runs":[{"name":"claims"}]}}`)},
		{Kind: "sso", Outcome: "suspended"}, // waits for somebody: no entry
		{Kind: "silent", Outcome: "ok"},
		{Kind: "refresh", Outcome: "failed", Record: json.RawMessage(`{` + event + `,"result":{"failed":{"error":{"message":"boom"}}}}`)},
		{Kind: "password", Outcome: "denied", UserID: "auth0|bob", Record: json.RawMessage(`{"result":{"denied":{"reason":"not today"}}}`)},
		{Kind: "login", Outcome: "denied", Record: json.RawMessage(`not JSON`)},
	} {
		r.ID, r.ClientID, r.At = "txn"+string(rune('0'+i)), "web", now.Add(time.Duration(i)*time.Second)
		if r.UserID == "" {
			r.UserID = "auth0|ada"
		}
		must(t, c.store.AddRun(t.Context(), &r))
	}
	c.call("GET", "/logs", "", 200, `[{"log_id":"txn5","type":"f","ip":""},{"type":"fepft","description":"not today"},{"type":"fertft","description":"boom"},{"type":"ssa"},
		{"log_id":"txn0","_id":"txn0","type":"s","date":"2026-11-20T21:04:05.670Z","description":"","client_id":"web","client_name":"Web","ip":"203.0.113.7","user_agent":"UA",
		 "hostname":"localhost","user_id":"auth0|ada","user_name":"ada@example.test","connection":"`+database+`","strategy":"auth0","details":"absent"}]`)
	c.call("GET", "/logs?q="+esc(`type:s OR type:f`)+"&per_page=1&include_totals=true", "", 200, `{"logs":[{"log_id":"txn5"}],"total":2}`)
	c.call("GET", "/logs?q="+esc(`user_id:"auth0|bob"`)+"&fields=type", "", 200, `[{"log_id":"txn4","type":"fepft","ip":"absent"}]`)
	c.call("GET", "/logs?q="+esc(`date:[a TO b]`), "", 400, `{"errorCode":"invalid_query_string"}`)
	c.call("GET", "/users/auth0%7Cbob/logs", "", 200, `[{"log_id":"txn4"}]`)
	c.call("GET", "/logs/txn0", "", 200, `{"log_id":"txn0","details":{"runs":[{"name":"claims"}],"actions":{"executions":["txn0"]}}}`)
	c.call("GET", "/logs/nope", "", 404, `{"message":"The log does not exist."}`)
}

func TestAnExecutionTellsOfItsActions(t *testing.T) {
	c := newTenant(t)
	for _, r := range []store.Run{
		{ID: "txn1", Outcome: "failed", Record: json.RawMessage(`{"result":{"runs":[{"name":"first","outcome":"ok","duration_ms":20,"error":null},{"name":"second","outcome":"threw","duration_ms":1.5,"error":{"name":"TypeError","message":"boom"}}]}}`)},
		{ID: "txn2", Outcome: "suspended", Record: json.RawMessage(`{"result":{"runs":[{"name":"first","outcome":"redirect","duration_ms":2}]}}`)},
		{ID: "txn3", Outcome: "ok", Record: json.RawMessage(`{"result":{"runs":[]}}`)},
	} {
		r.At = now
		must(t, c.store.AddRun(t.Context(), &r))
	}
	c.call("GET", "/actions/executions/txn1", "", 200, `{"id":"txn1","trigger_id":"post-login","status":"final","created_at":"2026-11-20T21:04:05.670Z","updated_at":"2026-11-20T21:04:05.691Z","results":[
		{"action_name":"first","started_at":"2026-11-20T21:04:05.670Z","ended_at":"2026-11-20T21:04:05.690Z","error":"absent"},
		{"action_name":"second","started_at":"2026-11-20T21:04:05.690Z","ended_at":"2026-11-20T21:04:05.691Z","error":{"id":"threw","msg":"TypeError: boom"}}]}`)
	c.call("GET", "/actions/executions/txn2", "", 200, `{"status":"suspended","results":[{"action_name":"first"}]}`)
	c.call("GET", "/actions/executions/txn3", "", 200, `{"status":"final","results":[]}`)
	c.call("GET", "/actions/executions/nope", "", 404, `{"message":"That execution does not exist."}`)
}

func TestAnInternalErrorTellsNothing(t *testing.T) {
	c := newTenant(t)
	must(t, c.store.Close())
	if res, body := c.send("GET", "/users", ""); res.StatusCode != 500 || body != `{"statusCode":500,"error":"Internal Server Error","message":"An internal error occurred"}` {
		t.Errorf("%d %s", res.StatusCode, body)
	}
}

// Values of secrets go in and never come out.
func TestNoAnswerHasASecretsValue(t *testing.T) {
	c := newTenant(t)
	const body = `{"name":"a","supported_triggers":[{"id":"post-login","version":"v3"}],"code":"exports.onExecutePostLogin = async () => {}","secrets":[{"name":"K","value":"hush"}]}`
	answers := []string{c.call("POST", "/actions/actions", body, 201, `{"secrets":[{"name":"K","value":"absent"}]}`)}
	id := field(t, answers[0], "id")
	answers = append(answers,
		c.call("POST", "/actions/actions/"+id+"/deploy", "", 200, `{"secrets":[{"name":"K"}]}`),
		c.call("PATCH", "/actions/actions/"+id, `{"secrets":[{"name":"K","value":"hush hush"}]}`, 200, `{}`),
		c.call("PATCH", "/actions/triggers/post-login/bindings", `{"bindings":[{"ref":{"type":"action_id","value":"`+id+`"}}]}`, 200, `{}`))
	for _, path := range []string{"/actions/actions", "/actions/actions/" + id, "/actions/actions/" + id + "/versions", "/actions/actions/" + id + "/versions/1", "/actions/triggers/post-login/bindings"} {
		answers = append(answers, c.call("GET", path, "", 200, `{}`))
	}
	for _, answer := range answers {
		if strings.Contains(answer, "hush") {
			t.Errorf("a secret's value in %s", answer)
		}
	}
}
