package actions

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/dop251/goja"
)

// apiObject is the table of apiGroups made ready: a script that makes the
// prototypes of api's members, and the methods by their number in it.
type apiObject struct {
	groups  []string
	methods []apiEntry
	script  *goja.Program
}

type apiEntry struct {
	name  string // "idToken.setCustomClaim"
	group int
	run   func(*apiCall) goja.Value
}

var apiTable = sync.OnceValue(func() *apiObject {
	t := &apiObject{}
	var js strings.Builder
	js.WriteString("(function (command) { 'use strict'; return [")
	for i, g := range apiGroups() {
		t.groups = append(t.groups, g.name)
		js.WriteString("{")
		for _, m := range g.methods {
			name := g.name + "." + m.name
			arguments := "this"
			if m.params != "" {
				arguments += ", " + m.params
			}
			fmt.Fprintf(&js, "%s(%s) { return command(%d, %s); },", m.name, m.params, len(t.methods), arguments)
			t.methods = append(t.methods, apiEntry{name, i, m.run})
		}
		js.WriteString("},")
	}
	js.WriteString("]; })")
	t.script = goja.MustCompile(preludeFile("api"), js.String(), false)
	return t
})

// prepareAPI makes the prototypes that all runs of the world share.
func (w *world) prepareAPI() error {
	v, err := w.rt.RunProgram(apiTable().script)
	if err != nil {
		return err
	}
	build, _ := goja.AssertFunction(v)
	list, err := build(goja.Undefined(), w.rt.ToValue(w.command))
	if err != nil {
		return err
	}
	w.rt.ForOf(list, func(v goja.Value) bool {
		w.groups = append(w.groups, v.(*goja.Object))
		return true
	})
	return nil
}

// newAPI makes the `api` argument of one run. It is extensible, as real Actions
// expect (api.noop = …), and has no `then`: awaiting it returns it.
func (w *world) newAPI(r *run) *goja.Object {
	api := w.rt.NewObject()
	r.groups = make([]*goja.Object, len(w.groups))
	for i, name := range apiTable().groups {
		r.groups[i] = w.rt.CreateObject(w.groups[i])
		api.Set(name, r.groups[i])
	}
	return api
}

// An apiCall is one call of an api method, while it runs.
type apiCall struct {
	w    *world
	r    *run
	name string
	args []goja.Value
	line int
}

// command is what every api method calls: command(number, this, …arguments). What
// it accepts is recorded at once, on this side, where the Action can't change
// it any more; nothing is carried out before the whole flow has ended.
func (w *world) command(call goja.FunctionCall) goja.Value {
	m := &apiTable().methods[call.Argument(0).ToInteger()]
	r := w.run
	// A method taken off its object fails on the real service too, which keeps
	// its state in private fields; an api object kept from an earlier login has
	// nothing left to act on.
	if r == nil || call.Argument(1) != goja.Value(r.groups[m.group]) {
		w.throw("TypeError", fmt.Sprintf("Illegal invocation: call it as api.%s(…), on the api object of this login", m.name))
	}
	c := &apiCall{w: w, r: r, name: m.name, args: call.Arguments[2:], line: w.line()}
	return m.run(c)
}

// arguments reads a JavaScript arguments object.
func (w *world) arguments(v goja.Value) []goja.Value {
	o := v.(*goja.Object)
	args := make([]goja.Value, o.Get("length").ToInteger())
	for i := range args {
		args[i] = o.Get(indexName(i))
	}
	return args
}

func indexName(i int) string {
	if i < 10 {
		return "0123456789"[i : i+1]
	}
	return fmt.Sprint(i)
}

// line is the author's line that is being executed.
func (w *world) line() int {
	var buf [10]goja.StackFrame
	// The nearest frames are the prelude's; a few more reach the author's code
	// through a helper such as Array.prototype.forEach.
	for _, f := range w.rt.CaptureCallStack(len(buf), buf[:0]) {
		if name := f.SrcName(); name != scriptName && name != rewrittenName {
			continue
		}
		if p := f.Position(); p.Filename == scriptName {
			return p.Line
		}
	}
	return 0
}

func (c *apiCall) arg(i int) goja.Value {
	if i < len(c.args) {
		return c.args[i]
	}
	return goja.Undefined()
}

// accept records the call with its arguments as JSON; nil ends the list early.
func (c *apiCall) accept(args ...json.RawMessage) {
	if i := slices.IndexFunc(args, func(a json.RawMessage) bool { return a == nil }); i >= 0 {
		args = args[:i]
	}
	for _, a := range args {
		c.r.output += len(a)
	}
	if c.r.output += len(c.name); c.r.output > maxOutput {
		c.w.throw("RangeError", "The Action's commands exceed 1 MB")
	}
	if len(c.r.result.Commands) >= maxCommands {
		c.w.throw("RangeError", fmt.Sprintf("The Action calls api more than %d times", maxCommands))
	}
	c.r.result.Commands = append(c.r.result.Commands, Command{Name: c.name, Args: array(args), Line: c.line})
}

// deny marks the login as denied. The handler goes on, as on Auth0; the last
// call's reason counts.
func (c *apiCall) deny() goja.Value {
	c.refuse()
	return c.r.api
}

// setCustomClaim serves both tokens. Which claims may be added is decided on the
// server (claims.go): the Action is told nothing of it, as on Auth0.
func (c *apiCall) setCustomClaim() goja.Value {
	name := c.claimName()
	if name == "scope" {
		c.w.throw("Error", `The "scope" claim cannot be set.`)
	}
	c.accept(quoteJSON(name), c.asJSON(name, c.arg(1)))
	return c.r.api
}

// setMetadata serves app and user metadata. event.user does not change within
// this Action; later Actions see the change, and null removes the key.
func (c *apiCall) setMetadata() goja.Value {
	name := c.arg(0).String()
	value := c.asJSON(name, c.arg(1))
	if value == nil {
		c.r.warn(c.line, fmt.Sprintf("the value for %s is undefined, so api.%s changes nothing (line %d)", name, c.name, c.line))
	}
	c.measureMetadata(name, len(name)+len(value))
	c.accept(quoteJSON(name), value)
	return c.r.api
}

// maxMetadata bounds what one flow may set of app_metadata, and of
// user_metadata, in bytes (Auth0: "Actions Limitations").
const maxMetadata = 32 << 10

// measureMetadata refuses the call that would pass the limit, and any where the
// stored metadata is no object. Of each key the last value counts.
func (c *apiCall) measureMetadata(key string, size int) {
	i, what := 0, "app_metadata"
	if c.name == "user.setUserMetadata" {
		i, what = 1, "user_metadata"
	}
	set := &c.r.calls.metadata[i]
	if set.keys == nil {
		set.keys = map[string]int{}
		if len(c.r.rawMore) > 0 {
			set.total, set.odd = c.r.known().extra.Metadata[i], c.r.known().extra.Odd[i]
		}
	}
	if set.odd {
		c.w.throw("Error", "Unexpected "+what+" format. Must be a valid JSON object")
	}
	total := set.total - set.keys[key] + size
	if total > maxMetadata {
		c.w.throw("Error", fmt.Sprintf("The %s set by Actions exceeds the maximum of %d bytes.", what, maxMetadata))
	}
	set.keys[key], set.total = size, total
}
