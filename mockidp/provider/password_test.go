package provider_test

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	oidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"example.com/postlogin/mockidp/provider"
	"example.com/postlogin/mockidp/store"
)

// ada's password is "right"; "soon" stands for a try that comes too early.
func withPasswords(cfg *provider.Config) {
	cfg.CheckPassword = func(ctx context.Context, username, password string, _ netip.Addr) (*store.User, error) {
		switch password {
		case "right":
			return cfg.Store.UserByEmail(ctx, username)
		case "soon":
			return nil, provider.ErrTooManyTries
		}
		return nil, provider.ErrCredentials
	}
	cfg.ClientScopes = func(audience string) []string {
		if strings.HasSuffix(audience, "/api/v2/") {
			return []string{"read:users", "update:users"}
		}
		return nil
	}
}

// password sends ada's password; changes are as in request.
func (c *rp) password(changes ...string) answer {
	c.t.Helper()
	return c.send("/oauth/token", url.Values{"grant_type": {"password"}, "username": {"ada@example.test"}, "password": {"right"}, "scope": {"openid email offline_access"}}, changes...)
}

func TestPasswordGrant(t *testing.T) {
	i := newIDP(t, withPasswords)
	var seen provider.Login
	i.hook = func(l provider.Login) (provider.Result, error) {
		seen = l
		return provider.Result{IDClaims: claims("count", "1")}, nil
	}
	c := i.web(t)
	ask := c.password
	a := ask()
	if a.status != http.StatusOK {
		t.Fatalf("%d %v", a.status, a.body)
	}
	if got := c.verify(a.str("id_token")); got["count"] != 1.0 || got["email"] != "ada@example.test" || got["sid"] != nil {
		t.Errorf("claims %v", got)
	}
	if seen.Kind != provider.KindPassword || seen.LoginID == "" || seen.User.LoginsCount != 1 || seen.Body.Has("password") || seen.Session != nil {
		t.Errorf("login %+v", seen)
	}
	if next := c.refresh(a.str("refresh_token")); next.status != http.StatusOK {
		t.Errorf("refresh: %d %v", next.status, next.body)
	}
	if a := ask("grant_type", "http://auth0.com/oauth/grant-type/password-realm", "realm", "Username-Password-Authentication"); a.status != http.StatusOK {
		t.Errorf("password-realm: %d %v", a.status, a.body)
	}
	for _, tt := range []struct {
		what    string
		changes []string
		status  int
		code    string
	}{
		{"a wrong password", []string{"password", "wrong"}, http.StatusForbidden, "invalid_grant"},
		{"no password", []string{"password", ""}, http.StatusBadRequest, "invalid_request"},
		{"no user", []string{"username", ""}, http.StatusBadRequest, "invalid_request"},
		{"no realm", []string{"grant_type", "http://auth0.com/oauth/grant-type/password-realm"}, http.StatusBadRequest, "invalid_request"},
		{"an unknown realm", []string{"realm", "employees"}, http.StatusBadRequest, "invalid_request"},
		{"an odd scope", []string{"scope", "open\"id"}, http.StatusBadRequest, "invalid_scope"},
		{"too many tries", []string{"password", "soon"}, http.StatusTooManyRequests, "too_many_attempts"},
	} {
		if a := ask(tt.changes...); a.status != tt.status || a.str("error") != tt.code {
			t.Errorf("%s: %d %v", tt.what, a.status, a.body)
		}
	}
	if err := i.store.SetBlocked(t.Context(), "auth0|ada", true); err != nil {
		t.Fatal(err)
	}
	if a := ask(); a.status != http.StatusForbidden || a.str("error") != "unauthorized" {
		t.Errorf("blocked: %d %v", a.status, a.body)
	}
	if u, err := i.store.User(t.Context(), "auth0|ada"); err != nil || u.LoginsCount != 3 {
		t.Errorf("logins count %d, %v, want 3: wrong passwords don't count, a blocked account does", u.LoginsCount, err)
	}
	plain := newIDP(t)
	if a := plain.web(t).send("/oauth/token", url.Values{"grant_type": {"password"}}); a.str("error") != "unsupported_grant_type" {
		t.Errorf("without CheckPassword: %v", a.body)
	}
}

// TestPasswordGrantWithAGoClient logs in with x/oauth2, as Go programs do.
func TestPasswordGrantWithAGoClient(t *testing.T) {
	i := newIDP(t, withPasswords)
	ctx := oidc.ClientContext(t.Context(), i.httpClient)
	op, err := oidc.NewProvider(ctx, i.issuer)
	if err != nil {
		t.Fatal(err)
	}
	config := oauth2.Config{ClientID: "web:2 odd", ClientSecret: "s3cr et+/:&%é", Endpoint: op.Endpoint(), Scopes: []string{oidc.ScopeOpenID, oidc.ScopeOfflineAccess}}
	token, err := config.PasswordCredentialsToken(ctx, "ada@example.test", "right")
	if err != nil {
		t.Fatal(err)
	}
	if id := verifyWithGoOIDC(t, op, token); id.Subject != "auth0|ada" {
		t.Errorf("subject %s", id.Subject)
	}
	token.Expiry = i.now().AddDate(-1, 0, 0) // so that the source must refresh
	if token, err = config.TokenSource(ctx, token).Token(); err != nil {
		t.Fatal(err)
	}
	if info, err := op.UserInfo(ctx, oauth2.StaticTokenSource(token)); err != nil || info.Subject != "auth0|ada" {
		t.Errorf("userinfo %+v, %v", info, err)
	}
	_, err = config.PasswordCredentialsToken(ctx, "ada@example.test", "wrong")
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); !ok || refused.ErrorCode != "invalid_grant" {
		t.Errorf("wrong password: %v", err)
	}
}

// The login stands in the user's history as one from the login page does.
func TestPasswordGrantIsInTheHistory(t *testing.T) {
	i := newIDP(t, withPasswords, func(cfg *provider.Config) {
		cfg.ClientIP = func(*http.Request) netip.Addr { return netip.MustParseAddr("203.0.113.7") }
		cfg.Lookup = func(a netip.Addr) store.Place { return store.Place{City: "at " + a.String()} }
	})
	i.hook = func(l provider.Login) (provider.Result, error) {
		return provider.Result{Deny: &provider.Deny{}, Run: &store.Run{ID: l.TransactionID, Kind: l.Kind, LoginID: l.LoginID, At: l.At, Outcome: "denied", Record: []byte("{}")}}, nil
	}
	if a := i.web(t).password(); a.str("error") != "access_denied" {
		t.Fatalf("%d %v", a.status, a.body)
	}
	logins, err := i.store.Logins(t.Context(), "auth0|ada", 10)
	if err != nil || len(logins) != 1 || logins[0].Place.City != "at 203.0.113.7" || logins[0].ClientID != "web" || logins[0].UserAgent == "" || logins[0].Simulated {
		t.Fatalf("logins %+v, %v", logins, err)
	}
	runs, err := i.store.Runs(t.Context(), 10)
	if err != nil || len(runs) != 1 || runs[0].Kind != provider.KindPassword || runs[0].LoginID != logins[0].ID {
		t.Errorf("runs %+v, %v", runs, err)
	}
}
