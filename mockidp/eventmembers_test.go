package mockidp_test

import (
	"encoding/json"
	"net/url"
	"regexp"
	"testing"

	"golang.org/x/oauth2"

	"example.com/postlogin/mockidp/mockidptest"
	"example.com/postlogin/mockidp/store"
)

func newBrowser(t *testing.T) *mockidptest.Browser { return mockidptest.NewBrowser(t) }

// What an Action sees of the tenant's real state.
func TestEventHoldsRealState(t *testing.T) {
	idp, rp := newPair(t)
	ctx, ada := t.Context(), idp.User("ada@example.test")
	role, org := &store.Role{Name: "editor"}, &store.Organization{Name: "acme", DisplayName: "Acme Inc.", Metadata: map[string]string{"plan": "gold"}}
	for _, err := range []error{
		idp.Store.CreateRole(ctx, role), idp.Store.AssignRoles(ctx, ada.ID, role.ID),
		idp.Store.CreateOrganization(ctx, org), idp.Store.AddMembers(ctx, org.ID, ada.ID),
		idp.Store.LinkIdentity(ctx, ada.ID, &store.Identity{Connection: "github", Provider: "github", UserID: "42"}),
		idp.Store.AddAuthenticator(ctx, &store.Authenticator{UserID: ada.ID, Type: "otp", Secret: "ABC"}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	idp.Deploy("post-login-claims", `exports.onExecutePostLogin = async (event, api) => {
		const { authentication, authorization, organization, session, transaction, user } = event;
		api.idToken.setCustomClaim("event", {
			roles: authorization.roles, more: (await api.roles.getUserEffectiveRoles()).roles.map((r) => r.name),
			organization, identities: user.identities.map((i) => i.provider + "|" + i.user_id), factors: user.enrolledFactors,
			methods: authentication.methods.map((m) => m.name), protocol: transaction.protocol, scopes: transaction.requested_scopes,
			prompt: transaction.prompt, acr: transaction.acr_values, locales: transaction.ui_locales, hint: transaction.login_hint, own: event.request.query.own,
			session: [session.user_id === user.user_id, session.cookie.mode, session.clients.length, Date.parse(session.expires_at) > Date.now(), Date.parse(session.idle_expires_at) > Date.now()],
			risk: Object.entries(authentication.riskAssessment.assessments).map(([k, v]) => k + " " + v.code), confidence: authentication.riskAssessment.confidence,
			refresh: typeof event.refresh_token, api: event.resource_server,
		});
	};`)
	b := newBrowser(t)
	extra := func(name, value string) oauth2.AuthCodeOption { return oauth2.SetAuthURLParam(name, value) }
	res := rp.mustLogin(b, address(t, "London"), extra("organization", "acme"), extra("acr_values", "a b"), extra("ui_locales", "da en"), extra("login_hint", "ada@example.test"), extra("own", "x"))
	want := map[string]any{
		"roles": []any{"editor"}, "more": []any{"editor"},
		"organization": map[string]any{"id": org.ID, "name": "acme", "display_name": "Acme Inc.", "metadata": map[string]any{"plan": "gold"}},
		"identities":   []any{"auth0|5eed00000000000000000001", "github|42"}, "factors": []any{map[string]any{"type": "otp"}},
		"methods": []any{"pwd"}, "protocol": "oidc-basic-profile", "scopes": []any{"openid", "profile", "email"},
		"prompt": []any{}, "acr": []any{"a", "b"}, "locales": []any{"da", "en"}, "hint": "ada@example.test", "own": "x",
		"session": []any{true, "persistent", 0.0, true, true},
		"risk":    []any{"UntrustedIP not_found_on_deny_list", "NewDevice initial_login", "ImpossibleTravel initial_login"}, "confidence": "low",
		"refresh": "undefined",
	}
	got, _ := json.MarshalIndent(res.claims["event"], "", " ")
	if text, _ := json.MarshalIndent(want, "", " "); string(got) != string(text) {
		t.Errorf("event %s\nwant %s", got, text)
	}
	if res.claims["org_id"] != org.ID {
		t.Errorf("org_id %v", res.claims["org_id"])
	}
}

// The second login comes from the other end of the world a moment later, then
// from an anonymous network: what the page offers for it.
func TestRiskFollowsTheChosenAddress(t *testing.T) {
	idp, rp := newPair(t)
	idp.Deploy("post-login-claims", `exports.onExecutePostLogin = async (event, api) => {
		const { assessments, confidence } = event.authentication.riskAssessment;
		api.idToken.setCustomClaim("risk", [confidence, assessments.UntrustedIP.code, assessments.NewDevice.code, assessments.ImpossibleTravel.code]);
	};`)
	b := newBrowser(t)
	login := func(ip, want string) {
		t.Helper()
		res := rp.mustLogin(b, ip, oauth2.SetAuthURLParam("prompt", "login"))
		if got, _ := json.Marshal(res.claims["risk"]); string(got) != want {
			t.Errorf("from %s: %s, want %s", ip, got, want)
		}
	}
	login(address(t, "London"), `["low","not_found_on_deny_list","initial_login","initial_login"]`)
	login(address(t, "London"), `["high","not_found_on_deny_list","match","minimal_travel_from_last_login"]`)
	login(address(t, "Tokyo"), `["low","not_found_on_deny_list","partial_match","impossible_travel_from_last_login"]`)
	b.Get(rp.config.AuthCodeURL("state", oauth2.SetAuthURLParam("prompt", "login")))
	offered := regexp.MustCompile(`<option value="([^"]+)"[^>]*>Anonymous network`).FindStringSubmatch(b.Body)
	if offered == nil {
		t.Fatal("the login page offers no anonymous network")
	}
	login(offered[1], `["low","found_on_deny_list","partial_match","anonymous_proxy"]`)
}

// Scopes, session and account really change.
func TestActionsChangeWhatTheyAskFor(t *testing.T) {
	idp, rp := newPair(t)
	idp.Deploy("post-login-claims", `exports.onExecutePostLogin = async (event, api) => {
		api.accessToken.addScope("read:reports");
		api.accessToken.removeScope("email");
		api.session.setMetadata("plan", "gold");
		api.session.setExpiresAt(Date.now() + 3600e3);
		api.session.setCookieMode("non-persistent");
	};`)
	b := newBrowser(t)
	res := rp.mustLogin(b, address(t, "London"))
	if got := res.tokens.Extra("scope"); got != "openid profile read:reports" {
		t.Errorf("scope %v", got)
	}
	if res.claims["email"] != nil {
		t.Errorf("claims %v: email was taken away", res.claims)
	}
	sid, _ := res.claims["sid"].(string)
	ss, err := idp.Store.Session(t.Context(), sid, res.tokens.Expiry.AddDate(0, 0, -2))
	if err != nil {
		t.Fatal(err)
	}
	if ss.Metadata["plan"] != "gold" || ss.CookieMode != "non-persistent" || ss.ExpiresAt.Sub(ss.AuthTime).Hours() > 1.1 {
		t.Errorf("session %+v", ss)
	}
	idp.Deploy("post-login-claims", `exports.onExecutePostLogin = async (event, api) => {
		api.session.revoke("hijacked");
	};`)
	if _, err := rp.login(b, address(t, "London")); err == nil || err.Error() != "access_denied: hijacked" {
		t.Errorf("after session.revoke: %v", err)
	}
	b.Get(rp.config.AuthCodeURL("state", oauth2.SetAuthURLParam("prompt", "none")))
	if got := <-rp.arrived; got.Get("error") != "login_required" {
		t.Errorf("a revoked session answers: %v", got)
	}
}

// A revoked session takes its refresh tokens along, unless the Action says otherwise.
func TestRevokedSessionsAndTheirRefreshTokens(t *testing.T) {
	for options, survives := range map[string]bool{"{}": false, "{ preserveRefreshTokens: true }": true} {
		idp, rp := newPair(t)
		rp.config.Scopes = append(rp.config.Scopes, "offline_access")
		b := newBrowser(t)
		res := rp.mustLogin(b, address(t, "London"))
		idp.Deploy("post-login-claims", `exports.onExecutePostLogin = async (event, api) => api.session.revoke("hijacked", `+options+`);`)
		b.Get(rp.config.AuthCodeURL("state"))
		if got := <-rp.arrived; got.Get("error_description") != "hijacked" {
			t.Fatalf("single sign-on answers %v", got)
		}
		idp.Deploy("post-login-claims", `exports.onExecutePostLogin = async () => {};`)
		_, err := rp.config.TokenSource(t.Context(), &oauth2.Token{RefreshToken: res.tokens.RefreshToken}).Token()
		if (err == nil) != survives {
			t.Errorf("after session.revoke with %s the refresh token answers %v", options, err)
		}
	}
}

func TestPrimaryUser(t *testing.T) {
	idp, rp := newPair(t)
	grace := idp.User("grace@example.test")
	idp.Deploy("post-login-claims", `exports.onExecutePostLogin = async (event, api) => {
		api.authentication.setPrimaryUser("`+grace.ID+`");
	};`)
	if _, err := rp.login(newBrowser(t), address(t, "London")); err == nil {
		t.Error("an account that is not linked became the subject")
	}
	if err := idp.Store.LinkIdentity(t.Context(), grace.ID, &store.Identity{Connection: "Username-Password-Authentication", Provider: "auth0", UserID: "5eed00000000000000000001"}); err != nil {
		t.Fatal(err)
	}
	if res := rp.mustLogin(newBrowser(t), address(t, "London")); res.claims["sub"] != grace.ID || res.claims["email"] != "grace@example.test" {
		t.Errorf("claims %v", res.claims)
	}
}

// api.validation.error ends the login with the Action's own code.
func TestValidationError(t *testing.T) {
	idp, rp := newPair(t)
	idp.Deploy("post-login-claims", `exports.onExecutePostLogin = async (event, api) => {
		api.validation.error("too_young", "You must be 18");
	};`)
	if _, err := rp.login(newBrowser(t), address(t, "London")); err == nil || err.Error() != "too_young: You must be 18" {
		t.Errorf("got %v", err)
	}
}

// A challenge for a factor that the session has passed already is no challenge.
func TestASatisfiedChallengeGoesOn(t *testing.T) {
	idp, rp := newPair(t)
	idp.Deploy("post-login-claims", `exports.onExecutePostLogin = async (event, api) => {
		api.authentication.challengeWith({ type: "email" });
	};`)
	b := newBrowser(t)
	b.Get(rp.config.AuthCodeURL("state"))
	b.Submit(url.Values{"user": {"ada@example.test"}, "ip": {address(t, "London")}, "action": {"login"}})
	if b.URL.Path != "/u/mfa" {
		t.Fatalf("after the password: %s", b.URL)
	}
	b.Submit(url.Values{"action": {"send"}})
	b.Submit(url.Values{"code": {b.Text("mfa-code")}, "action": {"continue"}})
	if got := <-rp.arrived; got.Get("code") == "" {
		t.Fatalf("answer %v", got)
	}
	res := rp.mustLogin(b, address(t, "London")) // from the session, without a page
	if amr, _ := res.claims["amr"].([]any); len(amr) != 1 || amr[0] != "mfa" {
		t.Errorf("amr %v", res.claims["amr"])
	}
}
