package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"example.com/postlogin/cmd/listen"
	"example.com/postlogin/mockidp"
)

// Where the messages of a login pass.
const (
	discoveryPath = "/.well-known/openid-configuration"
	keysPath      = "/.well-known/jwks.json"
	tokenPath     = "/oauth/token"
	userInfoPath  = "/userinfo"
)

// A meddler is a reverse proxy at the issuer's address. Behind it a real provider
// believes that it has this address itself. All that the browser and the app say to
// it passes, and so do its answers, but for the one that fault names. The key of the
// meddler is added to the provider's key set, so that a token that it has changed is
// signed by "the provider" again: what is wrong with it is what was changed, alone.
type meddler struct {
	*stack  // issuer and idp
	key     *rsa.PrivateKey
	proxy   *httputil.ReverseProxy
	mu      sync.Mutex
	current fault
}

// A fault changes one message. Of its functions it has one.
type fault struct {
	at       string                                       // the path whose message it is
	before   func(r *http.Request)                        // changes the request, or makes another one first
	instead  func(w http.ResponseWriter, r *http.Request) // answers in the provider's place
	answer   func(body map[string]any)                    // changes the members of the answer
	callback func(query url.Values)                       // changes where the browser is sent with the code
}

// meddlerKey is the name of the key that the meddler adds.
const meddlerKey = "key-of-the-meddler"

// openMeddler serves a provider behind a meddler until the test ends.
func openMeddler(t *testing.T) *meddler {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	front, err := listen.Open("127.0.0.1:0", "")
	if err != nil {
		t.Fatal(err)
	}
	m := &meddler{stack: &stack{issuer: "http://localhost:" + port(front) + "/"}}
	if m.key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		t.Fatal(err)
	}
	m.idp, err = mockidp.Open(t.Context(), mockidp.Options{
		Config:      mockidp.Config{Issuer: m.issuer, SimulateIP: true, TestPassword: mockidp.TestPassword, Log: log},
		DatabaseURL: "memory:", Seed: mockidp.SeedDemo,
	})
	if err != nil {
		t.Fatal(err)
	}
	behind := httptest.NewServer(m.idp)
	target, err := url.Parse(behind.URL)
	if err != nil {
		t.Fatal(err)
	}
	m.proxy = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host              // the provider knows itself by the meddler's address
			r.Out.Header.Del("Accept-Encoding") // answers that are changed must be readable
		},
		ModifyResponse: m.change,
		ErrorLog:       slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	served := make(chan error, 1)
	go func() { served <- listen.Serve(ctx, front, m, log) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
		behind.Close()
		if err := m.idp.Close(); err != nil {
			t.Errorf("close mockidp: %v", err)
		}
	})
	return m
}

// set makes f the fault of all that follows; fault{} is none.
func (m *meddler) set(f fault) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.current = f
}

func (m *meddler) fault(path string) fault {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.current.at != path {
		return fault{callback: m.current.callback}
	}
	return m.current
}

func (m *meddler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f := m.fault(r.URL.Path)
	switch {
	case f.instead != nil:
		f.instead(w, r)
		return
	case f.before != nil:
		f.before(r)
	}
	m.proxy.ServeHTTP(w, r)
}

// change is what becomes of an answer on its way back.
func (m *meddler) change(res *http.Response) error {
	path := res.Request.URL.Path
	f := m.fault(path)
	if to, err := res.Location(); err == nil && to.Path == "/callback" && f.callback != nil {
		q := to.Query()
		f.callback(q)
		to.RawQuery = q.Encode()
		res.Header.Set("Location", to.String())
	}
	edit := f.answer
	if path == keysPath {
		edit = func(body map[string]any) {
			body["keys"] = append(body["keys"].([]any), jose.JSONWebKey{Key: &m.key.PublicKey, KeyID: meddlerKey, Algorithm: "RS256", Use: "sig"})
		}
	}
	if edit == nil || res.StatusCode != http.StatusOK {
		return nil
	}
	var body map[string]any
	if err := decodeJSON(res.Body, &body); err != nil {
		return fmt.Errorf("the answer at %s: %w", path, err)
	}
	edit(body)
	text := encodeJSON(body)
	res.Body = io.NopCloser(bytes.NewReader(text))
	res.ContentLength = int64(len(text))
	res.Header.Set("Content-Length", strconv.Itoa(len(text)))
	return nil
}

// idToken is a fault that puts another ID token into the token answer.
func (m *meddler) idToken(change func(raw string) string) fault {
	return fault{at: tokenPath, answer: func(body map[string]any) { body["id_token"] = change(body["id_token"].(string)) }}
}

// claims is a fault that changes claims of the ID token and signs it again.
func (m *meddler) claims(change func(c map[string]any)) fault {
	return m.idToken(func(raw string) string {
		var c map[string]any
		assume(decodeJSON(bytes.NewReader(payloadOf(raw)), &c))
		change(c)
		return m.sign(meddlerKey, encodeJSON(c))
	})
}

// sign signs a payload with the meddler's key, under any name.
func (m *meddler) sign(kid string, payload []byte) string {
	return signedBy(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: m.key, KeyID: kid}}, payload)
}

// twice sends a token request to the provider before it passes.
func (m *meddler) twice(r *http.Request) {
	form, err := io.ReadAll(r.Body)
	assume(err)
	r.Body = io.NopCloser(bytes.NewReader(form))
	first := r.Clone(r.Context())
	first.Body = io.NopCloser(bytes.NewReader(form))
	m.proxy.ServeHTTP(httptest.NewRecorder(), first)
}

// otherVerifier sends another PKCE verifier than the app's.
func otherVerifier(r *http.Request) {
	assume(r.ParseForm())
	r.PostForm.Set("code_verifier", strings.Repeat("v", 43))
	form := r.PostForm.Encode()
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(form)), int64(len(form))
	r.Header.Set("Content-Length", strconv.Itoa(len(form)))
}

func signedBy(key jose.SigningKey, payload []byte) string {
	signer, err := jose.NewSigner(key, (&jose.SignerOptions{}).WithType("JWT"))
	assume(err)
	token, err := signer.Sign(payload)
	assume(err)
	raw, err := token.CompactSerialize()
	assume(err)
	return raw
}

func payloadOf(raw string) []byte {
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(raw, ".")[1])
	assume(err)
	return payload
}

// decodeJSON keeps numbers as they are written.
func decodeJSON(r io.Reader, v any) error {
	d := json.NewDecoder(r)
	d.UseNumber()
	return d.Decode(v)
}

func encodeJSON(v any) []byte {
	b, err := json.Marshal(v)
	assume(err)
	return b
}

// assume is for what can't fail unless a test is wrong. In a handler net/http turns
// the panic into a broken connection and a line in the log.
func assume(err error) {
	if err != nil {
		panic(err)
	}
}

// answers is a fault that answers with status and body, as a web server does that is no provider.
func answers(status int, kind, body string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // whoever asked may have gone
	}
}

// hangUp breaks the connection without an answer.
func hangUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// tooSlow answers when the app has given up.
func tooSlow(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // only then the server notices that the other side has gone
	<-r.Context().Done()
}

// gone is a gateway whose provider is away: it answers 502 by itself.
func gone(t *testing.T) func(http.ResponseWriter, *http.Request) {
	t.Helper()
	nobody := httptest.NewServer(nil)
	nobody.Close()
	target, err := url.Parse(nobody.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ErrorLog = slog.NewLogLogger(slog.NewTextHandler(t.Output(), nil), slog.LevelWarn)
	return proxy.ServeHTTP
}
