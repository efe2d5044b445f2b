package management

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// read fills v, a pointer to a struct, from the request's JSON body. Members
// that v has no field for are refused, as Auth0 does: a typing error in a PATCH
// would change nothing and say nothing.
func read(r *http.Request, v any) error {
	text, err := io.ReadAll(r.Body)
	if tooLong, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return refuse(http.StatusRequestEntityTooLarge, "", "Payload content length greater than maximum allowed: %d", tooLong.Limit)
	}
	if err != nil {
		return refuse(http.StatusBadRequest, "invalid_body", "The request's body could not be read")
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		return refuse(http.StatusUnsupportedMediaType, "", "Expected Content-Type: application/json, got %q", r.Header.Get("Content-Type"))
	}
	if !json.Valid(text) {
		return refuse(http.StatusBadRequest, "invalid_body", "Invalid request payload JSON format")
	}
	return fill(text, v)
}

// readOptional is read for a body that may be empty or null, as some clients
// send it where there is nothing to say.
func readOptional(r *http.Request, v any) error {
	text, err := io.ReadAll(r.Body)
	if err == nil {
		if trimmed := bytes.TrimSpace(text); len(trimmed) == 0 || string(trimmed) == "null" {
			return nil
		}
	}
	r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(text), r.Body)) // an error comes again
	return read(r, v)
}

// fill decodes valid JSON.
func fill(text []byte, v any) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil || members == nil {
		return badBody("Expected type object but found type %s", jsonType(text))
	}
	target := reflect.ValueOf(v).Elem()
	for f, into := range target.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		text, ok := members[name]
		if !ok {
			continue
		}
		delete(members, name)
		if err := fillMember(name, text, into); err != nil {
			return err
		}
	}
	if len(members) > 0 {
		return badBody("Additional properties not allowed: %s", strings.Join(slices.Sorted(maps.Keys(members)), ","))
	}
	return nil
}

// fillMember decodes one member. null is no value of the types that are not optional.
func fillMember(name string, text json.RawMessage, into reflect.Value) error {
	_, mayBeNull := into.Addr().Interface().(json.Unmarshaler)
	if string(text) == "null" && !mayBeNull {
		return badBody("Expected type %s but found type null' on property '%s", typeName(into.Type()), name)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	err := d.Decode(into.Addr().Interface())
	if err == nil {
		return nil
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if wrong.Field != "" {
			name += "." + wrong.Field
		}
		return badBody("Expected type %s but found type %s' on property '%s", typeName(wrong.Type), wrong.Value, name)
	}
	if extra, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return badBody("Additional properties not allowed: %s' on property '%s", strings.Trim(extra, `"`), name)
	}
	return err
}

func typeName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		return "object"
	case reflect.Slice:
		return "array"
	case reflect.Bool:
		return "boolean"
	case reflect.String:
		return "string"
	}
	return "integer"
}

func jsonType(text []byte) string {
	switch text = bytes.TrimSpace(text); {
	case len(text) == 0 || text[0] == 'n':
		return "null"
	case text[0] == '{':
		return "object"
	case text[0] == '[':
		return "array"
	case text[0] == '"':
		return "string"
	case text[0] == 't' || text[0] == 'f':
		return "boolean"
	}
	return "number"
}

// optional is a member that may be left out, or be null to be unset.
type optional[T any] struct {
	set, null bool
	value     T
}

// UnmarshalJSON is called for null too.
func (o *optional[T]) UnmarshalJSON(text []byte) error {
	o.set, o.null = true, string(text) == "null"
	return json.Unmarshal(text, &o.value)
}

// ptr is the value to change to: nil to leave it, the zero value to unset it.
func (o *optional[T]) ptr() *T {
	if !o.set {
		return nil
	}
	return &o.value
}

// object is a member that must be a JSON object: metadata.
type object struct {
	optional[map[string]json.RawMessage]
}

// clears reports whether the member empties what there is: Auth0 removes the
// whole metadata for {} ("Manage Metadata with the Management API").
func (o *object) clears() bool { return o.set && len(o.value) == 0 }

func (o *object) raw() json.RawMessage {
	if len(o.value) == 0 {
		return nil
	}
	text, _ := json.Marshal(o.value) // of JSON that was parsed before
	return text
}
