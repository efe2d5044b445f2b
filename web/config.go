package web

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	pathpkg "path"
	"slices"
	"strings"
	"time"

	"example.com/postlogin/static"
	"example.com/postlogin/web/provider"
)

// Config says how to reach this app, how to reach the provider, and where to
// keep sessions. Fields not marked "required" have a default.
type Config struct {
	// BaseURL is this app's own address as browsers see it: scheme and host,
	// e.g. "http://localhost:3000". Required. Every redirect is built from it,
	// never from what a request says. With https, cookies are Secure.
	BaseURL string

	// Issuer is the provider's name for itself, letter by letter, trailing slash
	// included if it has one. Required.
	Issuer string
	// ClientID names this app at the provider. Required.
	ClientID string
	// ClientSecret is this app's password at the provider. Empty: the app is a
	// public client and has only PKCE to prove itself with.
	ClientSecret string
	// RedirectURL is where the provider sends the browser back to, as registered
	// there. It must be an address of this app. Default: BaseURL + "/callback".
	RedirectURL string
	// Scopes is what to ask for. "openid" is added when missing. Default:
	// openid, profile, email.
	Scopes []string
	// SigningAlg is the only algorithm that an ID token may be signed with:
	// "RS256" (default) or "ES256".
	SigningAlg string
	// ConnectTo is the "host:port" to dial in place of the issuer's own, as
	// curl's --connect-to does; the addresses in requests and checks stay those
	// of the issuer. For containers, where "localhost" is another machine.
	// Empty: dial the issuer's host.
	ConnectTo string
	// Timeout is how long one request to the provider may take. Default: 10 s.
	Timeout time.Duration

	// SessionDir is the folder for sessions and started logins. Required; made
	// when it is not there. Its files are of mode 0600 and encrypted.
	SessionDir string
	// SessionKey encrypts the files in SessionDir: at least 32 random bytes.
	// Empty: made once and kept in SessionDir/key.
	SessionKey []byte

	// ShowRawToken allows pages and JSON to carry the encoded ID token, for
	// learning. Whoever has the token can pass it on: off outside of a classroom.
	ShowRawToken bool
	// Version is shown at the foot of each page. Default: "dev".
	Version string
	// Log receives one line per request and per change of the provider's state;
	// no secrets, codes, tokens or cookies. Default: slog.Default().
	Log *slog.Logger
	// Now tells the time. Default: time.Now.
	Now func() time.Time
}

// withDefaults returns c with its defaults filled in, and everything that is
// wrong with it, each in a sentence of its own.
func (c Config) withDefaults() (Config, error) {
	c.BaseURL = strings.TrimSuffix(c.BaseURL, "/")
	c.RedirectURL = cmp.Or(c.RedirectURL, c.BaseURL+"/callback")
	c.SigningAlg = cmp.Or(c.SigningAlg, "RS256")
	c.Timeout = cmp.Or(c.Timeout, 10*time.Second)
	c.Version = cmp.Or(c.Version, "dev")
	c.Log = cmp.Or(c.Log, slog.Default())
	if c.Now == nil {
		c.Now = time.Now
	}
	if len(c.Scopes) == 0 {
		c.Scopes = []string{"openid", "profile", "email"}
	}
	if !slices.Contains(c.Scopes, "openid") { // Core 3.1.2.1: without it, it is not OpenID Connect
		c.Scopes = append([]string{"openid"}, c.Scopes...)
	}
	return c, errors.Join(c.checkAddresses(), c.checkRest())
}

func (c Config) checkAddresses() error {
	base, err := checkURL("BaseURL", c.BaseURL, "http://localhost:3000")
	_, issuerErr := checkURL("Issuer", c.Issuer, "http://localhost:9400/")
	if err = errors.Join(err, issuerErr); err != nil {
		return err
	}
	if base.Path != "" || base.RawQuery != "" {
		return fmt.Errorf("web: BaseURL: %q has more than scheme and host. Write %s://%s", c.BaseURL, base.Scheme, base.Host)
	}
	redirect, err := checkURL("RedirectURL", c.RedirectURL, c.BaseURL+"/callback")
	if err != nil {
		return err
	}
	if redirect.Scheme != base.Scheme || redirect.Host != base.Host || redirect.RawQuery != "" || !isFreePath(redirect.Path) {
		return fmt.Errorf("web: RedirectURL: %q is not a page of this app. Write an address such as %s/callback", c.RedirectURL, c.BaseURL)
	}
	return nil
}

// isFreePath reports whether path may be the callback: plain, and not one that
// this app uses for something else.
func isFreePath(path string) bool {
	if len(path) < 2 || strings.HasSuffix(path, "/") || strings.HasPrefix(path, static.Prefix) || strings.HasPrefix(path+"/", "/docs/") {
		return false
	}
	for _, r := range path {
		if !strings.ContainsRune("/-._~", r) && (r < '0' || r > 'z' || r > '9' && r < 'A' || r > 'Z' && r < 'a') {
			return false
		}
	}
	taken := []string{"/login", "/profile", "/user", "/logout", "/refresh", "/theme", "/api/me", "/api/status", "/backchannel-logout", "/livez", "/readyz", "/healthz"}
	return path == pathpkg.Clean(path) && !slices.Contains(taken, path)
}

func (c Config) checkRest() error {
	var wrong []error
	if c.ClientID == "" {
		wrong = append(wrong, errors.New("web: ClientID is missing. Write the id that the provider gave this app"))
	}
	if c.SessionDir == "" {
		wrong = append(wrong, errors.New("web: SessionDir is missing. Name a folder that only this app uses"))
	}
	if n := len(c.SessionKey); n > 0 && n < 32 {
		wrong = append(wrong, fmt.Errorf("web: SessionKey has %d bytes. Use at least 32 random ones, or none to have a key made", n))
	}
	if c.SigningAlg != "RS256" && c.SigningAlg != "ES256" {
		wrong = append(wrong, fmt.Errorf("web: SigningAlg: %q is not known. Write RS256 or ES256", c.SigningAlg))
	}
	if c.ConnectTo != "" {
		if _, _, err := net.SplitHostPort(c.ConnectTo); err != nil {
			wrong = append(wrong, fmt.Errorf("web: ConnectTo: %q is not host:port. Write for example mockidp:9400", c.ConnectTo))
		}
	}
	return errors.Join(wrong...)
}

// checkURL parses the http or https address in the field called name.
func checkURL(name, value, example string) (*url.URL, error) {
	u, err := url.Parse(value)
	switch {
	case value == "":
		return nil, fmt.Errorf("web: %s is missing. Write an address such as %s", name, example)
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return nil, fmt.Errorf("web: %s: %q is not an http or https address. Write one such as %s", name, value, example)
	case u.Fragment != "" || u.User != nil:
		return nil, fmt.Errorf("web: %s: %q must have neither a #fragment nor a user. Write an address such as %s", name, value, example)
	}
	return u, nil
}

// forProvider is the part of c that package provider needs.
func (c Config) forProvider() provider.Config {
	return provider.Config{
		Issuer: c.Issuer, ClientID: c.ClientID, ClientSecret: c.ClientSecret, RedirectURL: c.RedirectURL, Scopes: c.Scopes,
		SigningAlg: c.SigningAlg, ConnectTo: c.ConnectTo, Timeout: c.Timeout, Log: c.Log,
	}
}
