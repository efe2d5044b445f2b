package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"example.com/postlogin/cmd/listen"
	"example.com/postlogin/cmd/settings"
	"example.com/postlogin/mockidp"
)

// serve runs the server until ctx ends.
func serve(ctx context.Context, args, environ []string, stderr io.Writer) error {
	start := time.Now()
	c, err := parse(args, environ, stderr)
	if err != nil {
		return err
	}
	log := settings.Logger(stderr, c.logLevel, c.logFormat)
	c.options.Log, c.options.Version, c.options.TestPassword = log, settings.Version(), mockidp.TestPassword
	ln, err := listen.Open(c.listen, "--listen 127.0.0.1:9401 --issuer http://localhost:9401/")
	if err != nil {
		return err
	}
	defer ln.Close()
	idp, err := mockidp.Open(ctx, c.options)
	if err != nil {
		return err
	}
	defer idp.Close()
	// The database may be of a start with another address of the application. Who
	// names none has perhaps put an application of their own there.
	if c.appURL != defaultAppURL {
		switch changed, err := idp.Store.AddAddresses(ctx, c.options.Client); {
		case err != nil:
			return fmt.Errorf("MOCKIDP_APP_URL: allow %s as an address of %s: %w", c.appURL, c.options.Client.ID, err)
		case changed:
			log.InfoContext(ctx, "the seeded application is allowed a new address", "client", c.options.Client.ID, "address", c.appURL)
		}
	}
	if err := c.greet(ctx, stderr, idp, time.Since(start)); err != nil {
		return err
	}
	return listen.Serve(ctx, ln, idp, log)
}

// greet prints what a person needs to log in; its last line is the readiness
// line. The port is already open: connections wait in its queue until Serve.
func (c *config) greet(ctx context.Context, w io.Writer, idp *mockidp.Instance, took time.Duration) error {
	users, err := idp.Store.Users(ctx, 10)
	if err != nil {
		return err
	}
	place := idp.GeoIP.Description()
	fmt.Fprintf(w, "mockidp %s  for testing only\n", settings.Version())
	fmt.Fprintf(w, "  issuer      %s\n", c.options.Issuer)
	fmt.Fprintf(w, "  dashboard   %sdashboard   (%s)\n", c.options.Issuer, c.door())
	fmt.Fprintf(w, "  client      %s / %s   callback %s/callback\n", c.options.Client.ID, c.options.Client.Secret, c.appURL)
	fmt.Fprint(w, "  users       ")
	for i, u := range users {
		if i > 0 {
			fmt.Fprint(w, ", ")
		}
		fmt.Fprint(w, u.Email)
		if u.Blocked {
			fmt.Fprint(w, " (blocked)")
		}
	}
	fmt.Fprintf(w, "   the test users' password: %s\n", mockidp.TestPassword)
	fmt.Fprintf(w, "  location    %s\n", mockidp.SourceText(place))
	fmt.Fprintf(w, "  database    %s\n", c.options.DatabaseURL)
	for _, warning := range place.Warnings {
		fmt.Fprintf(w, "              %s\n", warning)
	}
	_, err = fmt.Fprintf(w, "ready in %d ms\n", took.Milliseconds())
	return err
}

// door says who may open the dashboard.
func (c *config) door() string {
	switch {
	case c.options.AdminToken != "":
		return "asks once for the admin token"
	case c.options.OpenAdmin:
		return "open to whoever reaches this port"
	}
	return "no password on this machine"
}

// ready asks the server that these settings describe whether it is ready: the
// health check of a container without a shell.
func ready(ctx context.Context, args, environ []string, stderr io.Writer) error {
	c, err := parse(args, environ, stderr)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	return listen.Ready(ctx, c.listen, c.path()+"/readyz", c.wait)
}
