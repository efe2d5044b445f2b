package provider_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"
	"time"

	oidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2/clientcredentials"

	"example.com/postlogin/mockidp/provider"
)

func TestClientCredentials(t *testing.T) {
	i := newIDP(t, withPasswords)
	i.hook = func(l provider.Login) (provider.Result, error) {
		t.Errorf("PostLogin ran for %s", l.Kind)
		return provider.Result{}, nil
	}
	c := i.web(t)
	ask := func(c *rp, changes ...string) answer {
		return c.send("/oauth/token", url.Values{"grant_type": {"client_credentials"}, "audience": {i.issuer + "api/v2/"}}, changes...)
	}
	a := ask(c)
	if a.status != http.StatusOK || a.body["id_token"] != nil || a.body["refresh_token"] != nil || a.str("scope") != "read:users update:users" {
		t.Fatalf("%d %v", a.status, a.body)
	}
	token := jwtPart(t, a.str("access_token"), 1)
	if token["sub"] != "web@clients" || token["aud"] != i.issuer+"api/v2/" || token["azp"] != "web" || token["auth_time"] != nil {
		t.Errorf("token %v", token)
	}
	if seen := c.send("/oauth/introspect", url.Values{"token": {a.str("access_token")}}).body; seen["active"] != true || seen["sub"] != "web@clients" {
		t.Errorf("introspection %v", seen)
	}
	if got := ask(c, "scope", "read:users").str("scope"); got != "read:users" {
		t.Errorf("scope %q", got)
	}
	for what, no := range map[string]answer{
		"invalid_request":     ask(c, "audience", ""),
		"invalid_scope":       ask(c, "scope", "openid"),
		"access_denied":       ask(c, "scope", "read:users read:secrets"),
		"unauthorized_client": ask(i.client(t, "spa", "")),
		"invalid_client":      ask(i.client(t, "web", "wrong")),
	} {
		if no.str("error") != what {
			t.Errorf("%d %v, want %s", no.status, no.body, what)
		}
	}
}

// TestClientCredentialsWithAGoClient asks with x/oauth2, as Go programs do.
func TestClientCredentialsWithAGoClient(t *testing.T) {
	i := newIDP(t, withPasswords)
	config := clientcredentials.Config{ClientID: "web:2 odd", ClientSecret: "s3cr et+/:&%é", TokenURL: i.base + "/oauth/token",
		Scopes: []string{"read:things"}, EndpointParams: url.Values{"audience": {"https://api.example/"}}}
	token, err := config.Token(oidc.ClientContext(t.Context(), i.httpClient))
	if err != nil {
		t.Fatal(err)
	}
	claims := jwtPart(t, token.AccessToken, 1)
	if claims["sub"] != "web:2 odd@clients" || claims["aud"] != "https://api.example/" || claims["scope"] != "read:things" || claims["gty"] != "client-credentials" {
		t.Errorf("token %v", claims)
	}
}

// Whom the Management API lets in.
func TestClientScopes(t *testing.T) {
	i := newIDP(t, withPasswords)
	api := i.issuer + "api/v2/"
	c, b := i.web(t), i.browser()
	ask := func(audience string) string {
		return c.send("/oauth/token", url.Values{"grant_type": {"client_credentials"}, "audience": {audience}, "scope": {"read:users"}}).str("access_token")
	}
	scopes := func(header string) ([]string, bool) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v2/users", nil)
		r.Header.Set("Authorization", header)
		return i.provider.ClientScopes(r, func(audience string) bool { return audience == api })
	}
	token := ask(api)
	for _, scheme := range []string{"Bearer ", "bearer "} {
		if list, ok := scopes(scheme + token); !ok || !slices.Equal(list, []string{"read:users"}) {
			t.Errorf("%s: scopes %v, %v", scheme, list, ok)
		}
	}
	revoked := ask(api)
	c.send("/oauth/revoke", url.Values{"token": {revoked}})
	user := c.login(b, "ada", "audience", api, "scope", "openid read:users").tokens.str("access_token")
	for what, header := range map[string]string{
		"no token":               "",
		"an unknown one":         "Bearer x",
		"another scheme":         "Basic " + token,
		"one for another API":    "Bearer " + ask("https://api.example/"),
		"a revoked one":          "Bearer " + revoked,
		"a user's":               "Bearer " + user,
		"its payload, re-signed": "Bearer " + foreignToken(i, token),
	} {
		if list, ok := scopes(header); ok || list != nil {
			t.Errorf("%s: scopes %v", what, list)
		}
	}
	i.advance(25 * time.Hour)
	if _, ok := scopes("Bearer " + token); ok {
		t.Error("an expired one is accepted")
	}
}
