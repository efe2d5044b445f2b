package provider_test

import (
	"strings"
	"testing"
)

// RFC 9700 section 2.1: redirect URIs are compared exactly, and an error about
// them stays with the provider (RFC 6749 section 4.1.2.1).
func TestRedirectURIMustMatchExactly(t *testing.T) {
	i := newIDP(t)
	b := i.browser()
	for name, tt := range map[string]struct{ uri, word string }{
		"extra path":             {"https://rp.example/cb/more", "the path"},
		"trailing slash":         {"https://rp.example/cb/", "the last slash"},
		"query added":            {"https://rp.example/cb?x=1", "the query"},
		"fragment":               {"https://rp.example/cb#x", "the fragment"},
		"empty fragment":         {"https://rp.example/cb#", "their spelling"},
		"other case in the path": {"https://rp.example/CB", "upper and lower case"},
		"other port":             {"https://rp.example:8443/cb", "the port"},
		"default port spelled":   {"https://rp.example:443/cb", "their spelling"},
		"dots encoded":           {"https://rp.example/%2e%2e/cb", "the path"},
		"user name":              {"https://user@rp.example/cb", "the user name"},
		"http for https":         {"http://rp.example/cb", "the scheme"},
		"other host":             {"https://rp.example.evil.example/cb", "the host name"},
		"script":                 {"javascript:alert(1)", "the scheme"},
		"missing":                {"", "no redirect_uri"},
		"not a URL":              {"https://[", "not a URL"},
	} {
		t.Run(name, func(t *testing.T) {
			b.on(t).authorize(i.web(t).request("redirect_uri", tt.uri).params).refused(tt.word)
		})
	}
}

func TestCallbackPageSaysHowTheURLsDiffer(t *testing.T) {
	i := newIDP(t)
	c := &rp{t: t, idp: i, id: "demo-app", secret: "demo-secret", redirect: "http://127.0.0.1:3000/callback"}
	i.browser().authorize(c.request().params).refused(
		"http://127.0.0.1:3000/callback is not an allowed callback URL of Demo app. Allowed: http://localhost:3000/callback. They differ in the host name.")
}

func TestUnknownClientPageGuesses(t *testing.T) {
	i := newIDP(t)
	b := i.browser()
	b.authorize(i.client(t, "demo-ap", "").request().params).refused(`No application has the client id "demo-ap".`, "Did you mean demo-app?")
	if pg := b.authorize(i.client(t, "something-else", "").request().params); strings.Contains(pg.body, "Did you mean") {
		t.Errorf("a wild guess:\n%s", pg.body)
	}
	b.authorize(i.client(t, "", "").request().params).refused("no client_id")
}

// RFC 8252 section 7.3: a native client's loopback IP address may vary in its port.
func TestNativeLoopbackPorts(t *testing.T) {
	i := newIDP(t)
	b := i.browser()
	c := i.client(t, "native", "")
	for _, uri := range []string{"http://127.0.0.1/cb", "http://127.0.0.1:54321/cb", "com.example.app:/cb"} {
		c.redirect = uri
		a := c.request("prompt", "login")
		pg := b.login(b.authorize(a.params), "ada")
		if pg.left == nil || !strings.HasPrefix(pg.left.String(), uri+"?") {
			t.Errorf("%s: went to %v", uri, pg.left)
			continue
		}
		c.finish(c.accept(a, pg))
	}
	for _, uri := range []string{
		"http://localhost:54321/cb", "https://127.0.0.1:54321/cb", "http://127.0.0.1:54321/other", "http://user@127.0.0.1:54321/cb",
		"http://127.0.0.2:54321/cb", "http://[::1]:54321/cb", "http://127.0.0.1.evil.example/cb", "http://192.0.2.1/cb",
	} {
		b.authorize(c.request("redirect_uri", uri).params).refused()
	}
	c.id = "native-localhost" // a name is no IP literal (section 8.3): exactly as registered, or not at all
	b.authorize(c.request("redirect_uri", "http://localhost:54321/cb").params).refused("the port")
	web := i.client(t, "demo-app", "demo-secret") // not native: no other port
	b.authorize(web.request("redirect_uri", "http://localhost:3001/callback").params).refused("the port")
}
