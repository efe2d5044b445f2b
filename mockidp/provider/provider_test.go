package provider_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	oidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"example.com/postlogin/mockidp/provider"
	"example.com/postlogin/mockidp/store"
)

// TestGoClient logs in with go-oidc and x/oauth2, as Go applications do.
func TestGoClient(t *testing.T) {
	for name, style := range map[string]oauth2.AuthStyle{"basic": oauth2.AuthStyleInHeader, "post": oauth2.AuthStyleInParams, "guessed": oauth2.AuthStyleAutoDetect} {
		t.Run(name, func(t *testing.T) {
			i := newIDP(t)
			ctx := t.Context()
			op, err := oidc.NewProvider(ctx, i.issuer)
			if err != nil {
				t.Fatal(err)
			}
			endpoint := op.Endpoint()
			endpoint.AuthStyle = style
			config := oauth2.Config{ClientID: "web:2 odd", ClientSecret: "s3cr et+/:&%é", Endpoint: endpoint, RedirectURL: callback,
				Scopes: []string{oidc.ScopeOpenID, "profile", "email", oidc.ScopeOfflineAccess}}
			verifier, b := oauth2.GenerateVerifier(), i.browser()
			v, _ := b.login(b.get(config.AuthCodeURL("the state", oidc.Nonce("the nonce"), oauth2.S256ChallengeOption(verifier))), "ada").answer()
			if v.Get("state") != "the state" || v.Get("iss") != i.issuer {
				t.Errorf("answer = %v", v)
			}
			token, err := config.Exchange(ctx, v.Get("code"), oauth2.VerifierOption(verifier))
			if err != nil {
				t.Fatal(err)
			}
			first := verifyWithGoOIDC(t, op, token)
			if first.Nonce != "the nonce" {
				t.Errorf("nonce = %q", first.Nonce)
			}
			token.Expiry = i.now().AddDate(-1, 0, 0) // so that the source must refresh
			source := config.TokenSource(ctx, token)
			refreshed, err := source.Token()
			if err != nil {
				t.Fatal(err)
			}
			if second := verifyWithGoOIDC(t, op, refreshed); second.Subject != first.Subject || second.Nonce != "" {
				t.Errorf("refreshed ID token = %+v", second)
			}
			info, err := op.UserInfo(ctx, oauth2.StaticTokenSource(refreshed))
			if err != nil || info.Subject != "auth0|ada" || info.Email != "ada@example.test" || !info.EmailVerified {
				t.Errorf("userinfo = %+v, %v", info, err)
			}
		})
	}
}

func verifyWithGoOIDC(t *testing.T, op *oidc.Provider, token *oauth2.Token) *oidc.IDToken {
	t.Helper()
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		t.Fatal("no id_token in the answer")
	}
	id, err := op.Verifier(&oidc.Config{ClientID: "web:2 odd"}).Verify(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	if err := id.VerifyAccessToken(token.AccessToken); err != nil {
		t.Error(err)
	}
	return id
}

func TestNewChecksItsConfig(t *testing.T) {
	st := openStore(t)
	good := provider.Config{Issuer: "http://localhost:9400/", LoginPath: "/u/login", Store: st}
	for name, spoil := range map[string]func(*provider.Config){
		"no issuer":         func(c *provider.Config) { c.Issuer = "" },
		"issuer with query": func(c *provider.Config) { c.Issuer += "?x" },
		"issuer by ftp":     func(c *provider.Config) { c.Issuer = "ftp://localhost/" },
		"no login path":     func(c *provider.Config) { c.LoginPath = "" },
		"no store":          func(c *provider.Config) { c.Store = nil },
		"odd algorithm":     func(c *provider.Config) { c.DefaultAlg = "HS256" },
	} {
		c := good
		spoil(&c)
		if _, err := provider.New(c); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := provider.New(good); err != nil {
		t.Error(err)
	}
}

// An issuer may have a path: a class of thirty is thirty providers behind one listener.
func TestIssuerWithAPath(t *testing.T) {
	st := openStore(t)
	p, err := provider.New(provider.Config{Issuer: "https://host.test/s/otter-07/", LoginPath: "/u/login", Store: st})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	handler := http.StripPrefix("/s/otter-07", p)
	get := func(target string) *http.Response {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil))
		return w.Result()
	}
	v := url.Values{"client_id": {"web"}, "redirect_uri": {callback}, "response_type": {"code"}, "scope": {"openid"}}
	resp := get("https://host.test/s/otter-07/authorize?" + v.Encode())
	if to := resp.Header.Get("Location"); resp.StatusCode != 303 || !strings.HasPrefix(to, "/s/otter-07/u/login?state=") {
		t.Errorf("sent to %q (%d)", to, resp.StatusCode)
	}
	cookies := resp.Cookies()
	if len(cookies) != 1 || cookies[0].Path != "/s/otter-07/" || !cookies[0].Secure || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteLaxMode ||
		!strings.HasPrefix(cookies[0].Name, "mockidp_tx_") || cookies[0].MaxAge != 600 {
		t.Errorf("cookies = %v", cookies)
	}
	if got := resp.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control = %q", got)
	}
	if body := get("https://host.test/s/otter-07/.well-known/openid-configuration"); body.StatusCode != 200 {
		t.Errorf("discovery = %d", body.StatusCode)
	}
}

// The pages that the caller brings are used.
func TestPagesOfTheCaller(t *testing.T) {
	var refused provider.PageError
	var logout provider.LogoutView
	i := newIDP(t, func(c *provider.Config) {
		c.ErrorPage = func(w http.ResponseWriter, _ *http.Request, e provider.PageError) {
			refused = e
			w.WriteHeader(e.Status)
		}
		c.LogoutPage = func(_ http.ResponseWriter, _ *http.Request, v provider.LogoutView) { logout = v }
	})
	c, b := i.web(t), i.browser()
	b.authorize(c.request("redirect_uri", "https://evil.example/").params)
	if refused.Status != 400 || refused.Title == "" || refused.Detail == "" || refused.Hint == "" {
		t.Errorf("error page = %+v", refused)
	}
	c.login(b, "ada")
	b.get(i.base + "/oidc/logout")
	if logout.Done || logout.Action != "/oidc/logout" || logout.Token == "" {
		t.Errorf("question = %+v", logout)
	}
	b.post(i.base+logout.Action, url.Values{"csrf": {logout.Token}})
	if !logout.Done {
		t.Errorf("afterwards = %+v", logout)
	}
}

func TestStoreFailuresAreServerErrors(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	a := c.request()
	c.accept(a, b.login(b.authorize(a.params), "ada"))
	if err := i.store.Close(); err != nil {
		t.Fatal(err)
	}
	if got := c.exchange(a); got.status != 500 || got.str("error") != "server_error" {
		t.Errorf("token endpoint = %d %v", got.status, got.body)
	}
	pg := b.authorize(c.request("scope", "openid").params)
	if pg.left != nil {
		if v, _ := pg.answer(); v.Get("error") != "server_error" {
			t.Errorf("authorize = %v", v)
		}
	} else if pg.status != 500 {
		t.Errorf("authorize = %d", pg.status)
	}
}

// StartedIn is what package login asks before it shows a page.
func TestStartedIn(t *testing.T) {
	i := newIDP(t)
	b := i.browser()
	pg := b.authorize(i.web(t).request().params)
	q, err := i.store.Request(t.Context(), pg.url.Query().Get("state"), i.now())
	if err != nil {
		t.Fatal(err)
	}
	ask := func(q *store.Request, cookies ...*http.Cookie) bool {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/u/login", nil)
		for _, c := range cookies {
			r.AddCookie(c)
		}
		return i.provider.StartedIn(r, q)
	}
	site, err := url.Parse(i.issuer)
	if err != nil {
		t.Fatal(err)
	}
	own := b.client.Jar.Cookies(site)[0]
	if !ask(q, own) {
		t.Error("the browser's own cookie is refused")
	}
	if ask(q) || ask(q, &http.Cookie{Name: own.Name, Value: "x"}) || ask(q, &http.Cookie{Name: own.Name}) || ask(&store.Request{ID: q.ID, BrowserHash: ""}, own) {
		t.Error("a browser without the right cookie is let in")
	}
}
