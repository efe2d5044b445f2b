package settings

import (
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
)

// LogLevel declares the setting that says which lines of the log are written.
func (s *Set) LogLevel(p *slog.Level, env, def string) {
	s.Value("log-level", env, def, "debug, info, warn or error", func(v string) error {
		if p.UnmarshalText([]byte(v)) != nil {
			return fmt.Errorf("expected debug, info, warn or error, got %q", v)
		}
		return nil
	})
}

// LogFormat declares the setting that says how they are written.
func (s *Set) LogFormat(p *string, env string) {
	s.Value("log-format", env, "text", "text or json", func(v string) error {
		*p = v
		if v != "text" && v != "json" {
			return fmt.Errorf("expected text or json, got %q", v)
		}
		return nil
	})
}

// Logger writes to w as the two settings say.
func Logger(w io.Writer, level slog.Level, format string) *slog.Logger {
	o := &slog.HandlerOptions{Level: level}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// Version is the version of the module that the program was built from, or the commit.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) > 12 {
			return s.Value[:12]
		}
	}
	return info.Main.Version
}
