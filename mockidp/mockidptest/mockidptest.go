// Package mockidptest gives a Go test an identity provider in one line: a real
// mockidp on a loopback port with its own memory database, the workshop's users
// (ada, grace, and bob who is blocked) and, unless told otherwise, the Action
// post-login-claims in the login flow.
//
//	idp := mockidptest.New(t, mockidptest.RedirectURL(app.URL+"/callback"))
//	// configure the application under test with idp.Issuer, idp.ClientID, idp.ClientSecret
//
// Actions run inside the test's process, so that any test binary can use it: an
// endless native loop in an Action can't be stopped there. Programs that serve
// other people's Actions use mockidp.Open and worker processes.
package mockidptest

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/store"
)

// Server is a running identity provider. It ends with its test.
type Server struct {
	*mockidp.Instance
	Issuer       string // with a trailing slash
	ClientID     string
	ClientSecret string

	t testing.TB
}

// Option changes what New opens.
type Option func(*mockidp.Options)

// RedirectURL allows a callback address, and its origin after logout.
func RedirectURL(callback string) Option {
	return func(o *mockidp.Options) { o.Client.RedirectURIs = append(o.Client.RedirectURIs, callback) }
}

// PostLogoutRedirectURL allows an address to return to after logout.
func PostLogoutRedirectURL(address string) Option {
	return func(o *mockidp.Options) {
		o.Client.PostLogoutRedirectURIs = append(o.Client.PostLogoutRedirectURIs, address)
	}
}

// BackchannelLogoutURL is where the application is told that a session has ended.
func BackchannelLogoutURL(address string) Option {
	return func(o *mockidp.Options) { o.Client.BackchannelLogoutURI = address }
}

// Empty leaves the login flow without an Action.
func Empty(o *mockidp.Options) { o.Seed = mockidp.SeedEmpty }

// Clock sets the provider's clock.
func Clock(now func() time.Time) Option { return func(o *mockidp.Options) { o.Now = now } }

// Tune changes any option of the provider, after the others.
func Tune(change func(*mockidp.Options)) Option { return change }

// New starts a provider. Its log goes to the test's output.
func New(t testing.TB, options ...Option) *Server {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	client := mockidp.DemoClient()
	client.BackchannelLogoutURI = "" // nobody listens there unless the test says so
	o := mockidp.Options{
		Config: mockidp.Config{
			Issuer: "http://" + ln.Addr().String() + "/", SimulateIP: true, TestPassword: mockidp.TestPassword,
			Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		},
		DatabaseURL: "memory:", Seed: mockidp.SeedDemo, Client: client,
		// To load a large package can take longer than Auth0's 20 s on a busy machine.
		Runtime: actions.Config{InProcess: true, Limits: actions.Limits{Time: time.Minute, Compile: time.Minute}},
	}
	for _, option := range options {
		option(&o)
	}
	idp, err := mockidp.Open(t.Context(), o)
	if err != nil {
		ln.Close()
		t.Fatal(err)
	}
	h := &handler{next: idp}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	served := make(chan struct{})
	go func() { defer close(served); srv.Serve(ln) }()
	t.Cleanup(func() {
		srv.Close()
		<-served
		h.close()
		if err := idp.Close(); err != nil {
			t.Errorf("close mockidp: %v", err)
		}
	})
	return &Server{Instance: idp, Issuer: o.Issuer, ClientID: client.ID, ClientSecret: client.Secret, t: t}
}

// A handler can be waited for. What a request logs after it was answered would come
// when the test, whose log it is, has ended.
type handler struct {
	next   http.Handler
	mu     sync.RWMutex // read by each request
	closed bool
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if !h.closed {
		h.next.ServeHTTP(w, r)
	}
}

// close returns when no request is in progress any more.
func (h *handler) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
}

// Deploy creates or replaces the Action called name and puts it last in the
// login flow, if it is not there yet.
func (s *Server) Deploy(name, code string) {
	s.t.Helper()
	if err := mockidp.Deploy(context.WithoutCancel(s.t.Context()), s.Store, name, code); err != nil {
		s.t.Fatal(err)
	}
}

// User returns the account with this email as it is now.
func (s *Server) User(email string) *store.User {
	s.t.Helper()
	u, err := s.Store.UserByEmail(s.t.Context(), email)
	if err != nil {
		s.t.Fatalf("user %s: %v", email, err)
	}
	return u
}
