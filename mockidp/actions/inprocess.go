package actions

import (
	"context"
	"errors"
	"time"
)

// local is a sandbox inside this process: the engine that workers run, without
// the walls around it. It stops endless loops of JavaScript, but not those of
// the engine's own functions, and a memory bomb takes the process with it.
type local struct {
	engine *engine
	fetch  fetcher
	runs   uint32          // number of the last run
	ctx    context.Context // of the run in progress, for its requests
}

func newLocal(soft uint64, nodeModules string, fetch fetcher) *local {
	l := &local{fetch: fetch}
	l.engine = newEngine(soft, func(m fetchMessage) {
		ctx := l.ctx
		go func() { l.engine.settle(fetchAnswer(ctx, l.fetch, m)) }()
	})
	l.engine.shared = true
	l.engine.library = newLibrary(nodeModules)
	return l
}

func (l *local) compile(_ context.Context, source string, _ time.Duration) (compileResult, error) {
	return l.engine.check(source), nil
}

func (l *local) run(ctx context.Context, q runRequest, source string, _ time.Duration) (*runResult, error) {
	l.runs++
	q.number = l.runs
	defer whenDone(ctx, func() { l.engine.stop(q.number) })()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l.ctx = ctx
	l.engine.add(q.key, source)
	res, known := l.engine.run(q)
	if !known {
		return nil, errors.New("actions: the program was dropped before it ran")
	}
	if res.Retire {
		return &res, errDead
	}
	return &res, nil
}

func (l *local) close() {}
