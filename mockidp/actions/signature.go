package actions

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
)

// The exports this trigger calls: the second one when a login that the Action
// has suspended goes on.
const (
	handlerName  = "onExecutePostLogin"
	continueName = "onContinuePostLogin"
)

// signatureText is Auth0's own message for a handler of the wrong kind.
func signatureText(handler string) string {
	return fmt.Sprintf(`Invalid function signature for the "%[1]s" handler. Use "exports.%[1]s = async function(event, api) { }" as the signature.`, handler)
}

// checkSignature refuses source that this trigger could never call, as far as
// its text tells; it does not run it. Auth0 finds out at login.
func checkSignature(source string) error {
	tree, err := parseModule(source)
	if err != nil {
		return nil // rewritten for the engine: the run will tell
	}
	found := exported(tree, source)
	switch e, ok := found[handlerName]; {
	case ok && e.notAsync:
		return &SyntaxError{Line: e.line, Column: e.column, Text: lineOf(source, e.line), Message: signatureText(handlerName),
			Hint: "add the word async: exports.onExecutePostLogin = async (event, api) => { … }"}
	case ok, strings.Contains(source, handlerName) && maybeExports.MatchString(source):
		return nil
	}
	e := &SyntaxError{Message: "Nothing would run: this trigger calls exports.onExecutePostLogin",
		Hint: "start from exports.onExecutePostLogin = async (event, api) => { … };"}
	if strings.Contains(source, handlerName) {
		e.Hint = "onExecutePostLogin is not exported: add exports.onExecutePostLogin = onExecutePostLogin;"
	}
	for name, at := range found {
		if similar(strings.ToLower(name), strings.ToLower(handlerName)) {
			e.Line, e.Column, e.Text = at.line, at.column, lineOf(source, at.line)
			e.Hint = fmt.Sprintf("exports.%s should be exports.%s", name, handlerName)
		}
	}
	return e
}

// maybeExports matches the words without which a module exports nothing: its
// `this` is its exports, too.
var maybeExports = regexp.MustCompile(`\b(?:exports|this|eval|arguments)\b|\\u`)

type export struct {
	line, column int
	notAsync     bool // surely a function that is not async
}

// exported lists what the module assigns to exports by name: exports.x = …,
// module.exports.x = …, module.exports = { x: … }.
func exported(tree *ast.Program, source string) map[string]export {
	found := map[string]export{}
	add := func(name string, at file.Idx, value ast.Expression) {
		p := tree.File.Position(int(at) - 1)
		if p.Line == 1 {
			p.Column = max(1, p.Column-len(wrapperHead))
		}
		found[name] = export{line: p.Line, column: p.Column, notAsync: notAsync(value)}
	}
	walk(moduleBody(tree), func(n ast.Node) {
		a, ok := n.(*ast.AssignExpression)
		if !ok {
			return
		}
		if isExports(a.Left) {
			literal, _ := a.Right.(*ast.ObjectLiteral)
			for name, value := range properties(literal) {
				add(name, value.Idx0(), value)
			}
			return
		}
		if object, name := member(a.Left); name != "" && isExports(object) {
			add(name, a.Left.Idx0(), a.Right)
		}
	})
	return found
}

// member splits x.name and x["name"].
func member(e ast.Expression) (object ast.Expression, name string) {
	switch e := e.(type) {
	case *ast.DotExpression:
		return e.Left, e.Identifier.Name.String()
	case *ast.BracketExpression:
		if s, ok := e.Member.(*ast.StringLiteral); ok {
			return e.Left, s.Value.String()
		}
	}
	return nil, ""
}

// isExports tells whether e is `exports` or `module.exports`.
func isExports(e ast.Expression) bool {
	if id, ok := e.(*ast.Identifier); ok {
		return id.Name == "exports"
	}
	object, name := member(e)
	id, ok := object.(*ast.Identifier)
	return ok && id.Name == "module" && name == "exports"
}

func properties(o *ast.ObjectLiteral) map[string]ast.Expression {
	all := map[string]ast.Expression{}
	if o == nil {
		return all
	}
	for _, p := range o.Value {
		switch p := p.(type) {
		case *ast.PropertyShort:
			all[p.Name.Name.String()] = &p.Name
		case *ast.PropertyKeyed:
			if s, ok := p.Key.(*ast.StringLiteral); ok && !p.Computed {
				all[s.Value.String()] = p.Value
			}
		}
	}
	return all
}

func notAsync(e ast.Expression) bool {
	switch f := e.(type) {
	case *ast.FunctionLiteral:
		return !f.Async || f.Generator
	case *ast.ArrowFunctionLiteral:
		return !f.Async
	}
	return false
}

// similar tells whether a and b differ by at most a quarter of their letters.
func similar(a, b string) bool {
	longer, shorter := max(len(a), len(b)), min(len(a), len(b))
	return longer < 100 && longer-shorter <= longer/4 && distance(a, b) <= longer/4
}

// distance is how many letters must be changed, added, dropped or swapped with
// their neighbour to make b of a: two short strings.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			row[j] = last[j-1]
			if a[i-1] != b[j-1] {
				row[j] = 1 + min(last[j-1], last[j], row[j-1])
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], 1+before[j-2])
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
