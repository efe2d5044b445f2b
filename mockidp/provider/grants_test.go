package provider_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/postlogin/mockidp/provider"
	"example.com/postlogin/mockidp/store"
)

// race sends 16 equal requests at once and returns the answers that were 200.
// All others must be invalid_grant.
func race(t *testing.T, send func() answer) (won []answer) {
	t.Helper()
	const racers = 16
	answers := make([]answer, racers)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for n := range racers {
		wg.Go(func() {
			<-start
			answers[n] = send()
		})
	}
	close(start)
	wg.Wait()
	for _, a := range answers {
		switch {
		case a.status == http.StatusOK:
			won = append(won, a)
		case a.status != http.StatusBadRequest || a.str("error") != "invalid_grant":
			t.Errorf("a loser got %d %v, want 400 invalid_grant", a.status, a.body)
		}
	}
	return won
}

func TestCodeRace(t *testing.T) {
	i := newIDP(t)
	c := i.web(t)
	a := c.request()
	b := i.browser()
	c.accept(a, b.login(b.authorize(a.params), "ada"))
	won := race(t, func() answer { return c.exchange(a) })
	if len(won) != 1 {
		t.Fatalf("%d racers got tokens, want 1", len(won))
	}
	// RFC 6749 section 4.1.2: who of them was the thief is unknown.
	if info := i.userinfo(t, won[0].str("access_token")); info.status != 401 {
		t.Errorf("the winner's access token still works after the replay: %d", info.status)
	}
}

// A replay is noticed as long as the tokens live, not only the code.
func TestLateReplayRevokes(t *testing.T) {
	i := newIDP(t)
	c := i.web(t)
	a := c.login(i.browser(), "ada")
	i.advance(time.Hour)
	if got := c.exchange(a); got.str("error") != "invalid_grant" {
		t.Errorf("replay = %d %v", got.status, got.body)
	}
	if info := i.userinfo(t, a.tokens.str("access_token")); info.status != 401 {
		t.Errorf("the access token still works after the replay: %d", info.status)
	}
}

func TestRefreshRace(t *testing.T) {
	i := newIDP(t)
	c := i.web(t)
	a := c.login(i.browser(), "ada", "scope", "openid offline_access")
	won := race(t, func() answer { return c.refresh(a.tokens.str("refresh_token")) })
	if len(won) != 1 {
		t.Fatalf("%d racers got tokens, want 1", len(won))
	}
}

func TestRefreshTokenReuse(t *testing.T) {
	i := newIDP(t)
	c := i.web(t)
	a := c.login(i.browser(), "ada", "scope", "openid offline_access")
	first := a.tokens.str("refresh_token")
	next := c.refresh(first)
	if next.status != 200 || next.str("refresh_token") == first || next.str("refresh_token") == "" {
		t.Fatalf("refresh = %d %v, want another refresh token", next.status, next.body)
	}
	if again := c.refresh(first); again.status != 400 || again.str("error") != "invalid_grant" {
		t.Errorf("reuse = %d %v, want 400 invalid_grant", again.status, again.body)
	}
	// RFC 9700 section 4.14.2: the whole family is revoked.
	if after := c.refresh(next.str("refresh_token")); after.status != 400 {
		t.Errorf("the successor still works after the reuse: %d", after.status)
	}
	for _, token := range []string{a.tokens.str("access_token"), next.str("access_token")} {
		if info := i.userinfo(t, token); info.status != 401 {
			t.Errorf("an access token of the family still works: %d", info.status)
		}
	}
}

func TestRefreshScope(t *testing.T) {
	i := newIDP(t)
	c := i.web(t)
	a := c.login(i.browser(), "ada", "scope", "openid email offline_access")
	if wider := c.refresh(a.tokens.str("refresh_token"), "scope", "openid profile"); wider.str("error") != "invalid_scope" {
		t.Errorf("more scope = %d %v, want invalid_scope", wider.status, wider.body)
	}
	narrow := c.refresh(a.tokens.str("refresh_token"), "scope", "openid")
	if narrow.str("scope") != "openid" {
		t.Fatalf("less scope = %d %v", narrow.status, narrow.body)
	}
	if info := i.userinfo(t, narrow.str("access_token")).body; info["email"] != nil {
		t.Errorf("userinfo = %v, want no email", info)
	}
	full := c.refresh(narrow.str("refresh_token"))
	if full.str("scope") != "openid email offline_access" {
		t.Errorf("scope after narrowing = %q, want all that was granted", full.str("scope"))
	}
}

func TestRefreshAfterTime(t *testing.T) {
	i := newIDP(t)
	c := i.web(t)
	a := c.login(i.browser(), "ada", "scope", "openid offline_access")
	i.advance(29 * 24 * time.Hour)
	next := c.refresh(a.tokens.str("refresh_token"))
	if next.status != 200 {
		t.Fatalf("after 29 days: %d %v", next.status, next.body)
	}
	i.advance(31 * 24 * time.Hour)
	if late := c.refresh(next.str("refresh_token")); late.str("error") != "invalid_grant" {
		t.Errorf("after 31 more days: %d %v, want invalid_grant", late.status, late.body)
	}
}

func TestRefreshTokensNeedTheScope(t *testing.T) {
	i := newIDP(t)
	if a := i.web(t).login(i.browser(), "ada"); a.tokens.body["refresh_token"] != nil {
		t.Error("a refresh token came without scope offline_access")
	}
}

func TestRefreshOutlivesLogout(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	a := c.login(b, "ada", "scope", "openid offline_access")
	b.get(i.base + "/v2/logout")
	if got := c.refresh(a.tokens.str("refresh_token")); got.status != 200 {
		t.Errorf("refresh after logout = %d %v, want tokens: offline_access was granted", got.status, got.body)
	}
}

func TestBlockedUserGetsNothing(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	a := c.login(b, "ada", "scope", "openid offline_access")
	if err := i.store.SetBlocked(t.Context(), "auth0|ada", true); err != nil {
		t.Fatal(err)
	}
	if got := c.refresh(a.tokens.str("refresh_token")); got.str("error") != "invalid_grant" {
		t.Errorf("refresh = %d %v, want invalid_grant", got.status, got.body)
	}
	again := c.request()
	c.fails(again, b.authorize(again.params), "unauthorized")
}

func TestRevocation(t *testing.T) {
	i := newIDP(t)
	c := i.web(t)
	a := c.login(i.browser(), "ada", "scope", "openid offline_access")
	access, refresh := a.tokens.str("access_token"), a.tokens.str("refresh_token")
	revoke := func(c *rp, token string) answer {
		return c.send("/oauth/revoke", url.Values{"token": {token}, "token_type_hint": {"access_token"}})
	}
	if got := revoke(i.client(t, "other", "other-secret"), refresh); got.status != 400 {
		t.Errorf("another client's token: %d, want 400", got.status)
	}
	if got := revoke(c, "unknown"); got.status != 200 {
		t.Errorf("unknown token: %d, want 200 (RFC 7009 section 2.2)", got.status)
	}
	if got := revoke(c, access); got.status != 200 {
		t.Errorf("access token: %d", got.status)
	}
	if info := i.userinfo(t, access); info.status != 401 {
		t.Errorf("the revoked access token: %d, want 401 and not 403", info.status)
	}
	next := c.refresh(refresh)
	if next.status != 200 {
		t.Fatalf("the refresh token died with the access token: %d", next.status)
	}
	if got := revoke(c, next.str("refresh_token")); got.status != 200 {
		t.Errorf("refresh token: %d", got.status)
	}
	if info := i.userinfo(t, next.str("access_token")); info.status != 401 {
		t.Errorf("an access token of the revoked grant: %d", info.status)
	}
}

func TestIntrospection(t *testing.T) {
	i := newIDP(t)
	c, api := i.web(t), i.client(t, "other", "other-secret")
	a := c.login(i.browser(), "ada", "scope", "openid email offline_access")
	introspect := func(c *rp, token string) answer { return c.send("/oauth/introspect", url.Values{"token": {token}}) }

	got := introspect(api, a.tokens.str("access_token"))
	if got.body["active"] != true || got.str("client_id") != "web" || got.str("sub") != "auth0|ada" || got.str("scope") != "openid email offline_access" ||
		got.str("iss") != i.issuer || got.str("token_type") != "Bearer" || got.body["exp"] == nil {
		t.Errorf("access token = %d %v", got.status, got.body)
	}
	for name, dead := range map[string]answer{
		"unknown token":                introspect(api, "unknown"),
		"ID token":                     introspect(api, a.tokens.str("id_token")),
		"another client's refresh one": introspect(api, a.tokens.str("refresh_token")),
	} {
		if dead.status != 200 || dead.body["active"] != false || len(dead.body) != 1 {
			t.Errorf("%s = %d %v, want active false and no more", name, dead.status, dead.body)
		}
	}
	if own := introspect(c, a.tokens.str("refresh_token")); own.body["active"] != true {
		t.Errorf("own refresh token = %v", own.body)
	}
	if public := introspect(i.client(t, "spa", ""), a.tokens.str("access_token")); public.status != 401 {
		t.Errorf("public client: %d, want 401", public.status)
	}
	i.advance(25 * time.Hour)
	if late := introspect(api, a.tokens.str("access_token")); late.body["active"] != false {
		t.Errorf("expired token = %v", late.body)
	}
}

func TestAudienceMakesJWTAccessTokens(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	a := c.login(b, "ada", "audience", "https://api.example/") // userinfo still accepts it
	token := a.tokens.str("access_token")
	if typ := jwtHeader(t, token)["typ"]; typ != "at+jwt" {
		t.Errorf("typ = %v, want at+jwt", typ)
	}
	claims := jwtPart(t, token, 1)
	for name, want := range map[string]any{"iss": i.issuer, "sub": "auth0|ada", "client_id": "web", "scope": "openid profile email"} {
		if claims[name] != want {
			t.Errorf("%s = %v, want %v", name, claims[name], want)
		}
	}
	if aud, _ := claims["aud"].([]any); len(aud) != 2 || aud[0] != "https://api.example/" || aud[1] != i.base+"/userinfo" {
		t.Errorf("aud = %v", claims["aud"])
	}
	if claims["jti"] == nil || claims["exp"] == nil || claims["iat"] == nil {
		t.Errorf("claims = %v: jti, exp or iat is missing", claims)
	}
	opaque := c.login(b, "ada", "audience", i.base+"/userinfo").tokens.str("access_token")
	if strings.Contains(opaque, ".") {
		t.Errorf("access token for userinfo = %q, want an opaque one", opaque)
	}
	// RFC 8725 section 3.11: a token of one kind does not pass for the other.
	again := c.request("prompt", "none", "id_token_hint", token)
	c.fails(again, b.authorize(again.params), "invalid_request")
}

func TestLifetimesOfTheClientCount(t *testing.T) {
	i := newIDP(t)
	err := i.store.PutClient(t.Context(), &store.Client{ID: "web", Name: "Web app", Secret: "web-secret", RedirectURIs: []string{callback},
		IDTokenLifetime: 5 * time.Minute, AccessTokenLifetime: 10 * time.Minute, RefreshTokenLifetime: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	c := i.web(t)
	a := c.login(i.browser(), "ada", "scope", "openid offline_access")
	if got := a.claims["exp"].(float64) - a.claims["iat"].(float64); got != 300 {
		t.Errorf("the ID token lives %v s, want 300", got)
	}
	if a.tokens.body["expires_in"] != 600.0 {
		t.Errorf("expires_in = %v, want 600", a.tokens.body["expires_in"])
	}
	i.advance(10 * time.Minute)
	if info := i.userinfo(t, a.tokens.str("access_token")); info.status != 401 {
		t.Errorf("userinfo after 10 minutes = %d, want 401", info.status)
	}
	i.advance(50 * time.Minute)
	if got := c.refresh(a.tokens.str("refresh_token")); got.str("error") != "invalid_grant" {
		t.Errorf("refresh after an hour = %d %v", got.status, got.body)
	}
}

// A token that is revoked while its refresh runs is not said to be used already: that
// would send people looking for a thief.
func TestRefreshDuringARevocation(t *testing.T) {
	i := newIDP(t)
	c := i.web(t)
	token := c.login(i.browser(), "ada", "scope", "openid offline_access").tokens.str("refresh_token")
	i.hook = func(l provider.Login) (provider.Result, error) {
		return provider.Result{}, i.store.RevokeGrant(t.Context(), l.Grant.ID, i.now())
	}
	got := c.refresh(token)
	if got.status != http.StatusBadRequest || got.str("error") != "invalid_grant" || !strings.Contains(got.str("error_description"), "revoked") {
		t.Errorf("%d %v, want invalid_grant: revoked", got.status, got.body)
	}
}
