package actions

import (
	"strings"

	"github.com/dop251/goja"
)

// lineCost is what a console line counts beyond its text: a million empty ones
// are too much, too.
const lineCost = 16

// hostConsole records one line of console output: level, arguments object.
func hostConsole(w *world, args hostArgs) goja.Value {
	r := w.run
	if r == nil || r.logged > maxConsole {
		return nil
	}
	line := w.line()
	text := w.nodeStack(w.format(w.arguments(args.at(1))))
	if r.indent > 0 {
		indent := strings.Repeat(" ", r.indent)
		text = indent + strings.ReplaceAll(text, "\n", "\n"+indent)
	}
	if r.logged += len(text) + lineCost; r.logged > maxConsole {
		r.warn(line, "console output beyond 256 kB is dropped")
		return nil
	}
	r.result.Console = append(r.result.Console, ConsoleLine{Level: args.text(0), Text: text, Line: line})
	return nil
}

// hostGroup opens or closes a console group: spaces more or less. A group ends
// with its run at the latest.
func hostGroup(w *world, args hostArgs) goja.Value {
	if r := w.run; r != nil {
		r.indent = min(max(r.indent+int(args.at(0).ToInteger()), 0), 40)
	}
	return nil
}

// hostFormat is util.format of an arguments object.
func hostFormat(w *world, args hostArgs) goja.Value {
	return w.rt.ToValue(w.format(w.arguments(args.at(0))))
}

// hostInspect is util.inspect: value, options.
func hostInspect(w *world, args hostArgs) goja.Value {
	in := newInspector(w)
	if o, ok := args.at(1).(*goja.Object); ok {
		in.configure(o)
	}
	return w.rt.ToValue(in.inspect(args.at(0)))
}

// format is Node's util.format.
func (w *world) format(args []goja.Value) string {
	if len(args) == 0 {
		return ""
	}
	var b strings.Builder
	rest := args
	if goja.IsString(args[0]) {
		f := args[0].String()
		rest = args[1:]
		if len(rest) > 0 && strings.Contains(f, "%") {
			f, rest = w.substitute(f, rest)
		}
		b.WriteString(f)
		if len(rest) > 0 {
			b.WriteByte(' ')
		}
	}
	for i, v := range rest {
		if i > 0 {
			b.WriteByte(' ')
		}
		if goja.IsString(v) {
			b.WriteString(v.String())
		} else {
			b.WriteString(newInspector(w).inspect(v))
		}
	}
	return b.String()
}

// substitute fills in the % directives of f and returns the arguments left over.
func (w *world) substitute(f string, args []goja.Value) (string, []goja.Value) {
	var b strings.Builder
	for i := 0; i < len(f); i++ {
		if f[i] != '%' || i+1 == len(f) {
			b.WriteByte(f[i])
			continue
		}
		i++
		switch c := f[i]; {
		case c == '%':
			b.WriteByte('%')
		case len(args) == 0 || !strings.ContainsRune("sdifjoOc", rune(c)):
			b.WriteByte('%')
			b.WriteByte(c)
		default:
			b.WriteString(w.directive(c, args[0]))
			args = args[1:]
		}
	}
	return b.String(), args
}

func (w *world) directive(c byte, v goja.Value) string {
	in := newInspector(w)
	o, isObject := v.(*goja.Object)
	switch c {
	case 's':
		switch {
		case goja.IsString(v):
			return v.String()
		case !isObject:
			return in.inspect(v)
		case in.hasOwnToString(o):
			return v.String()
		}
		in.depth = 0
		return in.inspect(v)
	case 'd', 'i', 'f':
		return w.numberDirective(c, v)
	case 'j':
		if j := w.toJSON(v); j != nil {
			return string(j)
		}
		return "undefined"
	case 'c':
		return ""
	case 'o':
		in.depth = 4
	}
	return in.inspect(v)
}

// numberDirective is %d, %i and %f.
func (w *world) numberDirective(c byte, v goja.Value) string {
	if _, isObject := v.(*goja.Object); isObject && c == 'd' {
		return "NaN"
	}
	if goja.IsBigInt(v) && c != 'f' {
		return v.String() + "n"
	}
	if _, isSymbol := v.(*goja.Symbol); isSymbol {
		return "NaN"
	}
	if c == 'd' {
		return newInspector(w).inspect(w.rt.ToValue(v.ToNumber()))
	}
	name := map[byte]string{'i': "parseInt", 'f': "parseFloat"}[c]
	parse, ok := goja.AssertFunction(w.rt.Get(name))
	if !ok {
		return "NaN"
	}
	n, err := parse(goja.Undefined(), v)
	rethrow(err)
	return newInspector(w).inspect(n)
}
