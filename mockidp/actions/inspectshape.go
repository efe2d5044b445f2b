package actions

import (
	"encoding/hex"
	"fmt"
	"math"
	"strings"

	"github.com/dop251/goja"
)

// A shape is how an object is shown: what stands before its braces, the braces,
// its items (of arrays, maps, sets) and its own keys.
type shape struct {
	base        string // stands alone when there is nothing inside
	open, close string
	brief       string // when it is too deep to be shown
	items       int
	each        func() []string // shows the items
	keys        []goja.Value
	list        bool // items may share lines in columns
	numeric     bool // they are numbers: aligned to the right
}

// shape finds out what o is.
func (in *inspector) shape(o *goja.Object) *shape {
	class := in.className(o)
	s := &shape{open: "{", close: "}", keys: in.keys(o)}
	s.brief = "[" + orObject(class) + "]"
	if class != "Object" {
		s.open = class + " {"
	}
	switch exported := o.Export().(type) {
	case goja.Proxy:
		if t := exported.Target(); t != nil {
			return in.shape(t)
		}
		return &shape{base: "<Revoked Proxy>"}
	case *goja.Promise:
		in.promise(s, exported)
		return s
	case goja.ArrayBuffer:
		b := exported.Bytes()
		s.items, s.each = 1, func() []string {
			return []string{"[Uint8Contents]: <" + hexBytes(b) + ">", fmt.Sprintf("byteLength: %d", len(b))}
		}
		return s
	}
	switch o.ClassName() {
	case "Array":
		in.array(s, o, class)
	case "Error":
		s.base = in.errorText(o)
		s.open, s.keys = "{", withoutKey(s.keys, "stack", "message")
	case "Function":
		s.base, s.open = in.function(o, class), "{"
	case "RegExp":
		s.base, s.open = o.String(), "{"
	case "Date":
		s.base, s.open = in.date(o), "{"
	case "Number", "String", "Boolean":
		in.boxed(s, o)
	case "Map", "Set":
		in.collection(s, o, class)
	case "WeakMap", "WeakSet":
		s.items, s.each = 1, func() []string { return []string{"<items unknown>"} }
	case "Arguments":
		in.array(s, o, "Array")
		s.open = "[Arguments] ["
	default:
		in.typedArray(s, o, class)
	}
	return s
}

func orObject(class string) string {
	if class == "" {
		return "Object: null prototype"
	}
	return class
}

// className is the name of o's constructor, found without calling getters.
func (in *inspector) className(o *goja.Object) string {
	for p, depth := o, 0; p != nil && depth < 100; p, depth = p.Prototype(), depth+1 {
		c, accessor := in.ownValue(p, in.w.rt.ToValue("constructor"))
		f, ok := c.(*goja.Object)
		if accessor != "" || !ok {
			continue
		}
		if name, _ := in.ownValue(f, in.w.rt.ToValue("name")); name != nil && goja.IsString(name) && name.String() != "" {
			return name.String()
		}
	}
	return "[Object: null prototype]"
}

// ownValue is the value of an own property, or how its accessors are shown.
func (in *inspector) ownValue(o *goja.Object, k goja.Value) (v goja.Value, accessor string) {
	get, set, value, found := in.w.descriptor(o, k)
	switch {
	case !found:
		return nil, ""
	case get && set:
		return nil, "[Getter/Setter]"
	case get:
		return nil, "[Getter]"
	case set:
		return nil, "[Setter]"
	}
	return value, ""
}

// descriptor reads an own property with the intrinsic Object.getOwnPropertyDescriptor.
func (w *world) descriptor(o *goja.Object, k goja.Value) (get, set bool, value goja.Value, found bool) {
	if w.describe == nil {
		object := w.objectProto.Get("constructor").(*goja.Object)
		w.describe, _ = goja.AssertFunction(object.Get("getOwnPropertyDescriptor"))
	}
	d, err := w.describe(goja.Undefined(), o, k)
	rethrow(err)
	desc, ok := d.(*goja.Object)
	if !ok {
		return false, false, nil, false
	}
	own := func(name string) goja.Value {
		for _, k := range desc.Keys() {
			if k == name {
				return desc.Get(name)
			}
		}
		return nil
	}
	is := func(v goja.Value) bool { return v != nil && !goja.IsUndefined(v) }
	return is(own("get")), is(own("set")), own("value"), true
}

// keys are o's own enumerable keys, without the indexes of arrays.
func (in *inspector) keys(o *goja.Object) []goja.Value {
	var keys []goja.Value
	class := o.ClassName()
	_, typed := typedLength(o)
	indexed := class == "Array" || class == "String" || class == "Arguments" || typed
	for _, k := range o.Keys() {
		if indexed && isIndex(k) {
			continue
		}
		keys = append(keys, in.w.rt.ToValue(k))
	}
	for _, s := range o.Symbols() {
		keys = append(keys, s)
	}
	return keys
}

func isIndex(k string) bool {
	for i := range len(k) {
		if k[i] < '0' || k[i] > '9' {
			return false
		}
	}
	return k != ""
}

func withoutKey(keys []goja.Value, names ...string) []goja.Value {
	var kept []goja.Value
next:
	for _, k := range keys {
		for _, n := range names {
			if k.String() == n {
				continue next
			}
		}
		kept = append(kept, k)
	}
	return kept
}

func (in *inspector) array(s *shape, o *goja.Object, class string) {
	n := int(min(o.Get("length").ToInteger(), math.MaxInt32))
	s.open, s.close, s.brief, s.list = "[", "]", "[Array]", true
	if class != "Array" {
		s.open, s.brief = fmt.Sprintf("%s(%d) [", class, n), "["+class+"]"
	}
	s.items = n
	s.numeric = true
	s.each = func() []string {
		var out []string
		for i := 0; i < n && len(out) < in.maxItems && in.size <= maxInspect; i++ {
			k := in.w.rt.ToValue(indexName(i))
			v, accessor := in.ownValue(o, k)
			if v == nil && accessor == "" {
				hole := i
				for i+1 < n && i-hole < 1<<16 && o.Get(indexName(i+1)) == nil {
					i++
				}
				out = append(out, holes(i-hole+1))
				continue
			}
			s.numeric = s.numeric && v != nil && (goja.IsNumber(v) || goja.IsBigInt(v))
			out = append(out, in.slot(o, k))
		}
		if shown := len(out); n > shown && shown == in.maxItems {
			out = append(out, more(n-shown))
		}
		return out
	}
}

func holes(n int) string {
	if n == 1 {
		return "<1 empty item>"
	}
	return fmt.Sprintf("<%d empty items>", n)
}

// typedLength is the length of a typed array.
func typedLength(o *goja.Object) (int, bool) {
	switch a := o.Export().(type) {
	case []uint8:
		return len(a), true
	case []int8:
		return len(a), true
	case []uint16:
		return len(a), true
	case []int16:
		return len(a), true
	case []uint32:
		return len(a), true
	case []int32:
		return len(a), true
	case []float32:
		return len(a), true
	case []float64:
		return len(a), true
	case []int64:
		return len(a), true
	case []uint64:
		return len(a), true
	}
	return 0, false
}

func (in *inspector) typedArray(s *shape, o *goja.Object, class string) {
	n, ok := typedLength(o)
	if !ok {
		return
	}
	if b, isBytes := o.Export().([]uint8); isBytes && class == "Buffer" {
		s.base = "<Buffer" + strings.TrimRight(" "+hexBytes(b), " ") + ">"
		return
	}
	in.array(s, o, class)
	s.open = fmt.Sprintf("%s(%d) [", class, n)
}

// hexBytes shows at most 50 bytes.
func hexBytes(b []byte) string {
	var parts []string
	for i := 0; i < len(b) && i < 50; i++ {
		parts = append(parts, hex.EncodeToString(b[i:i+1]))
	}
	if n := len(b) - 50; n == 1 {
		parts = append(parts, "... 1 more byte")
	} else if n > 1 {
		parts = append(parts, fmt.Sprintf("... %d more bytes", n))
	}
	return strings.Join(parts, " ")
}

func (in *inspector) promise(s *shape, p *goja.Promise) {
	s.items = 1
	s.each = func() []string {
		in.indent += 2
		defer func() { in.indent -= 2 }()
		switch p.State() {
		case goja.PromiseStatePending:
			return []string{"<pending>"}
		case goja.PromiseStateRejected:
			return []string{"<rejected> " + in.value(p.Result())}
		}
		return []string{in.value(p.Result())}
	}
}
