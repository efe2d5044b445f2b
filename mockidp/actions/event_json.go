package actions

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// encoding/json takes a fifth of a warm run for an event, most of it for the
// members that write themselves. This writes the same text (a test compares the
// two) for the kinds of fields that events have.

// eventField is a struct field as JSON knows it.
type eventField struct {
	index     int
	label     string // `"name":`
	omitEmpty bool
	omitZero  bool
}

// eventFields are the fields of the event's struct types, found once each.
var eventFields sync.Map // reflect.Type → []eventField

func fieldsOf(t reflect.Type) []eventField {
	if f, ok := eventFields.Load(t); ok {
		return f.([]eventField)
	}
	var fields []eventField
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		fields = append(fields, eventField{i, `"` + name + `":`, options == "omitempty", options == "omitzero"})
	}
	eventFields.Store(t, fields)
	return fields
}

// usualEvent is room for most events, in bytes.
const usualEvent = 4 << 10

// AppendJSON appends to b what [Event.MarshalJSON] returns. json.Marshal of an
// event would read that text once more, at the cost of writing it.
func (e *Event) AppendJSON(b []byte) ([]byte, error) {
	c := e.complete()
	return appendJSON(b, reflect.ValueOf(&c).Elem())
}

func appendJSON(b []byte, v reflect.Value) ([]byte, error) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return append(b, "null"...), nil
		}
		return appendJSON(b, v.Elem())
	case reflect.String:
		return appendQuoted(b, v.String()), nil
	case reflect.Bool:
		return strconv.AppendBool(b, v.Bool()), nil
	case reflect.Int, reflect.Int64:
		return strconv.AppendInt(b, v.Int(), 10), nil
	case reflect.Float64:
		f, err := json.Marshal(v.Float())
		return append(b, f...), err
	case reflect.Struct:
		return appendStruct(b, v)
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[json.RawMessage]() {
			return appendRaw(b, v.Bytes())
		}
		return appendList(b, v)
	case reflect.Map:
		return appendMap(b, v)
	}
	return nil, fmt.Errorf("an event can't hold a %s", v.Type())
}

func appendRaw(b []byte, raw json.RawMessage) ([]byte, error) {
	if raw == nil {
		return append(b, "null"...), nil
	}
	if !json.Valid(raw) {
		return nil, errors.New("a member of the event is not valid JSON")
	}
	return append(b, raw...), nil
}

func appendStruct(b []byte, v reflect.Value) ([]byte, error) {
	if v.Type() == reflect.TypeFor[Time]() {
		return v.Addr().Interface().(*Time).append(b), nil
	}
	start := len(b)
	var err error
	for _, f := range fieldsOf(v.Type()) {
		field := v.Field(f.index)
		if f.omitEmpty && empty(field) || f.omitZero && field.Addr().Interface().(*Time).IsZero() {
			continue
		}
		b = append(append(b, ','), f.label...)
		if b, err = appendJSON(b, field); err != nil {
			return nil, err
		}
	}
	if u, ok := v.Addr().Interface().(*User); ok {
		if b, err = u.appendAttributes(b); err != nil {
			return nil, err
		}
	}
	return finishMembers(b, start), nil
}

// finishMembers turns ",a,b" behind start into "{a,b}".
func finishMembers(b []byte, start int) []byte {
	if len(b) == start {
		return append(b, '{', '}')
	}
	b[start] = '{'
	return append(b, '}')
}

// empty is what omitempty leaves out.
func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	}
	return v.IsZero()
}

func (u *User) appendAttributes(b []byte) ([]byte, error) {
	if len(u.Attributes) == 0 {
		return b, nil
	}
	known := userFields()
	for _, k := range slices.Sorted(maps.Keys(u.Attributes)) {
		if known[k] {
			continue
		}
		b = appendQuoted(append(b, ','), k)
		var err error
		if b, err = appendRaw(append(b, ':'), u.Attributes[k]); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func appendList(b []byte, v reflect.Value) ([]byte, error) {
	if v.IsNil() {
		return append(b, "null"...), nil
	}
	b = append(b, '[')
	for i := range v.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendJSON(b, v.Index(i)); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

func appendMap(b []byte, v reflect.Value) ([]byte, error) {
	start := len(b)
	switch m := v.Interface().(type) {
	case map[string]string:
		for _, k := range slices.Sorted(maps.Keys(m)) {
			b = append(appendQuoted(append(b, ','), k), ':')
			b = appendQuoted(b, m[k])
		}
	case map[string]json.RawMessage:
		for _, k := range slices.Sorted(maps.Keys(m)) {
			b = append(appendQuoted(append(b, ','), k), ':')
			var err error
			if b, err = appendRaw(b, m[k]); err != nil {
				return nil, err
			}
		}
	default:
		return nil, fmt.Errorf("an event can't hold a %s", v.Type())
	}
	return finishMembers(b, start), nil
}

// appendQuoted appends s as a JSON string, without the HTML escapes of
// encoding/json.
func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		size := 1
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError || n > 1 {
				i += n
				continue
			}
		}
		b = append(b, s[start:i]...)
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case strings.IndexByte("\b\t\n\f\r", c) >= 0:
			b = append(b, '\\', "btn.fr"[c-'\b'])
		case c < ' ':
			const hex = "0123456789abcdef"
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, "\uFFFD"...)
		}
		i += size
		start = i
	}
	return append(append(b, s[start:]...), '"')
}
