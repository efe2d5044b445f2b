package actions

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/dop251/goja"
)

// An engine runs Actions one after the other in this process: it holds the
// compiled programs and the warm JavaScript worlds. A worker process has one;
// the in-process Runner has several. Only settle and stop may be called while
// run is running.
type engine struct {
	soft    uint64 // bytes of live heap that end a run
	fetch   func(fetchMessage)
	long    func() // called when a run is not over at once; it may be called again
	texts   *lru[programKey, *sourceText]
	worlds  *lru[programKey, *world]
	library *library // packages that Actions may require
	runs    int
	asked   int64 // number of the last HTTP request
	shared  bool  // with other work in this process, whose memory is not the Actions'

	mu      sync.Mutex // guards current
	current *run
}

// How much a worker keeps. A warm world of a small Action takes about 100 kB.
const (
	keptTexts  = 64
	keptWorlds = 32
)

// sourceText is the source of a deployed version and, after its first run, the program
// or the error made of it.
type sourceText struct {
	source string
	prog   *program
	err    error
}

// newEngine makes an engine whose Actions reach the network through fetch.
func newEngine(soft uint64, fetch func(fetchMessage)) *engine {
	return &engine{
		soft:    soft,
		fetch:   fetch,
		long:    func() {},
		texts:   newLRU[programKey, *sourceText](keptTexts),
		worlds:  newLRU[programKey, *world](keptWorlds),
		library: newLibrary(""),
	}
}

// check is Check's work: does source compile, and does it export the handler.
func (e *engine) check(source string) compileResult {
	p, err := compile(source)
	if err == nil {
		err = checkSignature(source)
	}
	if err != nil {
		return compileResult{Syntax: syntaxError(source, err).(*SyntaxError)}
	}
	return compileResult{Warnings: p.warnings}
}

// add makes source known under key; it is compiled at its first run, under that
// run's limits.
func (e *engine) add(key programKey, source string) {
	if _, known := e.texts.get(key); !known {
		e.texts.put(key, &sourceText{source: source})
	}
}

// run runs the post-login handler of a program once. known is false when the
// program's text is not here.
func (e *engine) run(q runRequest) (res runResult, known bool) {
	t, ok := e.texts.get(q.key)
	if !ok {
		return res, false
	}
	start := time.Now()
	r := newRun(e, &res)
	r.number = q.number
	w := startWatch(r, q.budget, e.soft)
	e.setCurrent(r)
	keep := e.execute(q, t, r)
	e.setCurrent(nil)
	if keep = w.stop() && keep; !keep || q.cold {
		e.worlds.drop(q.key)
	}
	res.Retire = res.Outcome == OutcomeMemory || e.crowded(w)
	res.DurationMS = float64(time.Since(start).Microseconds()) / 1000
	return res, true
}

// execute compiles, takes or makes the world, and calls the handler. It tells
// whether the world is fit for another run.
func (e *engine) execute(q runRequest, t *sourceText, r *run) (keep bool) {
	defer func() {
		// A panic that is not JavaScript's is a bug of the engine or ours; the
		// world it came from is not to be trusted any more.
		x := recover()
		if err, ok := x.(runtime.Error); ok && strings.Contains(err.Error(), "makeslice") {
			// The engine was asked for an array of more than all memory.
			r.fail(OutcomeMemory, &Error{Name: "RangeError"})
			keep = false
		} else if x != nil {
			r.fail(OutcomeCrashed, &Error{Name: "Error", Message: fmt.Sprintf("the JavaScript engine failed: %v (in %s)", x, panicked())})
			keep = false
		}
	}()
	if t.prog == nil && t.err == nil {
		t.prog, t.err = compile(t.source)
	}
	if t.err != nil {
		s := syntaxError(t.source, t.err).(*SyntaxError)
		r.fail(OutcomeSyntaxError, &Error{Name: "SyntaxError", Message: s.Message, Line: s.Line, Column: s.Column})
		return false
	}
	w, warm := e.worlds.get(q.key)
	if q.cold || !warm {
		w, warm = newWorld(t.prog), false
		w.loader = &loader{world: w, library: e.library, modules: map[string]*goja.Object{}}
		if !q.cold {
			e.worlds.put(q.key, w)
		}
	}
	r.result.Cold = !warm
	r.result.Warnings = append(r.result.Warnings, t.prog.warnings...)
	r.resume, r.rawMore = q.resume, q.more
	return r.execute(w, q.event)
}

// panicked names the function that the panic in progress comes from: the engine
// recovers and panics again on the way, so it is the one below the last panic.
func panicked() (name string) {
	pcs := make([]uintptr, 512)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for after := false; ; {
		f, more := frames.Next()
		switch inRuntime := strings.HasPrefix(f.Function, "runtime."); {
		case f.Function == "runtime.gopanic":
			after = true
		case after && !inRuntime:
			name, after = f.Function, false
		}
		if !more {
			return name
		}
	}
}

// crowded tells whether so much memory is held between runs that the next run
// would start near its limit. Reading the heap costs as much as a small run, so
// it is done after long runs and once in a while.
func (e *engine) crowded(w *watch) bool {
	e.runs++
	if !w.looked && e.runs%32 != 0 {
		return false
	}
	return e.soft > 0 && liveHeap() > w.base+e.soft/2
}

func (e *engine) setCurrent(r *run) {
	e.mu.Lock()
	e.current = r
	e.mu.Unlock()
}

// settle hands the answer of an HTTP request to the run that asked, if it is
// still there.
func (e *engine) settle(m settleMessage) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.current != nil {
		select {
		case e.current.settled <- m:
		default: // more answers than requests: not ours
		}
	}
}

// stop ends the run of that number, if it is in progress.
func (e *engine) stop(number uint32) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.current != nil && e.current.number == number {
		e.current.interrupt(errStopped)
	}
}

// base is the memory that is in use anyway, besides the Actions.
func (e *engine) base() uint64 {
	if e.shared {
		return liveHeap()
	}
	return 0
}
