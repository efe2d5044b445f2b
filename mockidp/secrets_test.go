package mockidp_test

import (
	"bytes"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/mockidptest"
)

// The secret of these tests has what JSON, addresses and forms each escape in a way
// of their own. Whatever they do, its last letters stay; base64 is looked for apart.
const (
	leaked   = "p@ss 1/\"+é&=Zebra7Quagga"
	telltale = "Zebra7Quagga"
)

// giveSecret deploys code with the secret API_KEY.
func giveSecret(t *testing.T, idp *mockidptest.Server, name, code string) (id string) {
	t.Helper()
	idp.Deploy(name, code)
	a, err := idp.Store.ActionByName(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	if err := idp.Store.SetSecret(t.Context(), a.ID, "API_KEY", leaked); err != nil {
		t.Fatal(err)
	}
	if _, err := idp.Store.Deploy(t.Context(), a.ID, time.Now()); err != nil {
		t.Fatal(err)
	}
	return a.ID
}

// givesAway tells how text shows the secret, "" when it does not.
func givesAway(text string) string {
	basic := base64.StdEncoding.EncodeToString([]byte("me:" + leaked))
	if strings.Contains(text, telltale) {
		return telltale
	}
	if middle := basic[8:24]; strings.Contains(text, middle) {
		return middle
	}
	return ""
}

// wantHidden fails when text, which where shows, gives the secret away.
func wantHidden(t *testing.T, where, text string) {
	t.Helper()
	if found := givesAway(text); found != "" {
		i := strings.Index(text, found)
		t.Errorf("%s gives the secret away: …%s…", where, text[max(0, i-200):min(len(text), i+60)])
	}
}

// stored are all rows of the database file but those where secrets are kept.
func stored(t *testing.T, file string) string {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var text strings.Builder
	for _, table := range columnOf(t, db, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('actions', 'action_versions')`) {
		for _, column := range columnOf(t, db, `SELECT name FROM pragma_table_info('`+table+`')`) {
			for _, value := range columnOf(t, db, `SELECT COALESCE(CAST("`+column+`" AS TEXT), '') FROM "`+table+`"`) {
				fmt.Fprintf(&text, "%s.%s: %s\n", table, column, value)
			}
		}
	}
	return text.String()
}

func columnOf(t *testing.T, db *sql.DB, query string) (list []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// read is the body of an answer.
func read(t *testing.T, method, address, token string, form url.Values) string {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if token != "" {
		q.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %d, error %v: %.300s", method, address, res.StatusCode, err, body)
	}
	return string(body)
}

// leaks are the ways in which an Action lets its secret out, but for claims.
func leaks() []struct{ name, code, wants string } {
	return []struct{ name, code, wants string }{
		{"the console", `console.log("key", s); console.warn({ deep: [s] }); console.error(JSON.stringify({ s }), encodeURIComponent(s), encodeURI(s), btoa(unescape(encodeURIComponent("me:" + s))));`, `key [secret API_KEY]`},
		{"a captured request", `await fetch("https://crm.example.com/" + encodeURIComponent(s) + "?k=" + new URLSearchParams({ s }) + "&raw=" + s, { method: "POST",
		headers: { "x-info": encodeURIComponent(s), authorization: "Basic " + btoa(unescape(encodeURIComponent("me:" + s))) }, body: JSON.stringify({ s, twice: JSON.stringify({ s }) }) });`, `crm.example.com/[secret API_KEY]`},
		{"a request to a real host", `const r = await fetch("REAL", { method: "POST", headers: { "x-key": encodeURIComponent(s) }, body: s }); if (await r.text() !== s) throw new Error("the host got something else");`, `[secret API_KEY]`},
		{"a request that fails", `await fetch("nowhere://" + s).catch(e => console.log(e));`, `[secret API_KEY]`},
		{"an exception", `throw new Error("no answer for " + s);`, `no answer for [secret API_KEY]`},
		{"a rejection with anything", `await Promise.reject({ s });`, ``},
		{"a denial", `api.access.deny("bad key: " + s);`, `bad key: [secret API_KEY]`},
		{"a validation error", `api.validation.error("bad_key", "bad key: " + s);`, `bad key: [secret API_KEY]`},
		{"a scope", `api.accessToken.removeScope("read:" + encodeURIComponent(s));`, `read:[secret API_KEY]`},
		{"a dropped claim", `api.idToken.setCustomClaim("sub", s); api.idToken.setCustomClaim(s, undefined);`, `[secret API_KEY]`},
		{"what the next Action gets", `api.transaction.setMetadata("k", s); api.user.setAppMetadata("passed", null);`, `transaction_metadata`},
	}
}

// TestSecretsThatActionsLetOutAreMasked: by whatever way an Action lets its secret
// out, no record, page, answer or log line keeps it. What is really sent has it.
func TestSecretsThatActionsLetOutAreMasked(t *testing.T) {
	var log syncBuffer
	real := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Key") != strings.ReplaceAll(url.QueryEscape(leaked), "+", "%20") {
			http.Error(w, "wrong key", http.StatusForbidden)
			return
		}
		w.Header().Set("X-Echo", r.Header.Get("X-Key"))
		_, _ = io.Copy(w, r.Body)
	}))
	defer real.Close()
	file := filepath.Join(t.TempDir(), "mockidp.db")
	idp, rp := newPair(t, mockidptest.Empty, debugLog(&log, nil), mockidptest.Tune(func(o *mockidp.Options) {
		o.DatabaseURL, o.Allow = "file:"+file, []string{strings.TrimPrefix(real.URL, "http://")}
	}))
	_, answer := rp.token(url.Values{"grant_type": {"client_credentials"}, "audience": {idp.Issuer + "api/v2/"}})
	token := fmt.Sprint(answer["access_token"])
	for _, leak := range leaks() {
		t.Run(leak.name, func(t *testing.T) {
			code := strings.ReplaceAll(`exports.onExecutePostLogin = async (event, api) => { const s = event.secrets.API_KEY; `+leak.code+` };`, "REAL", real.URL)
			id := giveSecret(t, idp, "leaks", code)
			idp.Deploy("second", `exports.onExecutePostLogin = async (event) => console.log(event.transaction.metadata, event.user.app_metadata);`)
			res, err := rp.login(newBrowser(t), address(t, "London"))
			no, isRefused := errors.AsType[*refused](err)
			switch {
			case isRefused && strings.Contains(leak.wants, "bad key"):
				if !strings.Contains(no.description, leaked) {
					t.Errorf("the application is told %q: it gets what the Action says", no.description)
				}
			case isRefused:
			case err != nil:
				t.Fatal(err)
			case res.claims["sub"] == leaked:
				t.Error("sub is the secret")
			}
			var runs []struct {
				ID     string          `json:"transaction_id"`
				Record json.RawMessage `json:"record"`
			}
			admin(t, http.MethodGet, idp.Issuer+"_mock/logins?limit=1", "", &runs)
			if !strings.Contains(string(runs[0].Record), leak.wants) {
				t.Errorf("the record lacks %q: %s", leak.wants, runs[0].Record)
			}
			lookEverywhere(t, idp, runs[0].ID, id, code, token)
		})
	}
	wantHidden(t, "the log", log.String())
	wantHidden(t, "the database", stored(t, file))
	if !strings.Contains(stored(t, file), "[secret API_KEY]") {
		t.Error("nothing was looked through: no secret is masked in the database")
	}
}

// lookEverywhere looks for the secret in all that shows the run with this id.
func lookEverywhere(t *testing.T, idp *mockidptest.Server, run, action, code, token string) {
	t.Helper()
	for _, path := range []string{"_mock/logins", "_mock/logins/" + run, "_mock/outbox?secrets=show&limit=1000", "dashboard/", "dashboard/logs", "dashboard/logs/download",
		"dashboard/logs/" + run, "dashboard/logs/" + run + "?tab=event", "dashboard/logs/" + run + "?tab=token", "dashboard/logs/" + run + "?tab=raw",
		"dashboard/outbox", "dashboard/why", "dashboard/actions/library/details/" + action + "?event=run:" + run} {
		wantHidden(t, path, read(t, http.MethodGet, idp.Issuer+path, "", nil))
	}
	var calls []struct {
		ID string `json:"id"`
	}
	admin(t, http.MethodGet, idp.Issuer+"_mock/outbox?limit=2&transaction="+run, "", &calls)
	for _, c := range calls {
		wantHidden(t, "the page of a request", read(t, http.MethodGet, idp.Issuer+"dashboard/outbox/"+c.ID+"?secrets=show", "", nil))
	}
	for _, path := range []string{"logs", "logs/" + run, "actions/executions/" + run} {
		wantHidden(t, "api/v2/"+path, read(t, http.MethodGet, idp.Issuer+"api/v2/"+path, token, nil))
	}
	var tested json.RawMessage
	apiPost(t, idp.Issuer+"api/v2/actions/actions/"+action+"/test", token, `{"payload":{}}`, &tested)
	wantHidden(t, "the API's test", string(tested))
	wantHidden(t, "a replay", read(t, http.MethodPost, idp.Issuer+"dashboard/logs/"+run, "", url.Values{}))
	tried := read(t, http.MethodPost, idp.Issuer+"dashboard/actions/library/details/"+action, "", url.Values{"op": {"run:"}, "pane": {"test"}, "code": {code}, "event": {"{}"}})
	wantHidden(t, "the editor's test", tried)
}

func apiPost(t *testing.T, address, token, body string, v any) {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Authorization", "Bearer "+token)
	q.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(v); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("POST %s: %d, error %v", address, res.StatusCode, err)
	}
}

// TestAClaimKeepsItsSecretAndTheAuthorIsWarned: the token is what the Action asked
// for; its record is masked, and says what everybody can read.
func TestAClaimKeepsItsSecretAndTheAuthorIsWarned(t *testing.T) {
	idp, rp := newPair(t, mockidptest.Empty)
	giveSecret(t, idp, "leaks", `exports.onExecutePostLogin = async (event, api) => {
		api.idToken.setCustomClaim("key", event.secrets.API_KEY);
		api.idToken.setCustomClaim("nested", ["", { k: event.secrets.API_KEY }]);
	};`)
	res := rp.mustLogin(newBrowser(t), address(t, "London"))
	if res.claims["key"] != leaked || res.claims["nested"] == nil {
		t.Errorf("claims %v, want those that the Action set", res.claims)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(read(t, http.MethodGet, idp.Issuer+"_mock/logins?limit=1", "", nil))); err != nil {
		t.Fatal(err)
	}
	record := compact.String()
	wantHidden(t, "the record", record)
	for _, want := range []string{`{"line":2,"text":"key holds the value of the secret API_KEY: everybody who has the token can read it (line 2)"}`, `"nested":["",{"k":"[secret API_KEY]"}]`} {
		if !strings.Contains(record, want) {
			t.Errorf("the record lacks %s: %s", want, record)
		}
	}
}

// TestASecretInTheNameOfAClaim: the name of a claim is in the token for everybody, and
// who set it is looked up by it, so it stays; the author is warned.
func TestASecretInTheNameOfAClaim(t *testing.T) {
	idp, rp := newPair(t, mockidptest.Empty)
	giveSecret(t, idp, "names", `exports.onExecutePostLogin = async (event, api) => {
		api.idToken.setCustomClaim("https://" + event.secrets.API_KEY + "/plan", "gold");
	};`)
	name := "https://" + leaked + "/plan"
	if res := rp.mustLogin(newBrowser(t), address(t, "London")); res.claims[name] != "gold" {
		t.Errorf("claims %v, want %s", res.claims, name)
	}
	record := read(t, http.MethodGet, idp.Issuer+"_mock/logins?limit=1", "", nil)
	quoted, err := json.Marshal(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{string(quoted) + `: "gold"`, `"name": ` + string(quoted), "the name of the claim https://[secret API_KEY]/plan holds the value of the secret API_KEY"} {
		if !strings.Contains(record, want) {
			t.Errorf("the record lacks %s: %s", want, record)
		}
	}
	if why := read(t, http.MethodGet, idp.Issuer+"_mock/why?claim="+url.QueryEscape(name), "", nil); strings.Contains(why, "No Action mentions") {
		t.Errorf("why: %s", why)
	}
}

// TestAMaskedLoginGoesOn: a flow that waits for the person keeps what it needs, so
// the browser and the other page get the real value, and the records do not.
func TestAMaskedLoginGoesOn(t *testing.T) {
	var log syncBuffer
	file := filepath.Join(t.TempDir(), "mockidp.db")
	idp, rp := newPair(t, mockidptest.Empty, debugLog(&log, nil), mockidptest.Tune(func(o *mockidp.Options) { o.DatabaseURL = "file:" + file }))
	giveSecret(t, idp, "leaks", `exports.onExecutePostLogin = async (event, api) => {
		console.log(event.secrets.API_KEY);
		api.transaction.setMetadata("k", event.secrets.API_KEY);
		api.redirect.sendUserTo("`+rp.callback.URL+`/consent", { query: { k: event.secrets.API_KEY } });
	};
	exports.onContinuePostLogin = async (event, api) => {
		api.idToken.setCustomClaim("same", event.request.query.k === event.secrets.API_KEY && event.transaction.metadata.k === event.secrets.API_KEY);
	};`)
	b, verifier := newBrowser(t), oauth2.GenerateVerifier()
	b.Get(rp.config.AuthCodeURL("state", oauth2.S256ChallengeOption(verifier)))
	b.Submit(url.Values{"user": {"ada@example.test"}, "action": {"login"}})
	if got := b.URL.Query().Get("k"); got != leaked {
		t.Fatalf("the other page got %q, at %s", got, b.URL)
	}
	b.Get(idp.Issuer + "continue?" + b.URL.RawQuery)
	res, err := rp.redeem(t.Context(), (<-rp.arrived).Get("code"), verifier)
	if err != nil || res.claims["same"] != true {
		t.Errorf("claims %v, error %v", res, err)
	}
	wantHidden(t, "the records", read(t, http.MethodGet, idp.Issuer+"_mock/logins", "", nil))
	wantHidden(t, "the log", log.String())
	wantHidden(t, "the database", stored(t, file))
}

// TestARefusedRefreshIsLoggedWithoutTheSecret: the application is told what the
// Action says, and the log is not.
func TestARefusedRefreshIsLoggedWithoutTheSecret(t *testing.T) {
	var log syncBuffer
	idp, rp := newPair(t, mockidptest.Empty, debugLog(&log, nil))
	rp.config.Scopes = append(rp.config.Scopes, "offline_access")
	giveSecret(t, idp, "leaks", `exports.onExecutePostLogin = async (event, api) => {
		if (event.transaction.protocol === "oauth2-refresh-token") api.access.deny("not with " + event.secrets.API_KEY);
	};`)
	res := rp.mustLogin(newBrowser(t), address(t, "London"))
	status, answer := rp.token(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {res.tokens.RefreshToken}})
	if status != http.StatusForbidden || answer["error_description"] != "not with "+leaked {
		t.Errorf("status %d, %v", status, answer)
	}
	wantHidden(t, "the log", log.String())
	if want := `reason="not with [secret API_KEY]"`; !strings.Contains(log.String(), want) {
		t.Errorf("the log lacks %s: %s", want, log.String())
	}
}
