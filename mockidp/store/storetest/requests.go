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

var requests = []test{
	{"a request comes back as stored", func(t *testing.T, s *store.Store) {
		want := &store.Request{ID: "r1", BrowserHash: "bh", ClientID: "demo-app", RedirectURI: "http://localhost:3000/callback?x=1", ResponseType: "code id_token", ResponseMode: "form_post",
			Scope: "openid profile", Audience: "https://api", State: "st\xffate", Nonce: "n", Challenge: "c", Prompt: []string{"login", "consent"}, MaxAge: 60, LoginHint: "ada", HintSub: "auth0|1",
			ACRValues: []string{"a"}, UILocales: []string{"de"}, Claims: map[string]map[string]json.RawMessage{"id_token": {"auth_time": json.RawMessage(`{"essential":true}`)}},
			Query: url.Values{"x": {"1", "2"}}, Method: "POST", UserAgent: "agent", Language: "de", Organization: "org_1", Step: &store.Step{Kind: store.StepMFA, MFA: &store.MFAStep{Factors: []string{"otp"}, Choose: true}, State: json.RawMessage(`{"a":1}`), Done: true, Answer: json.RawMessage(`{}`)},
			CreatedAt: now, ExpiresAt: now.Add(time.Minute)}
		check(t, s.CreateRequest(t.Context(), want))
		got, err := s.Request(t.Context(), "r1", now)
		check(t, err)
		equal(t, "request", got, want)
		got, err = s.TakeRequest(t.Context(), "r1", now)
		check(t, err)
		equal(t, "request taken", got, want)
	}},
	{"a request gets an id, which is unique", func(t *testing.T, s *store.Store) {
		r := &store.Request{ExpiresAt: now.Add(time.Minute)}
		check(t, s.CreateRequest(t.Context(), r))
		if len(r.ID) < 22 {
			t.Errorf("id = %q, too short to be unguessable", r.ID)
		}
		wantErr(t, "same id", s.CreateRequest(t.Context(), &store.Request{ID: r.ID}), store.ErrExists)
	}},
	{"large requests take bounded memory: the oldest make room", func(t *testing.T, s *store.Store) {
		long := strings.Repeat("x", 60<<10) // as long as a body may be
		claims := map[string]map[string]json.RawMessage{"userinfo": {"x": json.RawMessage(`"` + long + `"`)}}
		kept := func(i int) bool {
			_, err := s.Request(t.Context(), fmt.Sprint(i), now)
			return err == nil
		}
		for i := range 600 { // 36 MB of parameters, and as much in what was read from them
			check(t, s.CreateRequest(t.Context(), &store.Request{ID: fmt.Sprint(i), Query: url.Values{"claims": {long}}, Claims: claims, ExpiresAt: now.Add(time.Minute)}))
			if i == 500 {
				equal(t, "60 MB kept", kept(0), true)
			}
		}
		equal(t, "72 MB kept", kept(0), false)
		equal(t, "the newest", kept(599), true)

		many := url.Values{}
		for i := range 10_000 { // 80 kB as text, 1 MB in memory
			many.Set(fmt.Sprint("p", i), "x")
		}
		for i := 600; i < 670; i++ {
			check(t, s.CreateRequest(t.Context(), &store.Request{ID: fmt.Sprint(i), Query: many, ExpiresAt: now.Add(time.Minute)}))
		}
		equal(t, "an old one among many short parameters", kept(599), false)
		check(t, s.Prune(t.Context(), now.Add(time.Minute))) // or Close would save them all
	}},
	{"an expired request can't be used", func(t *testing.T, s *store.Store) {
		r := newRequest(t, s, "r1")
		u := newUser(t, s)
		_, err := s.Request(t.Context(), "r1", r.ExpiresAt.Add(-time.Millisecond))
		check(t, err)
		_, err = s.Request(t.Context(), "r1", r.ExpiresAt)
		wantErr(t, "Request", err, store.ErrNotFound)
		_, err = s.TakeRequest(t.Context(), "r1", r.ExpiresAt)
		wantErr(t, "TakeRequest", err, store.ErrGone)
		err = s.CompleteLogin(t.Context(), "r1", &store.Login{UserID: u.ID, At: r.ExpiresAt}, &store.Session{Hash: "h", UserID: u.ID})
		wantErr(t, "CompleteLogin", err, store.ErrGone)
	}},
	{"an unknown request is gone", func(t *testing.T, s *store.Store) {
		_, err := s.Request(t.Context(), "nope", now)
		wantErr(t, "Request", err, store.ErrNotFound)
		_, err = s.TakeRequest(t.Context(), "nope", now)
		wantErr(t, "TakeRequest", err, store.ErrGone)
		wantErr(t, "RefuseRequest", s.RefuseRequest(t.Context(), "nope", "access_denied", ""), store.ErrGone)
	}},
	{"a request is taken once by 16 at the same time", func(t *testing.T, s *store.Store) {
		for _, id := range []string{"r1", "r2", "r3", "r4", "r5"} {
			newRequest(t, s, id)
			oneWinner(t, race(16, func(int) error {
				_, err := s.TakeRequest(t.Context(), id, now)
				return err
			}))
			_, err := s.Request(t.Context(), id, now)
			wantErr(t, "Request afterwards", err, store.ErrNotFound)
		}
	}},
	{"a refused request carries the last error", func(t *testing.T, s *store.Store) {
		newRequest(t, s, "r1")
		check(t, s.RefuseRequest(t.Context(), "r1", "access_denied", "first"))
		check(t, s.RefuseRequest(t.Context(), "r1", "access_denied", "The user cancelled the login."))
		r, err := s.TakeRequest(t.Context(), "r1", now)
		check(t, err)
		equal(t, "error", r.ErrorCode+": "+r.ErrorText, "access_denied: The user cancelled the login.")
		wantErr(t, "refusing what was taken", s.RefuseRequest(t.Context(), "r1", "x", ""), store.ErrGone)
	}},
	{"a request that was answered can't be refused", func(t *testing.T, s *store.Store) {
		u := newUser(t, s)
		newRequest(t, s, "r1")
		check(t, s.CompleteLogin(t.Context(), "r1", &store.Login{UserID: u.ID, At: now}, &store.Session{Hash: "h", UserID: u.ID, ExpiresAt: now.Add(time.Hour)}))
		wantErr(t, "RefuseRequest", s.RefuseRequest(t.Context(), "r1", "access_denied", ""), store.ErrGone)
	}},
}
