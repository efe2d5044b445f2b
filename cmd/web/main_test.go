package main

import (
	"bytes"
	"errors"
	"flag"
	"regexp"
	"strings"
	"testing"
)

func TestWrongSettingsStopTheStart(t *testing.T) {
	t.Chdir(t.TempDir())
	tests := []struct {
		name string
		args []string
		env  []string
		want []string // in the error
	}{
		{"all wrong values at once", nil, []string{"OIDC_ISSUER=localhost:9400", "SESSION_KEY=short", "OIDC_SCOPES=profile", "OIDC_CONNECT_TO=mockidp"},
			[]string{`OIDC_ISSUER: "localhost:9400" has no scheme. Write http://localhost:9400/`, "SESSION_KEY: expected at least 32 bytes", "OIDC_SCOPES: expected a list with openid", "OIDC_CONNECT_TO: expected host:port"}},
		{"a base URL without a scheme", []string{"--base-url", "localhost:3000"}, nil, []string{"--base-url: ", "Write http://localhost:3000"}},
		{"an unknown command", []string{"serv"}, nil, []string{`no command "serv"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := run(t.Context(), tt.args, tt.env, t.Output(), t.Output())
			if err == nil {
				t.Fatal("it started")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q lacks %q", err, want)
				}
			}
		})
	}
}

// TestAuth0Names: the variables of Auth0's own Go sample are enough.
func TestAuth0Names(t *testing.T) {
	t.Chdir(t.TempDir())
	c, err := parse(nil, []string{"AUTH0_DOMAIN=acme.eu.auth0.com", "AUTH0_CLIENT_ID=id", "AUTH0_CLIENT_SECRET=se", "AUTH0_CALLBACK_URL=https://app.example.test/callback", "BASE_URL=https://app.example.test"}, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	if c.web.Issuer != "https://acme.eu.auth0.com/" || c.web.ClientID != "id" || c.web.ClientSecret != "se" || c.web.RedirectURL != "https://app.example.test/callback" {
		t.Errorf("%+v", c.web)
	}
	if c.web.ShowRawToken {
		t.Error("a public address shows the raw token by default")
	}
}

func TestDefaults(t *testing.T) {
	t.Chdir(t.TempDir())
	c, err := parse(nil, []string{"PORT=8123", "OIDC_CONNECT_TO="}, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	if c.listen != "127.0.0.1:8123" || c.web.Issuer != "http://localhost:9400/" || c.web.RedirectURL != "http://localhost:3000/callback" || !c.web.ShowRawToken {
		t.Errorf("listen %s, %+v", c.listen, c.web)
	}
}

func TestHelp(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, word := range []string{"help", "--help"} {
		var out bytes.Buffer
		if err := run(t.Context(), []string{word}, nil, t.Output(), &out); !errors.Is(err, flag.ErrHelp) || !strings.Contains(out.String(), "Usage: web [serve | ready |") {
			t.Errorf("%s: %v\n%s", word, err, &out)
		}
	}
}

func TestConfigHidesSecrets(t *testing.T) {
	t.Chdir(t.TempDir())
	var out bytes.Buffer
	if err := run(t.Context(), []string{"config"}, []string{"OIDC_CLIENT_SECRET=hush"}, &out, t.Output()); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "hush") || !strings.Contains(out.String(), "(hidden)") {
		t.Errorf("%s", &out)
	}
}

// TestConfigPrintsWhatIsInForce: a default that is made of another setting is printed as
// what it is, and says what it is made of.
func TestConfigPrintsWhatIsInForce(t *testing.T) {
	t.Chdir(t.TempDir())
	const public = "BASE_URL=https://app.example.test/"
	tests := []struct {
		name string
		env  []string
		want []string // patterns of lines
	}{
		{"nothing is set", nil, []string{
			`OIDC_REDIRECT_URL +http://localhost:3000/callback +default, from BASE_URL`, `SHOW_RAW_TOKEN +on +default, from BASE_URL`,
			`SESSION_KEY +\(hidden\) +default, from SESSION_DIR`, `LISTEN_ADDR +127\.0\.0\.1:3000 +default`}},
		{"a public address", []string{public, "PORT=8123"}, []string{
			`OIDC_REDIRECT_URL +https://app\.example\.test/callback +default, from BASE_URL`, `SHOW_RAW_TOKEN +off +default, from BASE_URL`,
			`LISTEN_ADDR +127\.0\.0\.1:8123 +default, from PORT`}},
		{"set after all", []string{public, "PORT=8123", "LISTEN_ADDR=127.0.0.1:9", "SHOW_RAW_TOKEN=on", "AUTH0_CALLBACK_URL=https://x.test/cb"}, []string{
			`OIDC_REDIRECT_URL +https://x\.test/cb +environment AUTH0_CALLBACK_URL`, `SHOW_RAW_TOKEN +on +environment SHOW_RAW_TOKEN`,
			`LISTEN_ADDR +127\.0\.0\.1:9 +environment LISTEN_ADDR`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			if err := run(t.Context(), []string{"config"}, tt.env, &out, t.Output()); err != nil {
				t.Fatal(err)
			}
			for _, want := range tt.want {
				if !regexp.MustCompile(`(?m)^` + want + `$`).MatchString(out.String()) {
					t.Errorf("no line like %q in:\n%s", want, &out)
				}
			}
		})
	}
}
