package outbox_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/outbox"
	"example.com/postlogin/mockidp/store"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T any](t testing.TB, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

func contains(t testing.TB, what, got, want string) {
	t.Helper()
	if !strings.Contains(got, want) {
		t.Errorf("%s: got %q, want … %q …", what, got, want)
	}
}

func file(t testing.TB) string { return "file:" + filepath.Join(t.TempDir(), "idp.db") }

func openStore(t testing.TB, dsn string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), dsn)
	check(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

// box is an Outbox under test with its store.
type box struct {
	*outbox.Outbox
	t     testing.TB
	store *store.Store
}

// start makes an Outbox from cfg, on a store of its own unless cfg has one.
func start(t testing.TB, cfg outbox.Config) *box {
	t.Helper()
	if cfg.Store == nil {
		cfg.Store = openStore(t, "memory:")
	}
	cfg.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	o, err := outbox.New(cfg)
	check(t, err)
	return &box{o, t, cfg.Store}
}

// get asks for address as an Action would.
func (b *box) get(address string) (actions.OutgoingResponse, error) {
	return b.Fetch(b.t.Context(), actions.OutgoingRequest{Method: "GET", URL: address, TransactionID: "tx", Action: "asks", Version: 2})
}

// kept is the newest request on record.
func (b *box) kept() *store.Outgoing {
	b.t.Helper()
	list, err := b.store.Outgoings(b.t.Context(), "", 1)
	check(b.t, err)
	if len(list) == 0 {
		b.t.Fatal("nothing is on record")
	}
	return list[0]
}

// refused checks that a request for address was refused, for a reason with want in it.
func (b *box) refused(address, want string) {
	b.t.Helper()
	_, err := b.get(address)
	if err == nil {
		b.t.Errorf("%s was answered, want an error with %q", address, want)
		return
	}
	contains(b.t, address, err.Error(), want)
	equal(b.t, "mode", b.kept().Mode, outbox.ModeRefused)
	equal(b.t, "error on record", b.kept().Error, err.Error())
}

// rules replaces the rules.
func (b *box) rules(rules ...*store.OutboxRule) {
	b.t.Helper()
	check(b.t, b.store.SetOutboxRules(b.t.Context(), rules))
}

// serve starts a server on loopback and returns its host and port.
func serve(t testing.TB, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	check(t, err)
	return u.Host
}

// text answers every request with body.
func text(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(body)) }
}

// never fails the test when it is asked.
func never(t testing.TB) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s reached a host that it must not reach", r.Method, r.URL)
	}
}

// resolver finds every name at these addresses.
func resolver(addrs ...string) func(context.Context, string) ([]netip.Addr, error) {
	list := make([]netip.Addr, len(addrs))
	for i, a := range addrs {
		list[i] = netip.MustParseAddr(a)
	}
	return func(context.Context, string) ([]netip.Addr, error) { return list, nil }
}

func portOf(t testing.TB, hostPort string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(hostPort)
	check(t, err)
	return port
}

// clock is a time that a test sets.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }
