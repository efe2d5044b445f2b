package main

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"example.com/postlogin/cmd/listen"
	"example.com/postlogin/cmd/settings"
	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/clientip"
	"example.com/postlogin/mockidp/outbox"
)

// defaultAppURL is where the demo application is unless somebody says otherwise.
const defaultAppURL = "http://localhost:3000"

// config is what the flags and the environment say.
type config struct {
	listen string
	appURL string

	appConnectTo string // host:port to dial for appURL; empty: its own
	options      mockidp.Options
	logLevel     slog.Level
	logFormat    string
	wait         bool          // ready: ask until it is
	timeout      time.Duration // ready: how long to wait
	set          *settings.Set
}

// parse reads all settings of a server; every wrong one is in the error.
func parse(args, environ []string, stderr io.Writer) (*config, error) {
	c := &config{set: settings.New("mockidp", "MOCKIDP_", stderr)}
	c.set.Call("mockidp [serve | ready | actions deploy | actions test | trigger post-login | config | version | help] [flags]")
	c.set.Switch(&c.wait, "wait", "with the command ready: ask until it is")
	c.set.Value("timeout", "", "30s", "with the command ready: how long to wait", func(v string) (err error) {
		c.timeout, err = time.ParseDuration(v)
		return err
	})
	if err := c.read(args, environ, stderr); err != nil {
		return nil, err
	}
	return c, c.checkExposure()
}

// read declares the settings behind the flags that a command has already
// declared in c.set, and reads them all.
func (c *config) read(args, environ []string, stderr io.Writer) error {
	c.declareServer()
	c.declareTenant()
	c.declareActions()
	dotenv, err := settings.ReadDotEnv(".env")
	if err != nil {
		return err
	}
	warnings, err := c.set.Parse(args, environ, dotenv)
	for _, w := range warnings {
		fmt.Fprintln(stderr, "mockidp: warning:", w)
	}
	if err != nil {
		return err
	}
	client := mockidp.DemoClient()
	client.RedirectURIs = []string{c.appURL + "/callback"}
	client.PostLogoutRedirectURIs = []string{c.appURL, c.appURL + "/"}
	client.BackchannelLogoutURI = c.appURL + "/backchannel-logout"
	if c.appConnectTo != "" {
		c.options.ConnectTo = map[string]string{dialled(c.appURL): c.appConnectTo}
	}
	c.options.Client = client
	return nil
}

// dialled is the host and port that an address is dialled at.
func dialled(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "" // the setting was parsed before
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}

func (c *config) declareServer() {
	o := &c.options
	c.set.Value("listen", "MOCKIDP_LISTEN", "127.0.0.1:9400", "address to listen on", func(v string) error {
		c.listen = v
		if !strings.Contains(v, ":") {
			return fmt.Errorf("expected host:port, as in 127.0.0.1:9400, got %q", v)
		}
		return nil
	})
	c.set.Value("issuer", "MOCKIDP_ISSUER", "http://localhost:9400/", "issuer identifier, with a trailing slash", func(v string) error {
		o.Issuer = v
		if u, err := url.Parse(v); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return fmt.Errorf("%q has no scheme or host. Write http://localhost:9400/", v)
		}
		if !strings.HasSuffix(v, "/") {
			return fmt.Errorf("%q does not end in a slash. Write %s/", v, v)
		}
		return nil
	})
	c.set.Text(&o.AdminToken, "admin-token", "MOCKIDP_ADMIN_TOKEN", "", "bearer token for /_mock/; needed when the address is not loopback", settings.Secret)
	c.set.Value("dashboard", "MOCKIDP_DASHBOARD", "", `"open": /_mock/ needs no token from any peer (for a container that is published on loopback)`, func(v string) error {
		o.OpenAdmin = v == "open"
		if v != "" && v != "open" {
			return fmt.Errorf("expected open or nothing, got %q", v)
		}
		return nil
	})
	c.set.Value("trusted-proxies", "MOCKIDP_TRUSTED_PROXIES", "", "networks whose X-Forwarded-For is believed, comma separated", func(v string) (err error) {
		o.TrustedProxies.Trusted, err = clientip.ParsePrefixes(v)
		return err
	})
	c.set.LogLevel(&c.logLevel, "MOCKIDP_LOG_LEVEL", "info")
	c.set.LogFormat(&c.logFormat, "MOCKIDP_LOG_FORMAT")
}

func (c *config) declareTenant() {
	o := &c.options
	c.set.Text(&o.DatabaseURL, "database-url", "MOCKIDP_DATABASE_URL", "file:./mockidp.db", "file:PATH or memory:")
	c.set.Value("seed", "MOCKIDP_SEED", mockidp.SeedDemo, "what an empty database is filled with: demo or empty (no Action)", func(v string) error {
		o.Seed = v
		if v != mockidp.SeedDemo && v != mockidp.SeedEmpty {
			return fmt.Errorf("expected demo or empty, got %q", v)
		}
		return nil
	})
	c.set.Value("app-url", "MOCKIDP_APP_URL", defaultAppURL, "address of the seeded demo application", func(v string) error {
		c.appURL = strings.TrimSuffix(v, "/")
		if u, err := url.Parse(v); err != nil || u.Host == "" {
			return fmt.Errorf("expected a URL like http://localhost:3000, got %q", v)
		}
		return nil
	})
	c.set.Value("app-connect-to", "MOCKIDP_APP_CONNECT_TO", "", "host:port to dial for the application's host, to tell it of a logout (containers)", func(v string) error {
		c.appConnectTo = v
		if _, _, err := net.SplitHostPort(v); v != "" && err != nil {
			return fmt.Errorf("expected host:port, as in web:3000, got %q", v)
		}
		return nil
	})
	c.set.Text(&o.GeoIPPath, "geoip-db", "MOCKIDP_GEOIP_DB", "", "a city .mmdb file; default: the built-in database")
	c.set.Value("simulate-ip", "MOCKIDP_SIMULATE_IP", "on", "on: people choose on the login page where they log in from", func(v string) error {
		o.SimulateIP = v == "on"
		if v != "on" && v != "off" {
			return fmt.Errorf("expected on or off, got %q", v)
		}
		return nil
	})
	c.set.Value("alg", "MOCKIDP_ALG", "RS256", "algorithm that signs tokens: RS256 or ES256", func(v string) error {
		o.DefaultAlg = v
		if v != "RS256" && v != "ES256" {
			return fmt.Errorf("expected RS256 or ES256, got %q", v)
		}
		return nil
	})
}

func (c *config) declareActions() {
	o := &c.options
	c.set.Value("actions", "MOCKIDP_ACTIONS", "warm", "warm: module scope lives on between logins, as on Auth0; cold: every run starts afresh", func(v string) error {
		o.Runtime.Cold = v == "cold"
		if v != "warm" && v != "cold" {
			return fmt.Errorf("expected warm or cold, got %q", v)
		}
		return nil
	})
	c.set.Value("outbox", "MOCKIDP_OUTBOX", "capture", "capture: requests of Actions stay here; allow:host,host:port lets these hosts be called", func(v string) (err error) {
		o.Allow, err = outbox.ParseMode(v)
		return err
	})
	c.set.Folder(&o.Runtime.NodeModules, "node-modules", "MOCKIDP_NODE_MODULES", "a node_modules folder whose packages Actions may require")
	c.set.Value("actions-timeout", "MOCKIDP_ACTIONS_TIMEOUT", "20s", "how long all Actions of one login may run together", func(v string) error {
		d, err := time.ParseDuration(v)
		if err != nil || d <= 0 {
			return fmt.Errorf("expected a time like 20s or 500ms, got %q", v)
		}
		o.Runtime.Limits.Time = d
		return nil
	})
	c.set.Value("actions-workers", "MOCKIDP_ACTIONS_WORKERS", "", "processes that run Actions; default: one per CPU, at least two", func(v string) error {
		if v == "" {
			return nil
		}
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > maxWorkers {
			return fmt.Errorf("expected a number from 1 to %d, got %q", maxWorkers, v)
		}
		o.Runtime.Workers = n
		return nil
	}, settings.Derived("the CPUs", func() string { return strconv.Itoa(actions.DefaultWorkers()) }))
}

// maxWorkers is far beyond use: each worker is a process that may take 512 MB.
const maxWorkers = 64

// checkExposure refuses to open the tenant to a network without a token: whoever
// reaches the port could read every login.
func (c *config) checkExposure() error {
	if listen.Loopback(c.listen) || c.options.AdminToken != "" || c.options.OpenAdmin {
		return nil
	}
	return fmt.Errorf("MOCKIDP_LISTEN: %s can be reached from other machines. Set MOCKIDP_ADMIN_TOKEN to a secret of your own, or MOCKIDP_DASHBOARD=open when the port is published on this machine only, or listen on 127.0.0.1", c.listen)
}

func printConfig(args, environ []string, stdout, stderr io.Writer) error {
	c, err := parse(args, environ, stderr)
	if c != nil {
		c.set.Print(stdout)
	}
	return err
}

// path is the issuer's path without its trailing slash.
func (c *config) path() string {
	u, err := url.Parse(c.options.Issuer)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(u.Path, "/")
}
