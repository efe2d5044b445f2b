package actions

import (
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"reflect"
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
	switch kind := kindOf(o); kind {
	case kindProxy:
		if t := o.Export().(goja.Proxy).Target(); t != nil {
			return in.shape(t)
		}
		return &shape{base: "<Revoked Proxy>"}
	case kindPromise:
		in.promise(s, o.Export().(*goja.Promise))
	case kindBuffer:
		in.arrayBuffer(s, o.Export().(goja.ArrayBuffer).Bytes())
	case kindMap, kindSet:
		in.collection(s, o, class, kind)
	case kindTyped:
		in.typedArray(s, o, class)
	case kindArray:
		in.array(s, o, class)
	case "Arguments":
		s.open = "[Arguments] {"
	case "Error":
		s.base = in.errorText(o)
		s.open, s.keys = "{", withoutKey(s.keys, "stack", "message")
	case kindFunction:
		s.base, s.open = in.function(o, class), "{"
	case "RegExp":
		s.base, s.open = o.String(), "{"
	case "Date":
		s.base, s.open = in.date(o), "{"
	case "Number", "String", "Boolean":
		in.boxed(s, o)
	default:
		if o.ExportType() == reflect.TypeFor[*big.Int]() {
			in.boxed(s, o)
		} else if class == "WeakMap" || class == "WeakSet" {
			s.items, s.each = 1, func() []string { return []string{"<items unknown>"} }
		} else if tag, _ := in.symbolValue(o, goja.SymToStringTag); tag != nil && goja.IsString(tag) && tag.String() != "" && tag.String() != class {
			s.open = orObject(class) + " [" + tag.String() + "] {"
		}
	}
	return s
}

// What goja's class names don't tell apart.
const (
	kindProxy    = "Proxy"
	kindPromise  = "Promise"
	kindBuffer   = "ArrayBuffer"
	kindMap      = "Map"
	kindSet      = "Set"
	kindTyped    = "TypedArray"
	kindArray    = "Array"
	kindFunction = "Function"
)

// kindOf tells what o is without running any of its code.
func kindOf(o *goja.Object) string {
	switch t := o.ExportType(); {
	case t == reflect.TypeFor[goja.Proxy]():
		return kindProxy
	case t == reflect.TypeFor[*goja.Promise]():
		return kindPromise
	case t == reflect.TypeFor[goja.ArrayBuffer]():
		return kindBuffer
	case t == reflect.TypeFor[[][2]any]():
		return kindMap
	case o.ClassName() == "Object" && t == reflect.TypeFor[[]any]():
		return kindSet
	case t != nil && t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Interface:
		return kindTyped
	}
	if _, ok := goja.AssertFunction(o); ok {
		return kindFunction
	}
	return o.ClassName()
}

// symbolValue is the value of a symbol property of o or its prototypes, if it
// is not an accessor.
func (in *inspector) symbolValue(o *goja.Object, symbol *goja.Symbol) (goja.Value, bool) {
	for p, depth := o, 0; p != nil && depth < 100; p, depth = p.Prototype(), depth+1 {
		if kindOf(p) == kindProxy {
			return nil, false
		}
		get, set, v, found := in.w.descriptor(p, symbol)
		if found {
			return v, !get && !set
		}
	}
	return nil, false
}

func (in *inspector) arrayBuffer(s *shape, b []byte) {
	s.items, s.each = 1, func() []string {
		return []string{"[Uint8Contents]: <" + hexBytes(b) + ">", fmt.Sprintf("byteLength: %d", len(b))}
	}
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
	indexed := false
	switch kindOf(o) {
	case kindArray, kindTyped, "String":
		indexed = true
	}
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

func (in *inspector) typedArray(s *shape, o *goja.Object, class string) {
	if b, isBytes := o.Export().([]uint8); isBytes && class == "Buffer" {
		s.base = "<Buffer " + hexBytes(b) + ">"
		return
	}
	in.array(s, o, class)
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
