// Package claims reads the payload of a token: its claims in their order, each value
// as it stands there, and JSON written out for people.
//
// It believes nothing and checks no signature: package web does that (verify.go), and
// says there what a claim must be.
package claims

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"example.com/postlogin/web/words"
)

// Kinds of claims.
const (
	Custom   = "custom"   // the provider's own, e.g. set by an Action
	Standard = "standard" // about the person (Core 5.1)
	Protocol = "protocol" // about the token itself (Core 2, RFC 7519 section 4.1)
)

// A Claim is one member of an ID token's payload.
type Claim struct {
	Name  string          `json:"name"`
	Value json.RawMessage `json:"value"` // as it stands in the token
	Kind  string          `json:"kind"`
}

// A Set is a payload in the order of the token.
type Set []Claim

// KindOf tells what kind of claim has this name.
func KindOf(name string) string {
	switch name {
	case "iss", "sub", "aud", "exp", "iat", "nbf", "auth_time", "nonce", "acr", "amr", "azp", "at_hash", "c_hash", "sid", "jti":
		return Protocol
	case "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
		"website", "gender", "birthdate", "zoneinfo", "locale", "updated_at", "email", "email_verified",
		"phone_number", "phone_number_verified", "address":
		return Standard
	default:
		return Custom
	}
}

// Parse reads a payload. It must be one JSON object without repeated names
// (RFC 7519 section 4 allows to refuse them; which of two a library takes is a
// guess). Names are compared letter by letter, unlike encoding/json's fields.
func Parse(payload []byte) (Set, error) {
	dec := json.NewDecoder(bytes.NewReader(payload))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("it is not a JSON object")
	}
	var cs Set
	seen := make(map[string]bool)
	for dec.More() {
		t, err := dec.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return nil, errors.New("it is not a JSON object")
		}
		if seen[name] {
			return nil, fmt.Errorf("it has the claim %q twice", words.Shorten(name, 80))
		}
		seen[name] = true
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, fmt.Errorf("the claim %q is not JSON", words.Shorten(name, 80))
		}
		cs = append(cs, Claim{Name: name, Value: value, Kind: KindOf(name)})
	}
	if _, err := dec.Token(); err != nil { // the closing brace
		return nil, errors.New("it ends too early")
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("something follows the JSON object")
	}
	return cs, nil
}

// Raw returns the value of a claim as JSON, or nil.
func (cs Set) Raw(name string) json.RawMessage {
	for _, c := range cs {
		if c.Name == name {
			return c.Value
		}
	}
	return nil
}

// Text returns a claim that is a string; ok is false when it is absent or
// something else.
func (cs Set) Text(name string) (value string, ok bool) {
	return Text(cs.Raw(name))
}

// Time returns a claim that is a moment: a number of seconds (RFC 7519 section 2).
func (cs Set) Time(name string) (t time.Time, ok bool) {
	return Time(cs.Raw(name))
}

// Text returns a JSON string; ok is false for anything else.
func Text(raw json.RawMessage) (text string, ok bool) {
	var s *string
	if raw == nil || json.Unmarshal(raw, &s) != nil || s == nil {
		return "", false
	}
	return *s, true
}

// Time returns a moment given as a number of seconds since 1970; ok is false for
// anything else, and for what is thousands of years away.
func Time(raw json.RawMessage) (t time.Time, ok bool) {
	if raw == nil {
		return time.Time{}, false
	}
	seconds, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || math.Abs(seconds) > 1<<38 { // some 8700 years
		return time.Time{}, false
	}
	return time.Unix(int64(math.Floor(seconds)), 0), true
}

// Audiences returns the claim aud, which is one string or a list of them.
func (cs Set) Audiences() []string {
	if one, ok := cs.Text("aud"); ok {
		return []string{one}
	}
	var many []string
	if raw := cs.Raw("aud"); raw == nil || json.Unmarshal(raw, &many) != nil {
		return nil
	}
	return many
}

// ByKind returns the claims of the kinds named, kind by kind, each in the order
// of the token.
func (cs Set) ByKind(kinds ...string) Set {
	var out Set
	for _, kind := range kinds {
		for _, c := range cs {
			if c.Kind == kind {
				out = append(out, c)
			}
		}
	}
	return out
}

// Object writes claims as a JSON object in their order. A map would sort them.
func (cs Set) Object() json.RawMessage {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, c := range cs {
		if i > 0 {
			b.WriteByte(',')
		}
		writeString(&b, c.Name)
		b.WriteByte(':')
		b.Write(c.Value)
	}
	b.WriteByte('}')
	return b.Bytes()
}

// maxDepth is how deep JSON may be nested that Pretty indents. Beyond it the
// indents would outgrow the values.
const maxDepth = 50

// Pretty indents JSON by two spaces, keeps its order and its numbers as they are,
// and writes escaped characters out ("é" for "\u00e9"), for people. What is not JSON,
// or nested too deeply, comes back as it is.
func Pretty(raw []byte) string {
	if !json.Valid(raw) {
		return strings.ToValidUTF8(string(raw), "\uFFFD")
	}
	var b bytes.Buffer
	b.Grow(2 * len(raw))
	depth := 0
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; c {
		case ' ', '\t', '\r', '\n': // outside of strings: the author's own indent
		case '"':
			end := stringEnd(raw, i)
			writeUnescaped(&b, raw[i:end])
			i = end - 1
		case '{', '[':
			b.WriteByte(c)
			if depth++; depth > maxDepth {
				return strings.ToValidUTF8(string(raw), "\uFFFD")
			}
			newLine(&b, depth)
		case '}', ']':
			depth--
			if trimEmpty(&b) {
				b.WriteByte(c)
				continue
			}
			newLine(&b, depth)
			b.WriteByte(c)
		case ',':
			b.WriteByte(c)
			newLine(&b, depth)
		case ':':
			b.WriteString(": ")
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func newLine(b *bytes.Buffer, depth int) {
	b.WriteByte('\n')
	for range depth {
		b.WriteString("  ")
	}
}

// trimEmpty takes back the new line after an opening bracket, when nothing has
// followed it.
func trimEmpty(b *bytes.Buffer) bool {
	trimmed := bytes.TrimRight(b.Bytes(), " \n")
	if last := trimmed[len(trimmed)-1]; len(trimmed) == b.Len() || last != '{' && last != '[' {
		return false
	}
	b.Truncate(len(trimmed))
	return true
}

// stringEnd returns the index after the string that begins at raw[start].
func stringEnd(raw []byte, start int) int {
	for i := start + 1; ; i++ {
		switch raw[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
}

// writeUnescaped writes a JSON string with as few escapes as JSON allows.
func writeUnescaped(b *bytes.Buffer, quoted []byte) {
	var s string
	if (bytes.IndexByte(quoted, '\\') < 0 && utf8.Valid(quoted)) || json.Unmarshal(quoted, &s) != nil {
		b.Write(quoted)
		return
	}
	writeString(b, s)
}

// writeString writes s as JSON without the escapes that only matter in HTML:
// every page escapes by itself.
func writeString(b *bytes.Buffer, s string) {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string can always be written
	b.Truncate(b.Len() - 1)
}

// Decode returns header and payload of an encoded token, without checking
// anything.
func Decode(raw string) (head, payload json.RawMessage, err error) {
	first, rest, _ := strings.Cut(raw, ".")
	second, _, _ := strings.Cut(rest, ".")
	if head, err = base64.RawURLEncoding.DecodeString(first); err == nil {
		payload, err = base64.RawURLEncoding.DecodeString(second)
	}
	return head, payload, err
}
