package actions

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"time"
)

// A process is one worker process as the server sees it. One goroutine at a
// time uses it.
type process struct {
	cmd    *exec.Cmd
	out    *bufio.Reader
	buf    []byte
	in     *os.File
	pipe   *os.File
	wmu    sync.Mutex // guards in: answers to fetches come from other goroutines
	wbuf   []byte
	last   *head // the first words on its standard error
	fetch  fetcher
	runs   uint32 // number of the last run
	killed sync.Once
}

// head keeps the first bytes written to it: why a worker did not start. What
// Actions print never gets there.
type head struct {
	mu sync.Mutex
	b  []byte
}

func (h *head) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.b = append(h.b, p[:min(len(p), 4096-len(h.b))]...)
	return len(p), nil
}

func (h *head) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return string(h.b)
}

// startTimeout bounds how long a worker may take to say that it is ready. That is a
// few milliseconds, and seconds where the machine starts many programs at once.
const startTimeout = 30 * time.Second

// workerEnv marks a worker's environment. A binary that does not call
// ServeIfWorker would run itself as its own worker, and that one again, without
// end: the mark stops it at the first.
const workerEnv = "MOCKIDP_ACTIONS_WORKER"

// startProcess starts a worker and waits until it is ready.
func startProcess(l Limits, nodeModules string, fetch fetcher) (*process, error) {
	const missing = "is actions.ServeIfWorker() the first line of main, and of TestMain?"
	if os.Getenv(workerEnv) != "" {
		return nil, errors.New("this process was started as an Actions worker and does other work: " + missing)
	}
	exe, err := ownBinary()
	if err != nil {
		return nil, fmt.Errorf("find the own binary to start an Actions worker: %w", err)
	}
	p := &process{last: &head{}, fetch: fetch}
	p.cmd = exec.Command(exe, workerArg, strconv.FormatUint(l.Soft, 10), strconv.FormatUint(l.Hard, 10), nodeModules)
	// Nothing of the server's environment reaches the worker. One running
	// goroutine at a time is enough there, and saves the scheduler's spinning.
	p.cmd.Env = append(systemEnv(), "GOGC=400", "GOMAXPROCS=1", "GOTRACEBACK=none", "TZ=UTC", workerEnv+"=1")
	p.cmd.Stderr = p.last
	isolate(p.cmd)
	if err := p.connect(); err != nil {
		return nil, fmt.Errorf("start an Actions worker: %w", err)
	}
	timer := time.AfterFunc(startTimeout, p.kill)
	kind, _, err := readFrame(p.out, &p.buf)
	if !timer.Stop() || err != nil || kind != frameDone {
		p.close()
		return nil, fmt.Errorf("an Actions worker did not start: %s %s", missing, p.last)
	}
	return p, nil
}

// connect makes the pipes and starts the command.
func (p *process) connect() error {
	childIn, in, err := os.Pipe()
	if err != nil {
		return err
	}
	out, childOut, err := os.Pipe()
	if err != nil {
		childIn.Close()
		in.Close()
		return err
	}
	p.cmd.Stdin, p.cmd.Stdout = childIn, childOut
	err = p.cmd.Start()
	childIn.Close()
	childOut.Close()
	if err != nil {
		in.Close()
		out.Close()
		return err
	}
	p.in, p.pipe, p.out = in, out, bufio.NewReaderSize(out, 64<<10)
	return nil
}

// kill ends the worker. A goroutine that reads from it sees the end of the pipe.
func (p *process) kill() {
	p.killed.Do(func() {
		p.cmd.Process.Kill()
		p.cmd.Wait()
	})
}

// close ends the worker and closes the pipes. Nobody may be using them.
func (p *process) close() {
	p.kill()
	p.in.Close()
	p.pipe.Close()
}

// send writes one frame made by build.
func (p *process) send(kind byte, build func([]byte) []byte) error {
	p.wmu.Lock()
	defer p.wmu.Unlock()
	b := beginFrame(p.wbuf, kind)
	if build != nil {
		b = build(b)
	}
	p.wbuf = finishFrame(b)
	_, err := p.in.Write(p.wbuf)
	return err
}

// errDead means that the worker is gone or talks nonsense: replace it.
var errDead = errors.New("the worker ended")

// errUnsent means that the worker was gone before it was asked anything, killed
// while idle perhaps: nothing has run, so another one may be asked.
var errUnsent = errors.New("the worker was gone already")

// compile asks the worker to check source. It gives up at the limit by killing it.
func (p *process) compile(ctx context.Context, source string, limit time.Duration) (res compileResult, err error) {
	timer := time.AfterFunc(limit, p.kill)
	withdraw := whenDone(ctx, p.kill)
	res, err = p.check(source)
	withdraw()
	if !timer.Stop() || ctx.Err() != nil { // it is being ended, whatever it has said
		return compileResult{}, errDead
	}
	return res, err
}

// check sends source to be compiled and reads the answer.
func (p *process) check(source string) (res compileResult, err error) {
	if err := p.send(frameCompile, func(b []byte) []byte { return append(b, source...) }); err != nil {
		return res, errUnsent
	}
	kind, payload, err := readFrame(p.out, &p.buf)
	if err != nil || kind != frameDone || json.Unmarshal(payload, &res) != nil {
		return res, errDead
	}
	return res, nil
}

// run runs one Action. Beyond q.budget and grace the worker is killed; when ctx
// ends it is asked to stop first. errDead tells to replace the worker; what is
// known of the run is in the result all the same.
func (p *process) run(ctx context.Context, q runRequest, source string, grace time.Duration) (*runResult, error) {
	timer := time.AfterFunc(q.budget+grace, p.kill)
	p.runs++
	q.number = p.runs
	withdraw := whenDone(ctx, func() { p.stop(q.number, timer, grace) })
	res, err := p.drive(ctx, q, source)
	withdraw()
	late := !timer.Stop()
	switch {
	case errors.Is(err, errUnsent) || err == nil && !late:
		return res, err
	case err == nil: // it answered while it was being ended: nobody else may have it
		return res, errDead
	case late:
		return crash(OutcomeTimeout), errDead
	}
	p.kill()
	// A worker ends itself in one way only: the Go runtime gives up (exit status
	// 2) when the kernel refuses it memory, or at the limit of its stack.
	if p.cmd.ProcessState.ExitCode() == 2 {
		return crash(OutcomeMemory), errDead
	}
	return crash(OutcomeCrashed), errDead
}

// stop asks the worker to give up a run, and leaves it grace for that, unless timer is
// ending it already.
func (p *process) stop(number uint32, timer *time.Timer, grace time.Duration) {
	p.send(frameStop, func(b []byte) []byte { return binary.LittleEndian.AppendUint32(b, number) })
	if timer.Stop() {
		timer.Reset(grace)
	}
}

// whenDone calls f when ctx ends. The function it returns takes that back; if f
// has begun already, it waits for its end.
func whenDone(ctx context.Context, f func()) (cancel func()) {
	if ctx.Done() == nil {
		return func() {}
	}
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		f()
	})
	return func() {
		if !stop() {
			<-ended
		}
	}
}

// crash is the result of a run whose worker ended under it.
func crash(kind string) *runResult {
	return &runResult{Outcome: kind, Error: &Error{Name: "Error"}}
}

// drive sends the run and serves the worker until it is done.
func (p *process) drive(ctx context.Context, q runRequest, source string) (*runResult, error) {
	if err := p.send(frameRun, q.append); err != nil {
		return nil, errUnsent
	}
	var pending sync.WaitGroup
	defer pending.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for {
		kind, payload, err := readFrame(p.out, &p.buf)
		if err != nil {
			return nil, err
		}
		switch kind {
		case frameDone:
			var res runResult
			return &res, json.Unmarshal(payload, &res)
		case frameUnknown:
			if err := p.send(frameProgram, func(b []byte) []byte {
				return append(append(b, q.key[:]...), source...)
			}); err != nil {
				return nil, err
			}
			if err := p.send(frameRun, q.append); err != nil {
				return nil, err
			}
		case frameFetch:
			var m fetchMessage
			if err := json.Unmarshal(payload, &m); err != nil {
				return nil, err
			}
			pending.Go(func() { p.answer(ctx, m) })
		default:
			return nil, fmt.Errorf("unexpected frame %q", kind)
		}
	}
}

// answer carries out an Action's HTTP request and sends what came of it.
func (p *process) answer(ctx context.Context, m fetchMessage) {
	s := fetchAnswer(ctx, p.fetch, m)
	b, err := json.Marshal(s)
	if err != nil {
		return
	}
	p.send(frameSettle, func(frame []byte) []byte { return append(frame, b...) }) // a dead worker shows at the next read
}

// fetchAnswer calls fetch and turns its result into a message.
func fetchAnswer(ctx context.Context, fetch fetcher, m fetchMessage) settleMessage {
	m.Request.sign(ctx)
	unpackBody(&m.Request.Body, m.Binary)
	res, err := fetch(ctx, m.Request)
	if err == nil && len(res.Body) > maxResponse {
		err = fmt.Errorf("the answer is larger than %d bytes", maxResponse)
	}
	if err != nil {
		return settleMessage{ID: m.ID, Error: err.Error()}
	}
	return settleMessage{ID: m.ID, Binary: packBody(&res.Body), Response: res}
}
