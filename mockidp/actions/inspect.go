package actions

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dop251/goja"
)

// An inspector shows values as Node's util.inspect does with its default
// options: what the console prints. It runs the Action's code only where Node
// does, for custom inspection.
type inspector struct {
	w          *world
	depth      int // levels shown below the value
	maxItems   int
	breakWidth int
	compact    int // levels of objects that may share a line

	level   int // of the object being shown
	deepest int // level of the object shown last
	indent  int
	seen    []*goja.Object
	cycles  []*goja.Object // objects that something inside refers back to
	size    int            // bytes written so far, roughly
}

func newInspector(w *world) *inspector {
	return &inspector{w: w, depth: 2, maxItems: 100, breakWidth: 80, compact: 3}
}

// maxInspect ends the inspection of huge values: nobody reads more, and this
// code does not notice interrupts.
const maxInspect = 64 << 10

// configure reads the options of util.inspect that matter here.
func (in *inspector) configure(o *goja.Object) {
	if v := o.Get("depth"); v != nil && !goja.IsUndefined(v) {
		in.depth = 1000
		if goja.IsNumber(v) && !goja.IsInfinity(v) {
			in.depth = int(min(v.ToInteger(), 1000))
		} else if goja.IsNumber(v) && v.ToFloat() < 0 {
			in.depth = -1
		}
	}
	if v := o.Get("breakLength"); v != nil && goja.IsNumber(v) {
		in.breakWidth = int(min(max(v.ToFloat(), 0), 1e6))
	}
	if v := o.Get("compact"); v != nil && goja.IsNumber(v) {
		in.compact = int(v.ToInteger())
	} else if v != nil && !goja.IsUndefined(v) && !v.ToBoolean() {
		in.compact = 0
	}
}

func (in *inspector) inspect(v goja.Value) string {
	return in.value(v)
}

func (in *inspector) value(v goja.Value) string {
	if o, ok := v.(*goja.Object); ok {
		return in.object(o)
	}
	s := in.primitive(v)
	in.size += len(s)
	return s
}

func (in *inspector) primitive(v goja.Value) string {
	switch {
	case v == nil || goja.IsUndefined(v):
		return "undefined"
	case goja.IsString(v):
		return in.longString(v.String())
	case goja.IsNumber(v):
		if f := v.ToFloat(); f == 0 && 1/f < 0 {
			return "-0"
		}
		return v.String()
	case goja.IsBigInt(v):
		return v.String() + "n"
	}
	if s, ok := v.(*goja.Symbol); ok {
		return "Symbol(" + strings.TrimSuffix(strings.TrimPrefix(s.String(), "Symbol("), ")") + ")"
	}
	return v.String()
}

// longString quotes s, cut at its line ends when it would not fit a line.
func (in *inspector) longString(s string) string {
	if len(s) > 10_000 {
		rest := utf8.RuneCountInString(s[10_000:])
		s = strings.ToValidUTF8(s[:10_000], "")
		return quoteJS(s) + fmt.Sprintf("... %d more characters", rest)
	}
	if len(s) > 16 && len(s) > in.breakWidth-in.indent-4 && strings.Contains(strings.TrimSuffix(s, "\n"), "\n") {
		parts := strings.SplitAfter(s, "\n")
		if parts[len(parts)-1] == "" {
			parts = parts[:len(parts)-1]
		}
		for i, p := range parts {
			parts[i] = quoteJS(p)
		}
		return strings.Join(parts, " +\n"+strings.Repeat(" ", in.indent))
	}
	return quoteJS(s)
}

// quoteJS quotes s as Node does: with ' unless s has one and another fits.
func quoteJS(s string) string {
	q := byte('\'')
	if strings.Contains(s, "'") {
		if !strings.Contains(s, `"`) {
			q = '"'
		} else if !strings.Contains(s, "`") && !strings.Contains(s, "${") {
			q = '`'
		}
	}
	var b strings.Builder
	b.WriteByte(q)
	for _, r := range s {
		switch {
		case r == rune(q) || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\b':
			b.WriteString(`\b`)
		case r == '\f':
			b.WriteString(`\f`)
		case r == '\v':
			b.WriteString(`\v`)
		case r < 0x20 || r >= 0x7f && r < 0xa0:
			fmt.Fprintf(&b, `\x%02X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte(q)
	return b.String()
}

var plainKey = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z_0-9]*$`)

func keyText(k goja.Value) string {
	if s, ok := k.(*goja.Symbol); ok {
		return "[Symbol(" + strings.TrimSuffix(strings.TrimPrefix(s.String(), "Symbol("), ")") + ")]"
	}
	name := k.String()
	if plainKey.MatchString(name) {
		return name
	}
	return quoteJS(name)
}

// object shows o or says that it is too deep or already being shown.
func (in *inspector) object(o *goja.Object) string {
	for i, s := range in.seen {
		if s == o {
			return fmt.Sprintf("[Circular *%d]", in.cycle(in.seen[i]))
		}
	}
	if s, ok := in.custom(o); ok {
		return s
	}
	if in.size > maxInspect {
		return "..."
	}
	shape := in.shape(o)
	if in.level > in.depth && len(shape.keys)+shape.items > 0 {
		return shape.brief
	}
	if len(shape.keys)+shape.items == 0 && shape.base != "" {
		return shape.base
	}
	in.seen = append(in.seen, o)
	in.deepest = in.level
	in.level++
	var entries []string
	if shape.each != nil {
		entries = shape.each()
	}
	for _, k := range shape.keys {
		entries = append(entries, in.property(o, k))
		if in.size > maxInspect {
			break
		}
	}
	in.level--
	in.seen = in.seen[:len(in.seen)-1]
	for i, c := range in.cycles {
		if c == o {
			ref := fmt.Sprintf("<ref *%d>", i+1)
			if shape.base == "" {
				shape.open = ref + " " + shape.open
			} else {
				shape.base = ref + " " + shape.base
			}
		}
	}
	return in.layout(shape, entries)
}

func (in *inspector) cycle(o *goja.Object) int {
	for i, c := range in.cycles {
		if c == o {
			return i + 1
		}
	}
	in.cycles = append(in.cycles, o)
	return len(in.cycles)
}

// property shows "key: value" of an own property, without calling getters.
func (in *inspector) property(o *goja.Object, k goja.Value) string {
	return keyText(k) + ": " + in.slot(o, k)
}

func (in *inspector) slot(o *goja.Object, k goja.Value) string {
	in.indent += 2
	defer func() { in.indent -= 2 }()
	v, accessor := in.ownValue(o, k)
	if accessor != "" {
		return accessor
	}
	return in.value(v)
}

// layout puts entries on one line when they are few and short, else one below
// the other, as Node's reduceToSingleString with compact = 3.
func (in *inspector) layout(s *shape, entries []string) string {
	in.size += 4 * len(entries)
	base := ""
	if s.base != "" {
		base = s.base + " "
	}
	if len(entries) == 0 {
		return base + s.open + s.close
	}
	grouped := entries
	if s.list && len(entries) > 6 && in.compact >= 1 {
		grouped = groupItems(entries, in.breakWidth, in.indent, s.numeric)
	}
	if in.deepest-in.level < in.compact && len(grouped) == len(entries) {
		total := len(entries) + len(entries) + in.indent + len(s.open) + len(s.base) + 10
		for _, e := range entries {
			total += width(e)
		}
		joined := strings.Join(entries, ", ")
		if total <= in.breakWidth && !strings.Contains(joined, "\n") && !strings.Contains(s.base, "\n") {
			return base + s.open + " " + joined + " " + s.close
		}
	}
	nl := "\n" + strings.Repeat(" ", in.indent)
	return base + s.open + nl + "  " + strings.Join(grouped, ","+nl+"  ") + nl + s.close
}

// width is how many columns s takes, near enough.
func width(s string) int { return utf8.RuneCountInString(s) }

func more(n int) string {
	if n == 1 {
		return "... 1 more item"
	}
	return "... " + strconv.Itoa(n) + " more items"
}
