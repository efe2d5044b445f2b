package actions

import (
	"strings"
	"sync"
	"time"

	"github.com/dop251/goja"
)

// A run is one call of an Action's handler: its api object, its timers and
// requests, and what it has asked for so far.
type run struct {
	engine *engine
	number uint32
	world  *world
	result *runResult
	output int // bytes of commands
	logged int // bytes of console output
	indent int // of console output, in spaces

	resume  bool         // onContinuePostLogin is called
	rawMore []byte       // runExtra, JSON
	event   *goja.Object // as the handler got it
	raw     []byte       // the event, JSON
	facts   *facts       // what api methods need of it; see known
	calls   callCounts

	api    *goja.Object
	groups []*goja.Object // api's members, in the order of apiGroups

	timers  timers
	pending map[int64]*pendingFetch
	settled chan settleMessage // answers to requests

	rejected []*goja.Promise // without anybody who listens, so far

	mu    sync.Mutex // guards cause and, with it, interrupts from other goroutines
	cause error      // why the run was interrupted
	woken chan struct{}
}

const (
	maxOutput   = 1 << 20 // bytes of commands of one run, and of its requests
	maxCommands = 5000
	maxRequests = 1000
	maxConsole  = 256 << 10 // bytes
	maxMessage  = 64 << 10  // bytes of an error's message
	maxWarning  = 2 << 10   // bytes of a warning
	maxWarnings = 500       // the next one like the others teaches nothing
)

func newRun(e *engine, res *runResult) *run {
	res.Outcome = OutcomeOK
	return &run{engine: e, result: res, woken: make(chan struct{}), settled: make(chan settleMessage, maxPending)}
}

// interrupt makes the run end as soon as the engine looks up. It may be called
// from any goroutine.
func (r *run) interrupt(cause error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cause != nil {
		return
	}
	r.cause = cause
	close(r.woken)
	if r.world != nil {
		r.world.rt.Interrupt(cause)
	}
}

func (r *run) interrupted() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cause != nil
}

// enter ties the run to a world.
func (r *run) enter(w *world) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.world, w.run = w, r
	if r.cause != nil {
		w.rt.Interrupt(r.cause)
	}
}

// leave unties it. Timers and requests that nobody awaited are dropped: on Auth0
// the container may freeze once the handler has settled.
func (r *run) leave() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.pending {
		r.result.Requests[p.call].Error = errUnanswered
	}
	r.world.run, r.world = nil, nil
	r.timers, r.pending = timers{}, nil
}

// execute runs the handler in w to its end. It tells whether w may serve again.
func (r *run) execute(w *world, event []byte) (keep bool) {
	r.enter(w)
	defer r.leave()
	err := r.handle(w, event)
	if err == nil {
		r.warnOfUnawaited(w)
		return true
	}
	f := asFailure(w.failure(err))
	r.fail(f.kind, f.err)
	return !f.hard
}

// handle loads the module at the world's first run, calls the handler and waits
// for its promise.
func (r *run) handle(w *world, event []byte) error {
	if err := w.load(); err != nil {
		return err
	}
	name, uses := handlerName, w.prog.uses
	if r.resume {
		name, uses = continueName, nil // uses is what the other handler can reach
	}
	handler, err := w.handler(name)
	if err != nil {
		return err
	}
	ev, err := w.buildJSON(event, uses)
	if err != nil {
		return err
	}
	r.raw = event
	r.event, _ = ev.(*goja.Object)
	r.api = w.newAPI(r)
	v, err := handler(goja.Undefined(), ev, r.api)
	if err != nil {
		return err
	}
	return r.wait(w, v)
}

// wait drives timers and requests until the promise v is settled.
func (r *run) wait(w *world, v goja.Value) error {
	p := promiseOf(v)
	if p == nil {
		return nil // something that only looked like an async function
	}
	for {
		switch p.State() {
		case goja.PromiseStateFulfilled:
			return nil
		case goja.PromiseStateRejected:
			return w.thrown(p.Result())
		}
		next, waiting := r.timers.next()
		if !waiting && len(r.pending) == 0 {
			return &jsFailure{kind: OutcomeNeverSettles, err: &Error{Name: "Error",
				Message: "The handler awaits a promise that nothing will ever settle"}}
		}
		if err := r.waitOnce(w, next, waiting); err != nil {
			return err
		}
	}
}

func (r *run) waitOnce(w *world, next time.Time, waiting bool) error {
	r.engine.long()
	var due <-chan time.Time
	if waiting {
		t := time.NewTimer(time.Until(next))
		defer t.Stop()
		due = t.C
	}
	select {
	case <-r.woken:
		return &goja.InterruptedError{}
	case <-due:
		return r.fireTimers(w)
	case m := <-r.settled:
		return r.settleFetch(w, m)
	}
}

// fail records how the run failed; the first failure stands.
func (r *run) fail(kind string, err *Error) {
	if err.Stack == "" {
		err.Stack = err.Error()
	}
	err.Name, err.Message, err.Stack = shortened(err.Name, maxMessage), shortened(err.Message, maxMessage), shortened(err.Stack, 2*maxMessage)
	if r.result.Outcome == OutcomeOK || r.result.Outcome == OutcomeDenied {
		r.result.Outcome, r.result.Error = kind, err
	}
}

// warn tells the author of something the real service would do in silence.
func (r *run) warn(line int, text string) {
	r.result.Warnings = addWarning(r.result.Warnings, line, text)
}

func addWarning(list []Warning, line int, text string) []Warning {
	if len(list) >= maxWarnings {
		return list
	}
	return append(list, Warning{line, shortened(text, maxWarning)})
}

// shortened keeps the beginning of a text that only an attack makes this long.
func shortened(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// promiseOf is v as a promise, nil when it is something else.
func promiseOf(v goja.Value) *goja.Promise {
	if o, ok := v.(*goja.Object); ok && kindOf(o) == kindPromise {
		return o.Export().(*goja.Promise)
	}
	return nil
}
