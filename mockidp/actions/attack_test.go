package actions

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

// attackLimits are short, so that a hundred attacks do not take an hour. They are
// those of the attacks alone: see beside.
var attackLimits = Limits{Time: 400 * time.Millisecond, Grace: 150 * time.Millisecond, Compile: 500 * time.Millisecond}

// beside runs the logins beside r's in the same workers, without its limits.
func beside(r *Runner) *Runner { return &Runner{limits: unhurried, pool: r.pool} }

// besideLimit is how long a login beside an attack may take: 1 s. The race
// detector, and a CI machine that others share, get room for their noise.
func besideLimit() time.Duration {
	if raceEnabled || os.Getenv("CI") != "" {
		return 5 * time.Second
	}
	return time.Second
}

// attackEnds is how long an attack, or its compilation, may take in all.
const attackEnds = 3 * time.Second

// TestAttacksAreContained runs every file of testdata/attacks in a worker. Each
// must end soon after its time limit, however it ends; a login beside it must
// finish promptly and the one after it be like any other; no worker may pass its
// memory limit, and the server's own memory must stay small.
func TestAttacksAreContained(t *testing.T) {
	if testing.Short() {
		t.Skip("takes two minutes")
	}
	r := newRunner(t, Config{Workers: 2, Limits: attackLimits, NodeModules: hostilePackages(t)})
	started := watchStarts(r)
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/attacks/*.js")
	if err != nil || len(files) < 80 {
		t.Fatal(len(files), err)
	}
	want, err := healthyLogin(t, beside(r))
	if err != nil {
		t.Fatal(err)
	}
	before := residentMemory(t)
	var slowest time.Duration // of the logins beside an attack
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".js"), func(t *testing.T) {
			took := attack(t, r, file, want)
			slowest = max(slowest, took)
		})
	}
	t.Logf("the slowest login beside an attack took %s", slowest.Round(time.Millisecond))
	if grown := residentMemory(t) - before; grown > 100<<20 {
		t.Errorf("the server's memory grew by %d MB", grown>>20)
	}
	r.Close()
	checkPeaks(t, started())
}

// attack runs one file and returns how long the login beside it took.
func attack(t *testing.T, r *Runner, file string, want *Outcome) time.Duration {
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	var syntax *SyntaxError
	if err := r.Compile(t.Context(), file, string(source)); err != nil && !errors.As(err, &syntax) {
		t.Fatal(err)
	}
	if took := time.Since(start); took > attackEnds {
		t.Errorf("Compile took %s", took)
	}
	start = time.Now()
	type answer struct {
		out  *Outcome
		err  error
		took time.Duration
	}
	neighbour, calm := make(chan answer, 1), beside(r)
	go func() {
		out, err := healthyLogin(t, calm)
		neighbour <- answer{out, err, time.Since(start)}
	}()
	out, err := r.PostLogin(t.Context(), []Action{{ID: file, Name: "attack", Source: string(source)}}, sampleEvent(t))
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	if took > attackEnds {
		t.Errorf("the run took %s", took)
	}
	run := out.Runs[0]
	how := run.Outcome
	if out.Failed != nil {
		how += ": " + out.Failed.Description()
	}
	t.Logf("after %s %s", took.Round(time.Millisecond), how[:min(len(how), 200)])
	if strings.Contains(how, "the JavaScript engine failed") || run.Outcome == OutcomeCrashed {
		t.Error("the attack found a panic: a bug of ours")
	}
	if b, err := json.Marshal(out); err != nil || len(b) > 8<<20 {
		t.Errorf("the record takes %d kB: %v", len(b)>>10, err)
	}
	a := <-neighbour
	if a.err != nil || !sameLogin(a.out, want) {
		t.Errorf("the login beside it: %v %+v", a.err, a.out)
	}
	if a.took > besideLimit() {
		t.Errorf("the login beside it took %s", a.took)
	}
	if after, err := healthyLogin(t, calm); err != nil || !sameLogin(after, want) {
		t.Errorf("the login after it: %v %+v", err, after)
	}
	return a.took
}

// checkPeaks fails when a worker, which must have ended, had more memory in RAM
// than its limit and its program text allow.
func checkPeaks(t *testing.T, workers []*process) {
	t.Helper()
	if raceEnabled {
		t.Log("not checked: the race detector takes more memory than the limits allow")
		return
	}
	var most int64
	for _, p := range workers {
		most = max(most, peakMemory(p.cmd.ProcessState))
	}
	t.Logf("%d workers; the largest had %d MB in RAM", len(workers), most>>20)
	if most > 600<<20 {
		t.Errorf("a worker had %d MB in RAM", most>>20)
	}
}

// healthyLogin is one of somebody else, with an Action of its own.
func healthyLogin(t *testing.T, r *Runner) (*Outcome, error) {
	out, err := r.PostLogin(t.Context(), []Action{{ID: "healthy", Name: "healthy", Source: workshopSource(t)}}, sampleEvent(t))
	switch {
	case err != nil:
		return nil, err
	case out.Failed != nil:
		return out, errors.New(out.Failed.Description())
	case len(out.IDToken) != 3:
		return out, fmt.Errorf("%d claims, want 3", len(out.IDToken))
	}
	return out, nil
}

// sameLogin compares two outcomes but for the time they took and whether the
// world was warm.
func sameLogin(a, b *Outcome) bool {
	plain := func(o *Outcome) Outcome {
		c := *o
		c.Runs = nil
		for _, r := range o.Runs {
			r.DurationMS, r.Cold = 0, false
			c.Runs = append(c.Runs, r)
		}
		return c
	}
	return reflect.DeepEqual(plain(a), plain(b))
}

// residentMemory is the memory of this process that is in RAM, in bytes, without
// what the garbage collector has not given back yet.
func residentMemory(t *testing.T) int64 {
	debug.FreeOSMemory()
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
