package storetest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.com/postlogin/mockidp/store"
)

// suspended takes the request and suspends it with a step of kind.
func suspended(t *testing.T, s *store.Store, id, kind string) *store.Request {
	t.Helper()
	newRequest(t, s, id)
	r, err := s.TakeRequest(t.Context(), id, now)
	check(t, err)
	r.Step = &store.Step{Kind: kind, URL: "https://ask.example/", State: json.RawMessage(`{"of":"the flow"}`)}
	check(t, s.SuspendRequest(t.Context(), r))
	return r
}

var steps = []test{
	{"a suspended request comes back with its answer", func(t *testing.T, s *store.Store) {
		want := suspended(t, s, "r1", store.StepRedirect)
		answer := store.Step{Kind: store.StepRedirect, Answer: json.RawMessage(`{"x":1}`), Method: "POST", Query: url.Values{"state": {"r1"}}, Body: url.Values{"a": {"b", "c"}},
			URL: "https://evil.example/", State: json.RawMessage(`"forged"`)}
		check(t, s.AnswerStep(t.Context(), "r1", answer, now))
		got, err := s.TakeRequest(t.Context(), "r1", now)
		check(t, err)
		want.Step = &store.Step{Kind: store.StepRedirect, URL: want.Step.URL, State: want.Step.State,
			Done: true, Answer: answer.Answer, Method: "POST", Query: answer.Query, Body: answer.Body}
		equal(t, "request", got, want)
	}},
	{"a step begins unanswered", func(t *testing.T, s *store.Store) {
		suspended(t, s, "r1", store.StepForm)
		check(t, s.AnswerStep(t.Context(), "r1", store.Step{Kind: store.StepForm, Answer: json.RawMessage(`{}`)}, now))
		r, err := s.TakeRequest(t.Context(), "r1", now)
		check(t, err)
		r.Step.Kind = store.StepMFA // the next step, made from the last one
		check(t, s.SuspendRequest(t.Context(), r))
		got, err := s.Request(t.Context(), "r1", now)
		check(t, err)
		equal(t, "step", got.Step, &store.Step{Kind: store.StepMFA, URL: r.Step.URL, State: r.Step.State})
	}},
	{"a request is suspended once, with a step, and for ten minutes", func(t *testing.T, s *store.Store) {
		r := suspended(t, s, "r1", store.StepMFA)
		wantErr(t, "again", s.SuspendRequest(t.Context(), r), store.ErrExists)
		for _, bad := range []*store.Request{{ID: "r2"}, {Step: &store.Step{}}} {
			if err := s.SuspendRequest(t.Context(), bad); err == nil {
				t.Errorf("suspended %+v", bad)
			}
		}
		start := time.Now()
		check(t, s.SuspendRequest(t.Context(), &store.Request{ID: "r3", Step: &store.Step{Kind: store.StepMFA}}))
		_, err := s.Request(t.Context(), "r3", start.Add(9*time.Minute))
		check(t, err)
		_, err = s.Request(t.Context(), "r3", time.Now().Add(10*time.Minute))
		wantErr(t, "after ten minutes", err, store.ErrNotFound)
	}},
	{"a step is answered once by 16 at the same time", func(t *testing.T, s *store.Store) {
		for _, id := range []string{"r1", "r2", "r3", "r4", "r5"} {
			suspended(t, s, id, store.StepMFA)
			won := oneWinner(t, race(16, func(i int) error {
				return s.AnswerStep(t.Context(), id, store.Step{Kind: store.StepMFA, Method: string(rune('a' + i))}, now)
			}))
			r, err := s.TakeRequest(t.Context(), id, now)
			check(t, err)
			equal(t, "answer", r.Step.Method, string(rune('a'+won)))
		}
	}},
	{"a step can't be answered by another kind, late, or when there is none", func(t *testing.T, s *store.Store) {
		r := suspended(t, s, "r1", store.StepMFA)
		wantErr(t, "another kind", s.AnswerStep(t.Context(), "r1", store.Step{Kind: store.StepRedirect}, now), store.ErrGone)
		wantErr(t, "no kind", s.AnswerStep(t.Context(), "r1", store.Step{}, now), store.ErrGone)
		wantErr(t, "late", s.AnswerStep(t.Context(), "r1", store.Step{Kind: store.StepMFA}, r.ExpiresAt), store.ErrGone)
		newRequest(t, s, "r2")
		wantErr(t, "no step", s.AnswerStep(t.Context(), "r2", store.Step{}, now), store.ErrGone)
		wantErr(t, "unknown", s.AnswerStep(t.Context(), "nope", store.Step{}, now), store.ErrGone)
	}},
	{"nobody gets past a step that is not answered", func(t *testing.T, s *store.Store) {
		suspended(t, s, "r1", store.StepMFA)
		u := newUser(t, s)
		_, err := s.TakeRequest(t.Context(), "r1", now)
		wantErr(t, "TakeRequest", err, store.ErrGone)
		login := func() error {
			return s.CompleteLogin(t.Context(), "r1", &store.Login{UserID: u.ID, At: now}, &store.Session{Hash: "h", UserID: u.ID, ExpiresAt: now.Add(time.Hour)})
		}
		wantErr(t, "another login", login(), store.ErrGone)
		check(t, s.AnswerStep(t.Context(), "r1", store.Step{Kind: store.StepMFA}, now))
		wantErr(t, "another login after the answer", login(), store.ErrGone)
		_, err = s.TakeRequest(t.Context(), "r1", now)
		check(t, err)
	}},
	{"abandoned steps take bounded memory: the oldest make room", func(t *testing.T, s *store.Store) {
		const large = 1 << 20
		state := json.RawMessage(`"` + strings.Repeat("x", large) + `"`)
		suspend := func(i int) {
			check(t, s.SuspendRequest(t.Context(), &store.Request{ID: fmt.Sprint(i), Step: &store.Step{Kind: store.StepRedirect, State: state}, ExpiresAt: now.Add(time.Minute)}))
		}
		kept := func(i int) bool {
			_, err := s.Request(t.Context(), fmt.Sprint(i), now)
			return err == nil
		}
		for i := range 60 {
			suspend(i)
		}
		equal(t, "60 MB kept", kept(0), true)
		check(t, s.AnswerStep(t.Context(), "59", store.Step{Kind: store.StepRedirect, Body: url.Values{"x": {strings.Repeat("x", 5*large)}}}, now))
		equal(t, "65 MB kept", kept(0), false)
		_, err := s.TakeRequest(t.Context(), "59", now) // 6 MB less
		check(t, err)
		for i := 60; i < 65; i++ {
			suspend(i)
		}
		equal(t, "the oldest that is left", kept(2), true)
		equal(t, "the newest", kept(64), true)
		for i := range 100 {
			suspend(100 + i)
		}
		equal(t, "an old one", kept(64), false)
		equal(t, "the newest", kept(199), true)
		for i := 130; i < 200; i++ { // or Close would save them all
			if s.RefuseRequest(t.Context(), fmt.Sprint(i), "access_denied", "") == nil {
				_, err := s.TakeRequest(t.Context(), fmt.Sprint(i), now)
				check(t, err)
			}
		}
	}},
	{"a suspended request can be refused", func(t *testing.T, s *store.Store) {
		suspended(t, s, "r1", store.StepMFA)
		check(t, s.RefuseRequest(t.Context(), "r1", "access_denied", "cancelled"))
		r, err := s.TakeRequest(t.Context(), "r1", now)
		check(t, err)
		equal(t, "error", r.ErrorCode, "access_denied")
	}},
}
