package actions

import (
	"regexp"

	"github.com/dop251/goja/ast"
)

// A usage tells which members of an object an Action can reach, so that the
// rest of the event need not be built for it: making the whole event costs as
// much as everything else in a warm run. A nil usage means all.
type usage struct {
	members map[string]*usage
}

// indirect matches words by which code can reach a parameter or an export
// without naming it.
var indirect = regexp.MustCompile(`\b(?:arguments|eval|with|this|Reflect|Proxy)\b|\\u`)

// eventUsage reads from the source which members of event can be reached; nil
// when it can't be told. It errs to the side of nil: everything that is not
// `event.name.name` with the event that the handler itself was given means all
// of it.
func eventUsage(tree *ast.Program, source string) *usage {
	if indirect.MatchString(source) {
		return nil
	}
	body := moduleBody(tree)
	param := handlerParam(body)
	if param == nil {
		return nil
	}
	u := &usageReader{param: param, root: &usage{members: map[string]*usage{}}, fine: map[ast.Node]bool{param: true}, ok: true}
	walk(body, u.visit)
	if !u.ok || u.handlers != 1 { // one more in a block or a function, whose parameter may have another name
		return nil
	}
	return u.root
}

// handlerParam is the first parameter of the handler, when the module is as
// plain as most are: exactly one assignment of a function literal.
func handlerParam(body *ast.BlockStatement) *ast.Identifier {
	var param *ast.Identifier
	for _, s := range body.List {
		e, ok := s.(*ast.ExpressionStatement)
		if !ok {
			continue
		}
		a, ok := e.Expression.(*ast.AssignExpression)
		if !ok {
			continue
		}
		object, name := member(a.Left)
		if name != handlerName || !isExports(object) {
			continue
		}
		list := parameters(a.Right)
		if list == nil || list.Rest != nil || len(list.List) == 0 || list.List[0].Initializer != nil || param != nil {
			return nil
		}
		if param, ok = list.List[0].Target.(*ast.Identifier); !ok {
			return nil
		}
	}
	return param
}

func parameters(e ast.Expression) *ast.ParameterList {
	switch f := e.(type) {
	case *ast.FunctionLiteral:
		return f.ParameterList
	case *ast.ArrowFunctionLiteral:
		return f.ParameterList
	}
	return nil
}

type usageReader struct {
	param *ast.Identifier
	root  *usage
	fine  map[ast.Node]bool // nodes accounted for by a parent
	ok    bool

	handlers int // assignments of the handler
}

func (u *usageReader) visit(n ast.Node) {
	switch n := n.(type) {
	case *ast.AssignExpression:
		// exports.x = … and module.exports.x = … are the only ways to speak of
		// exports that can't wrap the handler.
		if object, name := member(n.Left); name != "" && isExports(object) {
			if name == handlerName {
				u.handlers++
			}
			u.fine[object] = true
			if _, inner := member(object); inner != "" {
				object, _ := member(object)
				u.fine[object] = true
			}
		}
	case *ast.CallExpression:
		// A method sees the whole object it is called on.
		if object := receiver(n.Callee); object != nil {
			u.use(object)
		}
	case *ast.TemplateLiteral:
		if n.Tag != nil {
			if object := receiver(n.Tag); object != nil {
				u.use(object)
			}
		}
	case *ast.DotExpression:
		if !u.fine[n] {
			u.use(n)
		}
	case *ast.PropertyShort:
		u.ok = u.ok && !u.named(&n.Name)
	case *ast.Identifier:
		u.ok = u.ok && (u.fine[n] || !u.named(n))
	}
}

func (u *usageReader) named(id *ast.Identifier) bool {
	return id.Name == u.param.Name || id.Name == "exports" || id.Name == "module"
}

// receiver is x in x.f(…).
func receiver(callee ast.Expression) ast.Expression {
	switch c := callee.(type) {
	case *ast.DotExpression:
		return c.Left
	case *ast.BracketExpression:
		return c.Left
	case *ast.Optional:
		return receiver(c.Expression)
	case *ast.OptionalChain:
		return receiver(c.Expression)
	}
	return nil
}

// use notes a chain event.a.b: all of b is used.
func (u *usageReader) use(e ast.Expression) {
	names := chain(e, map[ast.Node]bool{})
	if len(names) == 0 || names[0].Name != u.param.Name {
		return
	}
	if len(names) == 1 {
		u.ok = false // event itself is the receiver
		return
	}
	u.account(e)
	at := u.root
	for i, id := range names[1:] {
		name := id.Name.String()
		next, known := at.members[name]
		switch {
		case known && next == nil:
			return // all of it already
		case i == len(names)-2:
			at.members[name] = nil
			return
		case !known:
			next = &usage{members: map[string]*usage{}}
			at.members[name] = next
		}
		at = next
	}
}

// account marks the parts of a chain, which mean nothing more by themselves.
func (u *usageReader) account(e ast.Expression) {
	u.fine[e] = true
	switch e := e.(type) {
	case *ast.DotExpression:
		u.account(e.Left)
	case *ast.Optional:
		u.account(e.Expression)
	case *ast.OptionalChain:
		u.account(e.Expression)
	}
}
