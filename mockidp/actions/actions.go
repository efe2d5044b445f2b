package actions

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"time"
)

// Config configures a Runner. Its zero value is good.
type Config struct {
	Workers   int          // worker processes kept warm; default: DefaultWorkers
	Limits    Limits       // zero fields have defaults
	Cold      bool         // a fresh JavaScript world for every run; default: one kept per deployed version
	InProcess bool         // run inside this process, with soft limits only: see the package comment
	Log       *slog.Logger // default: slog.Default()

	// NodeModules is a folder of npm's packages that Actions may require, such
	// as one that npm install made. Actions get at its modules and JSON files
	// and at nothing outside of it. "" is for none: only the bundled packages.
	NodeModules string

	// Host is the tenant's own host with its port: an access token for an API there
	// gets namespaced claims only. A tenant without a port has it in event.request.hostname.
	Host string

	// Now is the time that Actions see; nil lets the clock run.
	Now func() time.Time

	// AtOnce is how many flows PostLogin runs at a time. One more waits for a
	// moment, then it is refused with [ErrBusy]. 0 is for no such bound: then
	// flows wait for a worker as long as their context lets them.
	AtOnce int

	// Fetch answers the HTTP requests that Actions make; it runs in this
	// process. Its error becomes the Action's network error. Default: every
	// request is answered 200 {} and nothing leaves the machine. Either way the
	// request is in [ActionRun].Requests.
	Fetch func(ctx context.Context, q OutgoingRequest) (OutgoingResponse, error)
}

// Limits bound one flow of Actions and the worker it runs in.
type Limits struct {
	Time    time.Duration // all Actions of one flow together; default 20 s, as Auth0
	Grace   time.Duration // beyond Time, before the worker is killed; default 250 ms
	Compile time.Duration // one Compile; default 3 s
	Soft    uint64        // bytes of live heap in the worker that end the run; default 128 MiB
	Hard    uint64        // bytes of data segment the kernel grants the worker (RLIMIT_DATA); default 512 MiB
}

// Action is one deployed Action of a flow.
type Action struct {
	ID      string
	Name    string // also its file name in stack traces
	Version int
	Source  string
	Secrets map[string]string // event.secrets of this Action

	// Dependencies are the packages that it declares, with their versions. What
	// require finds does not depend on them, but the auth0 SDK answers as the
	// declared version does.
	Dependencies map[string]string
}

// Runner runs Actions. It is safe for concurrent use.
type Runner struct {
	limits Limits
	cold   bool
	host   string // of the tenant
	pool   *pool
	cache  sharedCache
	now    func() time.Time // nil: the clock runs
	turns  chan struct{}    // one for each flow that may run; nil: as many as there are
}

// DefaultWorkers is one per CPU that this process may use, and at least two: one Action
// that waits for something must not hold up everybody else.
func DefaultWorkers() int { return max(2, runtime.GOMAXPROCS(0)) }

// New checks cfg. It starts nothing: Start does, or the first Compile or PostLogin.
func New(cfg Config) (*Runner, error) {
	l := cfg.Limits
	l.Time = cmp.Or(l.Time, 20*time.Second)
	l.Grace = cmp.Or(l.Grace, 250*time.Millisecond)
	l.Compile = cmp.Or(l.Compile, 3*time.Second)
	l.Soft = cmp.Or(l.Soft, 128<<20)
	l.Hard = cmp.Or(l.Hard, 512<<20)
	switch {
	case cfg.Workers < 0:
		return nil, fmt.Errorf("actions: Workers is %d: a positive number expected, or 0 for the default", cfg.Workers)
	case cfg.AtOnce < 0:
		return nil, fmt.Errorf("actions: AtOnce is %d: a positive number expected, or 0 for no bound", cfg.AtOnce)
	case l.Time < 0 || l.Grace < 0 || l.Compile < 0:
		return nil, errors.New("actions: a time limit is negative")
	case l.Hard < l.Soft+64<<20:
		return nil, fmt.Errorf("actions: Limits.Hard is %d MB: it must exceed Soft (%d MB) by 64 MB, which the worker itself needs", l.Hard>>20, l.Soft>>20)
	}
	log, fetch := cfg.Log, fetcher(cfg.Fetch)
	if log == nil {
		log = slog.Default()
	}
	if fetch == nil {
		fetch = capture
	}
	start := func() (sandbox, error) { return startProcess(l, cfg.NodeModules, fetch) }
	if cfg.InProcess {
		start = func() (sandbox, error) { return newLocal(l.Soft, cfg.NodeModules, fetch), nil }
	}
	workers := cmp.Or(cfg.Workers, DefaultWorkers())
	r := &Runner{limits: l, cold: cfg.Cold, host: cfg.Host, now: cfg.Now, pool: newPool(workers, log, start)}
	if cfg.AtOnce > 0 {
		r.turns = make(chan struct{}, cfg.AtOnce)
	}
	return r, nil
}

// Start starts the warm workers and returns when all are ready or one failed.
// Without it the first runs start them.
func (r *Runner) Start(ctx context.Context) error { return r.pool.fill(ctx) }

// Close ends the workers. It does not wait for runs in progress: their workers
// end when they do.
func (r *Runner) Close() error {
	r.pool.close()
	return nil
}

// Compile checks the source of an Action as Deploy must: it returns a
// [*SyntaxError] for text that is too long, does not parse or would never be
// called. It does not run the module. Text that keeps the compiler busy beyond
// Limits.Compile is refused too. Other errors concern the worker, not the text.
func (r *Runner) Compile(ctx context.Context, name, source string) error {
	_, err := r.Check(ctx, name, source)
	return err
}

// Check is [Runner.Compile]. For a text that is good it also returns what its every
// run will warn of, as far as the text alone tells: members that do not exist. (A run
// knows the user's attributes, too, and does not warn of those.)
func (r *Runner) Check(ctx context.Context, name, source string) ([]Warning, error) {
	if len(source) > maxSource {
		return nil, tooLong(source)
	}
	res, err := r.compile(ctx, source)
	if errors.Is(err, errUnsent) {
		res, err = r.compile(ctx, source)
	}
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case errors.Is(err, errDead):
		return nil, &SyntaxError{Message: fmt.Sprintf("The Action could not be compiled within %s", seconds(r.limits.Compile))}
	case err != nil:
		return nil, fmt.Errorf("compile Action %q: %w", name, err)
	case res.Syntax != nil:
		return nil, res.Syntax
	}
	return res.Warnings, nil
}

// compile asks one worker.
func (r *Runner) compile(ctx context.Context, source string) (res compileResult, err error) {
	box, err := r.pool.get(ctx)
	if err != nil {
		return res, fmt.Errorf("no worker: %w", err)
	}
	if res, err = box.compile(ctx, source, r.limits.Compile); err != nil {
		r.pool.discard(box)
		return res, err
	}
	r.pool.put(box)
	return res, nil
}
