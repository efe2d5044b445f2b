package outbox_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/outbox"
)

const ownHost = "localhost:9400"

// own starts an Outbox whose provider is h. Nothing listens at its address.
func own(t testing.TB, h http.HandlerFunc) *box {
	return start(t, outbox.Config{Own: h, OwnHosts: []string{ownHost}, Timeout: time.Minute})
}

func TestTheProviderItselfAnswersInThisProcess(t *testing.T) {
	var seen string
	b := own(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		check(t, err)
		user, password, _ := r.BasicAuth()
		seen = fmt.Sprint(r.Method, " ", r.Host, " ", r.RequestURI, " ", r.URL.Path, " ", string(body), " ", r.ContentLength, " ", r.Header.Get("Content-Type"), " ", user, password, " ", r.RemoteAddr, " ", outbox.FromAction(r.Context()))
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		w.Header().Set("X-Late", "1") // as with net/http, too late
		io.WriteString(w, `{"ok":`)
		io.WriteString(w, `true}`)
	})
	res, err := b.Fetch(t.Context(), actions.OutgoingRequest{Method: "POST", URL: "https://me:pw@localhost:9400/api/v2/users/auth0%7C1?q=a", Body: "{}", Headers: map[string]string{"content-type": "application/json"}})
	check(t, err)
	equal(t, "request", seen, "POST localhost:9400 /api/v2/users/auth0%7C1?q=a /api/v2/users/auth0|1 {} 2 application/json mepw 0.0.0.0:0 true")
	equal(t, "answer", res, actions.OutgoingResponse{Status: 201, StatusText: "Created", Headers: map[string]string{"content-type": "application/json"}, Body: `{"ok":true}`})
	equal(t, "mode", b.kept().Mode, outbox.ModeOwn)
	equal(t, "answer on record", b.kept().Answer, `{"ok":true}`)
	if outbox.FromAction(t.Context()) {
		t.Error("the test's own context passes for an Action's")
	}
}

func TestAnAnswerOfTheProviderIsAsNetHTTPMakesIt(t *testing.T) {
	for name, tt := range map[string]struct {
		method string
		h      http.HandlerFunc
		want   string
	}{
		"nothing written":  {"GET", func(http.ResponseWriter, *http.Request) {}, "200  "},
		"type worked out":  {"GET", text("<!doctype html>"), "200 text/html; charset=utf-8 <!doctype html>"},
		"no body for HEAD": {"HEAD", text("text"), "200  "},
		"no body with 204": {"GET", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(204); io.WriteString(w, "x") }, "204  "},
		"first status counts": {"GET", func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(103)
			w.WriteHeader(404)
			w.WriteHeader(200)
		}, "404  "},
	} {
		res, err := own(t, tt.h).Fetch(t.Context(), actions.OutgoingRequest{Method: tt.method, URL: "http://" + ownHost})
		check(t, err)
		equal(t, name, fmt.Sprint(res.Status, " ", res.Headers["content-type"], " ", res.Body), tt.want)
	}
}

// An Action calls the provider, which runs the login flow, whose Action calls
// the provider: without an end to it, no worker would ever come back.
func TestARequestWithinARequestIsRefused(t *testing.T) {
	var b *box
	var inner error
	b = own(t, func(w http.ResponseWriter, r *http.Request) {
		_, inner = b.Fetch(r.Context(), actions.OutgoingRequest{Method: "POST", URL: "http://" + ownHost + "/oauth/token", TransactionID: "inner"})
		_, err := b.Fetch(r.Context(), actions.OutgoingRequest{Method: "POST", URL: "https://ntfy.example/"})
		check(t, err) // other requests of the inner flow go on
		io.WriteString(w, "done")
	})
	res, err := b.get("http://" + ownHost + "/oauth/token")
	check(t, err)
	equal(t, "outer answer", res.Body, "done")
	if inner == nil {
		t.Fatal("the inner request was answered")
	}
	contains(t, "inner request", inner.Error(), "an Action that runs meanwhile cannot ask it again")
	list, err := b.store.Outgoings(t.Context(), "inner", 0)
	check(t, err)
	equal(t, "inner request on record", list[0].Mode, outbox.ModeRefused)
}

func TestActionsDoNotReachTheControlAddresses(t *testing.T) {
	b := own(t, never(t))
	for _, path := range []string{"/_mock/outbox", "/_mock", "/s/otter-07/_mock/logins", "//_mock/outbox", "/a/../_mock/outbox", "/%5Fmock/outbox", "/_mock%2Foutbox", "/./_mock/"} {
		b.refused("http://"+ownHost+path, "/_mock/ is for the people who run this emulator")
	}
}

func TestARedirectOfTheProviderIsFollowed(t *testing.T) {
	b := own(t, func(w http.ResponseWriter, r *http.Request) {
		if to := r.URL.Query().Get("to"); to != "" {
			http.Redirect(w, r, to, http.StatusSeeOther)
			return
		}
		io.WriteString(w, r.URL.Path)
	})
	res, err := b.get("http://" + ownHost + "/a?to=/b")
	check(t, err)
	equal(t, "answer", res.Body, "/b")
	b.refused("http://"+ownHost+"/a?to=/_mock/logins", "/_mock/ is for")
	b.refused("http://"+ownHost+"/a?to=http://localhost:3000/callback", "the answer redirected to localhost:3000, which is not allowed")
}

func TestAProviderThatFailsIsAnErrorOfTheRequest(t *testing.T) {
	for want, h := range map[string]http.HandlerFunc{
		"localhost:9400 closed the connection": func(http.ResponseWriter, *http.Request) { panic("broken") },
		"the answer is larger than 1 MB":       func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, strings.Repeat("x", 1<<20+1)) },
	} {
		b := own(t, h)
		_, err := b.get("http://" + ownHost)
		if err == nil {
			t.Errorf("answered, want %q", want)
			continue
		}
		equal(t, "error", err.Error(), want)
		equal(t, "mode", b.kept().Mode, outbox.ModeOwn)
	}
	aborts := own(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	if _, err := aborts.get("http://" + ownHost); err == nil {
		t.Error("an aborted answer was taken")
	}
}

func TestAProviderThatHangsIsGivenUp(t *testing.T) {
	hang := func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		w.WriteHeader(http.StatusInternalServerError)
	}
	b := start(t, outbox.Config{Own: http.HandlerFunc(hang), OwnHosts: []string{ownHost}, Timeout: 20 * time.Millisecond})
	_, err := b.get("http://" + ownHost)
	if err == nil {
		t.Fatal("answered")
	}
	equal(t, "error", err.Error(), "no complete answer within 20ms")

	b = own(t, hang)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = b.Fetch(ctx, actions.OutgoingRequest{Method: "GET", URL: "http://" + ownHost})
	if err == nil {
		t.Fatal("answered")
	}
	equal(t, "error", err.Error(), "the Action ended before the answer came")
}
