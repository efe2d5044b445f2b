package actions

import (
	"path"
	"strconv"

	"github.com/dop251/goja"
)

// A loader is the modules of packages in one world: each runs once there. A
// fresh world has none, so that packages share nothing between Actions either.
type loader struct {
	world   *world
	library *library
	modules map[string]*goja.Object // by path: module objects, of those in progress too
	depth   int                     // of require in require
	bytes   int                     // of all files
	opened  bool
}

// What one world may load. Real Actions stay far below: a large SDK has 500
// files and 5 MB.
const (
	maxModules     = 3000
	maxModuleBytes = 32 << 20
	maxModuleDepth = 500
)

// open prepares the world for code that is not the Action's: what the Action's
// text does not name has not been set up.
func (l *loader) open() {
	if l.opened {
		return
	}
	l.opened = true
	l.library.open()
	l.world.lazyGlobals(lazyNames("globalThis"))
	l.world.need("iterator")
}

// resolve finds the file for request; the error is a *moduleError.
func (l *loader) resolve(dir, request string) (string, error) {
	if len(request) > 1000 {
		return "", notFound(request[:50] + "…")
	}
	l.open()
	return l.library.resolve(dir, request)
}

func (l *loader) require(dir, request string) (goja.Value, error) {
	p, err := l.resolve(dir, request)
	if err != nil {
		return nil, err
	}
	return l.load(p)
}

// load returns the exports of the file at p, running it the first time. Of a
// module that is being loaded already it returns what it exports so far, which
// is how CommonJS ends cycles.
func (l *loader) load(p string) (goja.Value, error) {
	if m := l.modules[p]; m != nil {
		return m.Get("exports"), nil
	}
	c := l.library.module(p)
	if c.err != nil {
		return nil, c.err
	}
	switch l.bytes += c.size; {
	case len(l.modules) >= maxModules:
		return nil, &moduleError{code: "ERR_TOO_MANY_MODULES", text: "Cannot load '" + p + "': an Action may load " + strconv.Itoa(maxModules) + " files of packages here"}
	case l.bytes > maxModuleBytes:
		return nil, &moduleError{code: "ERR_TOO_MANY_MODULES", text: "Cannot load '" + p + "': the packages of an Action may have " + strconv.Itoa(maxModuleBytes>>20) + " MB of files here"}
	case l.depth >= maxModuleDepth:
		return nil, &moduleError{code: "ERR_TOO_MANY_MODULES", text: "Cannot load '" + p + "': modules require each other more than " + strconv.Itoa(maxModuleDepth) + " deep"}
	}
	if c.json != nil {
		return l.loadJSON(p, c.json)
	}
	return l.run(p, c)
}

func (l *loader) newModule(p string, exports goja.Value) *goja.Object {
	m := l.world.rt.NewObject()
	m.Set("id", p)
	m.Set("filename", p)
	m.Set("path", path.Dir(p))
	m.Set("exports", exports)
	m.Set("loaded", false)
	m.Set("children", l.world.rt.NewArray())
	m.Set("paths", l.world.rt.NewArray())
	l.modules[p] = m
	return m
}

func (l *loader) loadJSON(p string, text []byte) (goja.Value, error) {
	v, err := l.world.buildJSON(text, nil)
	if err != nil {
		return nil, &moduleError{code: "SyntaxError", text: p + ": " + err.Error()}
	}
	l.newModule(p, v)
	return v, nil
}

// run runs a module. What it throws goes on to who required it, and the next
// require runs it again, as in Node.
func (l *loader) run(p string, c *compiledModule) (exports goja.Value, err error) {
	w := l.world
	if c.needs.locale {
		w.need("locale")
	}
	if c.needs.regexps {
		w.need("regexp")
	}
	require := w.requireFrom(path.Dir(p))
	empty := w.rt.NewObject()
	m := l.newModule(p, empty)
	m.Set("require", require)
	done := false
	l.depth++
	defer func() {
		if l.depth--; !done {
			delete(l.modules, p)
		}
	}()
	v, err := w.rt.RunProgram(c.prog)
	rethrow(err)
	outer, _ := goja.AssertFunction(v)
	v, err = outer(goja.Undefined(), require, w.rt.ToValue(p), w.rt.ToValue(path.Dir(p)))
	rethrow(err)
	body, _ := goja.AssertFunction(v)
	_, err = body(empty, m, empty, w.rt.Get("console"))
	rethrow(err)
	done = true
	m.Set("loaded", true)
	return m.Get("exports"), nil
}
