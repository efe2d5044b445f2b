package provider_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/postlogin/mockidp/provider"
	"example.com/postlogin/mockidp/store"
)

func TestWhatActionsChange(t *testing.T) {
	i := newIDP(t)
	c := i.web(t)
	t.Run("scopes", func(t *testing.T) {
		i.hook = func(provider.Login) (provider.Result, error) {
			return provider.Result{Scopes: []string{"openid", "profile", "added"}}, nil
		}
		a := c.login(i.browser(), "ada", "scope", "openid profile email")
		if got := a.tokens.str("scope"); got != "openid profile added" {
			t.Errorf("scope %q", got)
		}
		if a.claims["email"] != nil || a.claims["name"] == nil {
			t.Errorf("claims %v: email was taken away", a.claims)
		}
	})
	t.Run("the account", func(t *testing.T) {
		i.hook = func(l provider.Login) (provider.Result, error) {
			u, err := i.store.User(t.Context(), "auth0|grace")
			return provider.Result{User: u}, err
		}
		a := c.login(i.browser(), "ada")
		if a.claims["sub"] != "auth0|grace" || a.claims["email"] != "grace@example.test" {
			t.Errorf("claims %v", a.claims)
		}
		// The session is the new subject's from then on.
		i.hook = nil
		b := i.browser().on(t)
		i.hook = func(l provider.Login) (provider.Result, error) {
			u, err := i.store.User(t.Context(), "auth0|grace")
			return provider.Result{User: u}, err
		}
		c.login(b, "ada")
		i.hook = nil
		if silent := c.login(b, "", "prompt", "none"); silent.userID != "auth0|grace" {
			t.Errorf("the next silent login is for %s", silent.userID)
		}
	})
	t.Run("the subject of a refresh token stays", func(t *testing.T) {
		i.hook = nil
		a := c.login(i.browser(), "ada", "scope", "openid offline_access")
		i.hook = func(l provider.Login) (provider.Result, error) {
			u, err := i.store.User(t.Context(), "auth0|grace")
			return provider.Result{User: u}, err
		}
		if no := c.refresh(a.tokens.str("refresh_token")); no.status != http.StatusForbidden || no.str("error") != "access_denied" {
			t.Errorf("%d %v", no.status, no.body)
		}
	})
	t.Run("the cookie", func(t *testing.T) {
		for mode, lives := range map[string]bool{"persistent": true, "non-persistent": false} {
			i.hook = func(provider.Login) (provider.Result, error) { return provider.Result{CookieMode: mode}, nil }
			b := i.browser()
			pg := b.login(b.authorize(c.request().params), "ada")
			set := ""
			for _, line := range pg.header.Values("Set-Cookie") {
				if strings.HasPrefix(line, provider.SessionCookieName+"=") {
					set = line
				}
			}
			if set == "" || strings.Contains(set, "Max-Age=") != lives || !strings.Contains(set, "HttpOnly") || !strings.Contains(set, "SameSite=Lax") {
				t.Errorf("%s: Set-Cookie %q", mode, set)
			}
		}
	})
	t.Run("refresh tokens", func(t *testing.T) {
		var seen *store.Grant
		var exchanged *store.Token
		i.hook = func(l provider.Login) (provider.Result, error) {
			seen, exchanged = l.Grant, l.Token
			return provider.Result{RefreshToken: &store.TokenChanges{ExpiresAt: i.now().Add(time.Hour), Metadata: map[string]string{"device": "phone"}}}, nil
		}
		a := c.login(i.browser(), "ada", "scope", "openid offline_access")
		next := c.refresh(a.tokens.str("refresh_token"))
		if next.status != http.StatusOK || seen == nil || !exchanged.ExpiresAt.Equal(seen.RefreshExpires) || seen.RefreshMetadata["device"] != "phone" || seen.UserAgent == "" || !seen.LastExchangedAt.IsZero() {
			t.Fatalf("%d %v; grant %+v", next.status, next.body, seen)
		}
		i.hook = func(l provider.Login) (provider.Result, error) { seen = l.Grant; return provider.Result{}, nil }
		next = c.refresh(next.str("refresh_token"))
		if next.status != http.StatusOK || seen.LastExchangedAt.IsZero() || !seen.LastIP.IsValid() {
			t.Errorf("%d %v; grant %+v", next.status, next.body, seen)
		}
		i.advance(61 * time.Minute)
		if late := c.refresh(next.str("refresh_token")); late.str("error") != "invalid_grant" {
			t.Errorf("after the end that the Action set: %d %v", late.status, late.body)
		}
	})
	t.Run("a refresh token that is not used", func(t *testing.T) {
		i.hook = func(provider.Login) (provider.Result, error) {
			return provider.Result{RefreshToken: &store.TokenChanges{IdleExpiresAt: i.now().Add(time.Hour)}}, nil
		}
		a := c.login(i.browser(), "ada", "scope", "openid offline_access")
		i.advance(59 * time.Minute)
		next := c.refresh(a.tokens.str("refresh_token"))
		i.advance(59 * time.Minute)
		if next = c.refresh(next.str("refresh_token")); next.status != http.StatusOK {
			t.Fatalf("used in time: %d %v", next.status, next.body)
		}
		i.advance(time.Hour)
		if late := c.refresh(next.str("refresh_token")); late.str("error") != "invalid_grant" {
			t.Errorf("unused for an hour: %d %v", late.status, late.body)
		}
	})
	t.Run("the scopes of one refresh", func(t *testing.T) {
		i.hook = nil
		a := c.login(i.browser(), "ada", "scope", "openid email offline_access")
		i.hook = func(provider.Login) (provider.Result, error) {
			return provider.Result{Scopes: []string{"openid", "added"}}, nil
		}
		next := c.refresh(a.tokens.str("refresh_token"))
		if next.str("scope") != "openid added" || next.str("refresh_token") == "" {
			t.Errorf("changed: %d %v", next.status, next.body)
		}
		i.hook = nil
		if next = c.refresh(next.str("refresh_token")); next.str("scope") != "openid email offline_access" {
			t.Errorf("the next refresh: %d %v", next.status, next.body)
		}
	})
	t.Run("a refresh token is revoked", func(t *testing.T) {
		i.hook = nil
		a := c.login(i.browser(), "ada", "scope", "openid offline_access")
		i.hook = func(provider.Login) (provider.Result, error) {
			return provider.Result{Deny: &provider.Deny{Description: "stolen"}, RevokeRefreshToken: true}, nil
		}
		if no := c.refresh(a.tokens.str("refresh_token")); no.status != http.StatusForbidden || no.str("error") != "access_denied" || no.str("error_description") != "stolen" {
			t.Errorf("%d %v", no.status, no.body)
		}
		i.hook = nil
		if no := c.refresh(a.tokens.str("refresh_token")); no.str("error") != "invalid_grant" {
			t.Errorf("the revoked token: %d %v", no.status, no.body)
		}
	})
}

// What PostLogin denies reaches the application in each flow as it is.
func TestDenialsOfEachFlow(t *testing.T) {
	i := newIDP(t, withPasswords)
	c, b := i.web(t), i.browser()
	refresh := c.login(b, "ada", "scope", "openid offline_access").tokens.str("refresh_token")
	for _, code := range []string{"access_denied", "interaction_required", "mfa_required", "my_own_code"} {
		i.hook = func(provider.Login) (provider.Result, error) {
			return provider.Result{Deny: &provider.Deny{Code: code, Description: "because"}, Suspend: &store.Step{Kind: store.StepMFA}}, nil
		}
		for _, prompt := range []string{"", "none"} {
			a := c.request("prompt", prompt)
			if v := c.fails(a, b.authorize(a.params), code); v.Get("error_description") != "because" {
				t.Errorf("answer %v", v)
			}
		}
		for flow, no := range map[string]answer{"refresh": c.refresh(refresh), "password": c.password()} {
			if no.status != http.StatusForbidden || no.str("error") != code || no.str("error_description") != "because" {
				t.Errorf("%s: %d %v", flow, no.status, no.body)
			}
		}
	}
}

// event.session tells when and from where the session was last used.
func TestASessionNotesItsUse(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	sid := c.login(b, "ada", "ip", "").authSID
	session := func() *store.Session {
		t.Helper()
		s, err := i.store.Session(t.Context(), sid, i.now())
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := session(); !s.LastUsedAt.IsZero() {
		t.Errorf("used at %v: it has just been made", s.LastUsedAt)
	}
	for _, prompt := range []string{"", "none"} {
		before := session().LastUsedAt
		i.advance(time.Minute)
		c.login(b, "", "prompt", prompt)
		if s := session(); !s.LastUsedAt.After(before) || s.LastIP.String() != "127.0.0.1" || s.LastUserAgent == "" {
			t.Errorf("prompt %q: session %+v", prompt, s)
		}
	}
	i.advance(3 * 24 * time.Hour) // Auth0: "Session Lifetime", inactivity timeout
	silent := c.request("prompt", "none")
	c.fails(silent, b.authorize(silent.params), "login_required")
}

const multiFactor = "http://schemas.openid.net/pape/policies/2007/06/multi-factor"

// OIDC Core 5.5.1.1; Auth0: "Step-up authentication".
func TestAuthenticationContext(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	essential := func(class string) string {
		return `{"id_token":{"acr":{"essential":true,"values":["` + class + `"]}}}`
	}
	plain := c.login(b, "ada", "scope", "openid offline_access")
	if plain.claims["amr"] != nil || plain.claims["acr"] != nil {
		t.Errorf("after a password: amr %v, acr %v", plain.claims["amr"], plain.claims["acr"])
	}
	a := c.request("claims", essential(multiFactor))
	c.fails(a, b.authorize(a.params), "unmet_authentication_requirements")
	a = c.request("claims", essential("urn:unknown"))
	c.fails(a, b.authorize(a.params), "unmet_authentication_requirements")
	c.login(b, "", "claims", `{"id_token":{"acr":{"essential":true}}}`) // any will do

	i.advance(time.Minute)
	_, err := i.store.UpdateSession(t.Context(), plain.authSID, store.SessionChanges{AddMethods: []store.Method{{Name: "mfa", Type: "otp", Timestamp: i.now()}}}, i.now())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		ask  []string
		want any
	}{
		{nil, nil},
		{[]string{"acr_values", "other"}, nil},
		{[]string{"acr_values", "other " + multiFactor}, multiFactor},
		{[]string{"claims", essential(multiFactor)}, multiFactor},
		{[]string{"claims", `{"id_token":{"acr":{"value":"` + multiFactor + `"}}}`}, multiFactor},
	} {
		a := c.login(b, "", append(tt.ask, "scope", "openid offline_access")...)
		refreshed := c.verify(c.refresh(a.tokens.str("refresh_token")).str("id_token"))
		for when, claims := range map[string]map[string]any{"login": a.claims, "refresh": refreshed} {
			if amr, _ := claims["amr"].([]any); len(amr) != 1 || amr[0] != "mfa" || claims["acr"] != tt.want {
				t.Errorf("%v, %s: amr %v, acr %v", tt.ask, when, claims["amr"], claims["acr"])
			}
			if claims["auth_time"] != plain.claims["auth_time"] {
				t.Errorf("%v, %s: auth_time %v, want that of the password, %v", tt.ask, when, claims["auth_time"], plain.claims["auth_time"])
			}
		}
	}
}
