package login_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.com/postlogin/mockidp/login"
	"example.com/postlogin/mockidp/store"
)

// BenchmarkSignature is the measure of the others: a login may cost 1.6 of it, all in all.
func BenchmarkSignature(b *testing.B) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	digest := sha256.Sum256([]byte("x"))
	for b.Loop() {
		if _, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:]); err != nil {
			b.Fatal(err)
		}
	}
}

// benchTenant has a picker of fifty places and no server between the benchmark and the handler.
func benchTenant(b *testing.B) (*tenant, *login.Login) {
	fifty := make([]login.Location, 50)
	for i := range fifty {
		fifty[i] = login.Location{Group: fmt.Sprint("Continent ", i/10), Label: fmt.Sprintf("City number %d, XX", i), Addr: netip.AddrFrom4([4]byte{192, 0, 2, byte(i * 5)})}
	}
	tn := newTenant(b, func(c *login.Config) {
		c.Locations = func() []login.Location { return fifty }
		c.StartedIn = func(*http.Request, *store.Request) bool { return true }
		c.Now = time.Now
	})
	l, err := login.New(tn.cfg)
	if err != nil {
		b.Fatal(err)
	}
	return tn, l
}

func (tn *tenant) pending(id string) {
	tn.t.Helper()
	tn.must(tn.store.CreateRequest(tn.t.Context(), &store.Request{
		ID: id, ClientID: "demo-app", RedirectURI: callback, MaxAge: -1, ExpiresAt: time.Now().Add(time.Hour),
		Query: url.Values{"client_id": {"demo-app"}, "redirect_uri": {callback}, "state": {"s1"}, "nonce": {"n1"}, "scope": {"openid profile email"}, "response_type": {"code"}},
	}))
}

func serve(b *testing.B, l *login.Login, method, target, body string, want int) {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:40000"
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	l.ServeHTTP(w, r)
	if w.Code != want {
		b.Fatalf("status %d: %s", w.Code, w.Body)
	}
}

func BenchmarkLoginPage(b *testing.B) {
	tn, l := benchTenant(b)
	tn.pending("one")
	b.ReportAllocs()
	for b.Loop() {
		serve(b, l, "GET", login.Path+"?state=one", "", http.StatusOK)
	}
}

// BenchmarkLoginPost is a login with a password that was right before. The
// pending requests are made beforehand, a hundred at a time, outside the clock.
func BenchmarkLoginPost(b *testing.B) {
	tn, l := benchTenant(b)
	form := url.Values{"user": {ada}, "password": {password}, "ip": {"192.0.2.5"}, "action": {"login"}, "client_id": {"demo-app"}}
	post := func(id string) {
		form.Set("state", id)
		serve(b, l, "POST", login.Path, form.Encode(), http.StatusSeeOther)
	}
	tn.pending("warm")
	post("warm")
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if n%100 == 0 {
			b.StopTimer()
			for i := range 100 {
				tn.pending(fmt.Sprint("r", n+i))
			}
			b.StartTimer()
		}
		post(fmt.Sprint("r", n))
		n++
	}
}
