package provider_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/postlogin/mockidp/provider"
	"example.com/postlogin/mockidp/store"
)

// Where answers go. Nothing listens there: the test browser stops before it.
const (
	callback  = "https://rp.example/cb"
	loggedOut = "https://rp.example/out"
)

// idp is a Provider on a real store and a real socket, with a login page of a
// few lines in place of package login.
type idp struct {
	t        testing.TB
	store    *store.Store
	provider *provider.Provider
	issuer   string
	base     string // issuer without the slash
	// httpClient has connections of its own: a server that another test closes
	// ends the idle ones of http.DefaultClient, also while they are taken up.
	httpClient *http.Client
	ahead      atomic.Int64 // how far the clock has been moved, in nanoseconds
	shown      atomic.Int64 // how often the login page was shown
	hook       func(provider.Login) (provider.Result, error)
}

// newIDP starts an idp; change may set more of the Config.
func newIDP(t testing.TB, change ...func(*provider.Config)) *idp {
	t.Helper()
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	i := &idp{t: t, store: openStore(t), issuer: server.URL + "/", base: server.URL, httpClient: server.Client()}
	cfg := provider.Config{
		Issuer: i.issuer, LoginPath: "/u/login", Store: i.store, Now: i.now,
		PostLogin: func(_ context.Context, l provider.Login) (provider.Result, error) {
			if i.hook == nil {
				return provider.Result{}, nil
			}
			return i.hook(l)
		},
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	for _, f := range change {
		f(&cfg)
	}
	key := *testKey()
	key.CreatedAt = i.now()
	err := i.store.AddKey(t.Context(), &key)
	if err != nil {
		t.Fatal(err)
	}
	if i.provider, err = provider.New(cfg); err != nil {
		t.Fatal(err)
	}
	if err := i.provider.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/u/login", i.loginPage)
	mux.Handle("/", i.provider)
	handler = mux
	return i
}

// now is the idp's clock: real time, plus what advance has added.
func (i *idp) now() time.Time { return time.Now().Add(time.Duration(i.ahead.Load())) }

func (i *idp) advance(d time.Duration) { i.ahead.Add(int64(d)) }

// openStore returns a store in memory with the tests' clients and users.
func openStore(t testing.TB) *store.Store {
	t.Helper()
	st, err := store.Open(t.Context(), "memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	web := []string{callback, callback + "?tenant=a"}
	out := []string{loggedOut}
	for _, c := range []*store.Client{
		{ID: "web", Name: "Web app", Secret: "web-secret", RedirectURIs: web, PostLogoutRedirectURIs: out},
		{ID: "other", Name: "Other app", Secret: "other-secret", RedirectURIs: web, PostLogoutRedirectURIs: out},
		{ID: "web:2 odd", Name: "Odd app", Secret: "s3cr et+/:&%é", RedirectURIs: web},
		{ID: "es", Name: "Elliptic app", Secret: "es-secret", RedirectURIs: web, Alg: "ES256"},
		{ID: "spa", Name: "Browser app", RedirectURIs: web, PostLogoutRedirectURIs: out},
		{ID: "native", Name: "Native app", Native: true, RedirectURIs: []string{"http://127.0.0.1/cb", "com.example.app:/cb"}},
		{ID: "native-localhost", Name: "Native app", Native: true, RedirectURIs: []string{"http://localhost/cb"}},
		{ID: "demo-app", Name: "Demo app", Secret: "demo-secret", RedirectURIs: []string{"http://localhost:3000/callback"},
			PostLogoutRedirectURIs: []string{"http://localhost:3000"}},
	} {
		if err := st.PutClient(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	for _, u := range []*store.User{
		{ID: "auth0|ada", Email: "ada@example.test", EmailVerified: true, Name: "Ada Lovelace", GivenName: "Ada", FamilyName: "Lovelace",
			Nickname: "ada", Picture: "https://example.test/ada.png", AppMetadata: []byte("{}"), UserMetadata: []byte("{}")},
		{ID: "auth0|grace", Email: "grace@example.test", Name: "Grace Hopper", AppMetadata: []byte("{}"), UserMetadata: []byte("{}")},
	} {
		if err := st.CreateUser(t.Context(), u); err != nil {
			t.Fatal(err)
		}
	}
	return st
}

// testKey is one RSA key for all tests but those about keys: making one costs
// more than a whole test.
var testKey = sync.OnceValue(func() *store.Key {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err)
	}
	return &store.Key{ID: "test-key", Alg: "RS256", PKCS8: der}
})

// loginPage does what package login does to the store and the browser, without
// its page and its password. POST fields: state, email, action, ip.
func (i *idp) loginPage(w http.ResponseWriter, r *http.Request) {
	ctx, id := r.Context(), r.FormValue("state")
	q, err := i.store.Request(ctx, id, i.now())
	if err != nil || !i.provider.StartedIn(r, q) {
		http.Error(w, "this login does not belong to this browser", http.StatusBadRequest)
		return
	}
	if r.Method == http.MethodGet {
		i.shown.Add(1)
		fmt.Fprint(w, "login page")
		return
	}
	if code := r.FormValue("refuse"); code != "" {
		err = i.store.RefuseRequest(ctx, id, code, r.FormValue("text"))
	} else {
		err = i.completeLogin(w, r, q)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	http.Redirect(w, r, "/authorize/resume?state="+id, http.StatusSeeOther)
}

func (i *idp) completeLogin(w http.ResponseWriter, r *http.Request, q *store.Request) error {
	u, err := i.store.UserByEmail(r.Context(), r.FormValue("email"))
	if err != nil {
		return err
	}
	now, cookie := i.now(), rand.Text()
	ip, err := netip.ParseAddr(r.FormValue("ip"))
	simulated := err == nil
	if !simulated {
		ip = netip.MustParseAddr("127.0.0.1")
	}
	login := &store.Login{UserID: u.ID, At: now, IP: ip, Simulated: simulated, UserAgent: r.UserAgent(), ClientID: q.ClientID}
	session := &store.Session{Hash: store.HashSecret(cookie), UserID: u.ID, AuthTime: now, IP: ip, Simulated: simulated,
		CreatedAt: now, ExpiresAt: now.Add(8 * time.Hour), Methods: []store.Method{{Name: "pwd", Timestamp: now}}}
	if err := i.store.CompleteLogin(r.Context(), q.ID, login, session); err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{Name: provider.SessionCookieName, Value: cookie, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	return nil
}
