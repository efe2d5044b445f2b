package actions

import (
	"regexp"
	"time"

	"github.com/dop251/goja"
	"github.com/dop251/goja/parser"
)

// A world is one JavaScript global with one Action's module in it. Different
// Actions, and different versions of one, never share a world; the runs of one
// version do when warm, so that module scope survives from login to login as it
// does on Auth0. What belongs to one run only (event, api, timers, requests) is
// in run.
type world struct {
	rt          *goja.Runtime
	prog        *program
	born        time.Time
	run         *run // in progress; nil between runs
	objectProto *goja.Object
	groups      []*goja.Object          // prototypes of api's members, in the order of apiGroups
	parts       map[string]*goja.Object // of the prelude, loaded so far
	lazy        map[string]bool         // globals of the prelude that are defined
	loader      *loader                 // of packages; set by the engine

	loaded  bool
	loadErr error
	module  *goja.Object
	keys    map[string]string // names of event members, made once

	// Made at first use, see the functions of these names.
	hostValue  goja.Value
	describe   goja.Callable
	inspectKey *goja.Symbol
}

// maxCallDepth is near what Node's default stack gives a small function.
const maxCallDepth = 8000

// newWorld makes a fresh global. The Action's module runs at the first load.
func newWorld(p *program) *world {
	rt := goja.New()
	rt.SetMaxCallStackSize(maxCallDepth)
	rt.SetParserOptions(parser.WithDisableSourceMaps) // eval("//# sourceMappingURL=/etc/passwd") would read it
	w := &world{rt: rt, born: time.Now(), prog: p, parts: map[string]*goja.Object{}, lazy: map[string]bool{}, keys: map[string]string{}}
	rt.SetTimeSource(func() time.Time {
		if w.run != nil {
			return w.run.now()
		}
		return time.Now()
	})
	w.trackRejections()
	w.objectProto = rt.NewObject().Prototype()
	return w
}

// load runs the module's top level once. What it throws is remembered and
// thrown again at every run, as on Auth0.
func (w *world) load() error {
	if !w.loaded {
		w.loaded = true
		w.loadErr = w.runModule()
	}
	return w.loadErr
}

func (w *world) runModule() error {
	if err := w.guard(w.prepare); err != nil {
		return err
	}
	v, err := w.rt.RunProgram(w.prog.code)
	if err != nil {
		return w.failure(err)
	}
	outer, _ := goja.AssertFunction(v)
	v, err = outer(goja.Undefined(), w.requireFunction(), w.rt.ToValue("/"+scriptName), w.rt.ToValue("/"))
	if err != nil {
		return w.failure(err)
	}
	body, _ := goja.AssertFunction(v)
	exports := w.rt.NewObject()
	w.module = w.rt.NewObject()
	w.module.Set("exports", exports)
	if _, err := body(exports, w.module, exports, w.console()); err != nil {
		return w.failure(err)
	}
	return nil
}

// handler is the exported function of that name, if it is an async function:
// Auth0 looks at its constructor's name and so do we.
func (w *world) handler(name string) (call goja.Callable, err error) {
	bad := func(text string) error {
		return &jsFailure{kind: OutcomeBadSignature, err: &Error{Name: "Error", Message: text}}
	}
	guarded := w.guard(func() {
		exports, ok := w.module.Get("exports").(*goja.Object)
		if !ok {
			err = bad("The Action must export an object.")
			return
		}
		f, ok := exports.Get(name).(*goja.Object)
		if !ok {
			err = bad(signatureText(name))
			return
		}
		if call, ok = goja.AssertFunction(f); !ok || !isAsync(f) {
			err = bad(signatureText(name))
		}
	})
	if guarded != nil {
		return nil, w.failure(guarded)
	}
	return call, err
}

var asyncMethod = regexp.MustCompile(`^(?:static\s+)?async\s+[^*\s]`)

// isAsync tells whether f is an async function. The engine gives async methods
// the constructor of plain functions, so their text has to tell.
func isAsync(f *goja.Object) bool {
	constructor, _ := f.Get("constructor").(*goja.Object)
	if constructor == nil {
		return false
	}
	return text(constructor.Get("name")) == "AsyncFunction" || asyncMethod.MatchString(f.String())
}

// guard runs f, which touches JavaScript values, outside of any JavaScript
// call, and returns what it throws or is interrupted by.
func (w *world) guard(f func()) (err error) {
	defer func() {
		if x := recover(); x != nil {
			switch e := x.(type) {
			case *goja.InterruptedError:
				err = e
			case *goja.StackOverflowError:
				err = e
			default:
				panic(x)
			}
		}
	}()
	if ex := w.rt.Try(f); ex != nil {
		return ex
	}
	return nil
}

// throw throws a JavaScript error of the given class ("TypeError", …) from Go
// code that JavaScript called.
func (w *world) throw(class, message string) {
	panic(w.newError(class, message))
}

// newError makes an error object of one of the global error classes.
func (w *world) newError(class, message string) *goja.Object {
	o, err := w.rt.New(w.rt.Get(class), w.rt.ToValue(message))
	if err != nil { // the Action replaced the class
		return w.rt.NewTypeError(message)
	}
	return o
}
