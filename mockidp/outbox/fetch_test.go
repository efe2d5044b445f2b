package outbox_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/outbox"
	"example.com/postlogin/mockidp/store"
)

func TestARequestIsCapturedAndAnsweredWithAnEmptyObject(t *testing.T) {
	c := &clock{time.Date(2026, 11, 20, 21, 4, 5, 678e6, time.UTC)}
	b := start(t, outbox.Config{Now: c.now})
	q := actions.OutgoingRequest{Method: "POST", URL: "https://ntfy.example/topic", Headers: map[string]string{"content-type": "text/plain", "authorization": "Bearer s3cret"}, Body: "hi", Action: "notify", Version: 3, TransactionID: "tx-1"}
	res, err := b.Fetch(t.Context(), q)
	check(t, err)
	want := actions.OutgoingResponse{Status: 200, StatusText: "OK", Headers: map[string]string{"content-type": "application/json; charset=utf-8"}, Body: "{}"}
	equal(t, "answer", res, want)

	got := b.kept()
	equal(t, "on record", got, &store.Outgoing{
		ID: got.ID, TransactionID: "tx-1", At: c.at, Mode: "captured", Action: "notify", Version: 3,
		Method: "POST", URL: q.URL, Headers: q.Headers, Body: "hi", BodySize: 2,
		Status: 200, AnswerHeaders: want.Headers, Answer: "{}", AnswerSize: 2,
	})
}

func TestWhatIsCapturedSurvivesARestart(t *testing.T) {
	dsn := file(t)
	b := start(t, outbox.Config{Store: openStore(t, dsn)})
	b.rules(&store.OutboxRule{Method: "*", URL: "ntfy.example", Status: 503})
	_, err := b.get("https://other.example/1")
	check(t, err)
	check(t, b.store.Close())

	b = start(t, outbox.Config{Store: openStore(t, dsn)})
	equal(t, "address", b.kept().URL, "https://other.example/1")
	res, err := b.get("https://ntfy.example/2")
	check(t, err)
	equal(t, "status by the rule", res.Status, 503)
}

func TestManyRequestsAtOnceAreAllOnRecord(t *testing.T) {
	b := start(t, outbox.Config{})
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			_, err := b.get(fmt.Sprintf("https://host%d.example/", i))
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	list, err := b.store.Outgoings(t.Context(), "tx", 0)
	check(t, err)
	seen := map[string]bool{}
	for _, r := range list {
		seen[r.URL] = true
	}
	equal(t, "different requests", len(seen), 40)
}

func TestARequestThatNobodyWaitsForIsOnRecordAllTheSame(t *testing.T) {
	b := start(t, outbox.Config{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b.Fetch(ctx, actions.OutgoingRequest{Method: "GET", URL: "https://ntfy.example/late"})
	equal(t, "address", b.kept().URL, "https://ntfy.example/late")
}

func TestLongBodiesAreCutOnRecordOnly(t *testing.T) {
	long := strings.Repeat("é", 50_000)
	b := start(t, outbox.Config{})
	b.rules(&store.OutboxRule{Method: "*", URL: "*", Status: 200, Body: long})
	res, err := b.Fetch(t.Context(), actions.OutgoingRequest{Method: "POST", URL: "https://x.example/", Body: "x" + long})
	check(t, err)
	equal(t, "the answer is whole", res.Body, long)
	r := b.kept()
	equal(t, "sizes", [2]int64{r.BodySize, r.AnswerSize}, [2]int64{100_001, 100_000})
	equal(t, "kept of the body", r.Body, "x"+long[:65534]) // 64 KiB would end inside a character
	equal(t, "kept of the answer", r.Answer, long[:65536])
}

func TestWhatIsNoHTTPRequestIsRefused(t *testing.T) {
	b := start(t, outbox.Config{})
	for address, want := range map[string]string{
		"file:///etc/passwd":        "only http: and https:",
		"gopher://x.example/1":      "only http: and https:",
		"data:text/plain,hi":        "only http: and https:",
		"ws://x.example/":           "only http: and https:",
		"//x.example/":              "only http: and https:",
		"http://":                   "only http: and https:",
		"http://x.example:no/":      "only http: and https:",
		"http://%00/":               "only http: and https:",
		"http://a b/":               "only http: and https:",
		"https://exa_mple.exa$ple/": "is not a host name",
	} {
		b.refused(address, want)
	}

	for _, method := range []string{"CONNECT", "TRACE"} {
		_, err := b.Fetch(t.Context(), actions.OutgoingRequest{Method: method, URL: "https://x.example/"})
		if err == nil {
			t.Fatalf("%s was answered", method)
		}
		contains(t, method, err.Error(), "cannot have the method "+method)
	}

	huge := map[string]string{"x-flood": strings.Repeat("a", 40<<10)}
	_, err := b.Fetch(t.Context(), actions.OutgoingRequest{Method: "GET", URL: "https://x.example/", Headers: huge})
	if err == nil {
		t.Fatal("40 kB of headers were taken")
	}
	contains(t, "headers", err.Error(), "larger than 32 kB")
	equal(t, "headers on record", b.kept().Headers, nil)
}

func TestTheFirstRuleThatFitsAnswers(t *testing.T) {
	b := start(t, outbox.Config{})
	b.rules(
		&store.OutboxRule{Method: "POST", URL: "api.example/v1/*", Status: 201, Headers: map[string]string{"x-rule": "1"}, Body: "made"},
		&store.OutboxRule{Method: "*", URL: "https://*.example", Status: 404, Body: "none"},
	)
	for _, tt := range []struct {
		method, url string
		status      int
		body        string
		mode        string
	}{
		{"POST", "https://api.example/v1/people", 201, "made", outbox.ModeRule},
		{"GET", "https://api.example/v1/people", 404, "none", outbox.ModeRule},
		{"GET", "http://api.example/v1/people", 200, "{}", outbox.ModeCaptured},
		{"POST", "https://api.other/v1/people", 200, "{}", outbox.ModeCaptured},
	} {
		res, err := b.Fetch(t.Context(), actions.OutgoingRequest{Method: tt.method, URL: tt.url})
		check(t, err)
		equal(t, tt.method+" "+tt.url, fmt.Sprint(res.Status, res.Body, b.kept().Mode), fmt.Sprint(tt.status, tt.body, tt.mode))
	}
}

func TestARuleWithTimesLetsTheNextOneAnswer(t *testing.T) {
	b := start(t, outbox.Config{})
	b.rules(&store.OutboxRule{Method: "*", URL: "*", Status: 500, Times: 2}, &store.OutboxRule{Method: "*", URL: "*", Status: 202})
	var got []int
	for range 4 {
		res, err := b.get("https://api.example/")
		check(t, err)
		got = append(got, res.Status)
	}
	equal(t, "statuses", got, []int{500, 500, 202, 202})
}

func TestARuleCanBeLate(t *testing.T) {
	b := start(t, outbox.Config{Timeout: time.Millisecond}) // which a rule's delay does not count against
	b.rules(&store.OutboxRule{Method: "*", URL: "slow.example", Status: 200, Delay: 30 * time.Millisecond}, &store.OutboxRule{Method: "*", URL: "stuck.example", Status: 200, Delay: time.Minute})
	begin := time.Now()
	_, err := b.get("https://slow.example/")
	check(t, err)
	if took := time.Since(begin); took < 30*time.Millisecond {
		t.Errorf("answered after %v, want 30 ms", took)
	}
	ctx, cancel := context.WithTimeoutCause(t.Context(), 10*time.Millisecond, errLate)
	defer cancel()
	_, err = b.Fetch(ctx, actions.OutgoingRequest{Method: "GET", URL: "https://stuck.example/"})
	equal(t, "an Action out of time", err, errLate)
	equal(t, "on record", b.kept().Error, errLate.Error())
}

var errLate = fmt.Errorf("the Action's time is over")

func TestARulesRedirectIsFollowedToAnAnswer(t *testing.T) {
	b := start(t, outbox.Config{})
	to := func(status int64, location string) *store.OutboxRule {
		return &store.OutboxRule{Method: "*", URL: "old.example", Status: status, Headers: map[string]string{"location": location}}
	}
	b.rules(to(301, "https://new.example/x"), &store.OutboxRule{Method: "*", URL: "new.example/x", Status: 200, Body: "moved"})
	res, err := b.get("https://old.example/")
	check(t, err)
	equal(t, "answer", res.Body+" from "+res.URL, "moved from https://new.example/x")

	b.rules(to(301, "https://new.example/x"))
	b.refused("https://old.example/", "the answer redirected to new.example:443, which is not allowed")
	b.rules(to(302, "/again"))
	b.refused("https://old.example/", "redirected more than 5 times")
	b.rules(to(304, "/again"))
	res, err = b.get("https://old.example/")
	check(t, err)
	equal(t, "a location that is no redirect", res.Status, http.StatusNotModified)

	b.rules(to(301, "https://new.example/x"))
	res, err = b.Fetch(t.Context(), actions.OutgoingRequest{Method: "GET", URL: "https://old.example/", Redirect: "manual"})
	check(t, err)
	equal(t, "a redirect that is not followed", res.Status, http.StatusMovedPermanently)
	if _, err = b.Fetch(t.Context(), actions.OutgoingRequest{Method: "GET", URL: "https://old.example/", Redirect: "error"}); err == nil || !strings.Contains(err.Error(), "unexpected redirect") {
		t.Errorf("a redirect that is an error: got %v", err)
	}
}

func TestAnActionsFetchGoesThroughTheOutbox(t *testing.T) {
	b := start(t, outbox.Config{})
	b.rules(&store.OutboxRule{Method: "POST", URL: "plans.example", Status: 200, Body: `{"plan":"gold"}`})
	runner, err := actions.New(actions.Config{InProcess: true, Fetch: b.Fetch})
	check(t, err)
	t.Cleanup(func() { runner.Close() })
	out, err := runner.PostLogin(t.Context(), []actions.Action{{ID: "1", Name: "plan", Version: 4, Source: `
		exports.onExecutePostLogin = async (event, api) => {
			const res = await fetch('https://plans.example/of', { method: 'POST', body: JSON.stringify({ user: 'ada' }) });
			api.idToken.setCustomClaim('plan', (await res.json()).plan);
		};`}}, &actions.Event{Transaction: &actions.Transaction{ID: "tx-9"}})
	check(t, err)
	equal(t, "claim", string(out.IDToken["plan"]), `"gold"`)
	r := b.kept()
	equal(t, "on record", fmt.Sprint(r.Action, "@", r.Version, " of ", r.TransactionID, ": ", r.Method, " ", r.URL, " ", r.Body), `plan@4 of tx-9: POST https://plans.example/of {"user":"ada"}`)
}
