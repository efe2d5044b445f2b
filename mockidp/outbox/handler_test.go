package outbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/outbox"
	"example.com/postlogin/mockidp/store"
)

// ask sends a request to b's Handler and returns the status and the JSON answer.
func ask[T any](b *box, method, path, body string) (int, T) {
	b.t.Helper()
	w := httptest.NewRecorder()
	b.Handler().ServeHTTP(w, httptest.NewRequestWithContext(b.t.Context(), method, path, strings.NewReader(body)))
	var v T
	if w.Body.Len() > 0 {
		equal(b.t, "type of "+method+" "+path, w.Header().Get("Content-Type"), "application/json")
		if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
			b.t.Fatalf("%s %s: %v in %s", method, path, err, w.Body)
		}
	}
	return w.Code, v
}

type object = map[string]any

func TestTheListShowsRequestsFromTheNewest(t *testing.T) {
	c := &clock{time.Date(2026, 11, 20, 21, 4, 5, 0, time.UTC)}
	b := start(t, outbox.Config{Now: c.now})
	status, list := ask[[]object](b, "GET", "/_mock/outbox", "")
	equal(t, "an empty list", fmt.Sprint(status, list == nil, len(list)), "200 false 0")

	for i, transaction := range []string{"tx-1", "tx-2", "tx-1"} {
		_, err := b.Fetch(t.Context(), actions.OutgoingRequest{Method: "POST", URL: fmt.Sprintf("https://ntfy.example/%d", i), Headers: map[string]string{"content-type": "text/plain"}, Body: "hi", Action: "notify", Version: 3, TransactionID: transaction})
		check(t, err)
	}
	_, list = ask[[]object](b, "GET", "/_mock/outbox?transaction=tx-1&limit=1", "")
	equal(t, "requests of one login, one of them", len(list), 1)
	want := object{
		"id": list[0]["id"], "at": "2026-11-20T21:04:05Z", "transaction_id": "tx-1", "action": "notify", "version": 3.0, "mode": "captured", "duration_ms": 0.0,
		"method": "POST", "url": "https://ntfy.example/2", "headers": object{"content-type": "text/plain"}, "body": "hi", "body_bytes": 2.0,
		"answer": object{"status": 200.0, "headers": object{"content-type": "application/json; charset=utf-8"}, "body": "{}", "body_bytes": 2.0},
	}
	equal(t, "request", list[0], want)
	_, one := ask[object](b, "GET", fmt.Sprint("/_mock/outbox/", want["id"]), "")
	equal(t, "request by its id", one, want)

	status, _ = ask[object](b, "DELETE", "/_mock/outbox", "")
	equal(t, "status of deleting", status, 204)
	_, list = ask[[]object](b, "GET", "/_mock/outbox", "")
	equal(t, "requests left", len(list), 0)
	status, one = ask[object](b, "GET", fmt.Sprint("/_mock/outbox/", want["id"]), "")
	equal(t, "a deleted request", fmt.Sprint(status, one["error"]), "404not_found")
}

func TestARefusedRequestHasAnErrorAndNoAnswer(t *testing.T) {
	b := start(t, outbox.Config{})
	_, err := b.get("file:///etc/passwd")
	_, list := ask[[]object](b, "GET", "/_mock/outbox", "")
	equal(t, "error", list[0]["error"], any(err.Error()))
	equal(t, "answer", list[0]["answer"], nil)
	equal(t, "headers", list[0]["headers"], any(object{}))
}

func TestWrongQueriesSayWhatIsExpected(t *testing.T) {
	b := start(t, outbox.Config{})
	for query, want := range map[string]string{
		"limit=0": "limit: expected a number from 1 to 1000, got \"0\"", "limit=1001": "got \"1001\"", "limit=ten": "got \"ten\"", "secrets=yes": "secrets: expected show, got \"yes\"",
	} {
		status, answer := ask[object](b, "GET", "/_mock/outbox?"+query, "")
		equal(t, query, fmt.Sprint(status, answer["error"]), "400invalid_query")
		contains(t, query, fmt.Sprint(answer["message"]), want)
	}
}

func TestSecretsAreHiddenUnlessAskedFor(t *testing.T) {
	b := start(t, outbox.Config{})
	b.rules(&store.OutboxRule{Method: "*", URL: "*", Status: 200, Headers: map[string]string{"set-cookie": "sid=s3cret", "x-kind": "plain"}, Body: `{"access_token": "s3cret\"s3cret", "n": 1, "expires_in": 5}`})
	for _, q := range []actions.OutgoingRequest{
		{Method: "POST", URL: "https://me:s3cret@idp.example/oauth/token?token=s3cret&state=plain#x", Headers: map[string]string{
			"authorization": "Bearer s3cret", "Cookie": "a=s3cret", "x-api-key": "s3cret", "x-goog-apikey": "s3cret", "my-service-token": "s3cret", "accept": "plain", "referer": "https://x.example/?access_token=s3cret",
		}, Body: "grant_type=plain&client_secret=s3cret&password=s3cret"},
		{Method: "POST", URL: "https://idp.example/plain", Body: `{"grant":"plain","client_secret" : "s3cret", "deep": {"Refresh_Token":"s3cret"}}`},
		{Method: "POST", URL: "https://idp.example/plain", Body: `see http://me:s3cret@x.example/`},
		{Method: "POST", URL: "https://idp.example/plain", Body: `{"fill":"` + strings.Repeat("x", 65_500) + `","id_token":"s3cret and more`}, // cut on record
	} {
		_, err := b.Fetch(t.Context(), q)
		check(t, err)
		r := b.kept()
		for _, path := range []string{"/_mock/outbox?limit=1", "/_mock/outbox/" + r.ID} {
			_, hidden := ask[any](b, "GET", path, "")
			text := fmt.Sprint(hidden)
			if strings.Contains(text, "s3cret") {
				t.Errorf("%s shows a secret: %.2000s", path, text)
			}
			contains(t, path, text, "plain")
			contains(t, path, text, "expires_in")
		}
		_, shown := ask[object](b, "GET", "/_mock/outbox/"+r.ID+"?secrets=show", "")
		equal(t, "address", shown["url"], any(q.URL))
		equal(t, "body", shown["body"], any(r.Body))
		equal(t, "headers", len(shown["headers"].(object)), len(q.Headers))
		contains(t, "answer", fmt.Sprint(shown["answer"]), "sid=s3cret")
	}
}

func TestTheSchemeOfAnAuthorizationStays(t *testing.T) {
	b := start(t, outbox.Config{})
	_, err := b.Fetch(t.Context(), actions.OutgoingRequest{Method: "GET", URL: "https://x.example/", Headers: map[string]string{"Authorization": "Bearer s3cret"}})
	check(t, err)
	_, list := ask[[]object](b, "GET", "/_mock/outbox", "")
	equal(t, "headers", list[0]["headers"], any(object{"Authorization": "Bearer [redacted]"}))
}

func TestRulesArePutAndTakenAway(t *testing.T) {
	b := start(t, outbox.Config{})
	status, rules := ask[[]object](b, "PUT", "/_mock/outbox/rules", `[
		{"method":"post","url":"https://plans.example/*","status":201,"headers":{"X-Plan":"1"},"body":{ "plan": "<gold>" },"times":2,"delay_ms":5},
		{"url":"ntfy.example","body":"sent"},
		{"url":"gone.example","status":204},
		{"url":"*"}]`)
	equal(t, "status", status, 200)
	const jsonType = "application/json; charset=utf-8"
	for _, r := range rules {
		if id, _ := r["id"].(string); !strings.HasPrefix(id, "rule_") {
			t.Errorf("id %q", id)
		}
		delete(r, "id")
	}
	equal(t, "rules", rules, []object{
		{"method": "POST", "url": "https://plans.example/*", "status": 201.0, "headers": object{"x-plan": "1", "content-type": jsonType}, "body": `{"plan":"<gold>"}`, "times": 2.0, "used": 0.0, "delay_ms": 5.0},
		{"method": "*", "url": "ntfy.example", "status": 200.0, "headers": object{"content-type": "text/plain; charset=utf-8"}, "body": "sent", "times": 0.0, "used": 0.0, "delay_ms": 0.0},
		{"method": "*", "url": "gone.example", "status": 204.0, "headers": object{}, "body": "", "times": 0.0, "used": 0.0, "delay_ms": 0.0},
		{"method": "*", "url": "*", "status": 200.0, "headers": object{"content-type": jsonType}, "body": "{}", "times": 0.0, "used": 0.0, "delay_ms": 0.0},
	})
	res, err := b.Fetch(t.Context(), actions.OutgoingRequest{Method: "POST", URL: "https://plans.example/ada"})
	check(t, err)
	equal(t, "answer", fmt.Sprint(res.Status, res.StatusText, res.Body, res.Headers["x-plan"]), `201Created{"plan":"<gold>"}1`)

	// What GET shows may be PUT again; the counts begin anew then.
	_, shown := ask[json.RawMessage](b, "GET", "/_mock/outbox/rules", "")
	contains(t, "used", string(shown), `"used": 1`)
	_, rules = ask[[]object](b, "PUT", "/_mock/outbox/rules", string(shown))
	equal(t, "first rule", fmt.Sprint(len(rules), rules[0]["used"], rules[0]["body"]), `4 0{"plan":"<gold>"}`)

	_, rules = ask[[]object](b, "POST", "/_mock/outbox/rules", `{"url":"last.example","status":500,"body":""}`)
	equal(t, "the last of the rules", fmt.Sprint(len(rules), rules[4]["url"]), "5last.example")
	status, _ = ask[object](b, "DELETE", "/_mock/outbox/rules", "")
	_, rules = ask[[]object](b, "GET", "/_mock/outbox/rules", "")
	equal(t, "after deleting", fmt.Sprint(status, len(rules)), "204 0")
}

func TestAWrongRuleChangesNothingAndSaysWhatIsWrong(t *testing.T) {
	b := start(t, outbox.Config{})
	ask[[]object](b, "PUT", "/_mock/outbox/rules", `[{"url":"old.example"}]`)
	for body, want := range map[string]string{
		``:                                                         "the body is not what was expected: EOF",
		`{"url":"x.example"}`:                                      "cannot unmarshal object",
		`[{"url":"x.example"}] x`:                                  "something follows the JSON value",
		`[{"url":"x.example","sta":1}]`:                            `unknown field "sta"`,
		`[{"url":"x.example"},{}]`:                                 `rule 2: url: expected a host or an address, with * for any characters, as in https://ntfy.sh/*, got ""`,
		`[{"url":"/path"}]`:                                        `got "/path"`,
		`[{"url":"x.example","status":99}]`:                        "status: expected a number from 200 to 599, got 99",
		`[{"url":"x.example","status":600}]`:                       "got 600",
		`[{"url":"x.example","status":204,"body":"x"}]`:            "body: an answer with the status 204 has none",
		`[{"url":"x.example","delay_ms":60001}]`:                   "delay_ms: expected a number from 0 to 60000, got 60001",
		`[{"url":"x.example","times":-1}]`:                         "times: expected a number from 1, or 0 for always, got -1",
		`[{"url":"x.example","headers":{"a b":"c"}}]`:              `headers: "a b": "c" is no header`,
		`[{"url":"x.example","headers":{"a":"b\r\nc"}}]`:           "is no header",
		"[" + strings.Repeat(`{"url":"x"},`, 100) + `{"url":"x"}]`: "expected at most 100 rules, got 101",
		`[{"url":"` + strings.Repeat("x", 1<<20) + `"}]`:           "unexpected EOF",
	} {
		status, answer := ask[object](b, "PUT", "/_mock/outbox/rules", body)
		equal(t, fmt.Sprintf("%.60s", body), fmt.Sprint(status, answer["error"]), "400invalid_rule")
		contains(t, fmt.Sprintf("%.60s", body), fmt.Sprint(answer["message"]), want)
	}
	_, rules := ask[[]object](b, "GET", "/_mock/outbox/rules", "")
	equal(t, "rules left", fmt.Sprint(len(rules), rules[0]["url"]), "1old.example")

	status, answer := ask[object](b, "POST", "/_mock/outbox/rules", `{"url":""}`)
	equal(t, "POST", fmt.Sprint(status, answer["error"]), "400invalid_rule")
	ask[[]object](b, "PUT", "/_mock/outbox/rules", "["+strings.Repeat(`{"url":"x"},`, 99)+`{"url":"x"}]`)
	status, answer = ask[object](b, "POST", "/_mock/outbox/rules", `{"url":"x"}`)
	equal(t, "POST of one too many", fmt.Sprint(status, answer["message"]), "400there are 100 rules already: replace them with PUT")
}

func TestAStoreThatFailsIsNotTheClientsFault(t *testing.T) {
	b := start(t, outbox.Config{})
	check(t, b.store.Close())
	status, answer := ask[object](b, "GET", "/_mock/outbox", "")
	equal(t, "answer", fmt.Sprint(status, answer["error"]), "500server_error")
	if _, err := b.get("https://x.example/"); err == nil {
		t.Error("a request was answered although nobody can know the rules")
	}
}

func TestOtherMethodsAreNotAllowed(t *testing.T) {
	b := start(t, outbox.Config{})
	w := httptest.NewRecorder()
	b.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "PATCH", "/_mock/outbox", nil))
	equal(t, "status", w.Code, http.StatusMethodNotAllowed)
	equal(t, "Allow", w.Header().Get("Allow"), "DELETE, GET, HEAD")
}
