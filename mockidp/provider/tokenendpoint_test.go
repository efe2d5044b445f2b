package provider_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Rows of these tables are bad input; each must be answered as the section says.

var form = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}

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
		reason   string
	}{
		"by another client":      {client: "other", reason: "another client"},
		"other redirect_uri":     {exchange: []string{"redirect_uri", callback + "?tenant=a"}, reason: "redirect_uri"},
		"no redirect_uri":        {exchange: []string{"redirect_uri", ""}, reason: "redirect_uri"},
		"cut off":                {exchange: []string{"code", "cut"}, reason: "unknown"},
		"after a minute":         {wait: time.Minute, reason: "expired"},
		"long after it was made": {wait: 24 * time.Hour, reason: "expired"},
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
			got := redeemer.exchange(a, tt.exchange...)
			if got.status != 400 || got.str("error") != "invalid_grant" || !strings.Contains(got.str("error_description"), tt.reason) {
				t.Errorf("exchange = %d %v, want 400 invalid_grant because of %q", got.status, got.body, tt.reason)
			}
		})
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
