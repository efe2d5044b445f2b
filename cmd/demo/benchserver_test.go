package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime/pprof"

	"example.com/postlogin/cmd/listen"
	"example.com/postlogin/mockidp"
)

// benchDatabase makes this test binary a provider on the database it names.
const benchDatabase = "DEMO_BENCH_DATABASE"

// benchProfile names the file for a CPU profile of the server process, which
// go test -cpuprofile does not see. The last server that starts writes it.
const benchProfile = "DEMO_BENCH_PROFILE"

// benchCallback is the callback URL of the benchmark's client. Nobody listens there.
const benchCallback = "http://localhost:3000/callback"

// serveIfBenchServer serves a seeded provider on a free port, and prints its
// issuer, until standard input ends: so it goes when the benchmark does, however
// that ends. It logs as the demo does, warnings and above.
func serveIfBenchServer() {
	database := os.Getenv(benchDatabase)
	if database == "" {
		return
	}
	listen.CollectLess() // as the mains do
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	if err := serveBench(ctx, database); err != nil {
		fmt.Fprintln(os.Stderr, "bench server:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func serveBench(ctx context.Context, database string) error {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer ln.Close()
	// Printed before the opening: whoever connects now waits in the port's queue.
	issuer := "http://" + ln.Addr().String() + "/"
	fmt.Println(issuer)
	client := mockidp.DemoClient()
	client.RedirectURIs = []string{benchCallback}
	idp, err := mockidp.Open(ctx, mockidp.Options{
		Config:      mockidp.Config{Issuer: issuer, SimulateIP: true, TestPassword: mockidp.TestPassword, Log: log},
		DatabaseURL: database, Seed: mockidp.SeedDemo, Client: client,
	})
	if err != nil {
		return err
	}
	defer idp.Close()
	if name := os.Getenv(benchProfile); name != "" {
		file, err := os.Create(name)
		if err != nil {
			return err
		}
		defer file.Close()
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	return listen.Serve(ctx, ln, idp, log)
}
