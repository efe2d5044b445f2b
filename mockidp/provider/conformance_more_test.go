package provider_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	jose "github.com/go-jose/go-jose/v4"
)

// TestConformanceFrontChannel covers the plans for implicit and hybrid flows by
// form post, which Auth0's own SDKs use.
func TestConformanceFrontChannel(t *testing.T) {
	frontChannel := func(t *testing.T, changes ...string) (*rp, *attempt) {
		i := newIDP(t)
		c, b := i.web(t), i.browser()
		a := c.request(changes...)
		c.accept(a, b.login(b.authorize(a.params), "ada"))
		claims := c.verify(a.idToken)
		if claims["nonce"] != a.nonce || claims["sub"] != "auth0|ada" || claims["email"] != "ada@example.test" {
			t.Errorf("ID token = %v", claims)
		}
		if a.code != "" && claims["c_hash"] != leftHalf(a.code) {
			t.Errorf("c_hash = %v does not fit the code", claims["c_hash"])
		}
		return c, a
	}
	t.Run("oidcc-formpost-implicit", func(t *testing.T) {
		if _, a := frontChannel(t, "response_type", "id_token", "response_mode", "form_post"); a.code != "" {
			t.Error("a code came though none was asked for")
		}
	})
	t.Run("oidcc-formpost-hybrid", func(t *testing.T) {
		c, a := frontChannel(t, "response_type", "code id_token", "response_mode", "form_post")
		c.finish(a)
	})
	t.Run("oidcc-hybrid-fragment", func(t *testing.T) {
		c, a := frontChannel(t, "response_type", "id_token code")
		c.finish(a)
	})
	t.Run("oidcc-ensure-request-without-nonce-fails", func(t *testing.T) {
		i := newIDP(t)
		c := i.web(t)
		a := c.request("response_type", "id_token", "nonce", "")
		c.fails(a, i.browser().authorize(a.params), "invalid_request")
	})
	t.Run("form post page", func(t *testing.T) {
		i := newIDP(t)
		c, b := i.web(t), i.browser()
		a := c.request("response_mode", "form_post", "state", `"><script>alert(1)</script>`)
		pg := b.login(b.authorize(a.params), "ada")
		c.accept(a, pg)
		if action, _ := pg.form(); action.String() != callback {
			t.Errorf("action = %s", action)
		}
		csp := pg.header.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "form-action") {
			t.Errorf("CSP = %q", csp)
		}
		_, after, _ := strings.Cut(pg.body, "<script>")
		script, after, _ := strings.Cut(after, "</script>")
		sum := sha256.Sum256([]byte(script))
		if !strings.Contains(csp, "script-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") || strings.Contains(after, "<script") {
			t.Errorf("the CSP %q does not fit the page, or there is a second script:\n%s", csp, pg.body)
		}
	})
}

// TestConformanceDynamic covers what oidcc-dynamic-certification-test-plan adds
// and does not need registration.
func TestConformanceDynamic(t *testing.T) {
	runModules(t, []module{
		{"oidcc-idtoken-rs256", func(t *testing.T, i *idp, c *rp, b *browser) {
			if alg := jwtHeader(t, c.login(b, "ada").tokens.str("id_token"))["alg"]; alg != "RS256" {
				t.Errorf("alg = %v", alg)
			}
		}},
		{"oidcc-ensure-redirect-uri-in-authorization-request", func(t *testing.T, i *idp, c *rp, b *browser) {
			b.authorize(c.request("redirect_uri", "").params).refused("no redirect_uri")
		}},
		{"oidcc-redirect-uri-query-OK", func(t *testing.T, i *idp, c *rp, b *browser) {
			c.redirect = callback + "?tenant=a"
			a := c.request()
			pg := b.login(b.authorize(a.params), "ada")
			if got := pg.left.Query().Get("tenant"); got != "a" {
				t.Errorf("the registered query is lost: %s", pg.left)
			}
			c.finish(c.accept(a, pg))
		}},
		{"oidcc-redirect-uri-query-mismatch", func(t *testing.T, i *idp, c *rp, b *browser) {
			b.authorize(c.request("redirect_uri", callback+"?tenant=b").params).refused("differ in the query")
		}},
		{"oidcc-redirect-uri-query-added", func(t *testing.T, i *idp, c *rp, b *browser) {
			b.authorize(c.request("redirect_uri", callback+"?tenant=a&more=1").params).refused("differ in the query")
		}},
		{"oidcc-server-rotate-keys", func(t *testing.T, i *idp, c *rp, b *browser) {
			before := c.login(b, "ada").tokens.str("id_token")
			if err := i.provider.RotateKey(t.Context(), "RS256"); err != nil {
				t.Fatal(err)
			}
			if keys := i.jwks(t); len(keys) != 3 {
				t.Errorf("%d keys after rotation, want 3", len(keys))
			}
			after := c.login(b, "ada").tokens.str("id_token")
			if jwtHeader(t, before)["kid"] == jwtHeader(t, after)["kid"] {
				t.Error("the old key still signs")
			}
			c.verify(before) // its key is still published
		}},
	}, "")
}

// jwtHeader returns the header of a compact JWS.
func jwtHeader(t testing.TB, token string) map[string]any { return jwtPart(t, token, 0) }

func jwtPart(t testing.TB, token string, part int) (m map[string]any) {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("not a JWS: %q", token)
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[part])
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// foreignToken returns the payload of token under a signature by a key that is
// not the provider's, with the key id of one that is.
func foreignToken(i *idp, token string) string {
	i.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		i.t.Fatal(err)
	}
	var kid string
	for _, k := range i.jwks(i.t) {
		if k["alg"] == "ES256" {
			kid = k["kid"].(string)
		}
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: kid}}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		i.t.Fatal(err)
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		i.t.Fatal(err)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		i.t.Fatal(err)
	}
	forged, err := jws.CompactSerialize()
	if err != nil {
		i.t.Fatal(err)
	}
	return forged
}
