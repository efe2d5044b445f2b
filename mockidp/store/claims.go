package store

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Claim is one custom claim: its name and its value as JSON.
type Claim struct {
	Name  string
	Value json.RawMessage
}

// Claims are the custom claims of a token, in the order in which Actions set
// them: people read a token from the top. As JSON they are one object.
type Claims []Claim

// Has reports whether there is a claim called name.
func (c Claims) Has(name string) bool {
	for _, claim := range c {
		if claim.Name == name {
			return true
		}
	}
	return false
}

// MarshalJSON writes an object whose members keep their order.
func (c Claims) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, claim := range c {
		if i > 0 {
			b = append(b, ',')
		}
		name, err := json.Marshal(claim.Name)
		if err != nil {
			return nil, err
		}
		b = append(append(append(b, name...), ':'), claim.Value...)
	}
	return append(b, '}'), nil
}

// UnmarshalJSON reads an object, or null, and keeps the order of its members.
func (c *Claims) UnmarshalJSON(b []byte) error {
	*c = nil
	dec := json.NewDecoder(bytes.NewReader(b))
	open, err := dec.Token()
	if err != nil || open == nil {
		return err
	}
	if open != json.Delim('{') {
		return fmt.Errorf("claims: expected a JSON object, got %v", open)
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return err
		}
		*c = append(*c, Claim{name.(string), value})
	}
	return nil
}
