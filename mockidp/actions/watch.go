package actions

import (
	"errors"
	"runtime"
	"runtime/metrics"
	"sync"
	"time"
)

// Why a run was interrupted.
var (
	errTimeout = errors.New("time limit")
	errMemory  = errors.New("memory limit")
	errStopped = errors.New("stopped")
)

// watchEvery is how often a run's time and heap are looked at. Most runs end
// before the first look.
const watchEvery = 5 * time.Millisecond

// A watch interrupts its run at the deadline or when the heap has grown too
// large. It can't stop loops inside the engine's own functions; the server
// kills the worker then.
type watch struct {
	run      *run
	deadline time.Time
	base     uint64 // live heap that is not the Actions' doing
	soft     uint64

	mu     sync.Mutex
	timer  *time.Timer
	ended  bool
	fired  bool
	looked bool // the heap was looked at
}

func startWatch(r *run, budget time.Duration, soft uint64) *watch {
	w := &watch{run: r, deadline: time.Now().Add(budget), soft: soft, base: r.engine.base()}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(min(watchEvery, budget), w.look)
	return w
}

func (w *watch) look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return
	}
	if !w.looked {
		w.looked = true
		w.run.engine.long()
	}
	left := time.Until(w.deadline)
	switch {
	case left <= 0:
		w.fire(errTimeout)
	case w.soft > 0 && liveHeap() > w.base+w.soft:
		runtime.GC() // what looked alive may be garbage
		if liveHeap() > w.base+w.soft {
			w.fire(errMemory)
			return
		}
		fallthrough
	default:
		w.timer.Reset(min(watchEvery, max(left, time.Microsecond)))
	}
}

func (w *watch) fire(cause error) {
	w.fired = true
	w.run.interrupt(cause)
}

// stop ends the watch. It returns false when the run was interrupted, perhaps
// too late to matter for it, but not for the next run in that world.
func (w *watch) stop() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	w.timer.Stop()
	return !w.fired && !w.run.interrupted()
}

// liveHeap is the memory of heap objects, garbage not yet found included.
func liveHeap() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
