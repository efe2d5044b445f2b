package actions

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"
)

// EventError is what is wrong with the JSON of an event.
type EventError struct {
	Line, Column int // 1-based; of columns, characters count
	Message      string
}

func (e *EventError) Error() string { return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message) }

// An eventReader walks through the text of an event beside the types that it
// must have.
type eventReader struct {
	text     []byte
	dec      *json.Decoder
	warnings []Warning
}

// at is the error at a byte of the text.
func (r *eventReader) at(offset int64, format string, args ...any) *EventError {
	before := r.text[:min(max(int(offset), 0), len(r.text))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return &EventError{Line: line, Column: column, Message: fmt.Sprintf(format, args...)}
}

func (r *eventReader) syntax() error {
	var v json.RawMessage
	err := json.Unmarshal(r.text, &v)
	if wrong, ok := errors.AsType[*json.SyntaxError](err); ok {
		text := wrong.Error()
		if strings.HasSuffix(text, "looking for beginning of object key string") || strings.HasSuffix(text, "']' looking for beginning of value") {
			text += " (a comma too many before it?)"
		}
		return r.at(wrong.Offset-1, "%s", text)
	}
	return err
}

// next is the coming token and where it begins.
func (r *eventReader) next() (json.Token, int64, error) {
	start := r.dec.InputOffset()
	for start < int64(len(r.text)) && strings.IndexByte(" \t\r\n,:", r.text[start]) >= 0 {
		start++
	}
	tok, err := r.dec.Token()
	return tok, start, err
}

// value checks the coming value, which is to be a t. null is always right: it
// takes a member away.
func (r *eventReader) value(t reflect.Type, path string) error {
	if t == reflect.TypeFor[json.RawMessage]() {
		var skipped json.RawMessage
		return r.dec.Decode(&skipped)
	}
	tok, start, err := r.next()
	if err != nil || tok == nil && path != "event" {
		return err
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	want, ok := expected(t, tok)
	if !ok {
		return r.at(start, "%s: expected %s, got %s", path, want, describe(tok))
	}
	switch t.Kind() {
	case reflect.Slice:
		for i := 0; r.dec.More(); i++ {
			if err := r.value(t.Elem(), fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
	case reflect.Map:
		return r.members(path, func(string) reflect.Type { return t.Elem() })
	case reflect.Struct:
		if t == reflect.TypeFor[Time]() {
			return nil
		}
		return r.members(path, func(name string) reflect.Type { return memberType(t, name) })
	default:
		return nil
	}
	_, err = r.dec.Token() // the closing bracket
	return err
}

// members checks the members of an object; typeOf is nil for one that does not exist.
func (r *eventReader) members(path string, typeOf func(string) reflect.Type) error {
	for r.dec.More() {
		tok, start, err := r.next()
		if err != nil {
			return err
		}
		name, _ := tok.(string)
		t := typeOf(name)
		if t == nil {
			if text := schemaAt(path).complain(path, name); text != "" {
				r.warnings = append(r.warnings, Warning{Line: r.at(start, "").Line, Text: text})
			}
			t = reflect.TypeFor[json.RawMessage]()
		}
		if err := r.value(t, path+"."+name); err != nil {
			return err
		}
	}
	_, err := r.dec.Token() // the closing brace
	return err
}

// memberType is the type of the field that JSON calls name, or nil.
func memberType(t reflect.Type, name string) reflect.Type {
	for i := range t.NumField() {
		if tag, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); tag == name && name != "-" {
			return t.Field(i).Type
		}
	}
	return nil
}

// schemaAt is the shape of the object at path, such as event.request; for
// elements of lists it knows no names.
func schemaAt(path string) *schema {
	at := eventSchema()
	for _, name := range strings.Split(path, ".")[1:] {
		if at = at.members[name]; at == nil {
			return &schema{}
		}
	}
	return at
}

// expected says in words what t is in JSON, and whether tok begins such a value.
func expected(t reflect.Type, tok json.Token) (want string, ok bool) {
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		if t == reflect.TypeFor[Time]() {
			text, isText := tok.(string)
			_, err := time.Parse(time.RFC3339, text)
			return "a time such as 2026-01-31T12:00:00.000Z", isText && err == nil
		}
		return "an object", tok == json.Delim('{')
	case reflect.Slice:
		return "an array", tok == json.Delim('[')
	case reflect.Bool:
		_, ok = tok.(bool)
		return "true or false", ok
	case reflect.Int64:
		n, isNumber := tok.(json.Number)
		_, err := n.Int64()
		return "a whole number", isNumber && err == nil
	case reflect.Float64:
		n, isNumber := tok.(json.Number)
		_, err := n.Float64()
		return "a number", isNumber && err == nil
	}
	_, ok = tok.(string)
	return "a string", ok
}

func describe(tok json.Token) string {
	switch v := tok.(type) {
	case json.Delim:
		if v == '[' {
			return "an array"
		}
		return "an object"
	case json.Number:
		return "the number " + v.String()
	case string:
		return fmt.Sprintf("%q", clip(v))
	case bool:
		return fmt.Sprint(v)
	case nil:
		return "null"
	}
	return fmt.Sprint(tok)
}
