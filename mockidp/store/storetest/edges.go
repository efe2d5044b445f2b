package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"example.com/postlogin/mockidp/store"
)

var runs = []test{
	{"runs come back from the newest", func(t *testing.T, s *store.Store) {
		for i := range 3 {
			check(t, s.AddRun(t.Context(), &store.Run{ID: fmt.Sprint("run", i), Kind: "login", At: now, Outcome: "denied", Record: json.RawMessage(`{}`)}))
		}
		list, err := s.Runs(t.Context(), 2)
		check(t, err)
		equal(t, "runs", fmt.Sprintln(len(list), list[0].ID, list[1].ID), "2 run2 run1\n")
		got, err := s.Run(t.Context(), "run1")
		check(t, err)
		equal(t, "run by id", got, list[1])
		_, err = s.Run(t.Context(), "nope")
		wantErr(t, "Run", err, store.ErrNotFound)
	}},
	{"an order of no Actions is kept as one, and as an earlier program kept it it is none", func(t *testing.T, s *store.Store) {
		a := &store.Action{Name: "a", Trigger: "post-login", Runtime: "node18"}
		check(t, s.CreateAction(t.Context(), a))
		_, err := s.Deploy(t.Context(), a.ID, now)
		check(t, err)
		check(t, s.Bind(t.Context(), "post-login", []string{a.ID}))
		check(t, s.SetPendingFlow(t.Context(), "post-login", nil))
		order, err := s.PendingFlow(t.Context())
		check(t, err)
		equal(t, "kept", order != nil && len(order) == 0, true)
		check(t, s.PutSetting(t.Context(), "flow_pending", ""))
		order, err = s.PendingFlow(t.Context())
		check(t, err)
		equal(t, "of an earlier program", order == nil, true)
	}},
	{"a setting keeps its last value", func(t *testing.T, s *store.Store) {
		_, err := s.Setting(t.Context(), "k")
		wantErr(t, "before", err, store.ErrNotFound)
		for _, v := range []string{"one", ""} {
			check(t, s.PutSetting(t.Context(), "k", v))
			got, err := s.Setting(t.Context(), "k")
			check(t, err)
			equal(t, "value", got, v)
		}
	}},
}

var edges = []test{
	{"text that a database may refuse is made valid and never equals clean text", func(t *testing.T, s *store.Store) {
		for i, dirty := range []string{"a\x00b", "a\xffb", "\x00", "\xc3\x28"} {
			u := &store.User{Email: fmt.Sprint(i, dirty, "@example.test"), Name: dirty}
			check(t, s.CreateUser(t.Context(), u))
			l := &store.Login{UserID: u.ID, At: now, UserAgent: dirty, ClientID: dirty}
			check(t, s.CompleteLogin(t.Context(), "", l, &store.Session{Hash: fmt.Sprint(i, dirty), UserID: u.ID, UserAgent: dirty, ExpiresAt: now.Add(time.Hour)}))
			check(t, s.CreateAction(t.Context(), &store.Action{Name: fmt.Sprint(i, dirty), Code: dirty}))
			list, err := s.Logins(t.Context(), u.ID, 0)
			check(t, err)
			for _, r := range list[0].UserAgent {
				if r == 0 {
					t.Errorf("%q was stored with its NUL", dirty)
				}
			}
		}
		check(t, s.PutClient(t.Context(), &store.Client{ID: "demo-app"}))
		for _, id := range []string{"demo-app\x00", "demo\x00-app", "\xffdemo-app"} {
			_, err := s.Client(t.Context(), id)
			wantErr(t, fmt.Sprintf("client %q", id), err, store.ErrNotFound)
		}
	}},
	{"pruning deletes what has expired and nothing else", func(t *testing.T, s *store.Store) {
		u := newUser(t, s)
		ss := newSession(t, s, u, "h")
		newRequest(t, s, "r")
		fresh, redeemed := newGrant(t, s, "fresh", ss.ID, "openid"), newGrant(t, s, "redeemed", ss.ID, "openid")
		check(t, s.RedeemCode(t.Context(), redeemed.ID, now, token("at", store.AccessToken, redeemed)))
		check(t, s.AddRun(t.Context(), &store.Run{ID: "run"}))

		left := func(at time.Time) string {
			check(t, s.Prune(t.Context(), at))
			var list []string
			for _, there := range []struct {
				what string
				err  error
			}{
				{"request", second(s.Request(t.Context(), "r", now))},
				{"session", second(s.Session(t.Context(), ss.ID, now))},
				{"code", second(s.Grant(t.Context(), fresh.ID))},
				{"redeemed", second(s.Grant(t.Context(), redeemed.ID))},
				{"run", second(s.Run(t.Context(), "run"))},
				{"user", second(s.User(t.Context(), u.ID))},
			} {
				if there.err == nil {
					list = append(list, there.what)
				}
			}
			return fmt.Sprint(list)
		}
		equal(t, "now", left(now), "[request session code redeemed run user]")
		equal(t, "when the code has expired", left(now.Add(time.Minute)), "[request session redeemed run user]")
		equal(t, "when the request has expired", left(now.Add(10*time.Minute)), "[session redeemed run user]")
		// A cache may still know the session, but not after its time.
		check(t, s.Prune(t.Context(), now.Add(time.Hour)))
		_, err := s.Session(t.Context(), ss.ID, now.Add(time.Hour))
		wantErr(t, "session after its time", err, store.ErrNotFound)
		_, err = s.Grant(t.Context(), redeemed.ID)
		wantErr(t, "grant after its tokens' time", err, store.ErrNotFound)
		noToken(t, s, "at")
		counted(t, s, u.ID, 1)
	}},
	{"pruning works through many rows and keeps the last runs", func(t *testing.T, s *store.Store) {
		g := refreshable(t, s)
		var list []*store.Token
		for i := range 500 {
			list = append(list, token(fmt.Sprint("t", i), store.AccessToken, g))
		}
		check(t, s.RotateRefresh(t.Context(), "rt", g, now, nil, list...))
		for i := range 1010 {
			check(t, s.AddRun(t.Context(), &store.Run{ID: fmt.Sprint("run", i)}))
		}
		check(t, s.Prune(t.Context(), now.Add(time.Hour)))
		for _, tok := range list {
			noToken(t, s, tok.Hash)
		}
		kept, err := s.Runs(t.Context(), 0)
		check(t, err)
		equal(t, "runs left", fmt.Sprintln(len(kept), kept[0].ID, kept[len(kept)-1].ID), "1000 run1009 run10\n")
	}},
	{"a cancelled context stops a call before it begins", func(t *testing.T, s *store.Store) {
		u := newUser(t, s)
		newRequest(t, s, "r")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		wantErr(t, "User", second(s.User(ctx, u.ID)), context.Canceled)
		wantErr(t, "Users", second(s.Users(ctx, 0)), context.Canceled)
		wantErr(t, "TakeRequest", second(s.TakeRequest(ctx, "r", now)), context.Canceled)
		wantErr(t, "CompleteLogin", s.CompleteLogin(ctx, "r", &store.Login{UserID: u.ID, At: now}, nil), context.Canceled)
		wantErr(t, "Ping", s.Ping(ctx), context.Canceled)
		counted(t, s, u.ID, 0)
	}},
	{"a closed store says so", func(t *testing.T, s *store.Store) {
		u := newUser(t, s)
		check(t, s.Ping(t.Context()))
		check(t, s.Close())
		check(t, s.Close())
		for what, err := range map[string]error{
			"Ping": s.Ping(t.Context()), "Users": second(s.Users(t.Context(), 0)), "CreateRequest": s.CreateRequest(t.Context(), &store.Request{}),
			"CompleteLogin": s.CompleteLogin(t.Context(), "", &store.Login{UserID: u.ID, At: now}, nil),
		} {
			if err == nil {
				t.Errorf("%s works on a closed store", what)
			}
		}
	}},
}

func second[T any](_ T, err error) error { return err }
