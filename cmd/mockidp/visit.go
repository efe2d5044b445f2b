package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"example.com/postlogin/mockidp/browse"
	"example.com/postlogin/mockidp/store"
)

// visit is one login at a provider that serves this process alone: a browser,
// and the application that it logs in to. Both speak HTTP; the port is one that
// was free, whatever the issuer's address says.
type visit struct {
	browser *browse.Browser
	http    *http.Client // the application's
	oauth   oauth2.Config
	issuer  string
	state   string
	algs    []string
}

// answered is where a login has led.
type answered struct {
	claims json.RawMessage // of the ID token; nil when there is none
	code   string          // OAuth error code
	denied *string         // what the application is told with it
	at     string          // the page where the browser is when nothing of that has come
}

// refusal is the error of a login that is over before any Action runs.
type refusal struct {
	who  string // "the login page says"
	code string // OAuth error code, when it is the application that is told
	says string
}

func (no *refusal) Error() string {
	if no.code != "" {
		return no.who + ": " + no.code + ", " + no.says
	}
	return no.who + ": " + no.says
}

func newVisit(idp http.Handler, issuer string, c *store.Client) (*visit, func(), error) {
	if len(c.RedirectURIs) == 0 {
		return nil, nil, fmt.Errorf("application %q has no callback address", c.ID)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	srv := &http.Server{Handler: idp, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan struct{})
	go func() { defer close(served); srv.Serve(ln) }()
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", ln.Addr().String())
	}
	// An https issuer has a proxy in front that ends TLS: here is the end behind it.
	transport := &http.Transport{DialContext: dial, DialTLSContext: dial}
	stop := func() {
		transport.CloseIdleConnections()
		srv.Close()
		<-served
	}
	b, err := browse.New(transport)
	if err != nil {
		stop()
		return nil, nil, err
	}
	v := &visit{
		browser: b, http: &http.Client{Transport: transport}, issuer: issuer, state: rand.Text(), algs: []string{"RS256", "ES256"},
		oauth: oauth2.Config{
			ClientID: c.ID, ClientSecret: c.Secret, RedirectURL: c.RedirectURIs[0], Scopes: []string{"openid", "profile", "email"},
			Endpoint: oauth2.Endpoint{AuthURL: issuer + "authorize", TokenURL: issuer + "oauth/token"},
		},
	}
	b.Agent = userAgent
	// Nothing but the provider is at the end of this transport: whoever is sent
	// elsewhere has arrived.
	b.Client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), issuer) {
			return nil
		}
		return http.ErrUseLastResponse
	}
	return v, stop, nil
}

// login logs in and redeems the code. Without an error the login has ended, or
// waits for the person at a step that an Action has asked for.
func (v *visit) login(ctx context.Context, email, password string, from netip.Addr) (*answered, error) {
	nonce, verifier := rand.Text(), oauth2.GenerateVerifier()
	b := v.browser
	if err := b.Get(ctx, v.oauth.AuthCodeURL(v.state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier))); err != nil {
		return nil, err
	}
	if b.Status == http.StatusOK {
		form := url.Values{"user": {email}, "password": {password}, "ip": {from.String()}, "action": {"login"}}
		if err := b.Submit(ctx, form); err != nil {
			return nil, err
		}
	}
	if b.Status >= 400 {
		no := &refusal{who: "the login page says", says: strings.Join(b.Errors(), " ")}
		if b.Status >= 500 { // it broke, and has refused nobody
			return nil, errors.New(no.Error())
		}
		return nil, no
	}
	back, err := b.URL.Parse(b.Header.Get("Location"))
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(back.String(), v.oauth.RedirectURL) {
		return &answered{at: back.String()}, nil // a page of the provider's, or of somebody else's
	}
	q := back.Query()
	if code := q.Get("error"); code != "" {
		text := q.Get("error_description")
		return &answered{code: code, denied: &text}, nil
	}
	if q.Get("state") != v.state {
		return nil, errors.New("the provider's answer has another state than the request")
	}
	claims, err := v.redeem(ctx, q.Get("code"), nonce, verifier)
	return &answered{claims: claims}, err
}

// redeem gets the tokens and returns what the ID token says, once it is checked.
func (v *visit) redeem(ctx context.Context, code, nonce, verifier string) (json.RawMessage, error) {
	ctx = oidc.ClientContext(ctx, v.http)
	provider, err := oidc.NewProvider(ctx, v.issuer)
	if err != nil {
		return nil, err
	}
	tokens, err := v.oauth.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		return nil, err
	}
	raw, _ := tokens.Extra("id_token").(string)
	token, err := provider.Verifier(&oidc.Config{ClientID: v.oauth.ClientID, SupportedSigningAlgs: v.algs}).Verify(ctx, raw)
	if err != nil {
		return nil, fmt.Errorf("ID token: %w", err)
	}
	if token.Nonce != nonce {
		return nil, errors.New("ID token: it has another nonce than the request")
	}
	var claims json.RawMessage
	return claims, token.Claims(&claims)
}
