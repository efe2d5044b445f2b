package main

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"example.com/postlogin/cmd/listen"
	"example.com/postlogin/cmd/settings"
	"example.com/postlogin/web"
)

// config is what the flags and the environment say.
type config struct {
	listen    string
	web       web.Config
	rawToken  string
	logLevel  slog.Level
	logFormat string
	wait      bool          // ready: ask until it is
	timeout   time.Duration // ready: how long to wait
	set       *settings.Set
}

// parse reads all settings; every wrong one is in the error.
func parse(args, environ []string, stderr io.Writer) (*config, error) {
	c := &config{set: settings.New("web", "OIDC_", stderr), web: web.Config{Version: settings.Version()}}
	c.set.Call("web [serve | ready | config | version | help] [flags]")
	c.declareApp(environ)
	c.declareProvider()
	c.set.Switch(&c.wait, "wait", "with the command ready: ask until it is")
	c.set.Value("timeout", "", "30s", "with the command ready: how long to wait", func(v string) (err error) {
		c.timeout, err = time.ParseDuration(v)
		return err
	})
	dotenv, err := settings.ReadDotEnv(".env")
	if err != nil {
		return nil, err
	}
	warnings, err := c.set.Parse(args, environ, dotenv)
	for _, w := range warnings {
		fmt.Fprintln(stderr, "web: warning:", w)
	}
	if err != nil {
		return nil, err
	}
	if c.web.RedirectURL == "" {
		c.web.RedirectURL = c.web.BaseURL + "/callback"
	}
	// The raw token is a credential at some providers: it is shown by default
	// only to a browser on this machine.
	base, err := url.Parse(c.web.BaseURL)
	local := err == nil && listen.Loopback(base.Hostname()+":0")
	c.web.ShowRawToken = c.rawToken == "on" || c.rawToken == "" && local
	return c, nil
}

func (c *config) declareApp(environ []string) {
	def, derived := "127.0.0.1:3000", []settings.Option(nil)
	for _, kv := range environ {
		if port, ok := strings.CutPrefix(kv, "PORT="); ok && port != "" {
			def = "127.0.0.1:" + port
			derived = []settings.Option{settings.Derived("PORT", func() string { return c.listen })}
		}
	}
	c.set.Value("listen", "LISTEN_ADDR", def, "address to listen on; its default takes the port from PORT", func(v string) error {
		c.listen = v
		if !strings.Contains(v, ":") {
			return fmt.Errorf("expected host:port, as in 127.0.0.1:3000, got %q", v)
		}
		return nil
	}, derived...)
	c.set.Value("base-url", "BASE_URL", "http://localhost:3000", "address that browsers use", func(v string) error {
		c.web.BaseURL = strings.TrimSuffix(v, "/")
		return absolute(v, "http://localhost:3000")
	})
	c.set.Text(&c.web.SessionDir, "session-dir", "SESSION_DIR", "./web-sessions", "folder that keeps the sessions")
	c.set.Value("session-key", "SESSION_KEY", "", "32 bytes as hex or base64 that sign the session cookie; default: made once and kept in the session folder", func(v string) (err error) {
		c.web.SessionKey, err = key(v)
		return err
	}, settings.Secret, settings.Derived("SESSION_DIR", func() string { return "the key that is kept there" }))
	c.set.Value("show-raw-token", "SHOW_RAW_TOKEN", "", "on or off: show the ID token as it came; default: on when BASE_URL is this machine", func(v string) error {
		c.rawToken = v
		if v != "" && v != "on" && v != "off" {
			return fmt.Errorf("expected on or off, got %q", v)
		}
		return nil
	}, settings.Derived("BASE_URL", func() string {
		if c.web.ShowRawToken {
			return "on"
		}
		return "off"
	}))
	c.set.LogLevel(&c.logLevel, "LOG_LEVEL", "info")
	c.set.LogFormat(&c.logFormat, "LOG_FORMAT")
}

func (c *config) declareProvider() {
	c.set.Value("issuer", "OIDC_ISSUER", "http://localhost:9400/", "issuer identifier of the provider", func(v string) error {
		c.web.Issuer = v
		return absolute(v, "http://"+strings.TrimSuffix(v, "/")+"/")
	}, settings.Alias("AUTH0_DOMAIN"))
	c.set.Text(&c.web.ClientID, "client-id", "OIDC_CLIENT_ID", "demo-app", "client id at the provider", settings.Alias("AUTH0_CLIENT_ID"))
	c.set.Text(&c.web.ClientSecret, "client-secret", "OIDC_CLIENT_SECRET", "demo-secret", "client secret at the provider", settings.Alias("AUTH0_CLIENT_SECRET"), settings.Secret)
	c.set.Value("redirect-url", "OIDC_REDIRECT_URL", "", "callback address; default: BASE_URL/callback", func(v string) error {
		c.web.RedirectURL = v
		if v == "" {
			return nil
		}
		return absolute(v, "http://localhost:3000/callback")
	}, settings.Alias("AUTH0_CALLBACK_URL"), settings.Derived("BASE_URL", func() string { return c.web.RedirectURL }))
	c.set.Value("scopes", "OIDC_SCOPES", "openid profile email", "scopes to ask for", func(v string) error {
		c.web.Scopes = strings.Fields(v)
		if len(c.web.Scopes) == 0 || !strings.Contains(" "+v+" ", " openid ") {
			return fmt.Errorf("expected a list with openid in it, got %q", v)
		}
		return nil
	})
	c.set.Value("signing-alg", "OIDC_SIGNING_ALG", "RS256", "the only algorithm accepted on ID tokens: RS256 or ES256", func(v string) error {
		c.web.SigningAlg = v
		if v != "RS256" && v != "ES256" {
			return fmt.Errorf("expected RS256 or ES256, got %q", v)
		}
		return nil
	})
	c.set.Value("connect-to", "OIDC_CONNECT_TO", "", "host:port to dial for the issuer's host, when this program knows it by another name", func(v string) error {
		c.web.ConnectTo = v
		if v != "" && !strings.Contains(v, ":") {
			return fmt.Errorf("expected host:port, as in mockidp:9400, got %q", v)
		}
		return nil
	})
}

// absolute says what is wrong with v when it is no http or https URL.
func absolute(v, example string) error {
	if !strings.Contains(v, "://") {
		return fmt.Errorf("%q has no scheme. Write %s", v, example)
	}
	if u, err := url.Parse(v); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("expected a URL like %s, got %q", example, v)
	}
	return nil
}

// key decodes a session key. "" means that there is none.
func key(v string) ([]byte, error) {
	if v == "" {
		return nil, nil
	}
	if b, err := hex.DecodeString(v); err == nil && len(b) >= 32 {
		return b, nil
	}
	if b, err := base64.StdEncoding.DecodeString(v); err == nil && len(b) >= 32 {
		return b, nil
	}
	return nil, fmt.Errorf("expected at least 32 bytes as hex or base64, got %d characters; make one with: openssl rand -hex 32", len(v))
}
