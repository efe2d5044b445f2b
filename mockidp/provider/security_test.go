package provider_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// Rows of these tables are bad input; each must be answered as the section says.

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
	web := i.client(t, "demo-app", "demo-secret") // not native: no other port
	b.authorize(web.request("redirect_uri", "http://localhost:3001/callback").params).refused("the port")
}

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

var form = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}

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

func TestPKCE(t *testing.T) {
	i := newIDP(t)
	b := i.browser()
	for name, tt := range map[string]struct{ request, exchange []string }{
		"wrong verifier":                    {nil, []string{"code_verifier", strings.Repeat("x", 43)}},
		"short verifier":                    {nil, []string{"code_verifier", "short"}},
		"missing verifier":                  {nil, []string{"code_verifier", ""}},
		"verifier though no challenge came": {[]string{"code_challenge", "", "code_challenge_method", ""}, []string{"code_verifier", strings.Repeat("x", 43)}},
	} {
		t.Run(name, func(t *testing.T) {
			c := i.web(t)
			a := c.request(tt.request...)
			pg := b.on(t).authorize(a.params)
			if pg.atLogin() {
				pg = b.on(t).login(pg, "ada")
			}
			c.accept(a, pg)
			if got := c.exchange(a, tt.exchange...); got.status != 400 || got.str("error") != "invalid_grant" {
				t.Errorf("exchange = %d %v, want 400 invalid_grant", got.status, got.body)
			}
			c.finish(a) // a wrong guess does not use the code up
		})
	}
}

func TestCodes(t *testing.T) {
	for name, tt := range map[string]struct {
		client   string // who redeems; empty: the right one
		exchange []string
		wait     time.Duration
	}{
		"by another client":      {client: "other"},
		"other redirect_uri":     {exchange: []string{"redirect_uri", callback + "?tenant=a"}},
		"no redirect_uri":        {exchange: []string{"redirect_uri", ""}},
		"cut off":                {exchange: []string{"code", "cut"}},
		"after a minute":         {wait: time.Minute},
		"long after it was made": {wait: 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			i := newIDP(t)
			c, b := i.web(t), i.browser()
			a := c.request()
			c.accept(a, b.login(b.authorize(a.params), "ada"))
			i.advance(tt.wait)
			redeemer := c
			if tt.client != "" {
				redeemer = i.client(t, tt.client, tt.client+"-secret")
			}
			if got := redeemer.exchange(a, tt.exchange...); got.status != 400 || got.str("error") != "invalid_grant" {
				t.Errorf("exchange = %d %v, want 400 invalid_grant", got.status, got.body)
			}
		})
	}
}

// RFC 6749 sections 2.3.1 and 5.2.
func TestClientAuthentication(t *testing.T) {
	i := newIDP(t)
	raw := func(s string) http.Header {
		return http.Header{"Content-Type": form["Content-Type"], "Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(s))}}
	}
	const grant = "grant_type=authorization_code&code=x&redirect_uri=x"
	for name, tt := range map[string]struct {
		body   string
		header http.Header
		status int
		want   string
	}{
		"wrong secret in Basic":              {grant, raw("web:wrong"), 401, "invalid_client"},
		"wrong secret in the body":           {grant + "&client_id=web&client_secret=wrong", form, 401, "invalid_client"},
		"no secret":                          {grant + "&client_id=web", form, 401, "invalid_client"},
		"no client at all":                   {grant, form, 401, "invalid_client"},
		"unknown client":                     {grant, raw("nobody:x"), 401, "invalid_client"},
		"secret for a public client":         {grant, raw("spa:x"), 401, "invalid_client"},
		"client ids that differ":             {grant + "&client_id=other", raw("web:web-secret"), 401, "invalid_client"},
		"Basic that is not form-urlencoded":  {grant, raw("web:2 odd:s3cr et+/:&%é"), 401, "invalid_client"},
		"Bearer":                             {grant, http.Header{"Content-Type": form["Content-Type"], "Authorization": {"Bearer x"}}, 401, "invalid_client"},
		"client assertion":                   {grant + "&client_id=spa&client_assertion=x", form, 401, "invalid_client"},
		"two ways at once":                   {grant + "&client_id=web&client_secret=web-secret", raw("web:web-secret"), 400, "invalid_request"},
		"right, so the code is what matters": {grant, raw("web:web-secret"), 400, "invalid_grant"},
		"right and odd":                      {grant, http.Header{"Content-Type": form["Content-Type"], "Authorization": {basic("web:2 odd", "s3cr et+/:&%é")}}, 400, "invalid_grant"},
	} {
		t.Run(name, func(t *testing.T) {
			got := i.call(t, http.MethodPost, "/oauth/token", tt.body, tt.header)
			if got.status != tt.status || got.str("error") != tt.want {
				t.Errorf("answer = %d %v, want %d %s", got.status, got.body, tt.status, tt.want)
			}
			if challenge := got.header.Get("WWW-Authenticate"); (got.status == 401) != strings.HasPrefix(challenge, "Basic ") {
				t.Errorf("WWW-Authenticate = %q with status %d", challenge, got.status)
			}
		})
	}
}

// RFC 6749 sections 3.2 and 5.1.
func TestTokenEndpointInput(t *testing.T) {
	i := newIDP(t)
	json := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	const client = "&client_id=web&client_secret=web-secret"
	for name, tt := range map[string]struct {
		method, path, body string
		header             http.Header
		status             int
		want               string
	}{
		"GET":                           {http.MethodGet, "?grant_type=authorization_code", "", nil, 405, "invalid_request"},
		"PUT":                           {http.MethodPut, "", "", nil, 405, "invalid_request"},
		"secret in the query":           {http.MethodPost, "?client_id=web&client_secret=web-secret", "grant_type=refresh_token&refresh_token=x", form, 400, "invalid_request"},
		"code in the query":             {http.MethodPost, "?code=x", "grant_type=authorization_code" + client, form, 400, "invalid_request"},
		"no content type":               {http.MethodPost, "", "grant_type=refresh_token" + client, nil, 400, "invalid_request"},
		"text":                          {http.MethodPost, "", "grant_type=refresh_token" + client, http.Header{"Content-Type": {"text/plain"}}, 400, "invalid_request"},
		"long body":                     {http.MethodPost, "", "x=" + strings.Repeat("x", 64<<10), form, 413, "invalid_request"},
		"long JSON":                     {http.MethodPost, "", `{"x":"` + strings.Repeat("x", 64<<10) + `"}`, json, 413, "invalid_request"},
		"malformed form":                {http.MethodPost, "", "x=%zz", form, 400, "invalid_request"},
		"no grant type":                 {http.MethodPost, "", "x=1" + client, form, 400, "invalid_request"},
		"unknown grant type":            {http.MethodPost, "", "grant_type=password" + client, form, 400, "unsupported_grant_type"},
		"no code":                       {http.MethodPost, "", "grant_type=authorization_code" + client, form, 400, "invalid_request"},
		"no refresh token":              {http.MethodPost, "", "grant_type=refresh_token" + client, form, 400, "invalid_request"},
		"access token as refresh token": {http.MethodPost, "", "grant_type=refresh_token&refresh_token=x" + client, form, 400, "invalid_grant"},
		"broken JSON":                   {http.MethodPost, "", `{"grant_type":`, json, 400, "invalid_request"},
		"JSON list":                     {http.MethodPost, "", `["grant_type"]`, json, 400, "invalid_request"},
		"nested JSON":                   {http.MethodPost, "", `{"grant_type":{"a":1}}`, json, 400, "invalid_request"},
		"two JSON documents":            {http.MethodPost, "", `{"grant_type":"x"} {}`, json, 400, "invalid_request"},
		"repeated JSON name":            {http.MethodPost, "", `{"client_id":"web","client_id":"web"}`, json, 400, "invalid_request"},
		"JSON as Auth0's SDKs send it":  {http.MethodPost, "", `{"grant_type":"refresh_token","refresh_token":"x","client_id":"web","client_secret":"web-secret","n":1,"b":true,"z":null}`, json, 400, "invalid_grant"},
	} {
		t.Run(name, func(t *testing.T) {
			got := i.call(t, tt.method, "/oauth/token"+tt.path, tt.body, tt.header)
			if got.status != tt.status || got.str("error") != tt.want {
				t.Errorf("answer = %d %v, want %d %s", got.status, got.body, tt.status, tt.want)
			}
			if cc, pragma := got.header.Get("Cache-Control"), got.header.Get("Pragma"); cc != "no-store" || pragma != "no-cache" {
				t.Errorf("Cache-Control = %q, Pragma = %q", cc, pragma)
			}
			if allow := got.header.Get("Allow"); (got.status == 405) != (allow == "POST") {
				t.Errorf("Allow = %q with status %d", allow, got.status)
			}
		})
	}
}

func TestJSONCodeExchange(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	a := c.request()
	c.accept(a, b.login(b.authorize(a.params), "ada"))
	body := `{"grant_type":"authorization_code","client_id":"web","client_secret":"web-secret","code":"` + a.code +
		`","redirect_uri":"` + callback + `","code_verifier":"` + a.verifier + `"}`
	if got := i.call(t, http.MethodPost, "/oauth/token", body, http.Header{"Content-Type": {"application/json"}}); got.status != 200 || got.str("id_token") == "" {
		t.Errorf("answer = %d %v", got.status, got.body)
	}
}

// RFC 6750 section 3.1.
func TestBearerErrors(t *testing.T) {
	i := newIDP(t)
	a := i.web(t).login(i.browser(), "ada", "scope", "openid offline_access")
	plain := i.web(t).request("scope", "profile")
	b := i.browser()
	i.web(t).accept(plain, b.login(b.authorize(plain.params), "ada"))
	withoutOpenID := i.web(t).exchange(plain)
	bearer := func(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }
	for name, tt := range map[string]struct {
		method, path, body string
		header             http.Header
		status             int
		challenge          string
	}{
		"nothing":                   {"GET", "", "", nil, 401, `Bearer realm="mockidp"`},
		"another scheme":            {"GET", "", "", http.Header{"Authorization": {"Basic eDp5"}}, 401, `Bearer realm="mockidp"`},
		"unknown token":             {"GET", "", "", bearer("unknown"), 401, `error="invalid_token"`},
		"ID token":                  {"GET", "", "", bearer(a.tokens.str("id_token")), 401, `error="invalid_token"`},
		"refresh token":             {"GET", "", "", bearer(a.tokens.str("refresh_token")), 401, `error="invalid_token"`},
		"token in the query":        {"GET", "?access_token=" + a.tokens.str("access_token"), "", nil, 400, `error="invalid_request"`},
		"token in header and body":  {"POST", "", "access_token=x", http.Header{"Authorization": {"Bearer x"}, "Content-Type": form["Content-Type"]}, 400, `error="invalid_request"`},
		"token without openid":      {"GET", "", "", bearer(withoutOpenID.str("access_token")), 403, `error="insufficient_scope"`},
		"scheme in small letters":   {"GET", "", "", http.Header{"Authorization": {"bearer " + a.tokens.str("access_token")}}, 200, ""},
		"method that is not served": {"DELETE", "", "", bearer("x"), 405, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := i.call(t, tt.method, "/userinfo"+tt.path, tt.body, tt.header)
			if challenge := got.header.Get("WWW-Authenticate"); got.status != tt.status || !strings.Contains(challenge, tt.challenge) {
				t.Errorf("answer = %d, WWW-Authenticate %q, want %d and %q", got.status, challenge, tt.status, tt.challenge)
			}
		})
	}
	i.advance(24 * time.Hour)
	if got := i.userinfo(t, a.tokens.str("access_token")); got.status != 401 {
		t.Errorf("expired token: %d", got.status)
	}
}

// OIDC Core 3.1.2.1: prompt, max_age and id_token_hint.
func TestWhoMayBeAnsweredFor(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	ada := c.login(b, "ada").tokens.str("id_token")
	if err := i.provider.RotateKey(t.Context(), "RS256"); err != nil {
		t.Fatal(err)
	}
	grace := c.login(i.browser(), "grace").tokens.str("id_token")

	t.Run("a hint signed by a retired key still counts", func(t *testing.T) {
		i.web(t).login(b, "", "prompt", "none", "id_token_hint", ada)
	})
	t.Run("silent login for somebody else is refused", func(t *testing.T) {
		c := i.web(t)
		a := c.request("prompt", "none", "id_token_hint", grace)
		c.fails(a, b.on(t).authorize(a.params), "login_required")
		a = c.request("prompt", "none", "claims", `{"id_token":{"sub":{"value":"auth0|grace"}}}`)
		c.fails(a, b.on(t).authorize(a.params), "login_required")
	})
	t.Run("a hint about somebody else shows the login page", func(t *testing.T) {
		c := i.web(t)
		c.login(b, "grace", "id_token_hint", grace)
		b := b.on(t)
		a := c.request("id_token_hint", ada)
		c.fails(a, b.login(b.authorize(a.params), "grace"), "login_required") // the wrong person again
	})
	t.Run("a hint with a foreign signature is refused", func(t *testing.T) {
		c := i.web(t)
		a := c.request("prompt", "none", "id_token_hint", foreignToken(i, ada))
		c.fails(a, b.on(t).authorize(a.params), "invalid_request")
	})
	t.Run("max_age 0 and prompt login ask once, not for ever", func(t *testing.T) {
		c := i.web(t)
		for _, ask := range [][]string{{"max_age", "0"}, {"prompt", "login"}, {"prompt", "select_account"}, {"prompt", "login", "max_age", "0"}} {
			shown := i.shown.Load()
			c.login(b, "ada", ask...)
			if got := i.shown.Load() - shown; got != 1 {
				t.Errorf("%v: the login page was shown %d times, want 1", ask, got)
			}
		}
	})
	t.Run("prompt none with a lapsed max_age is refused", func(t *testing.T) {
		c := i.web(t)
		i.advance(time.Minute)
		a := c.request("prompt", "none", "max_age", "10")
		c.fails(a, b.on(t).authorize(a.params), "login_required")
	})
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

// A pending login belongs to the browser that began it (RFC 6819 section 4.4.1.13).
func TestLoginsAreBoundToTheirBrowser(t *testing.T) {
	i := newIDP(t)
	c := i.web(t)
	attacker, victim := i.browser(), i.browser()
	a := c.request()
	pg := attacker.authorize(a.params)
	resume := i.base + "/authorize/resume?state=" + pg.url.Query().Get("state")
	victim.get(pg.url.String()).refused()
	victim.get(resume).refused("another browser")
	if back := attacker.get(resume); !back.atLogin() {
		t.Errorf("resuming before the login led to %s", back.url)
	}
	c.finish(c.accept(a, attacker.login(pg, "ada")))
	attacker.get(resume).refused("This login has ended") // once only
	attacker.get(i.base + "/authorize/resume?state=unknown").refused("This login has ended")
	attacker.get(i.base + "/authorize/resume").refused("This login has ended")
}

func TestLoginPagesExpire(t *testing.T) {
	i := newIDP(t)
	b := i.browser()
	pg := b.authorize(i.web(t).request().params)
	i.advance(10 * time.Minute)
	b.get(i.base + "/authorize/resume?state=" + pg.url.Query().Get("state")).refused("This login has ended")
}

func TestTwoTabs(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	first, second := c.request(), c.request()
	tab1, tab2 := b.authorize(first.params), b.authorize(second.params)
	two := c.finish(c.accept(second, b.login(tab2, "grace")))
	one := c.finish(c.accept(first, b.login(tab1, "ada")))
	if one.userID != "auth0|ada" || two.userID != "auth0|grace" {
		t.Errorf("the tabs got %s and %s: mixed up", one.userID, two.userID)
	}
}

// Abandoned logins must not fill the browser's cookie header.
func TestRequestCookiesAreFew(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	var last *page
	for range 15 {
		last = b.authorize(c.request().params)
	}
	site, err := url.Parse(i.issuer)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(b.client.Jar.Cookies(site)); n != 10 {
		t.Errorf("%d cookies, want 10", n)
	}
	if pg := b.login(last, "ada"); pg.left == nil {
		t.Errorf("the newest login was dropped: %d %s", pg.status, pg.body)
	}
}

func TestRefusedAtTheLoginPage(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	a := c.request()
	pg := b.login(b.authorize(a.params), "ada", "refuse", "access_denied", "text", "The user cancelled the login.")
	if v := c.fails(a, pg, "access_denied"); v.Get("error_description") != "The user cancelled the login." {
		t.Errorf("answer = %v", v)
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
