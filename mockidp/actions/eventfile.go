package actions

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
)

// EventFile is an event that a person wrote: all of it, or a part that is laid
// over another event.
type EventFile struct {
	// Whole tells that the file has client, connection, request and user, as every
	// event of a login has: nothing of another event shows through then.
	Whole bool
	// Secrets is its member secrets, which an event has no room for: each Action gets its own.
	Secrets map[string]string
	// Warnings name members that events do not have; Actions don't see them.
	Warnings []Warning

	patch map[string]any
}

// ReadEvent reads the JSON of an event, or of a part of one. Its error is an
// [*EventError]: no JSON, or a member of the wrong type.
func ReadEvent(text []byte) (*EventFile, error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	r := &eventReader{text: text}
	if err := r.syntax(); err != nil {
		return nil, err
	}
	r.dec = json.NewDecoder(bytes.NewReader(text))
	r.dec.UseNumber()
	if err := r.value(reflect.TypeFor[Event](), "event"); err != nil {
		return nil, err
	}
	f := &EventFile{Warnings: r.warnings}
	if err := decode(text, &f.patch); err != nil {
		return nil, err
	}
	prune(f.patch, reflect.TypeFor[Event]())
	f.Whole = true
	for _, name := range []string{"client", "connection", "request", "user"} {
		_, ok := f.patch[name].(map[string]any)
		f.Whole = f.Whole && ok
	}
	secrets, _ := f.patch["secrets"].(map[string]any)
	for name, value := range secrets {
		if text, ok := value.(string); ok {
			f.Secrets = object(f.Secrets)
			f.Secrets[name] = text
		}
	}
	return f, nil
}

// prune takes away the members that a t does not have, but for the attributes
// of users. encoding/json would take Email for email, which JavaScript does not.
func prune(v any, t reflect.Type) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch v := v.(type) {
	case []any:
		for _, elem := range v {
			if t.Kind() == reflect.Slice {
				prune(elem, t.Elem())
			}
		}
	case map[string]any:
		if t.Kind() != reflect.Struct {
			return
		}
		for name, value := range v {
			field := memberType(t, name)
			switch {
			case field != nil:
				prune(value, field)
			case t != reflect.TypeFor[User]() || likeField(t, name):
				delete(v, name)
			}
		}
	}
}

// likeField reports whether encoding/json takes name for a field of t.
func likeField(t reflect.Type, name string) bool {
	for i := range t.NumField() {
		if tag, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); strings.EqualFold(tag, name) {
			return true
		}
	}
	return false
}

// Apply makes ev what the file says: all of it when the file is Whole, else ev
// with the file laid over it as a JSON merge patch (RFC 7396): objects are merged,
// anything else is replaced, null takes a member away.
func (f *EventFile) Apply(ev *Event) error {
	target := any(map[string]any{})
	if !f.Whole {
		text, err := ev.MarshalJSON()
		if err != nil {
			return err
		}
		if err := decode(text, &target); err != nil {
			return err
		}
	}
	text, err := json.Marshal(merged(target, f.patch))
	if err != nil {
		return err
	}
	changed := Event{Directory: ev.Directory}
	if err := json.Unmarshal(text, &changed); err != nil {
		return err
	}
	*ev = changed
	return nil
}

// merged is MergePatch of RFC 7396 section 2.
func merged(target, patch any) any {
	members, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	object, ok := target.(map[string]any)
	if !ok {
		object = map[string]any{}
	}
	for name, value := range members {
		if value == nil {
			delete(object, name)
		} else {
			object[name] = merged(object[name], value)
		}
	}
	return object
}

func decode(text []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber() // 64-bit ids stay what they are
	return dec.Decode(v)
}
