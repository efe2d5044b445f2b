// Command demo serves the mock identity provider and the demo app in one
// process on this machine, and prints where to click.
//
//	go run ./cmd/demo            state is kept in ./demo-data
//	go run ./cmd/demo --fresh    forget it first
//
// It reads the same environment variables as the commands mockidp and web, as
// far as its flags name them. It is for testing only.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"example.com/postlogin/cmd/listen"
	"example.com/postlogin/cmd/settings"
	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/outbox"
)

func main() {
	actions.ServeIfWorker() // this binary is its own worker
	listen.CollectLess()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Environ(), os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// run is main without globals, so that tests can call it.
func run(ctx context.Context, args, environ []string, stderr io.Writer) error {
	start := time.Now()
	o := options{}
	var level slog.Level
	set := settings.New("demo", "", stderr)
	set.Text(&o.appListen, "listen", "LISTEN_ADDR", "127.0.0.1:3000", "address of the demo app")
	set.Text(&o.idpListen, "idp-listen", "MOCKIDP_LISTEN", "127.0.0.1:9400", "address of the identity provider")
	set.Text(&o.data, "data", "DEMO_DATA", "./demo-data", "folder that keeps users, counts and sessions")
	set.Value("seed", "MOCKIDP_SEED", mockidp.SeedDemo, "what an empty database is filled with: demo or empty (no Action)", func(v string) error {
		o.seed = v
		if v != mockidp.SeedDemo && v != mockidp.SeedEmpty {
			return fmt.Errorf("expected demo or empty, got %q", v)
		}
		return nil
	})
	set.Value("scopes", "OIDC_SCOPES", "openid profile email", "scopes that the demo app asks for; with offline_access too, it can refresh the tokens", func(v string) error {
		o.scopes = strings.Fields(v)
		if !slices.Contains(o.scopes, "openid") {
			return fmt.Errorf("expected a list with openid in it, got %q", v)
		}
		return nil
	})
	set.Text(&o.geoipPath, "geoip-db", "MOCKIDP_GEOIP_DB", "", "a city .mmdb file; default: the built-in database")
	set.Value("actions", "MOCKIDP_ACTIONS", "warm", "warm: module scope lives on between logins, as on Auth0; cold: every run starts afresh", func(v string) error {
		o.runtime.Cold = v == "cold"
		if v != "warm" && v != "cold" {
			return fmt.Errorf("expected warm or cold, got %q", v)
		}
		return nil
	})
	set.Folder(&o.runtime.NodeModules, "node-modules", "MOCKIDP_NODE_MODULES", "a node_modules folder whose packages Actions may require")
	set.Value("outbox", "MOCKIDP_OUTBOX", "capture", "capture: requests of Actions stay here; allow:host,host:port lets these hosts be called", func(v string) (err error) {
		o.allow, err = outbox.ParseMode(v)
		return err
	})
	set.LogLevel(&level, "LOG_LEVEL", "warn")
	set.Switch(&o.fresh, "fresh", "delete the data folder's database and sessions first, unless a demo runs on them")
	if _, err := set.Parse(args, environ, nil); err != nil {
		return err
	}
	o.log = settings.Logger(stderr, level, "text")
	o.databaseURL = "file:" + filepath.Join(o.data, "mockidp.db")
	s, err := open(ctx, o)
	if err != nil {
		return err
	}
	if err := s.greet(ctx, stderr, time.Since(start)); err != nil {
		return errors.Join(err, s.app.Close(), s.close())
	}
	return s.serve(ctx)
}
