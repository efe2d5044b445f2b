package login

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// formField is one field of an Action's form: a name and the value that the
// Action has filled in.
type formField struct {
	Name  string
	Kind  string // fieldText, fieldNumber, fieldBool or fieldJSON
	Value string // as it stands in its input; "true" or "" for fieldBool
	Null  bool   // the Action filled in null: an empty field stays null
	Error string // what is wrong with what was posted
}

// The kinds of fields, by the type of the value that they are filled in with.
const (
	fieldText   = "text"
	fieldNumber = "number"
	fieldBool   = "bool"
	fieldJSON   = "json" // objects and lists
)

// Input is the name of the field's input.
func (f formField) Input() string { return "field." + f.Name }

// Long reports whether the field needs several lines.
func (f formField) Long() bool {
	return f.Kind == fieldJSON || len(f.Value) > 80 || strings.Contains(f.Value, "\n")
}

// member is one name and value of a JSON object.
type member struct {
	Name  string
	Value json.RawMessage
}

// members splits a JSON object, in its order; of names that are there twice the
// last one counts, as in JavaScript. No text is no members.
func members(object []byte) (list []member, err error) {
	if len(bytes.TrimSpace(object)) == 0 {
		return nil, nil
	}
	d := json.NewDecoder(bytes.NewReader(object))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, notAnObject(d, err)
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, notAnObject(d, err)
		}
		m := member{Name: name.(string)} // a key can't be anything else
		if err := d.Decode(&m.Value); err != nil {
			return nil, notAnObject(d, err)
		}
		list = set(list, m)
	}
	if _, err := d.Token(); err != nil {
		return nil, notAnObject(d, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, notAnObject(d, err)
	}
	return list, nil
}

// set replaces the member with m's name or adds m.
func set(list []member, m member) []member {
	if i := slices.IndexFunc(list, func(old member) bool { return old.Name == m.Name }); i >= 0 {
		list[i] = m
		return list
	}
	return append(list, m)
}

func notAnObject(d *json.Decoder, err error) error {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("%s, at character %d", syntax.Error(), syntax.Offset)
	}
	if err == nil || err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("it is not one whole object, see character %d", d.InputOffset())
	}
	return err
}

// formFields are the inputs for what an Action filled in.
func formFields(fields json.RawMessage) ([]formField, error) {
	list, err := members(fields)
	if err != nil {
		return nil, fmt.Errorf("fields of a form: %w", err)
	}
	inputs := make([]formField, len(list))
	for i, m := range list {
		inputs[i] = formField{Name: m.Name, Kind: fieldNumber, Value: string(m.Value)}
		f := &inputs[i]
		switch first := m.Value[0]; {
		case first == '{' || first == '[':
			var b bytes.Buffer
			json.Indent(&b, m.Value, "", "  ") // it is valid
			f.Kind, f.Value = fieldJSON, b.String()
		case first == '"':
			f.Kind = fieldText
			if err := json.Unmarshal(m.Value, &f.Value); err != nil {
				return nil, fmt.Errorf("fields of a form: %s: %w", m.Name, err)
			}
		case first == 'n':
			f.Kind, f.Value, f.Null = fieldText, "", true
		case first == 't':
			f.Kind = fieldBool
		case first == 'f':
			f.Kind, f.Value = fieldBool, ""
		}
	}
	return inputs, nil
}

// read takes what was posted for the field, and returns its JSON value. It sets
// Error when there is none.
func (f *formField) read(posted url.Values) (value json.RawMessage) {
	if f.Kind == fieldBool {
		f.Value = ""
		if posted.Has(f.Input()) { // an unticked box sends nothing
			f.Value = "true"
		}
		return strconv.AppendBool(nil, f.Value != "")
	}
	// Browsers send line breaks as CRLF (HTML, "normalize newlines"); scripts know LF.
	f.Value = strings.ReplaceAll(posted.Get(f.Input()), "\r\n", "\n")
	text := strings.TrimSpace(f.Value)
	switch {
	case text == "" && (f.Null || f.Kind != fieldText):
		return json.RawMessage("null")
	case f.Kind == fieldText:
		value, _ = json.Marshal(f.Value) // a string always has a form
		return value
	}
	var b bytes.Buffer
	switch err := json.Compact(&b, []byte(text)); {
	case f.Kind == fieldNumber && (err != nil || strings.Trim(text[:1], "-0123456789") != ""):
		f.Error = "Type a number, such as 42 or -1.5."
	case err != nil:
		f.Error = "This is not JSON."
	default:
		return b.Bytes()
	}
	return nil
}

// object is the JSON object of list, in its order.
func object(list []member) json.RawMessage {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		name, _ := json.Marshal(m.Name)
		b.Write(name)
		b.WriteByte(':')
		b.Write(m.Value)
	}
	b.WriteByte('}')
	return b.Bytes()
}
