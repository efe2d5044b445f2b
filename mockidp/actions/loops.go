package actions

import (
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/unistring"
)

// loopMark is a variable that no Action can name.
const loopMark unistring.String = "(loop)"

// markLoops gives every loop in the module a place. Of the engine's instructions
// only some have a position, and one without, such as the jump that `while (true) {}`
// is, counts to whatever stands before it: an interrupted run would name a line
// above the loop. So each loop begins with a mention of a variable. For one that is
// declared by var the engine writes down where that stands and runs nothing.
// for…of and for…in need no mark: they begin with the expression that they go through.
func markLoops(tree *ast.Program) {
	module := moduleFunction(tree)
	if module == nil {
		return
	}
	marked := false
	mark := func(at file.Idx, test *ast.Expression, body *ast.Statement) {
		marked = true
		here := &ast.Identifier{Name: loopMark, Idx: at}
		if test != nil && *test != nil && !isLiteral(*test) {
			*test = &ast.SequenceExpression{Sequence: []ast.Expression{here, *test}}
			return
		}
		// The engine knows that a literal test needs no testing: the body begins.
		block, ok := (*body).(*ast.BlockStatement)
		if !ok {
			block = &ast.BlockStatement{LeftBrace: at, List: []ast.Statement{*body}, RightBrace: at}
			*body = block
		}
		block.List = append([]ast.Statement{&ast.ExpressionStatement{Expression: here}}, block.List...)
	}
	walk(module.Body, func(n ast.Node) {
		switch loop := n.(type) {
		case *ast.WhileStatement:
			mark(loop.While, &loop.Test, &loop.Body)
		case *ast.ForStatement:
			mark(loop.For, &loop.Test, &loop.Body)
		case *ast.DoWhileStatement:
			mark(loop.Do, nil, &loop.Body)
		}
	})
	if marked {
		name := &ast.Identifier{Name: loopMark, Idx: module.Body.LeftBrace}
		module.DeclarationList = append(module.DeclarationList, &ast.VariableDeclaration{Var: name.Idx, List: []*ast.Binding{{Target: name}}})
	}
}

func isLiteral(e ast.Expression) bool {
	switch e.(type) {
	case *ast.BooleanLiteral, *ast.NumberLiteral, *ast.StringLiteral, *ast.NullLiteral:
		return true
	}
	return false
}
