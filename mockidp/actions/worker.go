package actions

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"os"
	"runtime/debug"
	"strconv"
	"sync"
	"time"
)

// workerArg is the hidden argument that turns the binary into a worker; the
// soft and hard memory limits and the folder of packages follow it.
const workerArg = "mockidp-actions-worker"

// exitBadFrame is the exit status of a worker that can't understand the server
// or be understood. The Go runtime's own, 2, means that memory ran out.
const exitBadFrame = 3

// ServeIfWorker turns the process into a worker and never returns, when it was
// started as one; else it does nothing. It must be the first line of main, and
// of TestMain, in every binary that runs Actions: a Runner starts its workers
// by running its own binary again.
func ServeIfWorker() {
	if len(os.Args) != 5 || os.Args[1] != workerArg {
		return
	}
	soft, err := strconv.ParseUint(os.Args[2], 10, 64)
	hard, err2 := strconv.ParseUint(os.Args[3], 10, 64)
	if err != nil || err2 != nil {
		os.Exit(exitBadFrame)
	}
	// Deep recursion through the engine's own functions lives on the Go stack;
	// its end is the end of the process, so keep it small.
	debug.SetMaxStack(128 << 20)
	harden(hard)
	serve(os.Stdin, os.Stdout, soft, os.Args[4])
	os.Exit(0)
}

// server is a worker's side of the pipes.
type server struct {
	engine *engine
	file   *os.File
	in     *bufio.Reader

	// While a run is short nobody reads beside it: switching between threads
	// costs as much as the run. A run that takes longer starts a listener, for
	// answers to its requests and for the order to stop; the listener ends with
	// the next ask, which it hands over.
	mu        sync.Mutex // guards listening
	listening bool
	asks      chan ask

	wmu sync.Mutex // guards out: answers and fetches come from different goroutines
	out *os.File
	buf []byte
}

// ask is a frame that wants an answer; kind 0 is the end of the input.
type ask struct {
	kind    byte
	payload []byte
}

// serve answers frames until in ends.
func serve(in, out *os.File, soft uint64, nodeModules string) {
	s := &server{file: in, in: bufio.NewReaderSize(in, 64<<10), out: out, asks: make(chan ask, 1)}
	s.engine = newEngine(soft, func(m fetchMessage) { s.send(frameFetch, m) })
	s.engine.long = s.listen
	s.engine.library = newLibrary(nodeModules)
	s.send(frameDone, compileResult{}) // ready
	for a := s.next(); a.kind != 0; a = s.next() {
		s.answer(a)
	}
}

// lingerTime is how long an idle worker waits awake, though without running:
// a Go process that falls asleep pays for waking with a tenth of a signature's
// CPU, mostly for its monitor thread, which polls often at first. It spans the
// gaps between the logins of a test run; a worker that nobody needs sleeps.
const lingerTime = 100 * time.Millisecond

// next is the next ask. Only the goroutine that answers calls it, so nobody
// starts a listener beside it.
func (s *server) next() ask {
	s.mu.Lock()
	listening := s.listening
	s.mu.Unlock()
	if !listening {
		linger(s.file, lingerTime)
		return s.read()
	}
	a := <-s.asks
	s.mu.Lock()
	s.listening = false
	s.mu.Unlock()
	return a
}

// listen reads frames beside the run in progress from now on.
func (s *server) listen() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listening {
		return
	}
	s.listening = true
	go func() { s.asks <- s.read() }()
}

// read takes frames off the pipe up to the next ask. Those that belong to the
// run in progress take effect at once.
func (s *server) read() ask {
	for {
		var buf []byte
		kind, payload, err := readFrame(s.in, &buf)
		if err != nil {
			return ask{}
		}
		switch kind {
		case frameStop:
			if len(payload) == 4 {
				s.engine.stop(binary.LittleEndian.Uint32(payload))
			}
		case frameSettle:
			var m settleMessage
			if json.Unmarshal(payload, &m) == nil {
				s.engine.settle(m)
			}
		default:
			return ask{kind, payload}
		}
	}
}

func (s *server) answer(a ask) {
	switch a.kind {
	case frameCompile:
		s.send(frameDone, s.engine.check(string(a.payload)))
	case frameProgram:
		var key programKey
		if n := copy(key[:], a.payload); n == len(key) {
			s.engine.add(key, string(a.payload[n:]))
		}
	case frameRun:
		q, err := parseRun(a.payload)
		if err != nil {
			os.Exit(exitBadFrame)
		}
		res, known := s.engine.run(q)
		if !known {
			s.send(frameUnknown, nil)
			return
		}
		s.send(frameDone, &res)
	}
}

// send writes one frame. When the server is gone there is nothing left to do.
func (s *server) send(kind byte, v any) {
	s.wmu.Lock()
	defer s.wmu.Unlock()
	frame, err := jsonFrame(s.buf, kind, v)
	if err != nil || len(frame) > maxFrame {
		os.Exit(exitBadFrame)
	}
	s.buf = frame
	if _, err := s.out.Write(frame); err != nil {
		os.Exit(1)
	}
}
