package actions

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/dop251/goja"
)

// jsFailure is how a run failed. hard means that its world may be broken and
// must not serve again.
type jsFailure struct {
	kind string
	err  *Error
	hard bool
}

func (f *jsFailure) Error() string { return f.err.Error() }

// failure sorts an error that running JavaScript returned.
func (w *world) failure(err error) error {
	var (
		known       *jsFailure
		thrown      *goja.Exception
		overflow    *goja.StackOverflowError
		interrupted *goja.InterruptedError
	)
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &interrupted):
		return w.interruption(interrupted)
	case errors.As(err, &overflow):
		e := &Error{Name: "RangeError", Message: "Maximum call stack size exceeded"}
		w.locate(e, framesOf(overflow.Stack()))
		return &jsFailure{kind: OutcomeThrew, err: e, hard: true}
	case errors.As(err, &thrown):
		f := w.thrown(thrown.Value())
		if e := asFailure(f); e != nil && e.err.Line == 0 {
			w.locate(e.err, framesOf(thrown.Stack()))
		}
		return f
	}
	return &jsFailure{kind: OutcomeCrashed, err: &Error{Name: "Error", Message: err.Error()}, hard: true}
}

func asFailure(err error) *jsFailure {
	var f *jsFailure
	errors.As(err, &f)
	return f
}

// interruption tells why the run was stopped and where it was. The words for
// people are the server's, which knows the Action's name and the limits.
func (w *world) interruption(ie *goja.InterruptedError) error {
	f := &jsFailure{kind: OutcomeTimeout, err: &Error{Name: "TimeoutError"}, hard: true}
	if w.run != nil {
		w.run.mu.Lock()
		cause := w.run.cause
		w.run.mu.Unlock()
		if errors.Is(cause, errMemory) {
			f.kind, f.err.Name = OutcomeMemory, "RangeError"
		}
	}
	w.locate(f.err, framesOf(ie.Stack()))
	return f
}

// scriptError is an error in the words that JavaScript shows.
type scriptError string

func (e scriptError) Error() string { return string(e) }

// thrown describes a thrown or rejected value. Reading it may run the Action's
// getters, which may throw, loop or be interrupted in their turn.
func (w *world) thrown(v goja.Value) error {
	e := &Error{Name: "Error"}
	err := w.guard(func() {
		o, ok := v.(*goja.Object)
		if !ok || !w.isError(o) {
			// Auth0 wraps what is not an Error: its string, or "Unknown error"
			// for what JavaScript takes for false.
			if e.Message = "Unknown error"; v != nil && v.ToBoolean() {
				e.Message = v.String()
			}
			return
		}
		e.Name, e.Message = text(o.Get("name")), text(o.Get("message"))
		w.locate(e, parseStack(text(o.Get("stack"))))
	})
	var again *goja.Exception
	switch {
	case err == nil:
	case errors.As(err, &again):
		*e = Error{Name: "Error", Message: "Unknown error"} // its own description throws
	default:
		return w.failure(err)
	}
	return &jsFailure{kind: OutcomeThrew, err: e}
}

// isError tells whether o is an Error, without asking o.
func (w *world) isError(o *goja.Object) bool {
	if o.ClassName() == "Error" {
		return true
	}
	class, ok := w.rt.Get("Error").(*goja.Object)
	return ok && w.rt.InstanceOf(o, class)
}

func text(v goja.Value) string {
	if v == nil || goja.IsUndefined(v) || goja.IsNull(v) {
		return ""
	}
	return v.String()
}

// A stackFrame is one line of a stack trace, in the engine's coordinates.
type stackFrame struct {
	function     string
	file         string
	line, column int
}

// shownFrames is how deep a stack is reported, as in Node.
const shownFrames = 10

// locate gives e its position and stack (the author's frames only, in Node's
// form) and Node's words.
func (w *world) locate(e *Error, frames []stackFrame) {
	var b strings.Builder
	n := 0
	for _, f := range frames {
		// The wrapper's first column stands for an unknown place: a function that
		// does nothing has none. Its caller's is known.
		if f.file != scriptName || f.line == 1 && f.column == 1 {
			continue
		}
		line, column := w.prog.position(f.line, f.column)
		if n == 0 {
			e.Line, e.Column = line, column
		}
		if n++; n > shownFrames {
			break
		}
		b.WriteString("\n    at ")
		at := scriptName + ":" + strconv.Itoa(line) + ":" + strconv.Itoa(column)
		if f.function == "" || f.function == "<anonymous>" {
			b.WriteString(at)
		} else {
			b.WriteString(f.function + " (" + at + ")")
		}
	}
	w.prog.likeNodeError(e)
	e.Stack = e.Error() + b.String()
}

// position takes the wrapper's columns off line 1.
func (p *program) position(line, column int) (int, int) {
	if line == 1 {
		column = max(1, column-p.shift)
	}
	return line, column
}

func framesOf(stack []goja.StackFrame) []stackFrame {
	frames := make([]stackFrame, 0, min(len(stack), 4*shownFrames))
	for i := range stack {
		if len(frames) == cap(frames) {
			break
		}
		p := stack[i].Position()
		frames = append(frames, stackFrame{stack[i].FuncName(), p.Filename, p.Line, p.Column})
	}
	return frames
}

// engineFrame is a line of the engine's err.stack, e.g. "\tat f (action.js:3:20(3))".
var engineFrame = regexp.MustCompile(`(?m)^\tat (?:(.*) \()?([^\s()]+):(\d+):(\d+)\(\d+\)\)?$`)

func parseStack(stack string) []stackFrame {
	if len(stack) > 64<<10 {
		stack = stack[:64<<10]
	}
	var frames []stackFrame
	for _, m := range engineFrame.FindAllStringSubmatch(stack, 4*shownFrames) {
		line, _ := strconv.Atoi(m[3])
		column, _ := strconv.Atoi(m[4])
		frames = append(frames, stackFrame{m[1], m[2], line, column})
	}
	return frames
}

// nodeStack rewrites the engine's stack lines inside a text, such as console
// output, into Node's.
func (w *world) nodeStack(s string) string {
	if !strings.Contains(s, "\tat ") {
		return s
	}
	lines := strings.Split(s, "\n")
	out := lines[:0]
	for _, l := range lines {
		m := engineFrame.FindStringSubmatch(l)
		switch {
		case m != nil && m[2] == scriptName:
			line, _ := strconv.Atoi(m[3])
			column, _ := strconv.Atoi(m[4])
			line, column = w.prog.position(line, column)
			at := scriptName + ":" + strconv.Itoa(line) + ":" + strconv.Itoa(column)
			if m[1] == "" {
				out = append(out, "    at "+at)
			} else {
				out = append(out, "    at "+m[1]+" ("+at+")")
			}
		case m == nil && !strings.HasPrefix(l, "\tat "):
			out = append(out, l)
		}
	}
	return strings.TrimSuffix(strings.Join(out, "\n"), "\n")
}
