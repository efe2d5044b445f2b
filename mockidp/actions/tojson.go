package actions

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/dop251/goja"
)

// toJSON is JSON.stringify of a value, nil for what JSON can't say (undefined, a
// function, a symbol). It throws into JavaScript what JSON.stringify throws:
// cycles, BigInt, the exceptions of a toJSON method.
func (w *world) toJSON(v goja.Value) json.RawMessage {
	switch {
	case v == nil, goja.IsUndefined(v):
		return nil
	case goja.IsNull(v):
		return json.RawMessage("null")
	case goja.IsString(v):
		if n := v.(goja.String).Length(); n > maxOutput {
			w.tooLarge()
		}
		return quoteJSON(v.String())
	case goja.IsNumber(v):
		if goja.IsNaN(v) || goja.IsInfinity(v) {
			return json.RawMessage("null")
		}
		return json.RawMessage(v.String())
	case goja.IsBigInt(v):
		w.throw("TypeError", "Do not know how to serialize a BigInt")
	}
	o, ok := v.(*goja.Object)
	if !ok {
		if b, isBool := v.Export().(bool); isBool {
			return fmt.Append(nil, b)
		}
		return nil // a symbol
	}
	if _, callable := goja.AssertFunction(o); callable {
		return nil
	}
	b, err := o.MarshalJSON()
	var ex *goja.Exception
	if errors.As(err, &ex) {
		panic(ex.Value())
	}
	if len(b) > maxOutput {
		w.tooLarge()
	}
	if len(b) > 2*maxNesting && nesting(b) > maxNesting {
		w.throw("RangeError", fmt.Sprintf("The value is nested more than %d levels deep", maxNesting))
	}
	return bytes.Clone(b)
}

// maxNesting bounds what api takes: Go's JSON reads 10,000 levels, and what is
// kept here is wrapped into records and tokens that others must read, too.
const maxNesting = 1000

// nesting is how deep the arrays and objects of a JSON text go.
func nesting(b []byte) (most int) {
	depth, quoted := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
			most = max(most, depth)
		case c == '}' || c == ']':
			depth--
		}
	}
	return most
}

func (w *world) tooLarge() {
	w.throw("RangeError", "The value is larger than 1 MB")
}

// quoteJSON is s as a JSON string.
func quoteJSON(s string) json.RawMessage { return appendQuoted(make([]byte, 0, len(s)+2), s) }
