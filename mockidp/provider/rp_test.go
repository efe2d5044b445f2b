package provider_test

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	oidc "github.com/coreos/go-oidc/v3/oidc"

	"example.com/postlogin/mockidp/store"
)

// rp plays an application by hand, so that tests can send what no library would.
type rp struct {
	t        testing.TB
	idp      *idp
	id       string
	secret   string
	redirect string
	post     bool   // client_secret_post instead of Basic
	mode     string // response_mode of every request, or empty
}

// web returns the application that most tests use.
func (i *idp) web(t testing.TB) *rp {
	return &rp{t: t, idp: i, id: "web", secret: "web-secret", redirect: callback}
}

// client returns the application with this id and secret.
func (i *idp) client(t testing.TB, id, secret string) *rp {
	return &rp{t: t, idp: i, id: id, secret: secret, redirect: callback}
}

// attempt is one login as the application remembers it.
type attempt struct {
	params          url.Values
	state, nonce    string
	verifier        string
	code, idToken   string // of the authorization response
	tokens          answer // of the token endpoint
	claims          map[string]any
	userID, authSID string
}

// request returns authorization parameters; changes are pairs of name and value,
// and an empty value removes the parameter.
func (c *rp) request(changes ...string) *attempt {
	a := &attempt{state: rand.Text(), nonce: rand.Text(), verifier: rand.Text() + rand.Text()}
	a.params = url.Values{
		"client_id": {c.id}, "redirect_uri": {c.redirect}, "response_type": {"code"}, "scope": {"openid profile email"},
		"state": {a.state}, "nonce": {a.nonce}, "code_challenge": {store.HashSecret(a.verifier)}, "code_challenge_method": {"S256"},
	}
	if c.mode != "" {
		a.params.Set("response_mode", c.mode)
	}
	change(a.params, changes)
	a.state, a.nonce = a.params.Get("state"), a.params.Get("nonce")
	if !a.params.Has("code_challenge") {
		a.verifier = ""
	}
	return a
}

// change applies pairs of name and value to v; an empty value removes the name.
func change(v url.Values, pairs []string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if v.Set(pairs[i], pairs[i+1]); pairs[i+1] == "" {
			v.Del(pairs[i])
		}
	}
}

// accept reads the authorization response and checks what every answer must
// have: the state, the issuer (RFC 9207) and no error.
func (c *rp) accept(a *attempt, pg *page) *attempt {
	c.t.Helper()
	v, mode := pg.answer()
	if c.mode != "" && mode != c.mode {
		c.t.Errorf("the answer came by %s, want %s", mode, c.mode)
	}
	if e := v.Get("error"); e != "" {
		c.t.Fatalf("the answer is the error %s: %s", e, v.Get("error_description"))
	}
	c.common(a, v)
	a.code, a.idToken = v.Get("code"), v.Get("id_token")
	return a
}

// fails reads the authorization response and checks that it is the error want.
func (c *rp) fails(a *attempt, pg *page, want string) url.Values {
	c.t.Helper()
	v, mode := pg.answer()
	if c.mode != "" && mode != c.mode {
		c.t.Errorf("the error came by %s, want %s", mode, c.mode)
	}
	if v.Get("error") != want {
		c.t.Errorf("error = %q (%s), want %q", v.Get("error"), v.Get("error_description"), want)
	}
	if v.Get("code") != "" || v.Get("id_token") != "" {
		c.t.Errorf("an error answer holds a code or a token: %v", v)
	}
	c.common(a, v)
	return v
}

func (c *rp) common(a *attempt, v url.Values) {
	c.t.Helper()
	if v.Get("state") != a.state {
		c.t.Errorf("state = %q, want %q", v.Get("state"), a.state)
	}
	if v.Get("iss") != c.idp.issuer {
		c.t.Errorf("iss = %q, want %q", v.Get("iss"), c.idp.issuer)
	}
	for name, values := range v {
		if len(values) != 1 {
			c.t.Errorf("%s stands %d times in the answer", name, len(values))
		}
	}
}

// answer is a JSON answer.
type answer struct {
	status int
	header http.Header
	body   map[string]any
}

func (a answer) str(name string) string {
	s, _ := a.body[name].(string)
	return s
}

// exchange redeems the attempt's code; changes are as in request.
func (c *rp) exchange(a *attempt, changes ...string) answer {
	c.t.Helper()
	form := url.Values{"grant_type": {"authorization_code"}, "code": {a.code}, "redirect_uri": {a.params.Get("redirect_uri")}}
	if a.verifier != "" {
		form.Set("code_verifier", a.verifier)
	}
	return c.send("/oauth/token", form, changes...)
}

// refresh exchanges a refresh token.
func (c *rp) refresh(token string, changes ...string) answer {
	c.t.Helper()
	return c.send("/oauth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}, changes...)
}

// send posts a form with the client's credentials.
func (c *rp) send(path string, form url.Values, changes ...string) answer {
	c.t.Helper()
	change(form, changes)
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	switch {
	case c.secret == "":
		form.Set("client_id", c.id)
	case c.post:
		form.Set("client_id", c.id)
		form.Set("client_secret", c.secret)
	default:
		header.Set("Authorization", basic(c.id, c.secret))
	}
	return c.idp.call(c.t, http.MethodPost, path, form.Encode(), header)
}

func basic(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(id)+":"+url.QueryEscape(secret)))
}

// call sends one request without cookies.
func (i *idp) call(t testing.TB, method, path, body string, header http.Header) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, i.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	resp, err := i.httpClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{status: resp.StatusCode, header: resp.Header}
	if len(raw) > 0 && resp.Header.Get("Content-Type") == "application/json" {
		if err := json.Unmarshal(raw, &a.body); err != nil {
			t.Fatalf("%s: not JSON: %s", path, raw)
		}
	}
	return a
}

// leftHalf is the value of at_hash and c_hash (OIDC Core 3.1.3.6).
func leftHalf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

func (i *idp) userinfo(t testing.TB, token string) answer {
	t.Helper()
	return i.call(t, http.MethodGet, "/userinfo", "", http.Header{"Authorization": {"Bearer " + token}})
}

// verify checks an ID token as go-oidc does and returns its claims.
func (c *rp) verify(raw string) map[string]any {
	c.t.Helper()
	p, err := oidc.NewProvider(oidc.ClientContext(c.t.Context(), c.idp.httpClient), c.idp.issuer)
	if err != nil {
		c.t.Fatal(err)
	}
	token, err := p.Verifier(&oidc.Config{ClientID: c.id, Now: c.idp.now}).Verify(c.t.Context(), raw)
	if err != nil {
		c.t.Fatal(err)
	}
	var claims map[string]any
	if err := token.Claims(&claims); err != nil {
		c.t.Fatal(err)
	}
	return claims
}

// login does a whole login as user with the checks that the conformance suite
// applies in each of its modules.
func (c *rp) login(b *browser, user string, changes ...string) *attempt {
	c.t.Helper()
	a := c.request(changes...)
	pg := b.on(c.t).authorize(a.params)
	if pg.atLogin() {
		pg = b.on(c.t).login(pg, user)
	}
	c.accept(a, pg)
	return c.finish(a)
}

// finish redeems the code of a and checks what comes.
func (c *rp) finish(a *attempt) *attempt {
	c.t.Helper()
	a.tokens = c.exchange(a)
	if a.tokens.status != http.StatusOK {
		c.t.Fatalf("token endpoint: %d %v", a.tokens.status, a.tokens.body)
	}
	if got := a.tokens.str("token_type"); got != "Bearer" {
		c.t.Errorf("token_type = %q, want Bearer", got)
	}
	if n, ok := a.tokens.body["expires_in"].(float64); !ok || n <= 0 {
		c.t.Errorf("expires_in = %v, want a positive number", a.tokens.body["expires_in"])
	}
	if got := a.tokens.header.Get("Cache-Control"); got != "no-store" {
		c.t.Errorf("Cache-Control of the token answer = %q, want no-store", got)
	}
	a.claims = c.verify(a.tokens.str("id_token"))
	if got, _ := a.claims["nonce"].(string); got != a.nonce {
		c.t.Errorf("nonce = %q, want %q", got, a.nonce)
	}
	if a.claims["at_hash"] != leftHalf(a.tokens.str("access_token")) {
		c.t.Errorf("at_hash = %v does not fit the access token", a.claims["at_hash"])
	}
	if acr, there := a.claims["acr"].(string); there && !strings.Contains(a.params.Get("acr_values")+a.params.Get("claims"), acr) {
		c.t.Errorf("acr = %v, which was not asked for", acr)
	}
	checkClaimTypes(c.t, a.claims)
	a.userID, _ = a.claims["sub"].(string)
	a.authSID, _ = a.claims["sid"].(string)
	info := c.idp.userinfo(c.t, a.tokens.str("access_token"))
	if info.status != http.StatusOK || info.str("sub") != a.userID {
		c.t.Errorf("userinfo = %d %v, want sub %q", info.status, info.body, a.userID)
	}
	checkClaimTypes(c.t, info.body)
	return a
}

// checkClaimTypes checks the JSON types of OIDC Core 5.1.
func checkClaimTypes(t testing.TB, claims map[string]any) {
	t.Helper()
	for _, name := range []string{"sub", "name", "given_name", "family_name", "nickname", "picture", "email", "sid", "nonce"} {
		if v, there := claims[name]; there {
			if s, ok := v.(string); !ok || s == "" {
				t.Errorf("%s = %v (%T), want a string that is not empty", name, v, v)
			}
		}
	}
	for _, name := range []string{"iat", "exp", "auth_time", "updated_at"} {
		if v, there := claims[name]; there {
			if _, ok := v.(float64); !ok {
				t.Errorf("%s = %v (%T), want a number", name, v, v)
			}
		}
	}
	if v, there := claims["email_verified"]; there {
		if _, ok := v.(bool); !ok {
			t.Errorf("email_verified = %v (%T), want a boolean", v, v)
		}
	}
}
