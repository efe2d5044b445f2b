package web_test

import (
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/postlogin/web"
)

// TestTokenFaults has the provider send a wrong ID token in every way there is.
// Names that begin with "oidcc" are those of the OpenID conformance suite's tests
// for relying parties. Every one must end on a page that names the check, with
// those after it not done, and without a session.
func TestTokenFaults(t *testing.T) {
	set := func(name string, value any) func(*op) {
		return func(o *op) { o.claims = func(c map[string]any) { c[name] = value } }
	}
	drop := func(name string) func(*op) {
		return func(o *op) { o.claims = func(c map[string]any) { delete(c, name) } }
	}
	shift := func(name string, d time.Duration) func(*op) {
		return func(o *op) { o.claims = func(c map[string]any) { c[name] = time.Now().Add(d).Unix() } }
	}
	encode := func(f func(o *op, h, c map[string]any) string) func(*op) { return func(o *op) { o.encode = f } }
	hs256 := func(key func(*op) []byte) func(*op) {
		return encode(func(o *op, h, c map[string]any) string { return signHS256(key(o), h, c) })
	}
	unsigned := func(alg string) func(*op) {
		return encode(func(_ *op, h, c map[string]any) string {
			h["alg"] = alg
			return encodePart(h) + "." + encodePart(c) + "."
		})
	}
	tests := []struct {
		name  string
		fault func(*op)
		code  string
		check string
	}{
		{"oidcc-client-test-invalid-iss", set("iss", "https://evil.example/"), "E-VER-3", "iss"},
		{"iss without its slash", func(o *op) { o.claims = func(c map[string]any) { c["iss"] = strings.TrimSuffix(o.issuer, "/") } }, "E-VER-3", "iss"},
		{"no iss", drop("iss"), "E-VER-3", "iss"},
		{"iss only in capitals", func(o *op) {
			o.claims = func(c map[string]any) { c["ISS"] = c["iss"]; delete(c, "iss") }
		}, "E-VER-3", "iss"},
		{"oidcc-client-test-missing-sub", drop("sub"), "E-VER-10", "sub"},
		{"sub is empty", set("sub", ""), "E-VER-10", "sub"},
		{"sub is a number", set("sub", 7), "E-VER-10", "sub"},
		{"sub has 256 characters", set("sub", strings.Repeat("a", 256)), "E-VER-10", "sub"},
		{"oidcc-client-test-invalid-aud", set("aud", "another-app"), "E-VER-4", "aud"},
		{"oidcc-client-test-missing-aud", drop("aud"), "E-VER-4", "aud"},
		{"aud has a further audience", set("aud", []string{"demo-app", "another-app"}), "E-VER-4", "aud"},
		{"aud has a further audience, azp is this app", func(o *op) {
			o.claims = func(c map[string]any) { c["aud"], c["azp"] = []string{"demo-app", "another-app"}, "demo-app" }
		}, "E-VER-4", "aud"},
		{"aud is an empty list", set("aud", []string{}), "E-VER-4", "aud"},
		{"azp is another app", set("azp", "another-app"), "E-VER-9", "azp"},
		{"azp is null", set("azp", nil), "E-VER-9", "azp"},
		{"oidcc-client-test-missing-iat", drop("iat"), "E-VER-6", "iat"},
		{"iat is an hour ahead", shift("iat", time.Hour), "E-VER-6", "iat"},
		{"iat is a day ago", shift("iat", -24*time.Hour), "E-VER-6", "iat"},
		{"iat is 11 minutes ago", shift("iat", -11*time.Minute), "E-VER-6", "iat"},
		{"iat is text", set("iat", "now"), "E-VER-6", "iat"},
		{"exp was a second ago", shift("exp", -time.Second), "E-VER-5", "exp"},
		{"no exp", drop("exp"), "E-VER-5", "exp"},
		{"exp is null", set("exp", nil), "E-VER-5", "exp"},
		{"nbf is 4 minutes ahead", shift("nbf", 4*time.Minute), "E-VER-13", "nbf"},
		{"oidcc-client-test-nonce-invalid", set("nonce", "another nonce"), "E-VER-7", "nonce"},
		{"no nonce", drop("nonce"), "E-VER-7", "nonce"},
		{"nonce is a number", set("nonce", 1), "E-VER-7", "nonce"},
		{"oidcc-client-test-invalid-athash", set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"), "E-VER-8", "at_hash"},
		{"at_hash is empty", set("at_hash", ""), "E-VER-8", "at_hash"},
		{"at_hash is a number", set("at_hash", 5), "E-VER-8", "at_hash"},
		{"oidcc-client-test-idtoken-sig-none", unsigned("none"), "E-VER-2", "alg"},
		{"alg None", unsigned("None"), "E-VER-2", "alg"},
		{"no alg", unsigned(""), "E-VER-2", "alg"},
		{"oidcc-client-test-invalid-sig-rs256", encode(func(_ *op, h, c map[string]any) string {
			return signRS256(rsaKeys()[1], h, c)
		}), "E-VER-1", "signature"},
		{"oidcc-client-test-invalid-sig-es256", encode(func(_ *op, h, c map[string]any) string {
			return signES256(ecKey(), h, c)
		}), "E-VER-2", "alg"},
		{"oidcc-client-test-invalid-sig-hs256", hs256(func(*op) []byte { return []byte(clientSecret) }), "E-VER-2", "alg"},
		{"HS256 with the public key", hs256(func(o *op) []byte {
			der, _ := x509.MarshalPKIXPublicKey(&o.key.PublicKey)
			return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
		}), "E-VER-2", "alg"},
		{"RS512 with the right key", encode(signRS512), "E-VER-2", "alg"},
		{"a payload that was exchanged", encode(func(o *op, h, c map[string]any) string {
			parts := strings.Split(signRS256(o.key, h, c), ".")
			c["sub"] = "auth0|mallory"
			return parts[0] + "." + encodePart(c) + "." + parts[2]
		}), "E-VER-1", "signature"},
		{"a signature that was cut off", encode(func(o *op, h, c map[string]any) string {
			s := signRS256(o.key, h, c)
			return s[:strings.LastIndex(s, ".")+1]
		}), "E-VER-1", "signature"},
		{"a key that the provider does not have", func(o *op) { o.header = func(h map[string]any) { h["kid"] = "key-9" } }, "E-VER-1", "signature"},
		{"not a token", encode(func(*op, map[string]any, map[string]any) string { return "abc" }), "E-VER-2", "alg"},
		{"a claim twice", encode(func(o *op, h, c map[string]any) string {
			return signRaw(o.key, h, `{"sub":"a","sub":"b"}`)
		}), "E-VER-15", "payload"},
		{"a payload that is a list", encode(func(o *op, h, c map[string]any) string {
			return signRaw(o.key, h, `[]`)
		}), "E-VER-15", "payload"},
		{"oidcc-client-test-userinfo-invalid-sub", func(o *op) {
			o.userInfo = func(b map[string]any) { b["sub"] = "auth0|mallory" }
		}, "E-VER-11", "userinfo_sub"},
		{"userinfo without sub", func(o *op) { o.userInfo = func(b map[string]any) { delete(b, "sub") } }, "E-VER-11", "userinfo_sub"},
		{"a distributed claim without a source", set("_claim_names", map[string]string{"x": "nowhere"}), "E-VER-15", "go_oidc"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := newOP(t)
			tt.fault(o)
			b := newApp(t, o).browser()
			p := b.login()
			b.wantPage(p, http.StatusBadGateway, tt.code)
			if !strings.Contains(p.body, "Usual cause: ") {
				t.Errorf("the page says nothing of the usual cause\n%s", p.plain())
			}
			checks := p.checks()
			if !slices.Equal(checks["fail"], []string{tt.check}) {
				t.Errorf("failed checks = %q, want %q", checks["fail"], tt.check)
			}
			if n := o.count("/oauth/token"); n != 1 {
				t.Errorf("token requests = %d, want 1", n)
			}
			// A relying party that goes on has not noticed (conformance suite).
			if n := o.count("/userinfo"); n != 0 && tt.check != "userinfo_sub" {
				t.Errorf("UserInfo requests after a refused token = %d, want 0", n)
			}
			o.claims, o.encode, o.header, o.userInfo = nil, nil, nil, nil
			b.wantProfile(b.login()) // a fault leaves nothing behind
		})
	}
}

// TestFailedCheckStopsTheRest reads the order of the checks off a page.
func TestFailedCheckStopsTheRest(t *testing.T) {
	o := newOP(t)
	o.claims = func(c map[string]any) { c["nonce"] = "x" }
	p := newApp(t, o).browser().login()
	checks := p.checks()
	if want := []string{"state", "callback_iss", "id_token", "alg", "signature", "payload", "iss", "aud", "exp", "iat"}; !slices.Equal(checks["pass"], want) {
		t.Errorf("passed = %q, want %q", checks["pass"], want)
	}
	if want := []string{"azp", "nbf", "sub", "auth_time", "at_hash", "go_oidc", "userinfo_sub"}; !slices.Equal(checks["not done"], want) {
		t.Errorf("not done = %q, want %q", checks["not done"], want)
	}
	if !strings.Contains(p.body, "data-token") {
		t.Error("the page does not offer the token")
	}
}

// TestGoodTokens has the provider send tokens that are unusual and right.
func TestGoodTokens(t *testing.T) {
	second := rsaKeys()[1]
	tests := []struct {
		name  string
		fault func(*op)
	}{
		{"oidcc-client-test", func(*op) {}},
		{"oidcc-client-test-idtoken-sig-rs256", func(*op) {}},
		{"oidcc-client-test-client-secret-basic", func(*op) {}}, // the op accepts nothing else
		{"oidcc-client-test-userinfo-bearer-header", func(*op) {}},
		{"oidcc-client-test-discovery-openid-config", func(*op) {}},
		{"oidcc-client-test-discovery-jwks-uri-keys", func(*op) {}},
		{"oidcc-client-test-kid-absent-single-jwks", func(o *op) { o.header = func(h map[string]any) { delete(h, "kid") } }},
		{"oidcc-client-test-kid-absent-multiple-jwks", func(o *op) {
			o.header = func(h map[string]any) { delete(h, "kid") }
			o.keySet = func(keys []any) []any { return append([]any{rsaJWK(second, "other")}, keys...) }
		}},
		{"aud as a list of one", func(o *op) { o.claims = func(c map[string]any) { c["aud"] = []string{"demo-app"} } }},
		{"azp is this app", func(o *op) { o.claims = func(c map[string]any) { c["azp"] = "demo-app" } }},
		{"no at_hash", func(o *op) { o.claims = func(c map[string]any) { delete(c, "at_hash") } }},
		{"sub has 255 characters", func(o *op) {
			o.claims = func(c map[string]any) { c["sub"] = strings.Repeat("a", 255) }
			o.userInfo = func(b map[string]any) { b["sub"] = strings.Repeat("a", 255) }
		}},
		{"times with fractions", func(o *op) { o.claims = func(c map[string]any) { c["iat"] = float64(time.Now().UnixMilli()) / 1000 } }},
		{"no iss in the answer, as most providers", func(o *op) {
			o.discovery = func(d map[string]any) { delete(d, "authorization_response_iss_parameter_supported") }
			o.answer = func(q url.Values) { q.Del("iss") }
		}},
		{"no UserInfo endpoint", func(o *op) { o.discovery = func(d map[string]any) { delete(d, "userinfo_endpoint") } }},
		{"UserInfo fails", func(o *op) {
			o.instead["/userinfo"] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }
		}},
		{"keys of other kinds beside the right one", func(o *op) {
			o.keySet = func(keys []any) []any {
				return append([]any{map[string]any{"kty": "OKP", "crv": "Ed448", "x": "AA"}}, keys...)
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := newOP(t)
			tt.fault(o)
			b := newApp(t, o).browser()
			b.wantProfile(b.login())
		})
	}
}

// TestUserInfoThatIsNone: an answer that says nothing ends no login, and the check says
// what was wrong with it.
func TestUserInfoThatIsNone(t *testing.T) {
	for body, want := range map[string]string{"<html>": "no UserInfo answer", `{"sub":7}`: "no UserInfo answer"} {
		o := newOP(t)
		o.instead["/userinfo"] = func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) }
		b := newApp(t, o).browser()
		p := b.login()
		b.wantProfile(p)
		if !slices.Contains(p.checks()["not done"], "userinfo_sub") || !strings.Contains(p.body, want) {
			t.Errorf("%s: checks = %q, want userinfo_sub not done, because it is %s", body, p.checks(), want)
		}
	}
}

// TestScopeUserInfoClaims: a name that only UserInfo has is used.
func TestScopeUserInfoClaims(t *testing.T) {
	t.Run("oidcc-client-test-scope-userinfo-claims", func(t *testing.T) {
		o := newOP(t)
		o.claims = func(c map[string]any) { delete(c, "name") }
		o.userInfo = func(b map[string]any) { b["name"] = "Countess of Lovelace" }
		p := newApp(t, o).browser().login()
		if got := p.text("<h1>Hello, "); !strings.Contains(p.body, "Countess of Lovelace") {
			t.Errorf("heading = %q, want the name from UserInfo", got)
		}
	})
}

// TestES256 accepts another algorithm only when it is configured.
func TestES256(t *testing.T) {
	o := newOP(t)
	o.keySet = func([]any) []any { return []any{ecJWK(ecKey(), "key-1")} }
	o.encode = func(_ *op, h, c map[string]any) string { return signES256(ecKey(), h, c) }
	b := newApp(t, o, func(c *web.Config) { c.SigningAlg = "ES256" }).browser()
	b.wantProfile(b.login())
	o.encode = nil
	b = newApp(t, o, func(c *web.Config) { c.SigningAlg = "ES256" }).browser()
	b.wantPage(b.login(), http.StatusBadGateway, "E-VER-2")
}

// TestMaxAge checks auth_time when a fresh login was asked for (Core 3.1.3.7 (13)).
func TestMaxAge(t *testing.T) {
	o := newOP(t)
	a := newApp(t, o)
	b := a.browser()
	b.wantProfile(b.follow("/login?max_age=60"))
	if got := o.last.Get("max_age"); got != "60" {
		t.Errorf("max_age at the provider = %q, want 60", got)
	}
	o.claims = func(c map[string]any) { c["auth_time"] = time.Now().Add(-time.Hour).Unix() }
	b = a.browser()
	b.wantPage(b.follow("/login?max_age=60"), http.StatusBadGateway, "E-VER-14")
	o.claims = func(c map[string]any) { delete(c, "auth_time") }
	b.wantPage(b.follow("/login?max_age=60"), http.StatusBadGateway, "E-VER-14")
	b.wantProfile(b.follow("/login?max_age=soon")) // no number: not sent
}

// TestParametersPassedOn checks what a link to the login may say to the provider.
func TestParametersPassedOn(t *testing.T) {
	o := newOP(t)
	b := newApp(t, o).browser()
	b.follow("/login?prompt=login&login_hint=ada%40example.test&ui_locales=de&scope=admin&redirect_uri=https://evil.example/")
	for name, want := range map[string]string{
		"prompt": "login", "login_hint": "ada@example.test", "ui_locales": "de", "scope": "openid profile email",
		"redirect_uri": b.home + "/callback",
	} {
		if got := o.last.Get(name); got != want {
			t.Errorf("%s at the provider = %q, want %q", name, got, want)
		}
	}
}
