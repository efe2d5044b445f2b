package web_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// An op is an OpenID provider over real HTTP with real keys. It behaves, and is
// strict with its client, until a test breaks one of its parts. There is no login
// page: every request to /authorize is logged in at once.
type op struct {
	t      testing.TB
	issuer string
	addr   string // host:port that it listens at
	now    func() time.Time

	// Faults, called with mu held. Once an app knows the provider, discovery and
	// instead are set in change or heal.
	discovery   func(doc map[string]any)                                // changes the document
	keySet      func(keys []any) []any                                  // changes the key set
	answer      func(q url.Values)                                      // changes the authorization answer
	header      func(h map[string]any)                                  // changes the ID token's header
	claims      func(c map[string]any)                                  // changes the ID token's claims
	encode      func(o *op, h, c map[string]any) string                 // makes the ID token
	token       func(body map[string]any)                               // changes the token answer
	userInfo    func(body map[string]any)                               // changes the UserInfo answer
	tokenHeader http.Header                                             // more headers of the token answer
	instead     map[string]func(w http.ResponseWriter, r *http.Request) // replaces the answer of a path

	mu           sync.Mutex
	key          *rsa.PrivateKey
	kid          string
	requests     map[string]int       // by path
	codes        map[string]opRequest // that were not redeemed
	last         opRequest            // the last authorization
	refreshToken string               // that is good now
	public       bool                 // whether demo-app has no secret
	jti          int                  // how many logout tokens were made
	authTime     int64                // of the last login
	secrets      []string             // all that must never stand in a log
	seen         chan string          // paths as they come, when not nil
	hangs        bool                 // set by hang
	ln           net.Listener         // that the first start uses, or nil
	server       *http.Server
}

// An opRequest is one authorization request that was answered with a code.
type opRequest struct {
	url.Values
	code string
}

const clientSecret = "demo-secret: with/Specials+%&"

// rsaKeys are made once for all tests: making them takes longer than any test.
var rsaKeys = sync.OnceValue(func() [2]*rsa.PrivateKey {
	var keys [2]*rsa.PrivateKey
	for i := range keys {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		keys[i] = k
	}
	return keys
})

var ecKey = sync.OnceValue(func() *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return k
})

// newOP starts a provider. Faults may be set before the first request to it.
func newOP(t testing.TB) *op {
	t.Helper()
	o := makeOP(t) // its port is never free again: another test would take it
	o.start()
	return o
}

// reserveOP gives a provider an address, but does not start it: nobody listens there.
func reserveOP(t testing.TB) *op {
	t.Helper()
	o := makeOP(t)
	o.ln.Close()
	o.ln = nil
	return o
}

func makeOP(t testing.TB) *op {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	_, port, _ := net.SplitHostPort(addr)
	return &op{
		t: t, ln: ln, addr: addr, issuer: "http://localhost:" + port + "/", now: time.Now,
		key: rsaKeys()[0], kid: "key-1",
		instead:  map[string]func(http.ResponseWriter, *http.Request){},
		requests: map[string]int{}, codes: map[string]opRequest{},
	}
}

func (o *op) start() {
	o.t.Helper()
	ln := o.ln
	if o.ln = nil; ln == nil {
		var err error
		if ln, err = net.Listen("tcp", o.addr); err != nil {
			o.t.Fatal(err)
		}
	}
	o.server = &http.Server{Handler: o}
	go o.server.Serve(ln)
	o.t.Cleanup(o.stop)
}

// stop closes the listener and every connection, as the end of a process does.
func (o *op) stop() { o.server.Close() }

// change alters faults while an app is there. It knocks in the background until it
// has found the provider once, so a test's own requests are not all that come.
func (o *op) change(f func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f()
}

// heal ends the faults of whole answers and of the discovery document.
func (o *op) heal() {
	o.change(func() {
		clear(o.instead)
		o.discovery, o.token = nil, nil
	})
}

// rotate replaces the signing key by another with another id.
func (o *op) rotate() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.key, o.kid = rsaKeys()[1], "key-2"
}

func (o *op) count(path string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.requests[path]
}

func (o *op) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	o.requests[r.URL.Path]++
	instead := o.instead[r.URL.Path]
	if o.seen != nil {
		select {
		case o.seen <- r.URL.Path:
		default:
		}
	}
	o.mu.Unlock()
	if instead != nil { // without the lock: some of them hang
		instead(w, r)
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		o.serveDiscovery(w)
	case "/jwks.json":
		o.serveKeys(w)
	case "/authorize":
		o.serveAuthorize(w, r)
	case "/oauth/token":
		o.serveToken(w, r)
	case "/userinfo":
		o.serveUserInfo(w, r)
	case "/logout":
		o.serveLogout(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (o *op) serveDiscovery(w http.ResponseWriter) {
	doc := map[string]any{
		"issuer": o.issuer, "authorization_endpoint": o.issuer + "authorize", "token_endpoint": o.issuer + "oauth/token",
		"jwks_uri": o.issuer + "jwks.json", "userinfo_endpoint": o.issuer + "userinfo", "end_session_endpoint": o.issuer + "logout",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"}, "authorization_response_iss_parameter_supported": true,
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post"},
	}
	if o.discovery != nil {
		o.discovery(doc)
	}
	writeJSON(w, doc)
}

func (o *op) serveKeys(w http.ResponseWriter) {
	keys := []any{rsaJWK(o.key, o.kid)}
	if o.keySet != nil {
		keys = o.keySet(keys)
	}
	writeJSON(w, map[string]any{"keys": keys})
}

func rsaJWK(k *rsa.PrivateKey, kid string) map[string]any {
	return map[string]any{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid,
		"n": b64(k.N.Bytes()), "e": b64(big.NewInt(int64(k.E)).Bytes())}
}

func ecJWK(k *ecdsa.PrivateKey, kid string) map[string]any {
	return map[string]any{"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid,
		"x": b64(k.X.FillBytes(make([]byte, 32))), "y": b64(k.Y.FillBytes(make([]byte, 32)))}
}

// serveAuthorize checks what a relying party must send and answers with a code.
func (o *op) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	switch {
	case q.Get("client_id") != "demo-app" || q.Get("response_type") != "code" || !strings.Contains(q.Get("scope"), "openid"):
		http.Error(w, "not an OpenID request for demo-app", http.StatusBadRequest)
		return
	case q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43: // RFC 7636
		http.Error(w, "no S256 challenge", http.StatusBadRequest)
		return
	case len(q.Get("state")) < 43 || len(q.Get("nonce")) < 43:
		http.Error(w, "state or nonce is too short to be a secret", http.StatusBadRequest)
		return
	}
	o.last = opRequest{Values: q, code: rand.Text()}
	o.codes[o.last.code] = o.last
	o.secrets = append(o.secrets, o.last.code, q.Get("state"), q.Get("nonce"))
	back := url.Values{"code": {o.last.code}, "state": q["state"], "iss": {o.issuer}}
	if o.answer != nil {
		o.answer(back)
	}
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusSeeOther)
}

func (o *op) serveToken(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	id, _ = url.QueryUnescape(id) // RFC 6749 section 2.3.1
	secret, _ = url.QueryUnescape(secret)
	if o.public && r.Header.Get("Authorization") == "" && r.PostFormValue("client_secret") == "" {
		id, secret = r.PostFormValue("client_id"), clientSecret
	}
	if r.Method != http.MethodPost || id != "demo-app" || secret != clientSecret {
		writeStatus(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
		return
	}
	if r.PostFormValue("grant_type") == "refresh_token" {
		o.serveRefresh(w, r)
		return
	}
	req, ok := o.codes[r.PostFormValue("code")]
	delete(o.codes, r.PostFormValue("code"))
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !ok || b64(sum[:]) != req.Get("code_challenge") || r.PostFormValue("redirect_uri") != req.Get("redirect_uri") {
		writeStatus(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant", "error_description": "unknown code or wrong verifier"})
		return
	}
	access := "at-" + rand.Text()
	idToken := o.idToken(req, access)
	o.secrets = append(o.secrets, access, idToken, r.PostFormValue("code_verifier"), clientSecret, url.QueryEscape(clientSecret))
	body := map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": 3600, "id_token": idToken}
	if strings.Contains(req.Get("scope"), "offline_access") {
		body["refresh_token"] = o.newRefreshToken()
	}
	if o.token != nil {
		o.token(body)
	}
	maps.Copy(w.Header(), o.tokenHeader)
	writeJSON(w, body)
}

func (o *op) newRefreshToken() string {
	o.refreshToken = "rt-" + rand.Text()
	o.secrets = append(o.secrets, o.refreshToken)
	return o.refreshToken
}

// serveRefresh takes each refresh token once (Core 12). The new ID token has no nonce.
func (o *op) serveRefresh(w http.ResponseWriter, r *http.Request) {
	if token := r.PostFormValue("refresh_token"); token == "" || token != o.refreshToken {
		o.refreshToken = "" // reuse ends the family
		writeStatus(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant", "error_description": "the refresh token was used already"})
		return
	}
	access := "at-" + rand.Text()
	body := map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": 3600, "refresh_token": o.newRefreshToken(),
		"id_token": o.idToken(opRequest{}, access)}
	o.secrets = append(o.secrets, access, body["id_token"].(string))
	if o.token != nil {
		o.token(body)
	}
	maps.Copy(w.Header(), o.tokenHeader)
	writeJSON(w, body)
}

// idToken makes the ID token for a login of Ada; after a refresh there is no nonce.
func (o *op) idToken(req opRequest, access string) string {
	now := o.now().Unix()
	sum := sha256.Sum256([]byte(access))
	h := map[string]any{"alg": "RS256", "kid": o.kid, "typ": "JWT"}
	c := map[string]any{
		"iss": o.issuer, "sub": "auth0|ada", "aud": "demo-app", "iat": now, "exp": now + 36000, "auth_time": now,
		"nonce": req.Get("nonce"), "at_hash": b64(sum[:16]),
		"name": "Ada Lovelace", "email": "ada@example.test", "login_count": 1, "last_login_city": "Georgetown", "last_login_country": "US",
	}
	if req.Values == nil {
		delete(c, "nonce")
		c["auth_time"] = o.authTime
	} else {
		o.authTime = now
	}
	if o.header != nil {
		o.header(h)
	}
	if o.claims != nil {
		o.claims(c)
	}
	if o.encode != nil {
		return o.encode(o, h, c)
	}
	return signRS256(o.key, h, c)
}

func (o *op) serveUserInfo(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer at-") { // RFC 6750 section 2.1
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	body := map[string]any{"sub": "auth0|ada", "name": "Ada Lovelace"}
	if o.userInfo != nil {
		o.userInfo(body)
	}
	writeJSON(w, body)
}

// serveLogout ends the session at the provider and goes back (RP-Initiated Logout
// 1.0), or stays when it was not given a proper hint.
func (o *op) serveLogout(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("id_token_hint") == "" || q.Get("client_id") != "demo-app" {
		http.Error(w, "Log out?", http.StatusOK)
		return
	}
	back := url.Values{"state": q["state"]}
	if o.answer != nil {
		o.answer(back)
	}
	http.Redirect(w, r, q.Get("post_logout_redirect_uri")+"?"+back.Encode(), http.StatusSeeOther)
}

func writeJSON(w http.ResponseWriter, v any) { writeStatus(w, http.StatusOK, v) }

func writeStatus(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func encodePart(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b64(b)
}

func signRS256(k *rsa.PrivateKey, h, c map[string]any) string {
	text := encodePart(h) + "." + encodePart(c)
	sum := sha256.Sum256([]byte(text))
	return text + "." + signRSA(k, crypto.SHA256, sum[:])
}

// signRS512 signs rightly, in a way that the app does not accept.
func signRS512(o *op, h, c map[string]any) string {
	h["alg"] = "RS512"
	text := encodePart(h) + "." + encodePart(c)
	sum := sha512.Sum512([]byte(text))
	return text + "." + signRSA(o.key, crypto.SHA512, sum[:])
}

func signRSA(k *rsa.PrivateKey, hash crypto.Hash, sum []byte) string {
	sig, err := rsa.SignPKCS1v15(rand.Reader, k, hash, sum)
	if err != nil {
		panic(err)
	}
	return b64(sig)
}

func signES256(k *ecdsa.PrivateKey, h, c map[string]any) string {
	h = maps.Clone(h)
	h["alg"] = "ES256"
	text := encodePart(h) + "." + encodePart(c)
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, k, sum[:])
	if err != nil {
		panic(err)
	}
	return text + "." + b64(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...))
}

func signHS256(secret []byte, h, c map[string]any) string {
	h = maps.Clone(h)
	h["alg"] = "HS256"
	text := encodePart(h) + "." + encodePart(c)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(text))
	return text + "." + b64(mac.Sum(nil))
}

// signRaw signs a payload that no map can hold.
func signRaw(k *rsa.PrivateKey, h map[string]any, payload string) string {
	text := encodePart(h) + "." + b64([]byte(payload))
	sum := sha256.Sum256([]byte(text))
	return text + "." + signRSA(k, crypto.SHA256, sum[:])
}
