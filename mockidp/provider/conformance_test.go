package provider_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/postlogin/mockidp/provider"
)

// module is one test module of the OpenID Foundation's conformance suite, under
// its own name, checking what that module checks.
type module struct {
	name string
	run  func(t *testing.T, i *idp, c *rp, b *browser)
}

// TestConformanceBasic is the plan oidcc-basic-certification-test-plan.
func TestConformanceBasic(t *testing.T) { runModules(t, basicModules(), "") }

// TestConformanceFormPost is oidcc-formpost-basic-certification-test-plan: the
// same modules, with every answer posted by a form.
func TestConformanceFormPost(t *testing.T) { runModules(t, basicModules(), "form_post") }

func runModules(t *testing.T, modules []module, mode string) {
	for _, m := range modules {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			i := newIDP(t)
			c := i.web(t)
			c.mode = mode
			m.run(t, i, c, i.browser())
		})
	}
}

func basicModules() []module {
	return slices.Concat(happyModules(), scopeModules(), sessionModules(), codeModules(), refusalModules(), acceptedModules())
}

func happyModules() []module {
	return []module{
		{"oidcc-server", func(t *testing.T, i *idp, c *rp, b *browser) {
			a := c.login(b, "ada")
			if a.userID != "auth0|ada" || a.claims["aud"] != "web" || a.claims["iss"] != i.issuer || a.authSID == "" {
				t.Errorf("ID token = %v", a.claims)
			}
		}},
		{"oidcc-server-client-secret-post", func(t *testing.T, i *idp, c *rp, b *browser) {
			c.post = true
			c.login(b, "ada")
		}},
		{"oidcc-idtoken-signature", func(t *testing.T, i *idp, c *rp, b *browser) {
			header := jwtHeader(t, c.login(b, "ada").tokens.str("id_token"))
			if header["alg"] != "RS256" || header["kid"] == nil {
				t.Errorf("header = %v, want RS256 and a kid", header)
			}
		}},
		{"oidcc-idtoken-unsigned", func(t *testing.T, i *idp, c *rp, b *browser) {
			if algs := i.discovery(t)["id_token_signing_alg_values_supported"].([]any); slices.Contains(algs, any("none")) {
				t.Errorf("algorithms = %v: none is on offer", algs)
			}
		}},
		{"oidcc-userinfo-get", func(t *testing.T, i *idp, c *rp, b *browser) {
			a := c.login(b, "ada") // which checks status, sub and types
			if got := i.userinfo(t, a.tokens.str("access_token")).header.Get("Content-Type"); got != "application/json" {
				t.Errorf("Content-Type = %q", got)
			}
		}},
		{"oidcc-userinfo-post-header", func(t *testing.T, i *idp, c *rp, b *browser) {
			a := c.login(b, "ada")
			got := i.call(t, http.MethodPost, "/userinfo", "", http.Header{"Authorization": {"Bearer " + a.tokens.str("access_token")}})
			if got.status != 200 || got.str("sub") != a.userID {
				t.Errorf("userinfo = %d %v", got.status, got.body)
			}
		}},
		{"oidcc-userinfo-post-body", func(t *testing.T, i *idp, c *rp, b *browser) {
			a := c.login(b, "ada")
			body := url.Values{"access_token": {a.tokens.str("access_token")}}.Encode()
			got := i.call(t, http.MethodPost, "/userinfo", body, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
			if got.status != 200 || got.str("sub") != a.userID {
				t.Errorf("userinfo = %d %v", got.status, got.body)
			}
		}},
		{"oidcc-ensure-request-without-nonce-succeeds-for-code-flow", func(t *testing.T, i *idp, c *rp, b *browser) {
			if a := c.login(b, "ada", "nonce", ""); a.claims["nonce"] != nil {
				t.Errorf("nonce = %v, want none", a.claims["nonce"])
			}
		}},
		{"oidcc-ensure-post-request-succeeds", func(t *testing.T, i *idp, c *rp, b *browser) {
			a := c.request()
			c.accept(a, b.login(b.post(i.base+"/authorize", a.params), "ada"))
			c.finish(a)
			// Once more: the session must be seen behind a POST as well.
			a = c.request("prompt", "none")
			c.accept(a, b.post(i.base+"/authorize", a.params))
		}},
		{"oidcc-ensure-request-with-valid-pkce-succeeds", func(t *testing.T, i *idp, c *rp, b *browser) {
			a := c.login(b, "ada")
			if a.params.Get("code_challenge") == "" {
				t.Fatal("the flow did not use PKCE")
			}
		}},
	}
}

func scopeModules() []module {
	// want lists what userinfo has beside sub; all of it is in the ID token too, as on Auth0.
	scope := func(name, scope string, want ...string) module {
		return module{name, func(t *testing.T, i *idp, c *rp, b *browser) {
			a := c.login(b, "ada", "scope", scope)
			info := i.userinfo(t, a.tokens.str("access_token")).body
			for _, claims := range []map[string]any{info, a.claims} {
				for _, name := range want {
					if claims[name] == nil {
						t.Errorf("%s is missing in %v", name, claims)
					}
				}
			}
			if len(info) != len(want)+1 {
				t.Errorf("userinfo = %v, want sub and %v alone", info, want)
			}
		}}
	}
	profile := []string{"name", "given_name", "family_name", "nickname", "picture", "updated_at"}
	email := []string{"email", "email_verified"}
	return []module{
		scope("oidcc-scope-profile", "openid profile", profile...),
		scope("oidcc-scope-email", "openid email", email...),
		scope("oidcc-scope-address", "openid address"), // nothing is known: omitted
		scope("oidcc-scope-phone", "openid phone"),
		scope("oidcc-scope-all", "openid profile email address phone", append(profile, email...)...),
		{"oidcc-claims-essential", func(t *testing.T, i *idp, c *rp, b *browser) {
			a := c.login(b, "ada", "scope", "openid", "claims", `{"userinfo":{"name":{"essential":true}},"id_token":{"email":null},"unknown":1}`)
			if info := i.userinfo(t, a.tokens.str("access_token")).body; info["name"] != "Ada Lovelace" || info["email"] != nil {
				t.Errorf("userinfo = %v, want the name and no email", info)
			}
			if a.claims["email"] != "ada@example.test" || a.claims["name"] != nil {
				t.Errorf("ID token = %v, want the email and no name", a.claims)
			}
		}},
		{"oidcc-alternate-happy-flow", func(t *testing.T, i *idp, c *rp, b *browser) {
			a := c.request("scope", "email profile openid")
			var reversed []string
			for _, name := range []string{"state", "scope", "response_type", "redirect_uri", "nonce", "response_mode", "code_challenge_method", "code_challenge", "client_id"} {
				if a.params.Has(name) {
					reversed = append(reversed, name+"="+url.QueryEscape(a.params.Get(name)))
				}
			}
			c.accept(a, b.login(b.get(i.base+"/authorize?"+strings.Join(reversed, "&")), "ada"))
			c.finish(a)
		}},
	}
}

func sessionModules() []module {
	return []module{
		{"oidcc-prompt-login", func(t *testing.T, i *idp, c *rp, b *browser) {
			first := c.login(b, "ada")
			i.advance(2 * time.Second)
			second := c.login(b, "ada", "prompt", "login")
			if i.shown.Load() != 2 || second.authTime() <= first.authTime() {
				t.Errorf("login page shown %d times, auth_time %v then %v", i.shown.Load(), first.authTime(), second.authTime())
			}
		}},
		{"oidcc-prompt-none-not-logged-in", func(t *testing.T, i *idp, c *rp, b *browser) {
			a := c.request("prompt", "none")
			c.fails(a, b.authorize(a.params), "login_required")
		}},
		{"oidcc-prompt-none-logged-in", func(t *testing.T, i *idp, c *rp, b *browser) {
			first := c.login(b, "ada")
			i.advance(2 * time.Second)
			second := c.login(b, "", "prompt", "none")
			sameLogin(t, first, second)
		}},
		{"oidcc-max-age-1", func(t *testing.T, i *idp, c *rp, b *browser) {
			first := c.login(b, "ada")
			i.advance(2 * time.Second)
			second := c.login(b, "ada", "max_age", "1")
			if i.shown.Load() != 2 || second.authTime() <= first.authTime() {
				t.Errorf("login page shown %d times, auth_time %v then %v", i.shown.Load(), first.authTime(), second.authTime())
			}
		}},
		{"oidcc-max-age-10000", func(t *testing.T, i *idp, c *rp, b *browser) {
			first := c.login(b, "ada", "max_age", "15000")
			i.advance(2 * time.Second)
			sameLogin(t, first, c.login(b, "", "max_age", "10000"))
		}},
		{"oidcc-id-token-hint", func(t *testing.T, i *idp, c *rp, b *browser) {
			first := c.login(b, "ada")
			sameLogin(t, first, c.login(b, "", "prompt", "none", "id_token_hint", first.tokens.str("id_token")))
		}},
	}
}

// sameLogin checks that second was answered without asking the person again.
func sameLogin(t *testing.T, first, second *attempt) {
	t.Helper()
	if first.userID != second.userID || first.authTime() != second.authTime() || first.authSID != second.authSID || first.authTime() == 0 {
		t.Errorf("first %v, then %v: want one login", first.claims, second.claims)
	}
}

func (a *attempt) authTime() float64 {
	n, _ := a.claims["auth_time"].(float64)
	return n
}

func codeModules() []module {
	return []module{
		{"oidcc-codereuse", func(t *testing.T, i *idp, c *rp, b *browser) {
			again := c.exchange(c.login(b, "ada"))
			if again.status != 400 || again.str("error") != "invalid_grant" {
				t.Errorf("second use = %d %v, want 400 invalid_grant", again.status, again.body)
			}
		}},
		{"oidcc-codereuse-30seconds", func(t *testing.T, i *idp, c *rp, b *browser) {
			a := c.login(b, "ada")
			i.advance(30 * time.Second)
			if again := c.exchange(a); again.status != 400 || again.str("error") != "invalid_grant" {
				t.Errorf("second use = %d %v, want 400 invalid_grant", again.status, again.body)
			}
			if info := i.userinfo(t, a.tokens.str("access_token")); info.status != 401 {
				t.Errorf("the first access token still works: %d", info.status)
			}
		}},
		{"oidcc-refresh-token", func(t *testing.T, i *idp, c *rp, b *browser) {
			a := c.login(b, "ada", "scope", "openid profile email offline_access")
			i.advance(2 * time.Second)
			token := a.tokens.str("refresh_token")
			if len(token) < 32 || strings.ContainsAny(token, " \t\r\n\"") {
				t.Errorf("refresh token %q is too short or holds odd characters", token)
			}
			if got := i.client(t, "other", "other-secret").refresh(token); got.status != 400 || got.str("error") != "invalid_grant" {
				t.Errorf("another client's refresh = %d %v, want 400 invalid_grant", got.status, got.body)
			}
			got := c.refresh(token)
			if got.status != 200 || got.header.Get("Cache-Control") != "no-store" {
				t.Fatalf("refresh = %d %v", got.status, got.body)
			}
			claims := c.verify(got.str("id_token"))
			for _, name := range []string{"iss", "sub", "aud", "auth_time", "sid"} {
				if claims[name] != a.claims[name] {
					t.Errorf("%s = %v, was %v", name, claims[name], a.claims[name])
				}
			}
			if claims["nonce"] != nil || claims["iat"] == a.claims["iat"] || claims["at_hash"] != leftHalf(got.str("access_token")) {
				t.Errorf("refreshed ID token = %v", claims)
			}
			if info := i.userinfo(t, got.str("access_token")); info.status != 200 {
				t.Errorf("userinfo with the new token = %d", info.status)
			}
		}},
	}
}

func refusalModules() []module {
	return []module{
		{"oidcc-response-type-missing", func(t *testing.T, i *idp, c *rp, b *browser) {
			a := c.request("response_type", "")
			c.fails(a, b.authorize(a.params), "invalid_request")
		}},
		{"oidcc-ensure-registered-redirect-uri", func(t *testing.T, i *idp, c *rp, b *browser) {
			b.authorize(c.request("redirect_uri", "https://evil.example/cb").params).refused("https://evil.example/cb")
		}},
		{"oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported", func(t *testing.T, i *idp, c *rp, b *browser) {
			a := c.request("request_uri", "https://rp.example/request.jwt")
			c.fails(a, b.authorize(a.params), "request_uri_not_supported")
		}},
		{"oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported", func(t *testing.T, i *idp, c *rp, b *browser) {
			a := c.request("request", "eyJhbGciOiJub25lIn0.e30.")
			c.fails(a, b.authorize(a.params), "request_not_supported")
		}},
		{"oidcc-ensure-request-object-with-redirect-uri", func(t *testing.T, i *idp, c *rp, b *browser) {
			a := c.request("request", "eyJhbGciOiJub25lIn0.eyJyZWRpcmVjdF91cmkiOiJodHRwczovL2V2aWwuZXhhbXBsZSJ9.")
			c.fails(a, b.authorize(a.params), "request_not_supported")
		}},
	}
}

// acceptedModules are parameters that must not cause an error.
func acceptedModules() []module {
	with := func(name string, params ...string) module {
		return module{name, func(t *testing.T, i *idp, c *rp, b *browser) { c.login(b, "ada", params...) }}
	}
	return []module{
		with("oidcc-ensure-request-with-unknown-parameter-succeeds", "extra", "foobar"),
		with("oidcc-display-page", "display", "page"),
		with("oidcc-display-popup", "display", "popup"),
		with("oidcc-login-hint", "login_hint", "ada@example.test"),
		with("oidcc-ui-locales", "ui_locales", "se"),
		with("oidcc-claims-locales", "claims_locales", "se"),
		with("oidcc-ensure-request-with-acr-values-succeeds", "acr_values", "1 2"),
		with("prompt-consent", "prompt", "consent"),
		with("prompt-select-account", "prompt", "select_account"),
		with("prompt-unknown-value", "prompt", "something-new"),
	}
}

// TestConformanceConfig is the plan oidcc-config-certification-test-plan.
func TestConformanceConfig(t *testing.T) {
	t.Run("oidcc-discovery-endpoint-verification", func(t *testing.T) {
		i := newIDP(t, func(c *provider.Config) { c.Version = "1.2.3" })
		d := i.discovery(t)
		for name, want := range map[string]any{
			"issuer": i.issuer, "authorization_endpoint": i.base + "/authorize", "token_endpoint": i.base + "/oauth/token",
			"userinfo_endpoint": i.base + "/userinfo", "jwks_uri": i.base + "/.well-known/jwks.json",
			"end_session_endpoint": i.base + "/oidc/logout", "revocation_endpoint": i.base + "/oauth/revoke",
			"introspection_endpoint": i.base + "/oauth/introspect", "mockidp_version": "1.2.3",
			"claims_parameter_supported": true, "request_parameter_supported": false, "request_uri_parameter_supported": false,
			"authorization_response_iss_parameter_supported": true,
		} {
			if d[name] != want {
				t.Errorf("%s = %v, want %v", name, d[name], want)
			}
		}
		for name, want := range map[string]string{
			"response_types_supported": "code", "response_modes_supported": "form_post", "grant_types_supported": "authorization_code",
			"subject_types_supported": "public", "id_token_signing_alg_values_supported": "RS256", "scopes_supported": "openid",
			"code_challenge_methods_supported": "S256", "token_endpoint_auth_methods_supported": "client_secret_basic", "claims_supported": "sub",
		} {
			if list, ok := d[name].([]any); !ok || !slices.Contains(list, any(want)) {
				t.Errorf("%s = %v, want a list with %s", name, d[name], want)
			}
		}
		if list := d["code_challenge_methods_supported"].([]any); len(list) != 1 {
			t.Errorf("code_challenge_methods_supported = %v, want S256 alone", list)
		}
	})
	t.Run("rfc8414", func(t *testing.T) {
		i := newIDP(t)
		got := i.call(t, http.MethodGet, "/.well-known/oauth-authorization-server", "", nil)
		if got.status != 200 || got.str("issuer") != i.issuer {
			t.Errorf("metadata = %d %v", got.status, got.body)
		}
	})
	t.Run("jwks", func(t *testing.T) {
		i := newIDP(t)
		keys := i.jwks(t)
		if len(keys) != 2 { // RS256, and ES256 because a client asks for it
			t.Fatalf("%d keys, want 2", len(keys))
		}
		seen := map[any]bool{}
		for _, k := range keys {
			if k["kid"] == nil || seen[k["kid"]] || k["use"] != "sig" || k["alg"] == nil {
				t.Errorf("key = %v: kid, use or alg is missing or not unique", k)
			}
			seen[k["kid"]] = true
			for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"} {
				if _, there := k[private]; there {
					t.Errorf("the published key has the private member %q", private)
				}
			}
		}
	})
}

func (i *idp) discovery(t testing.TB) map[string]any {
	t.Helper()
	got := i.call(t, http.MethodGet, "/.well-known/openid-configuration", "", nil)
	if got.status != 200 {
		t.Fatalf("discovery: %d", got.status)
	}
	return got.body
}

func (i *idp) jwks(t testing.TB) (keys []map[string]any) {
	t.Helper()
	got := i.call(t, http.MethodGet, "/.well-known/jwks.json", "", nil)
	if cc := got.header.Get("Cache-Control"); got.status != 200 || cc != "public, max-age=15" {
		t.Fatalf("JWKS: %d, Cache-Control %q", got.status, cc)
	}
	raw, err := json.Marshal(got.body["keys"])
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &keys); err != nil {
		t.Fatal(err)
	}
	return keys
}
