package actions

import (
	"encoding/json"
	"reflect"
	"strings"
	"sync"

	"github.com/dop251/goja/ast"
)

// lint warns of members of event and api that do not exist. On the real service
// event.request.geoip.country_code is undefined in silence, and the claim made of
// it is missing; api.idToken.setCustomClam is "not a function", and no more is said.
func lint(tree *ast.Program) []Warning {
	var warnings []Warning
	roots := map[string]func() *schema{"event": eventSchema, "api": apiSchema}
	inner := map[ast.Node]bool{} // parts of chains seen from their outermost member
	added := map[string]bool{}   // the author's own additions
	walk(moduleBody(tree), func(n ast.Node) {
		if a, ok := n.(*ast.AssignExpression); ok {
			added[dotted(chain(a.Left, inner))] = true
		}
	})
	walk(moduleBody(tree), func(n ast.Node) {
		dot, ok := n.(*ast.DotExpression)
		if !ok || inner[n] {
			return
		}
		names := chain(dot, inner)
		if len(names) < 2 {
			return
		}
		path := names[0].Name.String()
		root, ok := roots[path]
		if !ok {
			return
		}
		at := root()
		for _, id := range names[1:] {
			name := id.Name.String()
			next, known := at.members[name]
			if !known {
				if added[path+"."+name] {
					return
				}
				if text := at.complain(path, name); text != "" {
					line := tree.File.Position(int(id.Idx) - 1).Line
					warnings = addWarning(warnings, line, text)
				}
				return
			}
			path, at = path+"."+name, next
			if at == nil {
				return // a string, a number, or free-form JSON: anything may follow
			}
		}
	})
	return warnings
}

// chain collects the identifiers of a.b?.c and marks the parts it went through.
func chain(e ast.Expression, inner map[ast.Node]bool) []*ast.Identifier {
	switch e := e.(type) {
	case *ast.Identifier:
		return []*ast.Identifier{e}
	case *ast.DotExpression:
		inner[e] = true
		if left := chain(e.Left, inner); left != nil {
			return append(left, &e.Identifier)
		}
	case *ast.Optional:
		return chain(e.Expression, inner)
	case *ast.OptionalChain:
		return chain(e.Expression, inner)
	}
	return nil
}

// dotted is a chain as text: a.b.c.
func dotted(names []*ast.Identifier) string {
	var words []string
	for _, id := range names {
		words = append(words, id.Name.String())
	}
	return strings.Join(words, ".")
}

// schema is the shape of one object of the event.
type schema struct {
	members map[string]*schema  // nil value: not an object of fixed shape
	open    bool                // may have more members than these
	slips   map[string][]string // of an open one: names that it surely does not have, see userSlips
}

var eventSchema = sync.OnceValue(func() *schema { return schemaOf(reflect.TypeFor[Event]()) })

var apiSchema = sync.OnceValue(func() *schema {
	s := &schema{members: map[string]*schema{}, open: true} // Actions look for api.then and the like
	for _, g := range apiGroups() {
		group := &schema{members: map[string]*schema{}}
		for _, m := range g.methods {
			group.members[m.name] = nil
		}
		s.members[g.name] = group
	}
	return s
})

func schemaOf(t reflect.Type) *schema {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[Time]() || t == reflect.TypeFor[json.RawMessage]() {
		return nil
	}
	s := &schema{members: map[string]*schema{}}
	if t == reflect.TypeFor[User]() {
		s.open, s.slips = true, userSlips() // see User.Attributes
	}
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); name != "-" && name != "" {
			s.members[name] = schemaOf(t.Field(i).Type)
		}
	}
	return s
}
