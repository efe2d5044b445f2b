package mockidp_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/mockidptest"
)

// debugLog has the provider write all it ever logs into log.
func debugLog(log *syncBuffer, wrap func(slog.Handler) slog.Handler) mockidptest.Option {
	var h slog.Handler = slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})
	if wrap != nil {
		h = wrap(h)
	}
	return mockidptest.Tune(func(o *mockidp.Options) { o.Log = slog.New(h) })
}

// TestTheLogOfAWholeLoginHoldsNoSecrets: from the login page to a refresh, nothing
// that opens anything is logged, at no level.
func TestTheLogOfAWholeLoginHoldsNoSecrets(t *testing.T) {
	var log syncBuffer
	idp, rp := newPair(t, debugLog(&log, nil))
	idp.Deploy("gate", `exports.onExecutePostLogin = async (event) => { console.log(event.secrets.KEY.length); };`)
	a, err := idp.Store.ActionByName(t.Context(), "gate")
	if err != nil {
		t.Fatal(err)
	}
	if err := idp.Store.SetSecret(t.Context(), a.ID, "KEY", "open-sesame"); err != nil {
		t.Fatal(err)
	}
	if _, err := idp.Store.Deploy(t.Context(), a.ID, time.Now()); err != nil {
		t.Fatal(err)
	}

	rp.config.Scopes = append(rp.config.Scopes, "offline_access")
	verifier, b := oauth2.GenerateVerifier(), newBrowser(t)
	b.Get(rp.config.AuthCodeURL("some-state", oauth2.S256ChallengeOption(verifier)))
	b.Submit(url.Values{"user": {"ada@example.test"}, "password": {mockidp.TestPassword}, "action": {"login"}})
	code := (<-rp.arrived).Get("code")
	first, err := rp.config.Exchange(t.Context(), code, oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	second, err := rp.config.TokenSource(t.Context(), &oauth2.Token{RefreshToken: first.RefreshToken}).Token()
	if err != nil {
		t.Fatal(err)
	}
	secrets := []string{mockidp.TestPassword, "open-sesame", rp.config.ClientSecret, code, verifier}
	for _, tokens := range []*oauth2.Token{first, second} {
		id, _ := tokens.Extra("id_token").(string)
		secrets = append(secrets, tokens.AccessToken, tokens.RefreshToken, id)
	}
	page, err := url.Parse(idp.Issuer)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range b.Client.Jar.Cookies(page) {
		if c.Name != "mockidp_from" { // the address on the login page
			secrets = append(secrets, c.Value)
		}
	}
	if len(secrets) < 12 {
		t.Errorf("only %d secrets were looked for: no session cookie?", len(secrets))
	}
	text := log.String()
	for _, want := range []string{"path=/oauth/token", "login flow"} {
		if !strings.Contains(text, want) {
			t.Errorf("the log is not that of a login: it lacks %q", want)
		}
	}
	for _, s := range secrets {
		if s == "" || strings.Contains(text, s) {
			t.Errorf("the log holds %q:\n%s", s, text)
		}
	}
}

// breaking panics where this message is logged, once.
type breaking struct {
	slog.Handler
	at   string
	done atomic.Bool
}

func (h *breaking) Handle(ctx context.Context, r slog.Record) error {
	if r.Message == h.at && h.done.CompareAndSwap(false, true) {
		panic("the cellar is flooded")
	}
	return h.Handler.Handle(ctx, r)
}

// TestAPanicCostsOneAnswer: the person gets a request id and no text of ours, the
// log has the id with the stack, and the next login is like any other.
func TestAPanicCostsOneAnswer(t *testing.T) {
	var log syncBuffer
	_, rp := newPair(t, debugLog(&log, func(h slog.Handler) slog.Handler { return &breaking{Handler: h, at: "login flow"} }))
	b := newBrowser(t)
	if _, err := rp.login(b, address(t, "London")); err == nil {
		t.Fatal("the login did not break")
	}
	id := b.Header.Get("X-Request-Id")
	if b.Status != http.StatusInternalServerError || id == "" || !strings.Contains(b.Body, id) || strings.Contains(b.Body, "cellar") {
		t.Errorf("the person is told %d %q, request id %q", b.Status, b.Body, id)
	}
	for _, want := range []string{"id=" + id, "cellar", "postlogin.go"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q", want)
		}
	}
	rp.mustLogin(newBrowser(t), address(t, "London"))
}

// A browser is answered with a page like any other error's, a program with text.
func TestAPanicOfThePagesIsAPage(t *testing.T) {
	for accept, page := range map[string]bool{"text/html,*/*;q=0.8": true, "*/*": false, "application/json": false} {
		var log syncBuffer
		idp := mockidptest.New(t, debugLog(&log, func(h slog.Handler) slog.Handler {
			return &breaking{Handler: h, at: "dashboard answered with an error"}
		}))
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, idp.Issuer+"dashboard/nowhere", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept", accept)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		id := resp.Header.Get("X-Request-Id")
		if resp.StatusCode != http.StatusInternalServerError || id == "" || !strings.Contains(string(body), id) || strings.Contains(string(body), "cellar") {
			t.Errorf("Accept: %s: status %d, request id %q:\n%s", accept, resp.StatusCode, id, body)
		}
		if isPage := strings.Contains(string(body), "<h1>Something went wrong</h1>") && strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html"); isPage != page {
			t.Errorf("Accept: %s: %s, want a page: %t:\n%s", accept, resp.Header.Get("Content-Type"), page, body)
		}
		if !strings.Contains(log.String(), "id="+id) {
			t.Errorf("the log lacks the request id %s", id)
		}
	}
}

// TestALoginRefusedAtLastIsLoggedWithItsReason: the Actions let it pass, and what else
// was asked for did not. Its record tells what the application was told.
func TestALoginRefusedAtLastIsLoggedWithItsReason(t *testing.T) {
	idp, rp := newPair(t)
	claims := `{"id_token":{"acr":{"essential":true,"values":["http://schemas.openid.net/pape/policies/2007/06/multi-factor"]}}}`
	_, err := rp.login(mockidptest.NewBrowser(t), address(t, "London"), oauth2.SetAuthURLParam("claims", claims))
	if no, ok := errors.AsType[*refused](err); !ok || no.code != "unmet_authentication_requirements" {
		t.Fatalf("login: %v", err)
	}
	runs, err := idp.Store.Runs(t.Context(), 0)
	if err != nil || len(runs) != 1 {
		t.Fatalf("%d runs (%v), want one", len(runs), err)
	}
	if r := runs[0]; r.Outcome != "denied" || r.LoginID == "" || !strings.Contains(string(r.Record), `"unmet_authentication_requirements"`) || !strings.Contains(string(r.Record), "post-login-claims") {
		t.Errorf("run %+v with record %s", r, r.Record)
	}
}
