package listen_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"example.com/postlogin/cmd/listen"
)

// serve serves h on a free port. stop ends it as a signal does and returns what
// Serve returned.
func serve(t *testing.T, h http.Handler) (base string, stop func() error) {
	t.Helper()
	ln, err := listen.Open("127.0.0.1:0", "")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- listen.Serve(ctx, ln, h, slog.New(slog.NewTextHandler(t.Output(), nil))) }()
	t.Cleanup(cancel)
	return "http://" + ln.Addr().String(), func() error { cancel(); return <-done }
}

// TestLongHeadersAreRefused: nobody fills the memory with a header.
func TestLongHeadersAreRefused(t *testing.T) {
	base, stop := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello") }))
	for bytes, want := range map[int]int{listen.MaxHeaderBytes / 2: http.StatusOK, 2 * listen.MaxHeaderBytes: http.StatusRequestHeaderFieldsTooLarge} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Long", strings.Repeat("x", bytes))
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("a header of %d bytes: status %d, want %d", bytes, resp.StatusCode, want)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// TestOpenRequestsAreAnsweredAtTheEnd: after the stop signal nobody new comes in,
// and who is in gets the answer.
func TestOpenRequestsAreAnsweredAtTheEnd(t *testing.T) {
	arrived, goOn := make(chan struct{}), make(chan struct{})
	base, stop := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-goOn
		if r.Context().Err() != nil {
			t.Error("the stop signal cancelled a request that was to be answered")
		}
		fmt.Fprint(w, "hello")
	}))
	type answer struct {
		body string
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		resp, err := http.Get(base)
		if err != nil {
			got <- answer{err: err}
			return
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		got <- answer{string(b), err}
	}()
	<-arrived
	ended := make(chan error, 1)
	go func() { ended <- stop() }()
	for { // until the port is closed
		conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
		if err != nil {
			break
		}
		conn.Close()
	}
	close(goOn)
	if a := <-got; a.err != nil || a.body != "hello" {
		t.Errorf("the open request got %q, %v", a.body, a.err)
	}
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

// TestAPortThatIsTaken: the error says what to do.
func TestAPortThatIsTaken(t *testing.T) {
	ln, err := listen.Open("127.0.0.1:0", "")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, err = listen.Open(ln.Addr().String(), "--listen 127.0.0.1:3001")
	if err == nil || !strings.Contains(err.Error(), "already in use") || !strings.Contains(err.Error(), "--listen 127.0.0.1:3001") {
		t.Errorf("error %v", err)
	}
}

// TestReadyAsksWhereTheServerListens: a server on one address of its machine does
// not answer on the others.
func TestReadyAsksWhereTheServerListens(t *testing.T) {
	for address, asked := range map[string]string{"127.0.0.1:0": "127.0.0.1", "127.0.0.2:0": "127.0.0.2", "0.0.0.0:0": "127.0.0.1", ":0": "127.0.0.1"} {
		t.Run(address, func(t *testing.T) {
			ln, err := listen.Open(address, "")
			if err != nil {
				t.Skipf("this machine has no such address: %v", err) // macOS has 127.0.0.1 alone
			}
			defer ln.Close()
			got := make(chan string, 1)
			srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				host, _, _ := net.SplitHostPort(r.Context().Value(http.LocalAddrContextKey).(net.Addr).String())
				got <- strings.TrimPrefix(host, "::ffff:") + " " + r.Host + r.URL.Path
			})}
			go srv.Serve(ln)
			defer srv.Close()
			_, port, _ := net.SplitHostPort(ln.Addr().String())
			host, _, _ := net.SplitHostPort(address)
			if err := listen.Ready(t.Context(), net.JoinHostPort(host, port), "/readyz", false); err != nil {
				t.Fatal(err)
			}
			if want := asked + " localhost:" + port + "/readyz"; <-got != want {
				t.Errorf("it did not ask %s", want)
			}
		})
	}
}
