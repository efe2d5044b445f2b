package actions

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/dop251/goja"
)

// facades are the modules of the prelude that stand for packages of npm. They
// come before a package of that name in the operator's folder, whose real code
// would open sockets, which an Action has not got here.
var facades = set("axios auth0 node-fetch")

// requireFrom makes the CommonJS require of a module in folder dir.
func (w *world) requireFrom(dir string) *goja.Object {
	f := w.rt.ToValue(func(call goja.FunctionCall) goja.Value {
		request := w.moduleName(call)
		if part, name := builtIn(request); part != "" {
			return w.need(part).Get("modules").(*goja.Object).Get(name)
		}
		exports, err := w.loader.require(dir, request)
		if err != nil {
			w.throwModule(dir, request, err)
		}
		return exports
	}).(*goja.Object)
	f.DefineDataProperty("name", w.rt.ToValue("require"), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	// Nobody reads it: clearing it, as some code does in Node, has no effect.
	f.Set("cache", w.rt.NewObject())
	f.Set("resolve", func(call goja.FunctionCall) goja.Value {
		request := w.moduleName(call)
		if part, _ := builtIn(request); part != "" {
			return call.Argument(0)
		}
		p, err := w.loader.resolve(dir, request)
		if err != nil {
			w.throwModule(dir, request, err)
		}
		return w.rt.ToValue(p)
	})
	return f
}

// requireFunction is the require of the Action itself.
func (w *world) requireFunction() *goja.Object { return w.requireFrom("/") }

// moduleName is the argument of require.
func (w *world) moduleName(call goja.FunctionCall) string {
	v := call.Argument(0)
	if !goja.IsString(v) || v.String() == "" {
		got := newInspector(w).inspect(v)
		e := w.newError("TypeError", `The "id" argument must be a string that is not empty. Received `+got[:min(len(got), 100)])
		e.Set("code", "ERR_INVALID_ARG_TYPE")
		panic(e)
	}
	return v.String()
}

// builtIn is the part of the prelude that has the module; "" when none has.
func builtIn(request string) (part, name string) {
	name = strings.TrimPrefix(request, "node:")
	if name != request && facades[name] {
		return "", ""
	}
	return preludeModules[name], name
}

// bundled gives parts of the prelude a file of a bundled package.
func (w *world) bundled(call goja.FunctionCall) goja.Value {
	file := call.Argument(0).String()
	w.loader.open()
	v, err := w.loader.load(path.Join(bundledRoot, file))
	if err != nil {
		w.throwModule(bundledRoot, file, err)
	}
	return v
}

// declared tells parts of the prelude which version of a package the Action
// declares; "" when it does not.
func (w *world) declared(call goja.FunctionCall) goja.Value {
	return w.rt.ToValue(w.run.known().extra.Declared[call.Argument(0).String()])
}

// throwModule throws what is wrong with a module; when it was not found at all,
// with what to do about it.
func (w *world) throwModule(dir, request string, err error) {
	e, ok := err.(*moduleError)
	switch {
	case !ok:
		w.throw("Error", err.Error())
	case e.code == "SyntaxError":
		w.throw("SyntaxError", e.text)
	case e.code == codeNotFound:
		o := w.newError("Error", e.text+"\n("+w.loader.library.help(dir, request)+")")
		o.Set("code", e.code)
		panic(o)
	}
	o := w.newError("Error", e.text)
	o.Set("code", e.code)
	panic(o)
}

// nodeModules are Node's own modules, which an Action may ask for and this
// emulator does not have.
var nodeModules = set("async_hooks child_process cluster dgram diagnostics_channel dns dns/promises domain fs fs/promises http2 " +
	"inspector module net os path/win32 punycode readline readline/promises repl stream/consumers stream/web sys tls trace_events tty v8 vm wasi worker_threads")

// help says what can be done about a module that is not there.
func (l *library) help(dir, request string) string {
	bare := strings.TrimPrefix(request, "node:")
	core := slices.DeleteFunc(slices.Sorted(maps.Keys(preludeModules)), func(name string) bool { return facades[name] })
	if nodeModules[bare] || bare != request {
		return "This emulator does not have that core module of Node. It has: " + strings.Join(core, ", ") + "."
	}
	name, _, ok := splitPackage(request)
	if !ok && dir != "/" {
		return "A file in " + dir + " requires it: is that package complete?"
	}
	if !ok {
		return "An Action is one file: it can require core modules and packages, not files beside it."
	}
	if l.isFolder(path.Join(operatorRoot, name)) || bundledPackages[name] != "" {
		return "The package " + name + " is there, without that file."
	}
	var b strings.Builder
	have := append(slices.Collect(maps.Keys(facades)), slices.Collect(maps.Keys(bundledPackages))...)
	slices.Sort(have)
	have = slices.Compact(have) // axios is both
	if near := nearest(name, append(slices.Clone(core), have...)); near != "" {
		b.WriteString("Did you mean '" + near + "'? ")
	}
	switch {
	case l.leadsOut(name):
		b.WriteString("It is a link that leads out of the folder of MOCKIDP_NODE_MODULES, which is not followed: install a copy there.")
	case l.dir != "" && l.root == nil:
		b.WriteString("The folder of MOCKIDP_NODE_MODULES can't be opened: does it exist, and may this process read it?")
	case l.dir != "":
		b.WriteString("It is not in the folder of MOCKIDP_NODE_MODULES: run npm install " + name + " beside that folder.")
	default:
		b.WriteString("Built in are " + strings.Join(have, ", ") + " and these core modules of Node: " + strings.Join(core, ", ") +
			". For others run npm install " + name + " in a folder of your own and set MOCKIDP_NODE_MODULES to its node_modules.")
	}
	return b.String()
}

// nearest is the name in list that was probably meant; "" when none is like it.
func nearest(name string, list []string) string {
	best := ""
	for _, known := range list {
		if similar(known, name) && (best == "" || distance(known, name) < distance(best, name)) {
			best = known
		}
	}
	return best
}
