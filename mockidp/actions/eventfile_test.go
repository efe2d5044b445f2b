package actions_test

import (
	"encoding/json"
	"errors"
	"testing"

	"example.com/postlogin/mockidp/actions"
)

// Whatever a file holds, it is refused with a place in it, or laid over an event
// that stays one.
func FuzzReadEvent(f *testing.F) {
	for _, seed := range []string{
		`{}`, `[1]`, `null`, `{"user":null}`, `{"user":{"groups":[1],"app_metadata":{"a":{"b":null}}}}`, `{"stats":{"logins_count":1e400}}`,
		`{"client":{},"connection":{},"request":{"geoip":{"latitude":1}},"user":{"identities":[{"isSocial":true},null]}}`,
		`{"session":{"created_at":"2026-01-31T12:00:00Z","clients":[]},"secrets":{"A":"b"}}`, "\xef\xbb\xbf{}", `{"request":{"query":{"a":1}}}`,
		`{"authentication":{"methods":[{"timestamp":"x"}]}}`, `{"user":{"created_at":{}}}`, `{"session":{"Created_At":"0"}}`, `{"event":{"a.b":[{}]}} x`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := actions.ReadEvent(text)
		if err != nil {
			wrong, ok := errors.AsType[*actions.EventError](err)
			if !ok || wrong.Line < 1 || wrong.Column < 1 {
				t.Fatalf("%q: %v, want an EventError with a place", text, err)
			}
			return
		}
		ev := actions.Event{User: actions.User{UserID: "auth0|1", AppMetadata: json.RawMessage(`{"a":{"b":1}}`)}}
		if err := file.Apply(&ev); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if b, err := ev.MarshalJSON(); err != nil || !json.Valid(b) {
			t.Fatalf("%q: event %s, %v", text, b, err)
		}
	})
}
