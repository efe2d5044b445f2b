package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"example.com/postlogin/cmd/listen"
	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/web"
)

// options says what open starts. Port 0 takes a free port.
type options struct {
	appListen, idpListen string
	data                 string // the folder with the sessions, and for the command with the database
	fresh                bool   // forget first what lies there
	databaseURL          string
	seed                 string
	geoipPath            string
	scopes               []string       // default: openid profile email
	runtime              actions.Config // limits of the Actions
	allow                []string       // hosts that Actions really reach; none: nothing leaves the machine
	log                  *slog.Logger
}

// stack is the demo app and its identity provider, both listening.
type stack struct {
	appURL string // http://localhost:3000
	issuer string // http://localhost:9400/
	idp    *mockidp.Instance

	app          *web.Server
	appLn, idpLn net.Listener
	folder       *os.File // open as long as the data folder's files are in use, see claim
	log          *slog.Logger
}

// open takes both ports, opens the provider and starts the app. Call serve next;
// it also ends what open began.
func open(ctx context.Context, o options) (_ *stack, err error) {
	s := &stack{log: o.log}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.idpLn, err = listen.Open(o.idpListen, "--idp-listen 127.0.0.1:9401"); err != nil {
		return nil, err
	}
	if s.appLn, err = listen.Open(o.appListen, "--listen 127.0.0.1:3001"); err != nil {
		return nil, err
	}
	// Not before both ports are ours: a start that fails should have deleted nothing.
	if o.fresh {
		if err := forget(o.data); err != nil {
			return nil, err
		}
	}
	if s.folder, err = claim(o.data); err != nil {
		return nil, err
	}
	// Both are told the address that browsers use. localhost and not 127.0.0.1: a
	// cookie set on one is not sent to the other.
	s.issuer = "http://localhost:" + port(s.idpLn) + "/"
	s.appURL = "http://localhost:" + port(s.appLn)
	client := mockidp.DemoClient()
	client.RedirectURIs = []string{s.appURL + "/callback"}
	client.PostLogoutRedirectURIs = []string{s.appURL, s.appURL + "/"}
	client.BackchannelLogoutURI = s.appURL + "/backchannel-logout"
	s.idp, err = mockidp.Open(ctx, mockidp.Options{
		Config: mockidp.Config{
			Issuer: s.issuer, SimulateIP: true, TestPassword: mockidp.TestPassword, Log: o.log,
		},
		DatabaseURL: o.databaseURL, Seed: o.seed, Client: client, GeoIPPath: o.geoipPath, Runtime: o.runtime, Allow: o.allow,
	})
	if err != nil {
		return nil, err
	}
	// The folder may be of a start on other ports.
	if _, err := s.idp.Store.AddAddresses(ctx, client); err != nil {
		return nil, fmt.Errorf("allow %s as an address of the demo app: %w", s.appURL, err)
	}
	if len(o.scopes) == 0 {
		o.scopes = []string{"openid", "profile", "email"}
	}
	s.app, err = web.New(web.Config{
		BaseURL: s.appURL, Issuer: s.issuer, ClientID: client.ID, ClientSecret: client.Secret,
		RedirectURL: s.appURL + "/callback", Scopes: o.scopes,
		SessionDir: filepath.Join(o.data, "sessions"), ShowRawToken: true, Log: o.log,
	})
	return s, err
}

func port(ln net.Listener) string {
	_, p, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		return ""
	}
	return p
}

// serve answers on both ports until ctx ends, then closes everything.
func (s *stack) serve(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var (
		both sync.WaitGroup
		errs [2]error
	)
	// If one of them fails, the other has nothing left to do.
	both.Go(func() { defer stop(); errs[0] = listen.Serve(ctx, s.idpLn, s.idp, s.log) })
	if err := s.app.Start(ctx); err != nil {
		stop()
		errs[1] = err
	} else {
		both.Go(func() { defer stop(); errs[1] = listen.Serve(ctx, s.appLn, s.app, s.log) })
	}
	both.Wait()
	return errors.Join(errs[0], errs[1], s.app.Close(), s.close())
}

func (s *stack) close() error {
	var errs []error
	for _, ln := range []net.Listener{s.idpLn, s.appLn} {
		if ln != nil {
			if err := ln.Close(); !errors.Is(err, net.ErrClosed) {
				errs = append(errs, err)
			}
		}
	}
	if s.idp != nil {
		errs = append(errs, s.idp.Close())
	}
	if s.folder != nil {
		errs = append(errs, s.folder.Close())
	}
	return errors.Join(errs...)
}

// greet prints where to click; its last line is the readiness line.
func (s *stack) greet(ctx context.Context, w io.Writer, took time.Duration) error {
	flow, err := s.flow(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, `postlogin demo  for testing only

  1. open     %s   and choose "Log in"
  2. log in   as ada@example.test, password %s, from any place in the list
  3. read     login_count, last_login_city and last_login_country under "User profile"

  provider    %s
  dashboard   %sdashboard   (no password on this machine)
  users       ada@example.test, grace@example.test, bob@example.test (blocked)   password: %s
  Actions     %s
  location    %s
ready in %d ms
`, s.appURL, mockidp.TestPassword, s.issuer, s.issuer, mockidp.TestPassword, flow, mockidp.SourceText(s.idp.GeoIP.Description()), took.Milliseconds())
	return err
}

// flow says what a login runs now: the database may be older than this start.
func (s *stack) flow(ctx context.Context) (string, error) {
	bound, err := s.idp.Store.Flow(ctx, mockidp.Trigger)
	if err != nil || len(bound) == 0 {
		return "none in the Login flow yet: create one in the dashboard", err
	}
	var names []string
	for _, v := range bound {
		names = append(names, v.Name)
	}
	return fmt.Sprintf("at each login: %s; what they did: %sdashboard/logs", strings.Join(names, ", "), s.issuer), nil
}
