package session

import (
	"bytes"
	"encoding/json"
	"time"

	"example.com/postlogin/views"
	"example.com/postlogin/web/claims"
	"example.com/postlogin/web/words"
)

// A Refresh is what the last refresh brought.
type Refresh struct {
	At      time.Time `json:"at"`
	Changes []Change  `json:"changes"`
	Note    string    `json:"note,omitempty"`
	// IDTokenAt is when the ID token came, if a refresh has brought it: this one or one
	// before. Zero: it is that of the login.
	IDTokenAt time.Time `json:"id_token_at,omitzero"`
}

// IDToken is IDTokenAt, also when there was no refresh.
func (r *Refresh) IDToken() (t time.Time) {
	if r != nil {
		t = r.IDTokenAt
	}
	return t
}

// A Change is one claim that differs between two ID tokens. A nil value means that
// the claim was not there.
type Change struct {
	Name   string          `json:"name"`
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

// Compare compares two payloads, in the order of the new one. Values are compared
// as they stand in the tokens.
func Compare(before, after claims.Set) (list []Change) {
	for _, c := range after {
		if old := before.Raw(c.Name); !bytes.Equal(old, c.Value) {
			list = append(list, Change{c.Name, old, c.Value})
		}
	}
	for _, c := range before {
		if after.Raw(c.Name) == nil {
			list = append(list, Change{c.Name, c.Value, nil})
		}
	}
	return list
}

// When is the time of the last refresh; zero when there was none.
func (r *Refresh) When() (t time.Time) {
	if r != nil {
		t = r.At
	}
	return t
}

// View is what the page shows of it now; nil when there was none.
func (r *Refresh) View(now time.Time) *views.Refresh {
	if r == nil {
		return nil
	}
	v := &views.Refresh{When: words.Relative(r.At, now), Note: r.Note}
	for _, c := range r.Changes {
		v.Changes = append(v.Changes, views.Change{Name: c.Name, Before: string(c.Before), After: string(c.After)})
	}
	return v
}
