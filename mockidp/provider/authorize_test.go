package provider_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Errors in an otherwise trusted request go to the application, with state and iss.
func TestRefusedRequests(t *testing.T) {
	i := newIDP(t)
	b := i.browser()
	for name, tt := range map[string]struct {
		params []string
		want   string
		mode   string
	}{
		"implicit access token":            {[]string{"response_type", "token"}, "unsupported_response_type", "fragment"},
		"implicit both":                    {[]string{"response_type", "id_token token"}, "unsupported_response_type", "fragment"},
		"code with token":                  {[]string{"response_type", "code token"}, "unsupported_response_type", "fragment"},
		"no response":                      {[]string{"response_type", "none"}, "unsupported_response_type", "query"},
		"unknown response mode":            {[]string{"response_mode", "web_message"}, "invalid_request", "query"},
		"ID token in the query":            {[]string{"response_type", "id_token", "response_mode", "query"}, "invalid_request", "fragment"},
		"ID token without openid":          {[]string{"response_type", "id_token", "scope", "profile"}, "invalid_scope", "fragment"},
		"no scope":                         {[]string{"scope", ""}, "invalid_scope", "query"},
		"odd scope":                        {[]string{"scope", `openid "x"`}, "invalid_scope", "query"},
		"plain PKCE":                       {[]string{"code_challenge_method", "plain"}, "invalid_request", "query"},
		"PKCE without method means plain":  {[]string{"code_challenge_method", ""}, "invalid_request", "query"},
		"short challenge":                  {[]string{"code_challenge", "abc"}, "invalid_request", "query"},
		"method without challenge":         {[]string{"code_challenge", ""}, "invalid_request", "query"},
		"prompt none with login":           {[]string{"prompt", "none login"}, "invalid_request", "query"},
		"negative max_age":                 {[]string{"max_age", "-1"}, "invalid_request", "query"},
		"max_age in words":                 {[]string{"max_age", "soon"}, "invalid_request", "query"},
		"claims that are not JSON":         {[]string{"claims", "{"}, "invalid_request", "query"},
		"claims that are a list":           {[]string{"claims", "[]"}, "invalid_request", "query"},
		"acr that can't be met":            {[]string{"claims", `{"id_token":{"acr":{"essential":true,"values":["2"]}}}`}, "unmet_authentication_requirements", "query"},
		"hint that is no token":            {[]string{"id_token_hint", "x.y.z"}, "invalid_request", "query"},
		"registration":                     {[]string{"registration", "{}"}, "registration_not_supported", "query"},
		"state that is not text":           {[]string{"state", "\xff"}, "invalid_request", "query"},
		"a parameter with a zero byte":     {[]string{"login_hint", "a\x00b"}, "invalid_request", "query"},
		"prompt none without a session":    {[]string{"prompt", "none"}, "login_required", "query"},
		"an error by fragment when asked":  {[]string{"prompt", "none", "response_mode", "fragment"}, "login_required", "fragment"},
		"an error by form post when asked": {[]string{"prompt", "none", "response_mode", "form_post"}, "login_required", "form_post"},
	} {
		t.Run(name, func(t *testing.T) {
			c := i.web(t)
			a := c.request(tt.params...)
			pg := b.on(t).authorize(a.params)
			c.fails(a, pg, tt.want)
			if _, mode := pg.answer(); mode != tt.mode {
				t.Errorf("the error came by %s, want %s", mode, tt.mode)
			}
		})
	}
}

func TestPublicClientsMustUsePKCE(t *testing.T) {
	i := newIDP(t)
	c := i.client(t, "spa", "")
	a := c.request("code_challenge", "", "code_challenge_method", "")
	c.fails(a, i.browser().authorize(a.params), "invalid_request")
	c.login(i.browser(), "ada")
}

// RFC 6749 section 3.1.
func TestRepeatedParameters(t *testing.T) {
	i := newIDP(t)
	b, c := i.browser(), i.web(t)
	a := c.request()
	c.fails(a, b.get(i.base+"/authorize?"+a.params.Encode()+"&scope=openid"), "invalid_request")
	for _, name := range []string{"client_id", "redirect_uri"} {
		b.get(i.base + "/authorize?" + a.params.Encode() + "&" + name + "=x").refused(name + " is repeated")
	}
	got := i.call(t, http.MethodPost, "/oauth/token", "grant_type=refresh_token&refresh_token=a&refresh_token=b&client_id=spa", form)
	if got.status != 400 || got.str("error") != "invalid_request" {
		t.Errorf("token endpoint = %d %v", got.status, got.body)
	}
}

// state and nonce come back exactly as they were sent, up to 4 kB.
func TestStateIsEchoed(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	c.login(b, "ada")
	for _, mode := range []string{"query", "fragment", "form_post"} {
		for _, state := range []string{"a&b=c#d?e f+g%20h", "état 状態 \U0001F512", `"><b>`, strings.Repeat("s", 4096)} {
			c.login(b, "ada", "state", state, "nonce", state, "response_mode", mode) // which compares both
		}
	}
	a := c.request("state", strings.Repeat("s", 4097))
	if v, _ := b.authorize(a.params).answer(); v.Get("error") != "invalid_request" {
		t.Errorf("4097 bytes of state: %v", v)
	}
}

// A form that another site posts brings no SameSite=Lax cookie, but the redirect
// after it does: the session must be seen all the same.
func TestPostedRequestSeesTheSession(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	c.login(b, "ada")
	a := c.request("prompt", "none")
	stranger := i.browser()
	stranger.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	pg := stranger.post(i.base+"/authorize", a.params)
	if pg.status != http.StatusSeeOther || pg.left == nil || pg.left.Path != "/authorize/resume" {
		t.Fatalf("posting led to %v (%d), want the dispatcher", pg.left, pg.status)
	}
	site, err := url.Parse(i.issuer)
	if err != nil {
		t.Fatal(err)
	}
	b.client.Jar.SetCookies(site, stranger.client.Jar.Cookies(site))
	c.accept(a, b.get(pg.left.String()))
}

func TestUnknownAddressesAndMethods(t *testing.T) {
	i := newIDP(t)
	for _, tt := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/nothing", 404}, {"GET", "/authorize/", 404}, {"PUT", "/authorize", 405}, {"HEAD", "/authorize", 405},
		{"POST", "/authorize/resume", 405}, {"POST", "/v2/logout", 405}, {"HEAD", "/.well-known/jwks.json", 200},
	} {
		got := i.call(t, tt.method, tt.path, "", nil)
		if got.status != tt.status || got.status >= 400 && got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s %s = %d, Cache-Control %q, want %d", tt.method, tt.path, got.status, got.header.Get("Cache-Control"), tt.status)
		}
	}
}

func TestCrossOrigin(t *testing.T) {
	i := newIDP(t)
	for path, want := range map[string]string{
		"/oauth/token": "*", "/userinfo": "*", "/oauth/revoke": "*", "/.well-known/jwks.json": "*", "/.well-known/openid-configuration": "*",
		"/authorize": "", "/oidc/logout": "", "/oauth/introspect": "",
	} {
		got := i.call(t, http.MethodOptions, path, "", http.Header{"Origin": {"https://rp.example"}, "Access-Control-Request-Method": {"POST"}})
		if allowed := got.header.Get("Access-Control-Allow-Origin"); allowed != want {
			t.Errorf("%s: Access-Control-Allow-Origin = %q, want %q", path, allowed, want)
		}
		if (want == "*") != (got.status == http.StatusNoContent) {
			t.Errorf("%s: preflight = %d", path, got.status)
		}
	}
}

// What a request repeats of itself in its error stays short: an answer that does not
// fit into the application's request header reaches nobody.
func TestErrorsOfLongRequestsAreShort(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	long := strings.Repeat("x\"é", 4000)
	for _, changes := range [][]string{{"response_type", long}, {"response_mode", long}, {"scope", "openid " + long}, {"prompt", "none " + long}, {"max_age", long}, {"claims", long}} {
		a := c.request(changes...)
		pg := b.authorize(a.params)
		if pg.left == nil || len(pg.left.String()) > 8<<10 {
			t.Errorf("%s: left for an address of %d bytes (%d)", changes[0], len(pg.header.Get("Location")), pg.status)
		}
	}
	twice := c.request().params
	twice[long] = []string{"1", "2"}
	if pg := b.authorize(twice); pg.left == nil || len(pg.left.String()) > 8<<10 {
		t.Errorf("a long name twice: left for an address of %d bytes (%d)", len(pg.header.Get("Location")), pg.status)
	}
}
