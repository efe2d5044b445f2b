package actions

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestAttacksAreContained runs every file of testdata/attacks in a worker. Each
// must end soon after its time limit, however it ends; a login beside it and
// the login after it must work; and the server's own memory must stay small.
func TestAttacksAreContained(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	limits := Limits{Time: 500 * time.Millisecond, Grace: 150 * time.Millisecond, Compile: 500 * time.Millisecond}
	r := newRunner(t, Config{Workers: 2, Limits: limits})
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/attacks/*.js")
	if err != nil || len(files) < 50 {
		t.Fatal(len(files), err)
	}
	before := residentMemory(t)
	var slowest time.Duration // of the logins beside an attack
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".js"), func(t *testing.T) {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			var syntax *SyntaxError
			if err := r.Compile(t.Context(), file, string(source)); err != nil && !errors.As(err, &syntax) {
				t.Fatal(err)
			}
			if took := time.Since(start); took > 3*time.Second {
				t.Errorf("Compile took %s", took)
			}
			start = time.Now()
			beside, besideTook := make(chan error, 1), time.Duration(0)
			go func() {
				err := healthyLogin(t, r)
				besideTook = time.Since(start)
				beside <- err
			}()
			out, err := r.PostLogin(t.Context(), []Action{{ID: file, Name: "attack", Source: string(source)}}, sampleEvent(t))
			if err != nil {
				t.Fatal(err)
			}
			took := time.Since(start)
			if took > 3*time.Second {
				t.Errorf("the run took %s", took)
			}
			how := out.Runs[0].Outcome
			if out.Failed != nil {
				how = out.Failed.Description()
			}
			t.Logf("%s after %s", how, took.Round(time.Millisecond))
			if err := <-beside; err != nil {
				t.Errorf("the login beside it: %v", err)
			}
			slowest = max(slowest, besideTook)
			if besideTook > 3*time.Second {
				t.Errorf("the login beside it took %s", besideTook)
			}
			if err := healthyLogin(t, r); err != nil {
				t.Errorf("the login after it: %v", err)
			}
		})
	}
	t.Logf("the slowest login beside an attack took %s", slowest.Round(time.Millisecond))
	if grown := residentMemory(t) - before; grown > 100<<20 {
		t.Errorf("the server's memory grew by %d MB", grown>>20)
	}
}

func healthyLogin(t *testing.T, r *Runner) error {
	out, err := r.PostLogin(t.Context(), []Action{{ID: "healthy", Name: "healthy", Source: workshopSource(t)}}, sampleEvent(t))
	switch {
	case err != nil:
		return err
	case out.Failed != nil:
		return errors.New(out.Failed.Description())
	case len(out.IDToken) != 3:
		return fmt.Errorf("%d claims, want 3", len(out.IDToken))
	}
	return nil
}

// residentMemory is the memory of this process that is in RAM, in bytes.
func residentMemory(t *testing.T) int64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("memory is read from /proc: ", err)
	}
	var size, resident int64
	if _, err := fmt.Sscan(string(b), &size, &resident); err != nil {
		t.Fatal(err)
	}
	return resident * int64(os.Getpagesize())
}
