package actions

import (
	"embed"
	"regexp"
	"strings"
	"sync"

	"github.com/dop251/goja"
)

// The Node surface that Actions use is JavaScript in prelude/*.js over the
// functions of hostFunctions. Each file is one expression, a function of
// (host, need, bundled, declared) that returns { globals, modules }; it is compiled once per
// process and runs in a world at the first touch of one of its names.
//
//go:embed prelude/*.js
var preludeFiles embed.FS

// preludeGlobals tells which part defines which global names.
var preludeGlobals = map[string]string{
	"console":    "console",
	"setTimeout": "timers", "setInterval": "timers", "setImmediate": "timers",
	"clearTimeout": "timers", "clearInterval": "timers", "clearImmediate": "timers", "queueMicrotask": "timers",
	"TextEncoder": "encoding", "TextDecoder": "encoding", "atob": "encoding", "btoa": "encoding", "Buffer": "encoding",
	"URL": "url", "URLSearchParams": "url",
	"Event": "events", "EventTarget": "events", "AbortController": "events", "AbortSignal": "events", "DOMException": "events",
	"structuredClone": "clone",
	"fetch":           "fetch", "Headers": "fetch", "Request": "fetch", "Response": "fetch",
	"Blob": "blob", "File": "blob", "FormData": "blob",
	"WeakRef": "weak", "FinalizationRegistry": "weak",
	"crypto": "crypto", "CryptoKey": "webcrypto",
	"process": "process", "global": "process", "performance": "process",
	"Intl": "intl",
}

// preludeModules tells which part defines which modules for require.
var preludeModules = map[string]string{
	"auth0": "auth0", "axios": "axios", "node-fetch": "fetch",
	"assert": "assert", "assert/strict": "assert",
	"buffer": "encoding", "console": "console", "crypto": "crypto", "events": "emitter", "http": "http", "https": "http",
	"path": "path", "path/posix": "path", "perf_hooks": "process", "process": "process", "querystring": "querystring",
	"stream": "streams", "stream/promises": "streams", "string_decoder": "decoder", "timers": "timers", "timers/promises": "timers",
	"url": "url", "util": "util", "util/types": "util", "zlib": "zlib",
}

// internalPrefix marks script names of the prelude; their frames are not the author's.
const internalPrefix = "node:internal/"

func preludeFile(part string) string { return internalPrefix + part }

// preludePart is the compiled file of a part.
func preludePart(part string) *goja.Program {
	if p, ok := preludeCache.Load(part); ok {
		return p.(*goja.Program)
	}
	src, err := preludeFiles.ReadFile("prelude/" + part + ".js")
	if err != nil {
		panic(err) // a name in the tables above without its file: a test loads them all
	}
	p := goja.MustCompile(preludeFile(part), string(src), true)
	preludeCache.Store(part, p)
	return p
}

// preludeCache holds compiled parts, which never change.
var preludeCache sync.Map // part name → *goja.Program

// reflective matches words by which code may reach globals without naming them.
var reflective = regexp.MustCompile(`\b(?:globalThis|global|eval|Function|constructor|this|with)\b|\\u`)

// lazyNames are the prelude globals that source may touch.
func lazyNames(source string) []string {
	all := reflective.MatchString(source)
	var names []string
	for name := range preludeGlobals {
		if all || strings.Contains(source, name) {
			names = append(names, name)
		}
	}
	return names
}

// prepare gives a fresh world what an Action finds there.
func (w *world) prepare() {
	if err := w.prepareAPI(); err != nil {
		panic(err)
	}
	w.lazyGlobals(w.prog.globals)
	if w.prog.locale {
		w.need("locale")
	}
	if w.prog.regexps {
		w.need("regexp")
	}
	if w.prog.iterate {
		w.need("iterator")
	}
}

// lazyGlobals defines globals that load their part at the first touch; those
// that the Action's text names are there already.
func (w *world) lazyGlobals(names []string) {
	global := w.rt.GlobalObject()
	for _, name := range names {
		if w.lazy[name] {
			continue
		}
		w.lazy[name] = true
		getter := w.rt.ToValue(func(goja.FunctionCall) goja.Value { return w.loadGlobal(name) })
		setter := w.rt.ToValue(func(c goja.FunctionCall) goja.Value {
			w.defineGlobal(name, c.Argument(0))
			return goja.Undefined()
		})
		if err := global.DefineAccessorProperty(name, getter, setter, goja.FLAG_TRUE, goja.FLAG_FALSE); err != nil {
			panic(err)
		}
	}
}

func (w *world) defineGlobal(name string, v goja.Value) {
	err := w.rt.GlobalObject().DefineDataProperty(name, v, goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	if err != nil {
		panic(w.rt.NewTypeError("Cannot redefine property: " + name))
	}
}

// loadGlobal loads the part of a global at its first touch and puts the plain
// value in place of the accessor.
func (w *world) loadGlobal(name string) goja.Value {
	globals := w.need(preludeGlobals[name]).Get("globals").(*goja.Object)
	v := globals.Get(name)
	w.defineGlobal(name, v)
	return v
}

// need returns what a part of the prelude exports, loading it the first time.
func (w *world) need(part string) *goja.Object {
	if o := w.parts[part]; o != nil {
		return o
	}
	v, err := w.rt.RunProgram(preludePart(part))
	rethrow(err)
	f, _ := goja.AssertFunction(v)
	v, err = f(goja.Undefined(), w.host(), w.rt.ToValue(func(c goja.FunctionCall) goja.Value {
		return w.need(c.Argument(0).String())
	}), w.rt.ToValue(w.bundled), w.rt.ToValue(w.declared))
	rethrow(err)
	o := v.(*goja.Object)
	w.parts[part] = o
	return o
}

// console is the module's third parameter: the global console, made only for
// code that names it.
func (w *world) console() goja.Value {
	for _, name := range w.prog.globals {
		if name == "console" {
			return w.rt.Get("console")
		}
	}
	return goja.Undefined()
}

// rethrow throws an error that JavaScript called from Go returned on into the
// JavaScript that called Go.
func rethrow(err error) {
	if ex, ok := err.(*goja.Exception); ok {
		panic(ex.Value())
	}
	if err != nil {
		panic(err) // an interrupt or a stack overflow: JavaScript can't catch it
	}
}
