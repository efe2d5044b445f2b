package actions

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"github.com/dop251/goja"
	"github.com/evanw/esbuild/pkg/api"
)

// preludeNeeds are parts of the prelude that mend objects of the engine, so
// that no global's name tells that code needs them.
type preludeNeeds struct {
	locale  bool // toLocale*String, localeCompare
	regexps bool // RegExp made at run time with \p{…}
}

func needsOf(source string) preludeNeeds {
	return preludeNeeds{
		locale:  strings.Contains(source, "ocale"),
		regexps: strings.Contains(source, "RegExp") && strings.Contains(source, "p{"),
	}
}

// module is the compiled file at p, from memory unless the file has changed.
func (l *library) module(p string) *compiledModule {
	version, ok := l.version(p)
	if c, found := l.compiled.get(p); ok && found && c.version == version {
		return c
	}
	c := &compiledModule{version: version}
	text, err := l.read(p)
	if err == nil {
		err = l.compile(c, p, text)
	}
	if err != nil {
		if _, known := err.(*moduleError); !known {
			err = &moduleError{code: "ERR_MODULE_UNREADABLE", text: "Cannot load module '" + p + "': " + err.Error()}
		}
		c.err = err
	}
	l.compiled.put(p, c)
	return c
}

func (l *library) compile(c *compiledModule, p string, text []byte) error {
	c.size = len(text)
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	switch path.Ext(p) {
	case ".json":
		c.json = text
		return nil
	case ".node":
		return &moduleError{code: "ERR_DLOPEN_FAILED", text: "Cannot load '" + p + "': it is a native addon, machine code for Node, which neither Auth0's Actions nor this emulator run. " +
			"Look for a package that does the same in JavaScript."}
	}
	m, err := l.enclosing(path.Dir(p))
	if err != nil {
		return err
	}
	esm := path.Ext(p) == ".mjs" || path.Ext(p) == ".js" && m != nil && m.Type == "module"
	source := string(text)
	if strings.HasPrefix(source, "#!") {
		source = "//" + source
	}
	c.needs = needsOf(source)
	c.prog, err = compileModule(p, source, esm)
	return err
}

// compileModule compiles the text of a package's file inside the same wrapper
// as an Action. ES modules, which require takes since Node 22.12, and syntax
// that the engine lacks are rewritten first.
func compileModule(name, source string, esm bool) (*goja.Program, error) {
	var err error
	if esm {
		if source, err = toCommonJS(name, source); err != nil {
			return nil, err
		}
	}
	code, err := compileFile(name, source)
	if err != nil && !esm {
		// Newer syntax, or an ES module that no package.json declares.
		if source, err = toCommonJS(name, source); err != nil {
			return nil, err
		}
		code, err = compileFile(name, source)
	}
	if err != nil {
		return nil, &moduleError{code: "SyntaxError", text: name + ": " + err.Error()}
	}
	return code, nil
}

// compileFile compiles what the engine understands.
func compileFile(name, source string) (*goja.Program, error) {
	tree, err := parseFile(name, source)
	if err != nil {
		return nil, err
	}
	fixed, err := rewriteRegexps(source, tree)
	if err != nil {
		return nil, err
	}
	if fixed != source {
		if tree, err = parseFile(name, fixed); err != nil {
			return nil, err
		}
	}
	return goja.CompileAST(tree, false)
}

// toCommonJS rewrites a file for the engine, an ES module to CommonJS. It can't
// wait: a module with await at its top level is refused, as require of Node does.
func toCommonJS(name, source string) (string, error) {
	r := api.Transform(source, api.TransformOptions{
		Sourcefile: "module.js", LogLevel: api.LogLevelSilent, LogLimit: 1, Format: api.FormatCommonJS, Platform: api.PlatformNode, Target: api.ES2022,
		LegalComments: api.LegalCommentsNone,
		Supported:     map[string]bool{"for-await": false, "async-generator": false, "dynamic-import": false},
	})
	if len(r.Errors) == 0 {
		return string(r.Code), nil
	}
	e := r.Errors[0]
	if strings.HasPrefix(e.Text, "Top-level await") {
		return "", &moduleError{code: "ERR_REQUIRE_ASYNC_MODULE", text: "require() cannot be used on an ESM graph with top-level await: '" + name + "'. Use a CommonJS version of the package."}
	}
	at := ""
	if e.Location != nil {
		at = fmt.Sprintf(":%d:%d", e.Location.Line, e.Location.Column+1)
	}
	return "", &moduleError{code: "SyntaxError", text: name + at + ": " + e.Text}
}
