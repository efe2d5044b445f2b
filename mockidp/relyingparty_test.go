package mockidp_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"example.com/postlogin/mockidp/mockidptest"
)

// relyingParty is an application made of go-oidc and x/oauth2 and a callback
// address that keeps what arrives there.
type relyingParty struct {
	t        *testing.T
	config   oauth2.Config
	provider *oidc.Provider
	arrived  chan url.Values
	callback *httptest.Server
}

// newCallback starts the callback address; its URL must be registered before the provider starts.
func newCallback(t *testing.T) (*httptest.Server, chan url.Values) {
	t.Helper()
	arrived := make(chan url.Values, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/callback" {
			arrived <- r.URL.Query()
		}
	}))
	t.Cleanup(srv.Close)
	return srv, arrived
}

// newPair starts a provider and an application that is registered there.
func newPair(t *testing.T, options ...mockidptest.Option) (*mockidptest.Server, *relyingParty) {
	t.Helper()
	callback, arrived := newCallback(t)
	idp := mockidptest.New(t, append([]mockidptest.Option{mockidptest.RedirectURL(callback.URL + "/callback")}, options...)...)
	return idp, newRelyingParty(t, idp.Issuer, idp.ClientID, idp.ClientSecret, callback, arrived)
}

func newRelyingParty(t *testing.T, issuer, id, secret string, callback *httptest.Server, arrived chan url.Values) *relyingParty {
	t.Helper()
	p, err := oidc.NewProvider(t.Context(), issuer)
	if err != nil {
		t.Fatal(err)
	}
	return &relyingParty{t: t, provider: p, arrived: arrived, callback: callback, config: oauth2.Config{
		ClientID: id, ClientSecret: secret, Endpoint: p.Endpoint(), RedirectURL: callback.URL + "/callback",
		Scopes: []string{"openid", "profile", "email"},
	}}
}

// result is one login: tokens and verified ID token claims.
type result struct {
	tokens *oauth2.Token
	claims map[string]any
}

// refused is a login that came back with an OAuth error.
type refused struct{ code, description string }

func (e *refused) Error() string { return e.code + ": " + e.description }

// login takes b through one login as ada from ip and returns verified claims, or
// *refused. extra are further parameters of the authorization request.
func (rp *relyingParty) login(b *mockidptest.Browser, ip string, extra ...oauth2.AuthCodeOption) (*result, error) {
	return rp.loginAs(b, "ada@example.test", ip, extra...)
}

func (rp *relyingParty) loginAs(b *mockidptest.Browser, email, ip string, extra ...oauth2.AuthCodeOption) (*result, error) {
	rp.t.Helper()
	verifier := oauth2.GenerateVerifier()
	options := append([]oauth2.AuthCodeOption{oauth2.S256ChallengeOption(verifier), oidc.Nonce("n-" + verifier[:8])}, extra...)
	b.Get(rp.config.AuthCodeURL("state-"+verifier[:8], options...))
	if b.Find("form", "") != nil {
		b.Submit(url.Values{"user": {email}, "ip": {ip}, "action": {"login"}})
	}
	var got url.Values
	select {
	case got = <-rp.arrived:
	default:
		return nil, errors.New("no answer at the callback: " + b.URL.String() + " " + b.Body)
	}
	if got.Get("state") != "state-"+verifier[:8] {
		return nil, errors.New("state came back as " + got.Get("state"))
	}
	if code := got.Get("error"); code != "" {
		return nil, &refused{code, got.Get("error_description")}
	}
	return rp.redeem(rp.t.Context(), got.Get("code"), verifier)
}

func (rp *relyingParty) redeem(ctx context.Context, code, verifier string) (*result, error) {
	tokens, err := rp.config.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		return nil, err
	}
	return rp.verify(ctx, tokens)
}

func (rp *relyingParty) verify(ctx context.Context, tokens *oauth2.Token) (*result, error) {
	raw, ok := tokens.Extra("id_token").(string)
	if !ok {
		return nil, errors.New("no id_token in the token response")
	}
	id, err := rp.provider.Verifier(&oidc.Config{ClientID: rp.config.ClientID}).Verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	res := &result{tokens: tokens, claims: map[string]any{}}
	return res, id.Claims(&res.claims)
}

// mustLogin is login for a login that has to succeed.
func (rp *relyingParty) mustLogin(b *mockidptest.Browser, ip string, extra ...oauth2.AuthCodeOption) *result {
	rp.t.Helper()
	res, err := rp.login(b, ip, extra...)
	if err != nil {
		rp.t.Fatal(err)
	}
	return res
}
