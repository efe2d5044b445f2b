package actions

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/parser"
	"github.com/evanw/esbuild/pkg/api"
)

// maxSource is the largest Action, as on Auth0 (Actions limitations: 100 kB).
const maxSource = 100_000

func tooLong(source string) *SyntaxError {
	return &SyntaxError{Message: fmt.Sprintf("The Action is larger than 100 kB: it has %d kB", (len(source)+999)/1000),
		Hint: "what is large may be a package: name that with require instead of pasting it"}
}

// scriptName is the file name under which the engine knows the author's code.
// Stacks are shown under the Action's own name, which may hold any character.
const scriptName = "action.js"

// rewrittenName is its name for code that was rewritten for it. The source map leads
// from there to scriptName; what still has this name the author has not written.
const rewrittenName = "rewritten.js"

// An Action is a CommonJS module. Like on Auth0 it becomes the body of a
// function of module, exports and console, inside one that gives it require.
// Both stand on the author's first line, so that lines stay right.
const (
	wrapperHead = "(function(require,__filename,__dirname){return function(module,exports,console){"
	wrapperTail = "\n}})"
)

// program is a compiled Action. It belongs to no JavaScript world and runs in any number.
type program struct {
	code     *goja.Program
	source   string
	shift    int       // columns that the wrapper adds to line 1
	warnings []Warning // what reading the text found, such as unknown event members

	// What of the prelude the text may touch; the rest need not be set up.
	globals []string // names of lazy globals
	locale  bool     // toLocale*String, localeCompare
	regexps bool     // RegExp made at run time with \p{…}
	iterate bool     // Symbol.asyncIterator, by that name or in code rewritten for the engine
	uses    *usage   // members of event, nil for all
}

// asyncLoop matches for await and async generators.
var asyncLoop = regexp.MustCompile(`\bfor\s+await\b|\basync\s*(?:function\s*)?\*`)

// newProgram ties compiled code to what its text needs.
func newProgram(source string, code *goja.Program) *program {
	return &program{
		code:    code,
		source:  source,
		globals: lazyNames(source),
		locale:  strings.Contains(source, "ocale"),
		regexps: strings.Contains(source, "RegExp") && strings.Contains(source, "p{"),
		iterate: strings.Contains(source, "asyncIterator") || asyncLoop.MatchString(source),
	}
}

// compile makes a program of source or says what is wrong with it. Hostile text
// keeps it busy for minutes (nested arrows, folded constants such as
// 7n**(2n**28n)), which no deadline in this process can stop: only workers call it.
func compile(source string) (*program, error) {
	if len(source) > maxSource {
		return nil, tooLong(source)
	}
	tree, err := parseModule(source)
	if err != nil {
		return compileOther(source, err)
	}
	fixed, err := rewriteRegexps(source, tree)
	if err != nil {
		return nil, err
	}
	if fixed != source {
		if tree, err = parseModule(fixed); err != nil {
			return nil, syntaxError(source, err)
		}
	}
	warnings, uses := lint(tree), eventUsage(tree, source)
	markLoops(tree)
	code, err := goja.CompileAST(tree, false)
	switch {
	case err != nil && strings.Contains(err.Error(), "Async generators"): // they parse, but do not compile
		return compileOther(source, err)
	case err != nil:
		return nil, syntaxError(source, err)
	}
	p := newProgram(source, code)
	p.shift, p.warnings, p.uses = len(wrapperHead), warnings, uses
	return p, nil
}

var errShape = errors.New("the braces of the module do not match")

// parseModule parses source inside the wrapper. Text that closes the wrapper
// and opens another function would parse too; Node refuses it and so does this.
func parseModule(source string) (*ast.Program, error) { return parseFile(scriptName, source) }

// parseFile is parseModule for the file of that name.
func parseFile(name, source string) (*ast.Program, error) {
	whole := wrapperHead + source + wrapperTail
	tree, err := goja.Parse(name, whole, parser.WithDisableSourceMaps)
	if err != nil {
		return nil, err
	}
	body := moduleBody(tree)
	if body == nil || int(body.LeftBrace) != len(wrapperHead) || int(body.RightBrace) != len(whole)-2 {
		return nil, errShape
	}
	return tree, nil
}

// moduleBody is the author's code in a tree made by parseModule; nil when the
// tree has another shape.
func moduleBody(tree *ast.Program) *ast.BlockStatement {
	if f := moduleFunction(tree); f != nil {
		return f.Body
	}
	return nil
}

// moduleFunction is the function of that body.
func moduleFunction(tree *ast.Program) *ast.FunctionLiteral {
	if len(tree.Body) != 1 {
		return nil
	}
	outer, ok := tree.Body[0].(*ast.ExpressionStatement)
	if !ok {
		return nil
	}
	f, ok := outer.Expression.(*ast.FunctionLiteral)
	if !ok || len(f.Body.List) != 1 {
		return nil
	}
	ret, ok := f.Body.List[0].(*ast.ReturnStatement)
	if !ok {
		return nil
	}
	f, _ = ret.Argument.(*ast.FunctionLiteral)
	return f
}

// compileOther handles what the engine refused: wrong text gets esbuild's better
// message; right text (for await, async generators) is rewritten for the engine.
func compileOther(source string, engineErr error) (*program, error) {
	if err := diagnose(source, engineErr); err != nil {
		return nil, err
	}
	r := api.Transform(source, api.TransformOptions{
		Sourcefile: scriptName, LogLevel: api.LogLevelSilent, Target: api.ES2022,
		Banner:    wrapperHead, // on a line of its own, which the map knows of
		Sourcemap: api.SourceMapInline, SourcesContent: api.SourcesContentExclude, LegalComments: api.LegalCommentsNone,
		// Never below ES2017: Auth0 tells an async handler by its constructor's name.
		Supported: map[string]bool{"for-await": false, "async-generator": false, "dynamic-import": false},
	})
	code, sourceMap, found := strings.Cut(string(r.Code), "//# sourceMappingURL=")
	if len(r.Errors) > 0 || !found {
		return nil, syntaxError(source, engineErr)
	}
	whole := code + wrapperTail + "\n//# sourceMappingURL=" + strings.TrimSpace(sourceMap)
	// The map is inline; a loader that finds nothing keeps the engine off the file system.
	none := parser.WithSourceMapLoader(func(string) ([]byte, error) { return nil, errors.New("no files") })
	tree, err := goja.Parse(rewrittenName, whole, none)
	if err != nil {
		return nil, syntaxError(source, engineErr)
	}
	warnings := lint(tree) // the map leads to the author's lines
	markLoops(tree)
	compiled, err := goja.CompileAST(tree, false)
	if err != nil {
		return nil, syntaxError(source, err)
	}
	p := newProgram(source, compiled)
	p.warnings = warnings
	return p, nil
}
