package provider_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/postlogin/mockidp/provider"
	"example.com/postlogin/mockidp/store"
)

// BenchmarkLogin measures what this package and the store cost per login: an
// authorization request, the resume after the login page (which is not part of
// it, but its store transaction is), and the redemption of the code. It reports
// CPU time, and how many bare RSA-2048 signatures that is, measured in the same run.
func BenchmarkLogin(b *testing.B) {
	st := openStore(b)
	p, err := provider.New(provider.Config{Issuer: "http://idp.test/", LoginPath: "/u/login", Store: st, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	if err := p.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	der := testKey().PKCS8
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		b.Fatal(err)
	}
	digest := sha256.Sum256(der)
	var login, sign time.Duration
	for b.Loop() {
		before := cpuTime(b)
		loginOnce(b, p, st)
		middle := cpuTime(b)
		if _, err := rsa.SignPKCS1v15(nil, key.(*rsa.PrivateKey), crypto.SHA256, digest[:]); err != nil {
			b.Fatal(err)
		}
		login += middle - before
		sign += cpuTime(b) - middle
	}
	b.ReportMetric(float64(login.Microseconds())/float64(b.N), "cpu-µs/login")
	b.ReportMetric(float64(sign.Microseconds())/float64(b.N), "cpu-µs/signature")
	b.ReportMetric(float64(login)/float64(sign), "signatures/login")
}

// loginOnce does one login without a network, which is not the server's work.
func loginOnce(b *testing.B, p *provider.Provider, st *store.Store) {
	const verifier = "0123456789012345678901234567890123456789012"
	query := url.Values{"client_id": {"web"}, "redirect_uri": {callback}, "response_type": {"code"}, "scope": {"openid profile email"}, "state": {"state"},
		"nonce": {"nonce"}, "code_challenge": {store.HashSecret(verifier)}, "code_challenge_method": {"S256"}}
	serve := func(r *http.Request, status int) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		if p.ServeHTTP(w, r); w.Code != status {
			b.Fatalf("%s: %d %s", r.URL.Path, w.Code, w.Body)
		}
		return w
	}
	begun := serve(httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/authorize?"+query.Encode(), nil), http.StatusSeeOther)
	_, id, _ := strings.Cut(begun.Header().Get("Location"), "state=")

	now := time.Now()
	session := &store.Session{Hash: store.HashSecret(id), UserID: "auth0|ada", AuthTime: now, CreatedAt: now, ExpiresAt: now.Add(time.Hour)}
	if err := st.CompleteLogin(b.Context(), id, &store.Login{UserID: "auth0|ada", At: now, ClientID: "web"}, session); err != nil {
		b.Fatal(err)
	}
	resume := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/authorize/resume?state="+id, nil)
	resume.Header.Set("Cookie", strings.Split(begun.Header().Get("Set-Cookie"), ";")[0])
	_, back, _ := strings.Cut(serve(resume, http.StatusSeeOther).Header().Get("Location"), "?")
	answer, err := url.ParseQuery(back)
	if err != nil {
		b.Fatal(err)
	}
	body := url.Values{"grant_type": {"authorization_code"}, "code": {answer.Get("code")}, "redirect_uri": {callback}, "code_verifier": {verifier}}
	token := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/oauth/token", strings.NewReader(body.Encode()))
	token.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	token.Header.Set("Authorization", basic("web", "web-secret"))
	serve(token, http.StatusOK)
}

// cpuTime is the CPU time that this process has used: unlike the clock it does
// not depend on what else the machine does.
func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkSSO is a login that the browser's session answers, up to the code.
func BenchmarkSSO(b *testing.B) {
	st := openStore(b)
	p, err := provider.New(provider.Config{Issuer: "http://idp.test/", LoginPath: "/u/login", Store: st, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	now := time.Now()
	session := &store.Session{Hash: store.HashSecret("cookie"), UserID: "auth0|ada", AuthTime: now, CreatedAt: now, ExpiresAt: now.Add(time.Hour)}
	if err := st.CompleteLogin(b.Context(), "", &store.Login{UserID: "auth0|ada", At: now, ClientID: "web"}, session); err != nil {
		b.Fatal(err)
	}
	target := "/authorize?" + url.Values{"client_id": {"web"}, "redirect_uri": {callback}, "response_type": {"code"}, "scope": {"openid"}}.Encode()
	for b.Loop() {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, target, nil)
		r.AddCookie(&http.Cookie{Name: provider.SessionCookieName, Value: "cookie"})
		w := httptest.NewRecorder()
		if p.ServeHTTP(w, r); w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), callback) {
			b.Fatal(w.Code, w.Header())
		}
	}
}
