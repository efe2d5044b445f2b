package provider_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"example.com/postlogin/mockidp/provider"
	"example.com/postlogin/mockidp/store"
)

func newProvider(t *testing.T, st *store.Store, now func() time.Time) *provider.Provider {
	t.Helper()
	p, err := provider.New(provider.Config{Issuer: "http://idp.test/", LoginPath: "/u/login", Store: st, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestStartMakesMissingKeysOnly(t *testing.T) {
	st := openStore(t) // with one ES256 client
	newProvider(t, st, nil)
	first, err := st.Keys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	algs := map[string]int{}
	for _, k := range first {
		algs[k.Alg]++
		if len(k.ID) != 43 {
			t.Errorf("kid = %q, want a SHA-256 thumbprint", k.ID)
		}
	}
	if algs["RS256"] != 1 || algs["ES256"] != 1 {
		t.Errorf("keys = %v, want one of each", algs)
	}
	newProvider(t, st, nil)
	again, err := st.Keys(t.Context())
	if err != nil || len(again) != len(first) {
		t.Errorf("%d keys after a restart (%v), want %d", len(again), err, len(first))
	}
}

func TestClientsChooseTheirAlgorithm(t *testing.T) {
	i := newIDP(t)
	a := i.client(t, "es", "es-secret").login(i.browser(), "ada") // go-oidc verifies it
	if alg := jwtHeader(t, a.tokens.str("id_token"))["alg"]; alg != "ES256" {
		t.Errorf("alg = %v, want ES256", alg)
	}
}

func TestDefaultAlgorithm(t *testing.T) {
	i := newIDP(t, func(c *provider.Config) { c.DefaultAlg = "ES256" })
	a := i.web(t).login(i.browser(), "ada")
	if alg := jwtHeader(t, a.tokens.str("id_token"))["alg"]; alg != "ES256" {
		t.Errorf("alg = %v, want ES256", alg)
	}
}

// Two providers on one store, as replicas are.
func TestRotationByAnotherProcessIsNoticed(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	before := jwtHeader(t, c.login(b, "ada").tokens.str("id_token"))["kid"]

	other := newProvider(t, i.store, i.now)
	if err := other.RotateKey(t.Context(), "RS256"); err != nil {
		t.Fatal(err)
	}
	// A client that asks for the keys sees the new one at once.
	if n := len(i.jwks(t)); n != 3 {
		t.Errorf("%d keys published, want 3", n)
	}
	if after := jwtHeader(t, c.login(b, "").tokens.str("id_token"))["kid"]; after == before {
		t.Error("the retired key still signs after the keys were read")
	}

	// And a login does a few seconds later, though nobody asked for the keys.
	kid := func() any {
		a := c.request("prompt", "none")
		return jwtHeader(t, c.exchange(c.accept(a, b.authorize(a.params))).str("id_token"))["kid"]
	}
	if err := other.RotateKey(t.Context(), "RS256"); err != nil {
		t.Fatal(err)
	}
	before = kid()
	i.advance(6 * time.Second)
	if kid() == before {
		t.Error("the retired key still signs after six seconds")
	}
}

func TestRotationRetiresTheOldKeyOfItsAlgorithm(t *testing.T) {
	i := newIDP(t)
	for range 2 {
		if err := i.provider.RotateKey(t.Context(), "RS256"); err != nil {
			t.Fatal(err)
		}
	}
	keys, err := i.store.Keys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	live := map[string]int{}
	for _, k := range keys {
		if k.RetiredAt.IsZero() {
			live[k.Alg]++
		}
	}
	if len(keys) != 4 || live["RS256"] != 1 || live["ES256"] != 1 {
		t.Errorf("%d keys, of which sign: %v", len(keys), live)
	}
}

// A hint is this issuer's own token; another issuer may share the keys.
func TestHintOfAnotherIssuer(t *testing.T) {
	i := newIDP(t)
	hint := i.web(t).login(i.browser(), "ada").tokens.str("id_token")
	other := newProvider(t, i.store, i.now)
	w := httptest.NewRecorder()
	other.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/oidc/logout?id_token_hint="+hint, nil))
	if w.Code != http.StatusBadRequest {
		t.Errorf("status = %d, want 400", w.Code)
	}
}

func TestRotateRefusesOtherAlgorithms(t *testing.T) {
	i := newIDP(t)
	if err := i.provider.RotateKey(t.Context(), "HS256"); err == nil {
		t.Error("HS256: no error")
	}
}

// A second server on the same store makes a key and signs with it. Its ID token is a
// hint here at once, not when this server looks for keys the next time.
func TestHintSignedByAKeyOfAnotherServer(t *testing.T) {
	var cfg provider.Config
	i := newIDP(t, func(c *provider.Config) { cfg = *c })
	cfg.Store = i.store
	second, err := provider.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := second.RotateKey(t.Context(), "RS256"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(second)
	t.Cleanup(server.Close)

	c, b := i.web(t), i.browser()
	a := c.request()
	c.accept(a, b.login(b.authorize(a.params), "ada"))
	there := &idp{t: t, store: i.store, issuer: i.issuer, base: server.URL, httpClient: i.httpClient}
	hint := there.web(t).exchange(a).str("id_token")
	pg := b.get(i.base + "/oidc/logout?" + url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {loggedOut}}.Encode())
	if pg.left == nil || pg.left.String() != loggedOut {
		t.Errorf("went to %v (%d):\n%s", pg.left, pg.status, pg.body)
	}
}
