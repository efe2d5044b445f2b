package actions

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// A sandbox runs Actions one at a time: a worker process, or an engine in this
// process where no child can be started.
type sandbox interface {
	// compile returns what is wrong with source, and what looks like a slip.
	compile(ctx context.Context, source string, limit time.Duration) (compileResult, error)
	// run returns the result also beside errDead.
	run(ctx context.Context, q runRequest, source string, grace time.Duration) (*runResult, error)
	close()
}

// A pool keeps sandboxes warm and hands each to one flow at a time, the most
// recently used first: one warm sandbox serves most logins.
type pool struct {
	start func() (sandbox, error)
	warm  int // kept when idle
	most  int // at any time
	log   *slog.Logger

	mu     sync.Mutex
	idle   []sandbox
	total  int // idle, in use and being started
	puts   int // how often one came back
	freed  chan struct{}
	closed bool
	work   sync.WaitGroup // sandboxes being started or ended beside the logins
}

// patience is how long a flow waits for a busy sandbox, or for one that is being
// started, before it starts another. A healthy run takes a fraction of a
// millisecond; only Actions that hang or wait for the network make others wait
// this long.
const patience = 60 * time.Millisecond

var errClosed = errors.New("actions: the Runner is closed")

func newPool(warm int, log *slog.Logger, start func() (sandbox, error)) *pool {
	return &pool{start: start, warm: warm, most: max(16, 4*warm), log: log, freed: make(chan struct{}, 1)}
}

// fill starts sandboxes until warm of them exist, all at once.
func (p *pool) fill(ctx context.Context) error {
	p.mu.Lock()
	missing := p.warm - p.total
	p.mu.Unlock()
	failed := make(chan error, max(missing, 0))
	for range missing {
		go func() { failed <- p.add() }()
	}
	var first error
	for range missing {
		select {
		case err := <-failed:
			if first == nil {
				first = err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return first
}

// add starts one more sandbox and puts it among the idle.
func (p *pool) add() error {
	p.mu.Lock()
	if p.closed || p.total >= p.most {
		p.mu.Unlock()
		return nil
	}
	p.total++
	p.mu.Unlock()
	s, err := p.startOne()
	if err != nil {
		return err
	}
	p.put(s)
	return nil
}

// get takes a sandbox. While all are busy it waits; when none has come back for
// as long as patience, it starts another, as long as there may be more.
func (p *pool) get(ctx context.Context) (sandbox, error) {
	var timer *time.Timer
	seen, stuck := -1, false
	for {
		s, start, puts, err := p.take(stuck)
		switch {
		case err != nil:
			return nil, err
		case s != nil:
			return s, nil
		case start:
			return p.startOne()
		}
		if timer == nil {
			timer = time.NewTimer(patience)
			defer timer.Stop()
			seen = puts
		}
		select {
		case <-p.freed:
		case <-timer.C:
			stuck, seen = puts == seen, puts
			timer.Reset(patience)
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// take pops an idle sandbox, or reserves the place for a new one: at once while
// the pool is below its warm size, above it only when the others are stuck.
// puts counts the sandboxes that came back so far.
func (p *pool) take(stuck bool) (s sandbox, start bool, puts int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, false, p.puts, errClosed
	}
	if n := len(p.idle); n > 0 {
		s, p.idle = p.idle[n-1], p.idle[:n-1]
		if n > 1 {
			p.wake() // for another one who waits
		}
		return s, false, p.puts, nil
	}
	if p.total < p.warm || stuck && p.total < p.most {
		p.total++
		return nil, true, p.puts, nil
	}
	return nil, false, p.puts, nil
}

// startOne starts a sandbox in a place that is counted already.
func (p *pool) startOne() (sandbox, error) {
	s, err := p.start()
	if err != nil {
		p.mu.Lock()
		p.total--
		p.mu.Unlock()
	}
	return s, err
}

// put gives a healthy sandbox back. Those beyond the warm size end, beside the
// login that needed them.
func (p *pool) put(s sandbox) {
	p.mu.Lock()
	p.puts++
	switch {
	case p.closed:
		p.total--
		defer s.close()
	case len(p.idle) >= p.warm:
		p.total--
		p.work.Go(s.close)
	default:
		p.idle = append(p.idle, s)
	}
	p.mu.Unlock()
	p.wake()
}

func (p *pool) wake() {
	select {
	case p.freed <- struct{}{}:
	default:
	}
}

// discard ends a sandbox that may not serve again and starts another in its
// place, beside the login that met it.
func (p *pool) discard(s sandbox) {
	p.mu.Lock()
	again := !p.closed && p.total <= p.warm
	if again {
		p.work.Add(1) // the place stays taken
	} else {
		p.total--
	}
	p.mu.Unlock()
	if !again {
		s.close()
		return
	}
	go func() {
		defer p.work.Done()
		s.close()
		fresh, err := p.startOne()
		if err != nil {
			p.log.Error("no new Actions worker", "err", err)
			p.wake()
			return
		}
		p.put(fresh)
	}()
}

// close ends the idle sandboxes and, as they come back, the others.
func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	idle := p.idle
	p.idle = nil
	p.total -= len(idle)
	p.mu.Unlock()
	for _, s := range idle {
		s.close()
	}
	p.wake()
	p.work.Wait()
}
