package storetest

import (
	"fmt"
	"testing"
	"time"

	"example.com/postlogin/mockidp/store"
)

func newOutgoing(t *testing.T, s *store.Store, transaction, url string) *store.Outgoing {
	t.Helper()
	o := &store.Outgoing{TransactionID: transaction, At: now, Mode: "captured", Method: "GET", URL: url}
	check(t, s.AddOutgoing(t.Context(), o))
	return o
}

// urls are the addresses of the requests kept, the newest first.
func urls(t *testing.T, s *store.Store, transaction string, limit int) []string {
	t.Helper()
	list, err := s.Outgoings(t.Context(), transaction, limit)
	check(t, err)
	urls := []string{}
	for _, o := range list {
		urls = append(urls, o.URL)
	}
	return urls
}

var outbox = []test{
	{"an outgoing request comes back as stored", func(t *testing.T, s *store.Store) {
		want := &store.Outgoing{
			TransactionID: "tx", At: now, Took: 1234 * time.Microsecond, Mode: "allowed", Action: "notify", Version: 7,
			Method: "POST", URL: "https://ntfy.example/topic", Headers: map[string]string{"authorization": "Bearer x"}, Body: "h\u00e9", BodySize: 3,
			Status: 201, AnswerURL: "https://ntfy.example/2", AnswerHeaders: map[string]string{"content-type": "text/plain"}, Answer: "ok", AnswerSize: 70000, Error: "cut",
		}
		check(t, s.AddOutgoing(t.Context(), want))
		got, err := s.Outgoing(t.Context(), want.ID)
		check(t, err)
		equal(t, "by id", got, want)
		list, err := s.Outgoings(t.Context(), "tx", 0)
		check(t, err)
		equal(t, "list", list, []*store.Outgoing{want})
		_, err = s.Outgoing(t.Context(), "out_0")
		wantErr(t, "unknown", err, store.ErrNotFound)
	}},
	{"outgoing requests are listed from the newest, all or those of one transaction", func(t *testing.T, s *store.Store) {
		for i, transaction := range []string{"a", "b", "a", ""} {
			newOutgoing(t, s, transaction, fmt.Sprint(i))
		}
		equal(t, "all", urls(t, s, "", 0), []string{"3", "2", "1", "0"})
		equal(t, "the last two", urls(t, s, "", 2), []string{"3", "2"})
		equal(t, "of a", urls(t, s, "a", 0), []string{"2", "0"})
		equal(t, "the last of a", urls(t, s, "a", 1), []string{"2"})
		equal(t, "of nobody", urls(t, s, "c", 0), []string{})
		check(t, s.ClearOutbox(t.Context()))
		equal(t, "after clearing", urls(t, s, "", 0), []string{})
		newOutgoing(t, s, "a", "new")
		equal(t, "after clearing and one more", urls(t, s, "", 0), []string{"new"})
	}},
	{"the last 1000 outgoing requests are kept", func(t *testing.T, s *store.Store) {
		for i := range 1003 {
			newOutgoing(t, s, "", fmt.Sprint(i))
		}
		got := urls(t, s, "", 0)
		equal(t, "count", len(got), 1000)
		equal(t, "newest", got[0], "1002")
		equal(t, "oldest", got[999], "3")
	}},
	{"outbox rules keep their order and are replaced together", func(t *testing.T, s *store.Store) {
		first := &store.OutboxRule{Method: "POST", URL: "ntfy.example", Status: 500, Headers: map[string]string{"x-a": "b"}, Body: "no", Delay: 1500 * time.Millisecond, Times: 2}
		second := &store.OutboxRule{Method: "*", URL: "*", Status: 204}
		third := &store.OutboxRule{Method: "GET", URL: "api.example/v1/*", Status: 200}
		check(t, s.SetOutboxRules(t.Context(), []*store.OutboxRule{first, second}))
		check(t, s.AddOutboxRule(t.Context(), third))
		rules, err := s.OutboxRules(t.Context())
		check(t, err)
		equal(t, "rules", rules, []*store.OutboxRule{first, second, third})

		wantErr(t, "one id twice", s.SetOutboxRules(t.Context(), []*store.OutboxRule{third, third}), store.ErrExists)
		check(t, s.SetOutboxRules(t.Context(), []*store.OutboxRule{third, first}))
		rules, err = s.OutboxRules(t.Context())
		check(t, err)
		equal(t, "replaced", rules, []*store.OutboxRule{third, first})
		check(t, s.SetOutboxRules(t.Context(), nil))
		rules, err = s.OutboxRules(t.Context())
		check(t, err)
		equal(t, "none", len(rules), 0)
	}},
	{"an outbox rule answers as often as it says, also to racers", func(t *testing.T, s *store.Store) {
		r := &store.OutboxRule{Method: "*", URL: "*", Status: 500, Times: 3}
		check(t, s.AddOutboxRule(t.Context(), r))
		won := 0
		for _, err := range race(8, func(int) error { return s.UseOutboxRule(t.Context(), r.ID) }) {
			if err == nil {
				won++
			} else {
				wantErr(t, "a racer", err, store.ErrGone)
			}
		}
		equal(t, "answers", won, 3)
		rules, err := s.OutboxRules(t.Context())
		check(t, err)
		equal(t, "used", rules[0].Used, int64(3))
		wantErr(t, "unknown rule", s.UseOutboxRule(t.Context(), "rule_0"), store.ErrGone)
	}},
}
