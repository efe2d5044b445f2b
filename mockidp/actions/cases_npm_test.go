package actions

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

// caseNow is the time of all cases.
func caseNow() time.Time { return time.Date(2026, 5, 4, 12, 30, 0, 0, time.UTC) }

// runners are the Runners of all cases, or own ones for a case with packages or
// answers. A request without an answer fails.
func (c *testCase) runners(t *testing.T, worker, local *Runner) (w, l *Runner) {
	t.Helper()
	if c.modules == nil && c.answers == nil {
		return worker, local
	}
	cfg := Config{Workers: 1, Now: caseNow, Limits: worker.limits, NodeModules: writeModules(t, c.modules)}
	if c.answers != nil {
		cfg.Fetch = func(_ context.Context, q OutgoingRequest) (OutgoingResponse, error) {
			a, ok := c.answers[q.Method+" "+q.URL]
			switch {
			case !ok:
				return a, errors.New("getaddrinfo ENOTFOUND")
			case a.Status == 0:
				return a, errors.New(a.StatusText)
			case a.Headers == nil:
				a.Headers = map[string]string{"content-type": "application/json"}
			}
			return a, nil
		}
	}
	inside := cfg
	inside.InProcess, inside.Cold = true, true
	return newRunner(t, cfg), newRunner(t, inside)
}

// writeModules writes the files node_modules/… below a fresh folder.
func writeModules(t *testing.T, files []txtar.File) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range files {
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "node_modules")
}
