package actions

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"

	"github.com/dop251/goja"
)

// What JavaScript and the real service let happen in silence, and a beginner
// wonders about: a missing await, and values that JSON has no words for. None of it
// changes what the Action does; each is a warning in the run's record.

// asJSON is the value of name as JSON, with a warning where that says less than the
// Action's author has probably meant.
func (c *apiCall) asJSON(name string, v goja.Value) json.RawMessage {
	if lost := lostInJSON(v); lost != "" {
		c.r.warn(c.line, fmt.Sprintf("the value of %s is %s (line %d)", shortened(name, maxNamed), lost, c.line))
	}
	return c.w.toJSON(v)
}

// maxNamed bounds a name in a warning, in bytes.
const maxNamed = 200

// lostInJSON says what JSON.stringify does not tell of v; "" where it tells all, or
// where there is nothing to tell.
func lostInJSON(v goja.Value) string {
	if goja.IsNumber(v) && (goja.IsNaN(v) || goja.IsInfinity(v)) {
		return fmt.Sprintf("%s, which JSON can't say: it becomes null", v)
	}
	o, ok := v.(*goja.Object)
	if !ok {
		return ""
	}
	switch kind := kindOf(o); kind {
	case kindPromise:
		return "a promise, not what it will give: is an await missing?"
	case kindMap, kindSet:
		return "a " + kind + ", which JSON shows as {}: make an object or an array of it"
	}
	return ""
}

// claimName is the first argument as a claim's name.
func (c *apiCall) claimName() string {
	v := c.arg(0)
	name := v.String()
	switch {
	case !goja.IsString(v):
		c.r.warn(c.line, fmt.Sprintf("the name of a claim is a string, as in api.%s(\"plan\", \"gold\"): this one is taken for %q (line %d)", c.name, shortened(name, maxNamed), c.line))
	case name == "":
		c.r.warn(c.line, fmt.Sprintf("the name of the claim is empty (line %d)", c.line))
	}
	return name
}

// trackRejections notes the promises that are rejected while nobody listens; who
// listens later is in time.
func (w *world) trackRejections() {
	w.rt.SetPromiseRejectionTracker(func(p *goja.Promise, what goja.PromiseRejectionOperation) {
		r := w.run
		switch {
		case r == nil:
		case what == goja.PromiseRejectionHandle:
			r.rejected = slices.DeleteFunc(r.rejected, func(x *goja.Promise) bool { return x == p })
		case len(r.rejected) < maxRejected:
			r.rejected = append(r.rejected, p)
		}
	})
}

// maxRejected is how many of them one run remembers.
const maxRejected = 20

// warnOfUnawaited tells what was left behind by a handler that has come to its end:
// requests whose answers it did not wait for, and errors that nobody has seen.
func (r *run) warnOfUnawaited(w *world) {
	for i := range r.result.Requests {
		if c := &r.result.Requests[i]; r.onItsWay(i) {
			r.warn(c.Line, fmt.Sprintf("the Action ended before the answer from %s came: is an await missing, or was it given up? (line %d)", shortened(hostIn(c.URL), maxNamed), c.Line))
		}
	}
	rejected := r.rejected
	r.rejected = nil
	for _, p := range rejected {
		// Describing it may run the Action's code, which may be stopped: the rest is dropped then.
		f := asFailure(w.thrown(p.Result()))
		if f == nil || f.hard {
			return
		}
		r.warn(f.err.Line, fmt.Sprintf("a promise was rejected that nobody awaited: %s (line %d)", f.err.Error(), f.err.Line))
	}
}

// hostIn is the host of an address: the rest may hold what is secret.
func hostIn(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "another server"
	}
	return u.Host
}

// onItsWay tells whether the i-th request has no answer yet.
func (r *run) onItsWay(i int) bool {
	for _, p := range r.pending {
		if p.call == i {
			return true
		}
	}
	return false
}

// errUnanswered stands for the answer of such a request in the record.
const errUnanswered = "the Action ended before the answer came"
