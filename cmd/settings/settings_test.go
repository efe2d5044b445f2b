package settings_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/postlogin/cmd/settings"
)

// parse declares three settings and returns what they became.
func parse(args, environ []string, dotenv map[string]string) (issuer, secret string, warnings []string, err error) {
	s := settings.New("web", "OIDC_", io.Discard)
	s.Text(&issuer, "issuer", "OIDC_ISSUER", "http://localhost:9400/", "issuer", settings.Alias("AUTH0_DOMAIN"))
	s.Text(&secret, "secret", "OIDC_SECRET", "s", "secret", settings.Secret)
	s.Value("port", "OIDC_PORT", "1", "port", func(v string) error {
		if v == "bad" {
			return errors.New("expected a number")
		}
		return nil
	})
	s.Value("level", "OIDC_LEVEL", "info", "level", func(v string) error {
		if v == "loud" {
			return fmt.Errorf("expected info, got %q", v)
		}
		return nil
	})
	warnings, err = s.Parse(args, environ, dotenv)
	return issuer, secret, warnings, err
}

func TestPrecedence(t *testing.T) {
	env := []string{"OIDC_ISSUER=env"}
	dotenv := map[string]string{"OIDC_ISSUER": "file"}
	tests := []struct {
		name   string
		args   []string
		env    []string
		dotenv map[string]string
		want   string
	}{
		{"the default when nothing is set", nil, nil, nil, "http://localhost:9400/"},
		{"the .env file over the default", nil, nil, dotenv, "file"},
		{"the environment over the .env file", nil, env, dotenv, "env"},
		{"the flag over the environment", []string{"--issuer", "flag"}, env, dotenv, "flag"},
		{"an empty variable counts as not set", nil, []string{"OIDC_ISSUER="}, dotenv, "file"},
		{"an Auth0 domain becomes an issuer", nil, []string{"AUTH0_DOMAIN=acme.eu.auth0.com"}, nil, "https://acme.eu.auth0.com/"},
		{"our own name over Auth0's", nil, []string{"AUTH0_DOMAIN=acme.eu.auth0.com", "OIDC_ISSUER=env"}, nil, "env"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _, _, err := parse(tt.args, tt.env, tt.dotenv)
			if err != nil || got != tt.want {
				t.Errorf("issuer = %q, %v; want %q", got, err, tt.want)
			}
		})
	}
}

func TestAllWrongValuesComeBackAtOnce(t *testing.T) {
	_, _, _, err := parse([]string{"--level", "loud"}, []string{"OIDC_PORT=bad"}, nil)
	if err == nil {
		t.Fatal("wrong values were accepted")
	}
	for _, want := range []string{"OIDC_PORT: expected a number", `--level: expected info, got "loud"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q lacks %q", err, want)
		}
	}
}

func TestUnknownNamesAreWarnedAbout(t *testing.T) {
	_, _, warnings, err := parse(nil, []string{"OIDC_ISUER=x", "PATH=/bin"}, nil)
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "did you mean OIDC_ISSUER?") {
		t.Errorf("warnings = %q, %v", warnings, err)
	}
}

func TestHelpAndStrayArguments(t *testing.T) {
	if _, _, _, err := parse([]string{"--help"}, nil, nil); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("--help: %v, want flag.ErrHelp", err)
	}
	if _, _, _, err := parse([]string{"surplus"}, nil, nil); err == nil || !strings.Contains(err.Error(), `"surplus"`) {
		t.Errorf("stray argument: %v", err)
	}
}

// TestWrongFlagsAreNamedOnce: the caller prints the error, so nothing else does.
func TestWrongFlagsAreNamedOnce(t *testing.T) {
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"as it was typed", []string{"--foo"}, "no flag --foo. All flags: mockidp trigger --help"},
		{"with one dash", []string{"-foo", "--level", "info"}, "no flag -foo. All flags: mockidp trigger --help"},
		{"behind an operand, without its value", []string{"post-login", "--tokn=hush"}, "no flag --tokn: did you mean --token? All flags: mockidp trigger --help"},
		{"the beginning of one", []string{"--database", "x"}, "no flag --database: did you mean --database-url? All flags: mockidp trigger --help"},
		{"nothing near", []string{"--databank", "x"}, "no flag --databank. All flags: mockidp trigger --help"},
		{"a value is missing", []string{"post-login", "--level"}, "--level: expected a value behind it. All flags: mockidp trigger --help"},
		{"no name", []string{"post-login", "---"}, "bad flag syntax: ---. All flags: mockidp trigger --help"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var printed bytes.Buffer
			var text string
			var operands []string
			s := settings.New("mockidp trigger", "", &printed)
			for _, name := range []string{"level", "token", "database-url"} {
				s.Text(&text, name, "", "", name)
			}
			s.Operands(&operands)
			_, err := s.Parse(tt.args, nil, nil)
			if err == nil || err.Error() != tt.want {
				t.Errorf("error = %v\nwant    %s", err, tt.want)
			}
			if printed.Len() > 0 {
				t.Errorf("printed besides: %s", &printed)
			}
		})
	}
}

func TestPrintHidesSecrets(t *testing.T) {
	var secret string
	s := settings.New("web", "", io.Discard)
	s.Text(&secret, "secret", "OIDC_SECRET", "", "secret", settings.Secret)
	if _, err := s.Parse(nil, []string{"OIDC_SECRET=hush"}, nil); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	s.Print(&out)
	if secret != "hush" || strings.Contains(out.String(), "hush") || !strings.Contains(out.String(), "environment OIDC_SECRET") {
		t.Errorf("secret = %q, printed %q", secret, out.String())
	}
}

func TestOperandsStandAnywhere(t *testing.T) {
	var (
		files, secrets []string
		as             string
	)
	s := settings.New("mockidp", "", io.Discard)
	s.Text(&as, "as", "", "", "user")
	s.List(&secrets, "secret", "K=V")
	s.Operands(&files)
	_, err := s.Parse([]string{"a.js", "--as", "ada", "--secret", "A=1", "b.js", "--secret=B=2", "--", "--c.js", "d.js"}, nil, nil)
	if got := fmt.Sprintln(files, secrets, as); err != nil || got != "[a.js b.js --c.js d.js] [A=1 B=2] ada\n" {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string]string{
		"": "", dir: "",
		file:                       "NODE_MODULES: expected a folder, and " + file + " is a file",
		filepath.Join(dir, "none"): "NODE_MODULES: expected a folder, and there is no " + filepath.Join(dir, "none"),
	} {
		var p string
		s := settings.New("mockidp", "", io.Discard)
		s.Folder(&p, "node-modules", "NODE_MODULES", "folder")
		_, err := s.Parse(nil, []string{"NODE_MODULES=" + value}, nil)
		if got := fmt.Sprint(err); p != value || err == nil && want != "" || err != nil && got != want {
			t.Errorf("%q: %q, %v; want error %q", value, p, err, want)
		}
	}
}

func TestReadDotEnv(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".env")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := settings.ReadDotEnv(path); err != nil || len(got) != 0 {
		t.Errorf("no file: %v, %v", got, err)
	}
	write("# comment\n\nexport A=1\nB=\"two words\"\nC = x=y \n")
	got, err := settings.ReadDotEnv(path)
	if err != nil || got["A"] != "1" || got["B"] != "two words" || got["C"] != "x=y" {
		t.Errorf("values = %v, %v", got, err)
	}
	write("A=1\nnonsense\n")
	if _, err := settings.ReadDotEnv(path); err == nil || !strings.Contains(err.Error(), ".env:2") {
		t.Errorf("a line without = gave %v, want its line number", err)
	}
}
