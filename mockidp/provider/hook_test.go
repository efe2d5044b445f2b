package provider_test

import (
	"encoding/json"
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"example.com/postlogin/mockidp/provider"
	"example.com/postlogin/mockidp/store"
)

func claims(pairs ...string) store.Claims {
	var list store.Claims
	for i := 0; i+1 < len(pairs); i += 2 {
		list = append(list, store.Claim{Name: pairs[i], Value: json.RawMessage(pairs[i+1])})
	}
	return list
}

// The claims that PostLogin sets go where they belong, and nowhere else.
func TestCustomClaims(t *testing.T) {
	i := newIDP(t)
	i.hook = func(provider.Login) (provider.Result, error) {
		return provider.Result{
			IDClaims: claims("login_count", "1", "last_login_city", `"São Paulo"`, "nickname", `"from the Action"`, "https://x.test/roles", `["a",{"b":null}]`),
			ATClaims: claims("plan", `"premium"`),
		}, nil
	}
	c, b := i.web(t), i.browser()
	a := c.login(b, "ada")
	want := map[string]any{"login_count": 1.0, "last_login_city": "São Paulo", "nickname": "from the Action", "email": "ada@example.test"}
	info := i.userinfo(t, a.tokens.str("access_token")).body
	for name, value := range want {
		if a.claims[name] != value || info[name] != value {
			t.Errorf("%s = %v in the ID token and %v at userinfo, want %v", name, a.claims[name], info[name], value)
		}
	}
	if a.claims["plan"] != nil || info["plan"] != nil {
		t.Error("a claim of the access token is in the ID token or at userinfo")
	}

	api := i.client(t, "other", "other-secret")
	seen := api.send("/oauth/introspect", url.Values{"token": {a.tokens.str("access_token")}}).body
	if seen["plan"] != "premium" || seen["login_count"] != nil {
		t.Errorf("introspection = %v, want the access token's claims only", seen)
	}
	jwt := jwtPart(t, c.login(b, "ada", "audience", "https://api.example/").tokens.str("access_token"), 1)
	if jwt["plan"] != "premium" || jwt["login_count"] != nil {
		t.Errorf("JWT access token = %v", jwt)
	}
}

func TestProtocolClaimsCannotBeReplaced(t *testing.T) {
	i := newIDP(t)
	names := []string{"iss", "sub", "aud", "exp", "iat", "nbf", "jti", "nonce", "auth_time", "at_hash", "c_hash", "sid", "azp", "acr", "amr"}
	evil := claims("client_id", `"evil"`, "scope", `"evil"`, "active", `"evil"`)
	for _, n := range names {
		evil = append(evil, claims(n, `"evil"`)...)
	}
	i.hook = func(provider.Login) (provider.Result, error) {
		return provider.Result{IDClaims: evil, ATClaims: evil}, nil
	}
	c, b := i.web(t), i.browser()
	a := c.login(b, "ada", "nonce", "", "audience", "https://api.example/")
	api := i.client(t, "other", "other-secret").send("/oauth/introspect", url.Values{"token": {a.tokens.str("access_token")}})
	if api.body["active"] != true {
		t.Errorf("introspection = %v", api.body)
	}
	for kind, token := range map[string]map[string]any{
		"ID token": a.claims, "access token": jwtPart(t, a.tokens.str("access_token"), 1), "userinfo": i.userinfo(t, a.tokens.str("access_token")).body, "introspection": api.body,
	} {
		for _, n := range append(names, "active") {
			if token[n] == "evil" && !(n == "active" && kind != "introspection") {
				t.Errorf("%s: %s was set by an Action", kind, n)
			}
		}
	}
	if strings.Count(decoded(t, a.tokens.str("id_token")), `"sub"`) != 1 {
		t.Error("a claim stands twice in the ID token")
	}
}

// What PostLogin is told, for each kind of login.
func TestLoginKinds(t *testing.T) {
	i := newIDP(t)
	var seen []provider.Login
	i.hook = func(l provider.Login) (provider.Result, error) {
		seen = append(seen, l)
		return provider.Result{Run: &store.Run{ID: l.TransactionID, Kind: l.Kind, UserID: l.User.ID, ClientID: l.Client.ID, LoginID: l.LoginID, At: l.At, Outcome: "ok", Record: []byte("{}")}}, nil
	}
	c, b := i.web(t), i.browser()
	first := c.request("scope", "openid offline_access", "custom", "x", "audience", "https://api.example/")
	c.finish(c.accept(first, b.login(b.authorize(first.params), "ada", "ip", "203.0.113.7")))
	c.login(b, "")
	c.login(b, "", "prompt", "none")
	c.refresh(first.tokens.str("refresh_token"))

	if len(seen) != 4 {
		t.Fatalf("PostLogin ran %d times, want 4: not at code redemption", len(seen))
	}
	ids := map[string]bool{}
	for n, kind := range []string{provider.KindLogin, provider.KindSSO, provider.KindSilent, provider.KindRefresh} {
		l := seen[n]
		ids[l.TransactionID] = true
		refresh := kind == provider.KindRefresh
		if l.Kind != kind || l.User.ID != "auth0|ada" || l.Client.ID != "web" || l.Host != strings.TrimPrefix(i.base, "http://") || l.UserAgent == "" {
			t.Errorf("login %d = %+v, want kind %s", n, l, kind)
		}
		if (l.Session == nil) != refresh || (l.Request == nil) != refresh || (l.Grant == nil) != !refresh || (l.LoginID == "") != (kind != provider.KindLogin) {
			t.Errorf("%s: session %v, request %v, grant %v, login %q", kind, l.Session != nil, l.Request != nil, l.Grant != nil, l.LoginID)
		}
		if l.IP != netip.MustParseAddr("203.0.113.7") || !l.Simulated {
			t.Errorf("%s: address %v, want the one chosen on the login page", kind, l.IP)
		}
		if runs, err := i.store.Run(t.Context(), l.TransactionID); err != nil || runs.Kind != kind {
			t.Errorf("%s: run %v, %v", kind, runs, err)
		}
	}
	if len(ids) != 4 {
		t.Errorf("transaction ids are not unique: %v", ids)
	}
	login, refresh := seen[0], seen[3]
	if login.Query.Get("custom") != "x" || login.HTTPMethod != "GET" || login.Audience != "https://api.example/" || len(login.Scopes) != 2 {
		t.Errorf("login = %+v", login)
	}
	if refresh.HTTPMethod != "POST" || refresh.Body.Get("grant_type") != "refresh_token" || refresh.Body.Has("refresh_token") || refresh.Audience != "https://api.example/" {
		t.Errorf("refresh = %+v", refresh)
	}
}

func TestRealAddressCountsUnlessOneWasChosen(t *testing.T) {
	i := newIDP(t, func(c *provider.Config) { c.ClientIP = nil })
	var seen []provider.Login
	i.hook = func(l provider.Login) (provider.Result, error) { seen = append(seen, l); return provider.Result{}, nil }
	c, b := i.web(t), i.browser()
	a := c.login(b, "ada", "scope", "openid offline_access")
	c.login(b, "")
	c.refresh(a.tokens.str("refresh_token"))
	for _, l := range seen {
		if l.Simulated || l.IP != netip.MustParseAddr("127.0.0.1") {
			t.Errorf("%s: address %v, simulated %v", l.Kind, l.IP, l.Simulated)
		}
	}
}

// The claims of a refresh replace those of the login.
func TestRefreshRunsPostLogin(t *testing.T) {
	i := newIDP(t)
	n := 0
	i.hook = func(provider.Login) (provider.Result, error) {
		n++
		return provider.Result{IDClaims: claims("run", string('0'+rune(n)))}, nil
	}
	c := i.web(t)
	a := c.login(i.browser(), "ada", "scope", "openid offline_access")
	got := c.refresh(a.tokens.str("refresh_token"))
	if claims := c.verify(got.str("id_token")); a.claims["run"] != 1.0 || claims["run"] != 2.0 {
		t.Errorf("run = %v, then %v", a.claims["run"], claims["run"])
	}
	if info := i.userinfo(t, got.str("access_token")).body; info["run"] != 2.0 {
		t.Errorf("userinfo after the refresh = %v", info)
	}
}

func TestDenial(t *testing.T) {
	i := newIDP(t)
	denied := true
	i.hook = func(l provider.Login) (provider.Result, error) {
		if !denied {
			return provider.Result{}, nil
		}
		return provider.Result{Deny: &provider.Deny{Description: "We do not serve \"KP\".\n" + strings.Repeat("é", 5000)},
			Run: &store.Run{ID: l.TransactionID, Kind: l.Kind, UserID: l.User.ID, ClientID: l.Client.ID, At: l.At, Outcome: "denied", Record: []byte("{}")}}, nil
	}
	c, b := i.web(t), i.browser()
	a := c.request()
	v := c.fails(a, b.login(b.authorize(a.params), "ada"), "access_denied")
	if text := v.Get("error_description"); !strings.HasPrefix(text, "We do not serve \"KP\".\n") || len(text) > 2100 {
		t.Errorf("description = %d bytes: %.60q", len(text), text)
	}
	runs, err := i.store.Runs(t.Context(), 10)
	if err != nil || len(runs) != 1 || runs[0].Outcome != "denied" {
		t.Errorf("runs = %v, %v: the denied one must be kept", runs, err)
	}

	// The session stays, as on Auth0; a refresh that is denied leaves its token good.
	denied = false
	ok := c.login(b, "", "scope", "openid offline_access", "prompt", "none")
	denied = true
	if got := c.refresh(ok.tokens.str("refresh_token")); got.status != 403 || got.str("error") != "access_denied" {
		t.Errorf("denied refresh = %d %v, want 403 access_denied", got.status, got.body)
	}
	denied = false
	if got := c.refresh(ok.tokens.str("refresh_token")); got.status != 200 {
		t.Errorf("refresh after the denial = %d %v", got.status, got.body)
	}
}

func TestUnexpectedErrorsAreNotShown(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	ok := c.login(b, "ada", "scope", "openid offline_access")
	i.hook = func(provider.Login) (provider.Result, error) {
		return provider.Result{}, errors.New("secret detail")
	}
	for _, mode := range []string{"query", "form_post"} {
		a := c.request("response_mode", mode)
		v := c.fails(a, b.authorize(a.params), "server_error")
		if text := v.Get("error_description"); strings.Contains(text, "secret") || !strings.Contains(text, "request id") {
			t.Errorf("description = %q", text)
		}
	}
	got := c.refresh(ok.tokens.str("refresh_token"))
	if got.status != 500 || got.str("error") != "server_error" || strings.Contains(got.str("error_description"), "secret") || got.header.Get("X-Request-Id") == "" {
		t.Errorf("refresh = %d %v", got.status, got.body)
	}
}

// decoded returns the payload of a compact JWS as text.
func decoded(t testing.TB, token string) string {
	t.Helper()
	raw, err := json.Marshal(jwtPart(t, token, 1))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
