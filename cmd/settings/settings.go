// Package settings gives the programs of this module their configuration: each
// setting is a flag, an environment variable, a line of a .env file, or its
// default, in that order. It reports every wrong value at once. What the values
// mean is decided by the package that they configure.
package settings

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Set is the settings of one program. Make one with New, declare settings with
// Text and Value, then call Parse once.
type Set struct {
	program string
	prefix  string    // environment names with this prefix must be known; "" allows any
	stderr  io.Writer // for the help
	flags   *flag.FlagSet
	all     []*setting

	call     string    // how the program is called, the first line of its help
	operands *[]string // nil: every argument must be a flag
}

type setting struct {
	flag, env, usage string
	aliases          []string
	value, source    string
	secret           bool
	given            bool      // by flag
	boolean          bool      // a flag that may stand alone
	each             *[]string // a flag that may be given again
	parse            func(string) error
	derivedFrom      string
	derived          func() string // what the default is in force; nil: what it says
}

const fromDefault = "default" // a setting's source when nobody has set it

// String and Set make a setting a flag.Value.
func (s *setting) String() string { return s.value }

func (s *setting) Set(v string) error {
	s.value, s.source, s.given = v, "flag --"+s.flag, true
	if s.each != nil {
		*s.each = append(*s.each, v)
	}
	return nil
}

// IsBoolFlag lets a Switch stand alone on the command line (package flag asks).
func (s *setting) IsBoolFlag() bool { return s.boolean }

// New returns an empty Set for program. Environment variables that begin with
// prefix and that no setting knows are warned about; an empty prefix turns that off.
func New(program, prefix string, stderr io.Writer) *Set {
	flags := flag.NewFlagSet(program, flag.ContinueOnError)
	// Package flag would print each error, and all flags with it, before the caller
	// prints the error.
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	return &Set{program: program, prefix: prefix, stderr: stderr, flags: flags, call: program + " [flags]"}
}

// Option refines a setting.
type Option func(*setting)

// Secret keeps the value out of Print.
func Secret(s *setting) { s.secret = true }

// Alias names a further environment variable, read when the first is not set.
func Alias(env string) Option { return func(s *setting) { s.aliases = append(s.aliases, env) } }

// Derived is for a default that is worked out of something else, which from names, as in
// "BASE_URL". Print shows what value then returns; it is called no sooner, so it may look
// at what the program has decided after Parse.
func Derived(from string, value func() string) Option {
	return func(s *setting) { s.derivedFrom, s.derived = from, value }
}

// Value declares a setting. parse gets the value and returns what is wrong with
// it; the message should say what is expected. It is not called for the flag
// --help. An empty env makes it a flag only.
func (s *Set) Value(name, env, def, usage string, parse func(string) error, options ...Option) {
	v := &setting{flag: name, env: env, usage: usage, value: def, source: fromDefault, parse: parse}
	for _, o := range options {
		o(v)
	}
	s.all = append(s.all, v)
	s.flags.Var(v, name, usage)
}

// Text declares a setting that is stored in *p as it is.
func (s *Set) Text(p *string, name, env, def, usage string, options ...Option) {
	s.Value(name, env, def, usage, func(v string) error { *p = v; return nil }, options...)
}

// Switch declares a flag that is true when it is there. It has no environment variable.
func (s *Set) Switch(p *bool, name, usage string) {
	s.Value(name, "", "false", usage, func(v string) (err error) {
		*p, err = strconv.ParseBool(v)
		return err
	}, func(v *setting) { v.boolean = true })
}

// List declares a flag that may be given more than once; every value is added
// to *p. It has no environment variable.
func (s *Set) List(p *[]string, name, usage string) {
	s.Value(name, "", "", usage, func(string) error { return nil }, func(v *setting) { v.each = p })
}

// Folder declares a setting that names a folder, which must be there; "" names none.
func (s *Set) Folder(p *string, name, env, usage string) {
	s.Value(name, env, "", usage, func(v string) error {
		if *p = v; v == "" {
			return nil
		}
		info, err := os.Stat(v)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("expected a folder, and there is no %s", v)
		case err != nil:
			return fmt.Errorf("expected a folder: %w", err)
		case !info.IsDir():
			return fmt.Errorf("expected a folder, and %s is a file", v)
		}
		return nil
	})
}

// Operands allows arguments that are no flags, before, between and behind the
// flags, and stores them in *p.
func (s *Set) Operands(p *[]string) { s.operands = p }

// Call is how the program is called, for the first line of its help.
func (s *Set) Call(line string) { s.call = line }

// Parse reads args, the environment (as from os.Environ) and dotenv (as from
// ReadDotEnv), calls every setting's parse, and returns the warnings about
// unknown names. All wrong values come back joined in one error, one line each;
// flag.ErrHelp comes back when help was asked for; it is printed by then.
func (s *Set) Parse(args, environ []string, dotenv map[string]string) (warnings []string, err error) {
	if err := s.parseArgs(args); err != nil {
		return nil, err
	}
	env := make(map[string]string, len(environ))
	for _, kv := range environ {
		k, v, _ := strings.Cut(kv, "=")
		env[k] = v
	}
	var errs []error
	for _, v := range s.all {
		v.fromEnv(env, dotenv)
		if err := v.parse(v.value); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", v.name(), err))
		}
	}
	return append(s.unknown(env, "environment"), s.unknown(dotenv, ".env")...), errors.Join(errs...)
}

// parseArgs goes on behind each operand, where package flag stops.
func (s *Set) parseArgs(args []string) error {
	for {
		if err := s.flags.Parse(args); errors.Is(err, flag.ErrHelp) {
			s.usage()
			return err
		} else if err != nil {
			return s.flagError(err, args)
		}
		rest := s.flags.Args()
		switch ended := len(rest) < len(args) && args[len(args)-len(rest)-1] == "--"; {
		case len(rest) == 0:
			return nil
		case s.operands == nil:
			return fmt.Errorf("unexpected argument %q: see %s --help", rest[0], s.program)
		case ended:
			*s.operands = append(*s.operands, rest...)
			return nil
		}
		*s.operands = append(*s.operands, rest[0])
		args = rest[1:]
	}
}

// flagError is what package flag says of args, with the flag as it was typed (it names
// each with one dash) and with what to do. A value behind a flag may be a secret, and is
// not in it.
func (s *Set) flagError(err error, args []string) error {
	typed, name := "", ""
	if n := len(args) - s.flags.NArg(); n > 0 { // what it did not get beyond
		typed, _, _ = strings.Cut(args[n-1], "=")
		name = strings.TrimLeft(typed, "-")
	}
	switch text := err.Error(); {
	case strings.HasPrefix(text, "flag provided but not defined"):
		if near := s.nearFlag(name); near != "" {
			return fmt.Errorf("no flag %s: did you mean --%s? All flags: %s --help", typed, near, s.program)
		}
		return fmt.Errorf("no flag %s. All flags: %s --help", typed, s.program)
	case strings.HasPrefix(text, "flag needs an argument"):
		return fmt.Errorf("%s: expected a value behind it. All flags: %s --help", typed, s.program)
	}
	return fmt.Errorf("%w. All flags: %s --help", err, s.program)
}

// nearFlag is the flag that was probably meant by name: one that begins so, or that
// has at most two other letters. "" is for none.
func (s *Set) nearFlag(name string) string {
	var known []string
	for _, v := range s.all {
		if len(name) > 2 && strings.HasPrefix(v.flag, name) {
			return v.flag
		}
		known = append(known, v.flag)
	}
	near := Nearest(name, known)
	if d := distance(name, near); d > 2 || 2*d > len(name) {
		return ""
	}
	return near
}

// fromEnv takes the value of the first name that is set and not empty: compose
// files pass unset variables as empty ones.
func (v *setting) fromEnv(env, dotenv map[string]string) {
	if v.given || v.env == "" {
		return
	}
	for _, from := range []struct {
		name   string
		values map[string]string
	}{{"environment", env}, {".env", dotenv}} {
		for _, name := range append([]string{v.env}, v.aliases...) {
			if got := from.values[name]; got != "" {
				v.value, v.source = got, from.name+" "+name
				if name != v.env {
					v.value = fromAlias(name, got)
				}
				return
			}
		}
	}
}

// fromAlias turns Auth0's own names into ours: a tenant's domain is not yet an issuer.
func fromAlias(name, value string) string {
	if name == "AUTH0_DOMAIN" && !strings.Contains(value, "://") {
		return "https://" + strings.Trim(value, "/") + "/"
	}
	return value
}

func (v *setting) name() string {
	if v.env == "" || v.given {
		return "--" + v.flag
	}
	return v.env
}

func (s *Set) unknown(env map[string]string, where string) (warnings []string) {
	if s.prefix == "" {
		return nil
	}
	var known []string
	for _, v := range s.all {
		known = append(append(known, v.env), v.aliases...)
	}
	for name := range env {
		if strings.HasPrefix(name, s.prefix) && !slices.Contains(known, name) {
			warnings = append(warnings, fmt.Sprintf("%s: no such setting (%s); did you mean %s?", name, where, Nearest(name, known)))
		}
	}
	slices.Sort(warnings)
	return warnings
}

// Print writes each setting with the value in force and where it came from; secrets
// are hidden. What is a flag only belongs to one call and is no setting.
func (s *Set) Print(w io.Writer) {
	for _, v := range s.all {
		if v.env == "" {
			continue
		}
		value, source := v.value, v.source
		if v.derived != nil && (value == "" || source == fromDefault) {
			value, source = v.derived(), fromDefault+", from "+v.derivedFrom
		}
		if v.secret && value != "" {
			value = "(hidden)"
		}
		fmt.Fprintf(w, "%-24s %-40s %s\n", v.env, value, source)
	}
}

func (s *Set) usage() {
	w := s.stderr
	fmt.Fprintf(w, "Usage: %s\n\n", s.call)
	for _, v := range s.all {
		def := v.value
		if v.secret || v.given {
			def = ""
		}
		fmt.Fprintf(w, "  --%-16s %s", v.flag, v.usage)
		if v.env != "" {
			fmt.Fprintf(w, " (environment: %s", strings.Join(append([]string{v.env}, v.aliases...), ", "))
			if def != "" {
				fmt.Fprintf(w, "; default: %s", def)
			}
			fmt.Fprint(w, ")")
		}
		fmt.Fprintln(w)
	}
}
