package storetest

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"example.com/postlogin/mockidp/store"
)

func failure(user string, at time.Time) *store.Failure {
	return &store.Failure{Type: store.FailedPassword, Reason: "wrong password", UserID: "auth0|1", UserName: user, ClientID: "demo-app",
		IP: ip, Simulated: true, Place: store.Place{City: "London", CountryCode: "GB"}, UserAgent: "Mozilla", At: at}
}

var failures = []test{
	{"a failed login is counted in the row of the last minute", func(t *testing.T, s *store.Store) {
		check(t, s.PutClient(t.Context(), &store.Client{ID: "demo-app", Name: "Demo app"}))
		for i, after := range []time.Duration{0, 59 * time.Second, 61 * time.Second} {
			f := failure("ada@example.test", now.Add(after))
			check(t, s.AddFailure(t.Context(), f))
			equal(t, "tries", f.Tries, []int64{1, 2, 1}[i])
		}
		check(t, s.AddFailure(t.Context(), failure("grace@example.test", now)))
		list, err := s.FailuresAfter(t.Context(), 0)
		check(t, err)
		equal(t, "rows", len(list), 3)
		want := failure("ada@example.test", now.Add(59*time.Second))
		want.ID, want.Seq, want.Began, want.Tries, want.ClientName = list[0].ID, 2, now, 2, "Demo app"
		equal(t, "the first row", list[0], want)
		got, err := s.Failure(t.Context(), want.ID)
		check(t, err)
		equal(t, "row by id", got, want)
		_, err = s.Failure(t.Context(), "nope")
		wantErr(t, "Failure", err, store.ErrNotFound)
		list, err = s.FailuresAfter(t.Context(), list[1].Seq)
		check(t, err)
		equal(t, "rows after the second", fmt.Sprint(len(list), list[0].UserName), "1grace@example.test")
	}},
	{"failed logins push out the oldest of their own and no run", func(t *testing.T, s *store.Store) {
		check(t, s.AddRun(t.Context(), &store.Run{ID: "run", Kind: "login", At: now, Outcome: "ok", Record: json.RawMessage(`{}`)}))
		for i := range store.KeepFailures + 20 {
			check(t, s.AddFailure(t.Context(), failure(fmt.Sprint(i, "@example.test"), now)))
			check(t, s.AddFailure(t.Context(), failure("again@example.test", now))) // one row, whose tries are no rows
		}
		check(t, s.Prune(t.Context(), now))
		list, err := s.FailuresAfter(t.Context(), 0)
		check(t, err)
		equal(t, "rows", fmt.Sprint(len(list), list[0].UserName, list[len(list)-1].Tries), fmt.Sprint(store.KeepFailures, "21@example.test", store.KeepFailures+20))
		_, err = s.Run(t.Context(), "run")
		check(t, err)
	}},
	{"several at once are one row", func(t *testing.T, s *store.Store) {
		for _, err := range race(8, func(int) error { return s.AddFailure(t.Context(), failure("ada@example.test", now)) }) {
			check(t, err)
		}
		list, err := s.FailuresAfter(t.Context(), 0)
		check(t, err)
		equal(t, "rows and tries", fmt.Sprint(len(list), list[0].Tries), "1 8")
	}},
}
