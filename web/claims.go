package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"example.com/postlogin/web/words"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Kinds of claims.
const (
	kindCustom   = "custom"   // the provider's own, e.g. set by an Action
	kindStandard = "standard" // about the person (Core 5.1)
	kindProtocol = "protocol" // about the token itself (Core 2, RFC 7519 section 4.1)
)

// A claim is one member of an ID token's payload.
type claim struct {
	Name  string          `json:"name"`
	Value json.RawMessage `json:"value"` // as it stands in the token
	Kind  string          `json:"kind"`
}

// claims is a payload in the order of the token.
type claims []claim

// kindOf tells what kind of claim has this name.
func kindOf(name string) string {
	switch name {
	case "iss", "sub", "aud", "exp", "iat", "nbf", "auth_time", "nonce", "acr", "amr", "azp", "at_hash", "c_hash", "sid", "jti":
		return kindProtocol
	case "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
		"website", "gender", "birthdate", "zoneinfo", "locale", "updated_at", "email", "email_verified",
		"phone_number", "phone_number_verified", "address":
		return kindStandard
	default:
		return kindCustom
	}
}

// parseClaims reads a payload. It must be one JSON object without repeated names
// (RFC 7519 section 4 allows to refuse them; which of two a library takes is a
// guess). Names are compared letter by letter, unlike encoding/json's fields.
func parseClaims(payload []byte) (claims, error) {
	dec := json.NewDecoder(bytes.NewReader(payload))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("it is not a JSON object")
	}
	var cs claims
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
		cs = append(cs, claim{Name: name, Value: value, Kind: kindOf(name)})
	}
	if _, err := dec.Token(); err != nil { // the closing brace
		return nil, errors.New("it ends too early")
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("something follows the JSON object")
	}
	return cs, nil
}

// raw returns the value of a claim as JSON, or nil.
func (cs claims) raw(name string) json.RawMessage {
	for _, c := range cs {
		if c.Name == name {
			return c.Value
		}
	}
	return nil
}

// text returns a claim that is a string; ok is false when it is absent or
// something else.
func (cs claims) text(name string) (value string, ok bool) {
	return jsonText(cs.raw(name))
}

// time returns a claim that is a moment: a number of seconds (RFC 7519 section 2).
func (cs claims) time(name string) (t time.Time, ok bool) {
	return jsonTime(cs.raw(name))
}

func jsonText(raw json.RawMessage) (string, bool) {
	var s *string
	if raw == nil || json.Unmarshal(raw, &s) != nil || s == nil {
		return "", false
	}
	return *s, true
}

func jsonTime(raw json.RawMessage) (time.Time, bool) {
	if raw == nil {
		return time.Time{}, false
	}
	seconds, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || math.Abs(seconds) > 1<<38 { // some 8700 years
		return time.Time{}, false
	}
	return time.Unix(int64(math.Floor(seconds)), 0), true
}

// audiences returns the claim aud, which is one string or a list of them.
func (cs claims) audiences() []string {
	if one, ok := cs.text("aud"); ok {
		return []string{one}
	}
	var many []string
	if raw := cs.raw("aud"); raw == nil || json.Unmarshal(raw, &many) != nil {
		return nil
	}
	return many
}

// byKind returns the claims of the kinds named, kind by kind, each in the order
// of the token.
func (cs claims) byKind(kinds ...string) claims {
	var out claims
	for _, kind := range kinds {
		for _, c := range cs {
			if c.Kind == kind {
				out = append(out, c)
			}
		}
	}
	return out
}

// object writes claims as a JSON object in their order. A map would sort them.
func (cs claims) object() json.RawMessage {
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

// maxDepth is how deep JSON may be nested that pretty indents. Beyond it the
// indents would outgrow the values.
const maxDepth = 50

// pretty indents JSON by two spaces, keeps its order and its numbers as they are,
// and writes escaped characters out ("é" for "\u00e9"), for people. What is not JSON,
// or nested too deeply, comes back as it is.
func pretty(raw []byte) string {
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
