// Command web serves the demo app: an OpenID Connect relying party that works
// with any provider.
//
//	web [serve]                          serve (flags: web --help)
//	web ready [--wait] [--timeout 30s]   exit 0 when the running app is ready
//	web config                           print each setting and where it came from
//	web version
//	web help
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"example.com/postlogin/cmd/listen"
	"example.com/postlogin/cmd/settings"
	"example.com/postlogin/web"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "web:", err)
		os.Exit(1)
	}
}

// run is main without globals, so that tests can call it.
func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) error {
	command := "serve"
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		command, args = args[0], args[1:]
	}
	switch command {
	case "serve":
		return serve(ctx, args, environ, stderr)
	case "ready":
		return ready(ctx, args, environ, stderr)
	case "config":
		c, err := parse(args, environ, stderr)
		if c != nil {
			c.set.Print(stdout)
		}
		return err
	case "version":
		_, err := fmt.Fprintln(stdout, "web", settings.Version())
		return err
	case "help":
		return serve(ctx, []string{"--help"}, environ, stderr)
	}
	return fmt.Errorf("no command %q: expected serve, ready, config, version or help", command)
}

// serve runs the app until ctx ends.
func serve(ctx context.Context, args, environ []string, stderr io.Writer) error {
	start := time.Now()
	c, err := parse(args, environ, stderr)
	if err != nil {
		return err
	}
	log := settings.Logger(stderr, c.logLevel, c.logFormat)
	c.web.Log = log
	ln, err := listen.Open(c.listen, "--listen 127.0.0.1:3001 --base-url http://localhost:3001")
	if err != nil {
		return err
	}
	defer ln.Close()
	app, err := web.New(c.web)
	if err != nil {
		return err
	}
	if err := app.Start(ctx); err != nil {
		return err
	}
	defer app.Close()
	fmt.Fprintf(stderr, "web %s\n  app         %s\n  provider    %s\n  client      %s   callback %s\n  sessions    %s\nready in %d ms\n",
		settings.Version(), c.web.BaseURL, c.web.Issuer, c.web.ClientID, c.web.RedirectURL, c.web.SessionDir, time.Since(start).Milliseconds())
	return listen.Serve(ctx, ln, app, log)
}

// ready asks the app that these settings describe whether it is ready: the
// health check of a container without a shell.
func ready(ctx context.Context, args, environ []string, stderr io.Writer) error {
	c, err := parse(args, environ, stderr)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	return listen.Ready(ctx, c.listen, "/readyz", c.wait)
}
