package actions

import (
	"fmt"
	"math"
	"strings"

	"github.com/dop251/goja"
)

// custom calls an object's own way of being shown
// (Symbol.for("nodejs.util.inspect.custom")), as Node does.
func (in *inspector) custom(o *goja.Object) (string, bool) {
	v, plain := in.symbolValue(o, in.w.inspectSymbol())
	if !plain {
		return "", false
	}
	f, ok := goja.AssertFunction(v)
	if !ok {
		return "", false
	}
	depth, options := in.w.rt.ToValue(in.depth-in.level), in.w.rt.NewObject()
	options.Set("depth", in.depth)
	v, err := f(o, depth, options, in.w.rt.ToValue(func(c goja.FunctionCall) goja.Value {
		return hostInspect(in.w, c.Arguments)
	}))
	rethrow(err)
	if v == goja.Value(o) {
		return "", false
	}
	if goja.IsString(v) {
		return strings.ReplaceAll(v.String(), "\n", "\n"+strings.Repeat(" ", in.indent)), true
	}
	return in.value(v), true
}

func (w *world) inspectSymbol() *goja.Symbol {
	if w.inspectKey == nil {
		w.inspectKey = goja.NewSymbol("nodejs.util.inspect.custom")
		if symbol, ok := w.rt.Get("Symbol").(*goja.Object); ok {
			if lookup, ok := goja.AssertFunction(symbol.Get("for")); ok {
				if v, err := lookup(symbol, w.rt.ToValue("nodejs.util.inspect.custom")); err == nil {
					if s, ok := v.(*goja.Symbol); ok { // else the Action replaced Symbol.for
						w.inspectKey = s
					}
				}
			}
		}
	}
	return w.inspectKey
}

// hasOwnToString tells whether %s should call toString: functions, errors and
// the Action's own classes have one worth calling, other built-ins have not.
func (in *inspector) hasOwnToString(o *goja.Object) bool {
	if o.ClassName() == "Error" {
		return true
	}
	switch kindOf(o) {
	case kindFunction:
		return true
	case "Object":
	default:
		return false
	}
	for p := o; p != nil && p != in.w.objectProto; p = p.Prototype() {
		if _, _, _, found := in.w.descriptor(p, in.w.rt.ToValue("toString")); found {
			return true
		}
	}
	return false
}

// errorText is an error's stack in Node's form, or its name and message.
func (in *inspector) errorText(o *goja.Object) string {
	stack, _ := in.ownValue(o, in.w.rt.ToValue("stack"))
	s := strings.TrimSuffix(in.w.nodeStack(text(stack)), "\n")
	if s == "" {
		s = "[" + o.String() + "]"
	}
	if in.indent > 0 {
		s = strings.ReplaceAll(s, "\n", "\n"+strings.Repeat(" ", in.indent))
	}
	return s
}

func (in *inspector) function(o *goja.Object, class string) string {
	nameValue, _ := in.ownValue(o, in.w.rt.ToValue("name"))
	name := ""
	if nameValue != nil && goja.IsString(nameValue) {
		name = nameValue.String()
	}
	if source := o.String(); strings.HasPrefix(source, "class") {
		s := "[class " + name
		if name == "" {
			s = "[class (anonymous)"
		}
		if p := o.Prototype(); p != nil {
			if super, _ := in.ownValue(p, in.w.rt.ToValue("name")); super != nil && super.String() != "" {
				s += " extends " + super.String()
			}
		}
		return s + "]"
	}
	if !strings.HasSuffix(class, "Function") {
		class = "Function"
	}
	if name == "" {
		return "[" + class + " (anonymous)]"
	}
	return "[" + class + ": " + name + "]"
}

func (in *inspector) date(o *goja.Object) string {
	f, ok := goja.AssertFunction(o.Get("toISOString"))
	if !ok {
		return o.String()
	}
	v, err := f(o)
	if err != nil {
		return "Invalid Date"
	}
	return v.String()
}

func (in *inspector) boxed(s *shape, o *goja.Object) {
	class := in.className(o)
	v, ok := goja.AssertFunction(o.Get("valueOf"))
	if !ok {
		return
	}
	inner, err := v(o)
	rethrow(err)
	if _, isObject := inner.(*goja.Object); isObject {
		return
	}
	s.base, s.open = "["+class+": "+in.primitive(inner)+"]", "{"
}

// collection shows the entries of a Map or Set.
func (in *inspector) collection(s *shape, o *goja.Object, class, kind string) {
	s.items = int(o.Get("size").ToInteger())
	s.open = fmt.Sprintf("%s(%d) {", class, s.items)
	s.each = func() []string {
		in.indent += 2
		defer func() { in.indent -= 2 }()
		var out []string
		in.w.rt.ForOf(o, func(v goja.Value) bool {
			if len(out) == in.maxItems || in.size > maxInspect {
				out = append(out, more(s.items-len(out)))
				return false
			}
			if pair, ok := v.(*goja.Object); ok && kind == kindMap {
				out = append(out, in.value(pair.Get("0"))+" => "+in.value(pair.Get("1")))
			} else {
				out = append(out, in.value(v))
			}
			return true
		})
		return out
	}
}

// groupItems puts more than six short items into columns, as Node's
// groupArrayElements with compact = 3.
func groupItems(out []string, breakWidth, indent int, numeric bool) []string {
	total, longest := 0, 0
	extra := 0
	if strings.HasPrefix(out[len(out)-1], "... ") {
		extra = 1
	}
	n := len(out) - extra
	const separator = 2
	lengths := make([]int, n)
	for i := range n {
		lengths[i] = width(out[i])
		total += lengths[i] + separator
		longest = max(longest, lengths[i])
	}
	actualMax := longest + separator
	if actualMax*3+indent >= breakWidth || !(float64(total)/float64(actualMax) > 5 || longest <= 6) {
		return out
	}
	bias := math.Sqrt(float64(actualMax) - float64(total)/float64(len(out)))
	biasedMax := math.Max(float64(actualMax)-3-bias, 1)
	square := int(math.Round(math.Sqrt(2.5*biasedMax*float64(n)) / biasedMax)) // a character is 2.5 times as high as wide
	columns := min(square, (breakWidth-indent)/actualMax, 12, 15)
	if columns <= 1 {
		return out
	}
	var widths []int
	for i := range columns {
		w := 0
		for j := i; j < n; j += columns {
			w = max(w, lengths[j])
		}
		widths = append(widths, w+separator)
	}
	var rows []string
	for i := 0; i < n; i += columns {
		var b strings.Builder
		end := min(i+columns, n)
		for j := i; j < end-1; j++ {
			cell := out[j] + ", "
			pad := strings.Repeat(" ", widths[j-i]-width(cell))
			if numeric {
				b.WriteString(pad + cell)
			} else {
				b.WriteString(cell + pad)
			}
		}
		if last := end - 1; numeric {
			b.WriteString(strings.Repeat(" ", max(0, widths[last-i]-separator-lengths[last])) + out[last])
		} else {
			b.WriteString(out[last])
		}
		rows = append(rows, b.String())
	}
	if extra == 1 {
		rows = append(rows, out[n])
	}
	return rows
}
