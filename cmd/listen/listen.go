// Package listen serves an HTTP handler the way all programs of this module do:
// it takes the port first, sets limits against slow and oversized clients, stops
// gracefully, and asks a running program whether it is ready.
package listen

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"
)

// MaxHeaderBytes is the largest request header that is read; longer ones get 431.
const MaxHeaderBytes = 32 << 10

// drain is how long open requests may go on after the stop signal.
const drain = 5 * time.Second

// Open listens on address ("host:port"). A port that is taken is an error that
// says what to do, never another port: the issuer's address would change.
func Open(address, flags string) (net.Listener, error) {
	ln, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		_, port, _ := net.SplitHostPort(address)
		return nil, fmt.Errorf("port %s is already in use. Stop the other program, or start with %s", port, flags)
	}
	return ln, err
}

// Loopback reports whether address ("host:port") can be reached from this machine only.
func Loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Serve serves h on ln until ctx is done, then gives open requests five seconds
// to finish. It returns nil after a clean stop. Errors of single connections are
// logged at debug level: browsers break connections all day long.
func Serve(ctx context.Context, ln net.Listener, h http.Handler, logger *slog.Logger) error {
	srv := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    MaxHeaderBytes,
		ErrorLog:          log.New(lines{logger}, "", 0),
		// Requests outlive ctx: Shutdown drains them.
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	// Answers that never end by themselves would hold up the drain.
	if streams, ok := h.(interface{ EndStreams() }); ok {
		srv.RegisterOnShutdown(streams.EndStreams)
	}
	stopped := make(chan error, 1)
	defer context.AfterFunc(ctx, func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
		defer cancel()
		stopped <- srv.Shutdown(ctx)
	})()
	if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	if err := <-stopped; !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return srv.Close()
}

// lines sends what net/http logs to slog.
type lines struct{ log *slog.Logger }

func (l lines) Write(p []byte) (int, error) {
	l.log.Debug("http server", "text", strings.TrimSpace(string(p)))
	return len(p), nil
}

// Ready asks the program that listens at address (host:port, as [Open] takes it)
// whether it is ready: GET path, a /readyz. With wait it asks again every 100 ms
// until ctx ends. The error says what came last.
func Ready(ctx context.Context, address, path string, wait bool) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	// Who listens everywhere is asked at home.
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	url := "http://" + net.JoinHostPort(host, port) + path
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ready(ctx, url)
		if err == nil || !wait {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not ready in time: %w", err)
		case <-tick.C:
		}
	}
}

func ready(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	// Both programs refuse host names that they don't know, and know this one.
	req.Host = net.JoinHostPort("localhost", req.URL.Port())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if err != nil || resp.StatusCode == http.StatusOK {
		return err
	}
	var answer struct {
		Checks map[string]string `json:"checks"`
	}
	if json.Unmarshal(body, &answer) == nil && len(answer.Checks) > 0 {
		return fmt.Errorf("%s: %v", resp.Status, answer.Checks)
	}
	return errors.New(resp.Status)
}
