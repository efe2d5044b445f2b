package store_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"example.com/postlogin/mockidp/store"
)

// BenchmarkLoginWrites makes every store call of one login, in the order in
// which the provider and the login page make them. Beside the time it reports
// the CPU of one login (cpu-µs/op, every thread of the process) and how much
// that is of one RSA-2048 signature made in the same run (sig/op).
func BenchmarkLoginWrites(b *testing.B) {
	for _, tt := range []struct{ name, file, options string }{
		{"memory", "", ""},
		{"file", "login.db", ""},
		{"file, synchronous normal", "login.db", "?synchronous=normal"},
	} {
		b.Run(tt.name, func(b *testing.B) {
			signature := signatureCPU(b)
			dsn := "memory:"
			if tt.file != "" {
				dsn = "file:" + filepath.Join(b.TempDir(), tt.file) + tt.options
			}
			f := newLoginFixture(b, dsn)
			for i := range 50 {
				f.login(b, -i-1) // statements prepared, pages warm
			}
			b.ReportAllocs()
			b.ResetTimer()
			before := cpu()
			for i := 0; i < b.N; i++ {
				f.login(b, i)
			}
			perLogin := (cpu() - before) / time.Duration(b.N)
			b.ReportMetric(float64(perLogin.Nanoseconds())/1e3, "cpu-µs/op")
			b.ReportMetric(float64(perLogin)/float64(signature), "sig/op")
			b.ReportMetric(float64(signature.Nanoseconds())/1e3, "cpu-µs/sig")
		})
	}
}

// BenchmarkOpen opens a store: an existing file costs the start of the program,
// a new one in memory every test that uses one.
func BenchmarkOpen(b *testing.B) {
	existing := file(b)
	must(b, open(b, existing).Close())
	for name, dsn := range map[string]string{"an existing file": existing, "memory": "memory:"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				s, err := store.Open(b.Context(), dsn)
				must(b, err)
				must(b, s.Close())
			}
		})
	}
}

type loginFixture struct {
	s    *store.Store
	user *store.User
}

func newLoginFixture(tb testing.TB, dsn string) *loginFixture {
	s, err := store.Open(tb.Context(), dsn)
	must(tb, err)
	tb.Cleanup(func() { s.Close() })
	u := &store.User{Email: "ada@example.test", Name: "Ada Lovelace", GivenName: "Ada", FamilyName: "Lovelace", Nickname: "ada", EmailVerified: true,
		PasswordHash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$ZGlnZXN0ZGlnZXN0ZGlnZXN0ZGlnZXN0ZGlnZXN0ZGk",
		AppMetadata:  json.RawMessage(`{"stripe_cus":"cus_1","lakeid":"lake_1","subscription":"premium"}`)}
	must(tb, s.CreateUser(tb.Context(), u))
	must(tb, s.PutClient(tb.Context(), &store.Client{ID: "demo-app", Name: "Demo", Secret: "demo-secret",
		RedirectURIs: []string{"http://localhost:3000/callback"}, PostLogoutRedirectURIs: []string{"http://localhost:3000", "http://localhost:3000/"}}))
	a := &store.Action{Name: "post-login-claims", Trigger: "post-login", Runtime: "node18", Code: "exports.onExecutePostLogin = async (event, api) => {}"}
	must(tb, s.CreateAction(tb.Context(), a))
	_, err = s.Deploy(tb.Context(), a.ID, time.Now())
	must(tb, err)
	must(tb, s.Bind(tb.Context(), "post-login", []string{a.ID}))
	return &loginFixture{s, u}
}

// login makes the calls of login i.
func (f *loginFixture) login(tb testing.TB, i int) {
	// A request's context can be cancelled, so this one can.
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s, now, lat, lon := f.s, time.Now(), 51.5, -0.12
	ip := netip.MustParseAddr("203.0.113.7")
	agent := "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
	id := digest("request", i)

	r := &store.Request{ID: id, BrowserHash: digest("browser", i), ClientID: "demo-app", RedirectURI: "http://localhost:3000/callback", ResponseType: "code", ResponseMode: "query",
		Scope: "openid profile email", State: digest("state", i), Nonce: digest("nonce", i), Challenge: digest("challenge", i), MaxAge: -1,
		Query: url.Values{"client_id": {"demo-app"}, "redirect_uri": {"http://localhost:3000/callback"}, "response_type": {"code"}, "scope": {"openid profile email"},
			"state": {digest("state", i)}, "nonce": {digest("nonce", i)}, "code_challenge": {digest("challenge", i)}, "code_challenge_method": {"S256"}},
		Method: "GET", UserAgent: agent, Language: "en-GB,en;q=0.9", CreatedAt: now, ExpiresAt: now.Add(10 * time.Minute)}
	must(tb, s.CreateRequest(ctx, r))
	_, err := s.Request(ctx, id, now)
	must(tb, err)
	u, err := s.UserByEmail(ctx, "ada@example.test")
	must(tb, err)
	ss := &store.Session{Hash: digest("cookie", i), UserID: u.ID, AuthTime: now, IP: ip, Simulated: true, UserAgent: agent,
		Methods: []store.Method{{Name: "pwd", Timestamp: now}}, ExpiresAt: now.Add(8 * time.Hour)}
	l := &store.Login{UserID: u.ID, At: now, IP: ip, Simulated: true, UserAgent: agent, ClientID: "demo-app",
		Place: store.Place{City: "London", CountryCode: "GB", Country: "United Kingdom", Latitude: &lat, Longitude: &lon}}
	must(tb, s.CompleteLogin(ctx, id, l, ss))
	_, err = s.TakeRequest(ctx, id, now)
	must(tb, err)
	_, err = s.SessionByHash(ctx, ss.Hash, now)
	must(tb, err)
	_, err = s.User(ctx, u.ID)
	must(tb, err)
	_, err = s.Client(ctx, "demo-app")
	must(tb, err)
	_, err = s.Flow(ctx, "post-login")
	must(tb, err)
	g := &store.Grant{ClientID: "demo-app", UserID: u.ID, SessionID: ss.ID, RedirectURI: r.RedirectURI, Scope: r.Scope, Nonce: r.Nonce, Challenge: r.Challenge, AuthTime: now, IP: ip, Simulated: true,
		IDClaims: store.Claims{{Name: "login_count", Value: json.RawMessage(`1`)}, {Name: "last_login_city", Value: json.RawMessage(`"London"`)}, {Name: "last_login_country", Value: json.RawMessage(`"GB"`)}},
		CodeHash: digest("code", i), CodeExpires: now.Add(time.Minute), CreatedAt: now}
	run := &store.Run{ID: id, Kind: "login", UserID: u.ID, ClientID: "demo-app", LoginID: l.ID, At: now, Outcome: "ok", Record: benchRecord}
	must(tb, s.SaveGrant(ctx, g, run))
	_, err = s.GrantByCode(ctx, g.CodeHash)
	must(tb, err)
	_, err = s.User(ctx, u.ID)
	must(tb, err)
	must(tb, s.RedeemCode(ctx, g.ID, now, &store.Token{Hash: digest("token", i), Kind: store.AccessToken, GrantID: g.ID, Scope: g.Scope, CreatedAt: now, ExpiresAt: now.Add(24 * time.Hour)}))
}

// benchRecord has the size of the record of a run of one Action.
var benchRecord = func() json.RawMessage {
	filler, _ := json.Marshal(make([]string, 600))
	return filler
}()

func digest(what string, i int) string { return fmt.Sprintf("%-10.10s%033d", what, i) }

func must(tb testing.TB, err error) {
	if err != nil {
		tb.Helper()
		tb.Fatal(err)
	}
}

// signatureCPU is the CPU time of one RSA-2048 signature (RS256).
func signatureCPU(tb testing.TB) time.Duration {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	must(tb, err)
	hash := sha256.Sum256([]byte("header.payload"))
	const n = 200
	before := cpu()
	for range n {
		_, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, hash[:])
		must(tb, err)
	}
	return (cpu() - before) / n
}

// cpu is the CPU time that this process has used, in user mode and in the kernel.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
