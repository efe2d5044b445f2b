package actions

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"
	"unicode/utf8"
)

// Server and worker talk in frames over two pipes: one byte of kind, four of
// length (little endian), the payload. The server asks, the worker answers each
// ask with exactly one frameDone or frameUnknown; frameFetch may come before it.
const (
	frameCompile = 'C' // to the worker: source text
	frameProgram = 'P' // to the worker: program key, source text
	frameRun     = 'R' // to the worker: runRequest
	frameSettle  = 'S' // to the worker: settleMessage, the answer to a frameFetch
	frameStop    = 'X' // to the worker: give up the run of this number, if it is still in progress
	frameFetch   = 'F' // from the worker: fetchMessage
	frameDone    = 'D' // from the worker: runResult or compileResult
	frameUnknown = 'U' // from the worker: the run's program is not here, send it
)

// maxFrame bounds what either side takes. An event is some kilobytes, a result
// at most maxOutput with overhead, an answer to fetch at most maxResponse.
const maxFrame = 16 << 20

const frameHeader = 5

// beginFrame starts a frame in buf; finishFrame fills in its length.
func beginFrame(buf []byte, kind byte) []byte {
	return append(buf[:0], kind, 0, 0, 0, 0)
}

func finishFrame(buf []byte) []byte {
	binary.LittleEndian.PutUint32(buf[1:], uint32(len(buf)-frameHeader))
	return buf
}

// jsonFrame is a whole frame with v as payload.
func jsonFrame(buf []byte, kind byte, v any) ([]byte, error) {
	w := bytes.NewBuffer(beginFrame(buf, kind))
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false) // values stay as the Action's JSON.stringify wrote them
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encode frame %c: %w", kind, err)
	}
	return finishFrame(w.Bytes()), nil
}

// readFrame reads one frame. The payload is valid until the next call with the
// same buffer.
func readFrame(r io.Reader, buf *[]byte) (kind byte, payload []byte, err error) {
	var h [frameHeader]byte
	if _, err := io.ReadFull(r, h[:]); err != nil {
		return 0, nil, err
	}
	n := int(binary.LittleEndian.Uint32(h[1:]))
	if n > maxFrame {
		return 0, nil, fmt.Errorf("frame %q of %d bytes: at most %d are taken", h[0], n, maxFrame)
	}
	if cap(*buf) < n {
		*buf = make([]byte, n)
	}
	payload = (*buf)[:n]
	_, err = io.ReadFull(r, payload)
	return h[0], payload, err
}

// programKey names one deployed version with its text: SHA-256 of everything
// that tells two JavaScript worlds apart.
type programKey [32]byte

// runRequest asks for one run.
type runRequest struct {
	number uint32 // tells this run from others of the same worker
	key    programKey
	cold   bool
	resume bool // call onContinuePostLogin
	budget time.Duration
	more   []byte // JSON: runExtra; empty when there is none
	event  []byte // JSON
}

// runExtra is what few runs need besides the event.
type runExtra struct {
	Directory  *Directory  `json:"directory,omitempty"`   // for api.roles and api.groups
	Cache      []cacheItem `json:"cache,omitempty"`       // for api.cache
	PrimarySet bool        `json:"primary_set,omitempty"` // setPrimaryUser was called already
	Scopes     int         `json:"scopes,omitempty"`      // how many were added already
	Metadata   [2]int      `json:"metadata,omitzero"`     // bytes of app and user metadata that were set already
	Odd        [2]bool     `json:"odd,omitzero"`          // whether the stored app and user metadata are no objects
	Now        int64       `json:"now,omitempty"`         // the frozen clock, unix milliseconds; 0: the clock runs

	Declared map[string]string `json:"declared,omitempty"` // dependencies of the Action: package and version
}

// The header of a run is binary so that the event, much the largest part, is
// scanned once only, by the worker.
const runHeader = 4 + len(programKey{}) + 1 + 4 + 4

// The flags of a run.
const (
	flagCold = 1 << iota
	flagResume
)

func (q *runRequest) append(buf []byte) []byte {
	buf = binary.LittleEndian.AppendUint32(buf, q.number)
	buf = append(buf, q.key[:]...)
	flags := byte(0)
	if q.cold {
		flags |= flagCold
	}
	if q.resume {
		flags |= flagResume
	}
	buf = append(buf, flags)
	ms := min(max(q.budget.Milliseconds(), 1), math.MaxUint32)
	buf = binary.LittleEndian.AppendUint32(buf, uint32(ms))
	buf = binary.LittleEndian.AppendUint32(buf, uint32(len(q.more)))
	return append(append(buf, q.more...), q.event...)
}

// parseRun reads what append wrote. The event and more are parts of b.
func parseRun(b []byte) (q runRequest, err error) {
	if len(b) < runHeader {
		return q, fmt.Errorf("run frame of %d bytes: at least %d expected", len(b), runHeader)
	}
	q.number = binary.LittleEndian.Uint32(b)
	n := 4 + copy(q.key[:], b[4:])
	q.cold, q.resume = b[n]&flagCold != 0, b[n]&flagResume != 0
	q.budget = time.Duration(binary.LittleEndian.Uint32(b[n+1:])) * time.Millisecond
	more := int64(binary.LittleEndian.Uint32(b[n+5:]))
	if rest := b[runHeader:]; more > int64(len(rest)) {
		return q, fmt.Errorf("run frame with %d bytes more than it holds", more-int64(len(rest)))
	} else if more > 0 {
		q.more, q.event = rest[:more], rest[more:]
	} else {
		q.event = rest
	}
	return q, nil
}

// runResult is what came out of one run. The fields are those of ActionRun.
type runResult struct {
	Outcome    string         `json:"outcome"`
	DurationMS float64        `json:"ms"`
	Cold       bool           `json:"cold,omitempty"`
	Console    []ConsoleLine  `json:"console,omitempty"`
	Commands   []Command      `json:"commands,omitempty"`
	Warnings   []Warning      `json:"warnings,omitempty"`
	Error      *Error         `json:"error,omitempty"`
	Requests   []OutgoingCall `json:"requests,omitempty"`
	Deny       *string        `json:"deny,omitempty"`   // reason of the last access.deny
	Abort      *Error         `json:"abort,omitempty"`  // a combination of calls that ends the login
	Retire     bool           `json:"retire,omitempty"` // the worker holds too much memory: replace it
}

// run is the result as the public record of a run of a.
func (r *runResult) run(a *Action) *ActionRun {
	return &ActionRun{
		ID: a.ID, Name: a.Name, Version: a.Version,
		Outcome: r.Outcome, DurationMS: r.DurationMS, Cold: r.Cold, Error: r.Error,
		Console: array(r.Console), Commands: array(r.Commands), Warnings: array(r.Warnings), Requests: array(r.Requests),
		Claims: claimsOf(r.Commands),
	}
}

// compileResult answers frameCompile; without Syntax the text is good.
type compileResult struct {
	Syntax   *SyntaxError `json:"syntax,omitempty"`
	Warnings []Warning    `json:"warnings,omitempty"`
}

// fetchMessage asks the server for an HTTP request on the Action's behalf.
type fetchMessage struct {
	ID      int64           `json:"id"`
	Request OutgoingRequest `json:"request"`
	Binary  []byte          `json:"binary,omitempty"` // the body, when it is no text
}

// settleMessage answers a fetchMessage.
type settleMessage struct {
	ID       int64            `json:"id"`
	Response OutgoingResponse `json:"response"`
	Binary   []byte           `json:"binary,omitempty"` // the body, when it is no text
	Error    string           `json:"error,omitempty"`
}

// packBody takes a body that JSON would change out of its text.
func packBody(body *string) (binary []byte) {
	if utf8.ValidString(*body) {
		return nil
	}
	binary, *body = []byte(*body), ""
	return binary
}

// unpackBody puts it back.
func unpackBody(body *string, binary []byte) {
	if binary != nil {
		*body = string(binary)
	}
}
