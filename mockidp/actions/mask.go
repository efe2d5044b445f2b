package actions

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// minSecret is how many bytes a secret needs to be looked for. A shorter one
// ("true", "eu", "8080") stands in half of all texts by chance, and hiding it
// there would hide nothing.
const minSecret = 6

// minLine is the same for one line of a secret that has several, such as a
// private key: JSON and console.log break it at its line ends.
const minLine = 16

// A Mask hides the values of secrets in what is kept of a flow: each becomes
// [secret NAME]. It knows a value as it is, as JSON and URLs escape it, and
// inside of base64; not what an Action makes of it otherwise (in hex, reversed,
// a hash). Only records are masked: what an Action sends, and what a token or the
// browser gets, is what the Action said.
//
// A nil Mask hides nothing and costs nothing. A Mask is safe for concurrent use.
type Mask struct {
	forms *strings.Replacer
	names []string // of the secrets
}

// MaskFor is the mask of all secrets of a flow: an Action may hand its own on to
// the next one. It is nil without secrets. What ev shows anyway is none: Actions
// that manage their tenant have its domain and a client id among their secrets.
func MaskFor(flow []Action, ev *Event) *Mask {
	names := map[string]string{} // by form
	var m Mask
	for i := range flow {
		for name, value := range flow[i].Secrets {
			if len(value) < minSecret || value == ev.Client.ClientID || value == ev.Request.Hostname {
				continue
			}
			m.names = append(m.names, name)
			for _, form := range formsOf(value) {
				if other, ok := names[form]; !ok || name < other { // of two names for one value always the same one
					names[form] = name
				}
			}
		}
	}
	if len(names) == 0 {
		return nil
	}
	forms := make([]string, 0, len(names))
	for form := range names {
		forms = append(forms, form)
	}
	// At one place the first form that fits is taken: the longest must be that.
	slices.SortFunc(forms, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	pairs := make([]string, 0, 2*len(forms))
	for _, form := range forms {
		pairs = append(pairs, form, placeholder(names[form]))
	}
	m.forms = strings.NewReplacer(pairs...)
	return &m
}

func placeholder(name string) string { return "[secret " + name + "]" }

// formsOf are the texts that give value away.
func formsOf(value string) []string {
	forms := []string{value, inJSON(value), inJSON(inJSON(value))} // the last one: JSON in a member of JSON
	for _, keep := range unescaped() {
		forms = append(forms, percentEncoded(value, keep))
	}
	forms = append(forms, strings.ReplaceAll(percentEncoded(value, "*-._ "), " ", "+")) // URLSearchParams
	for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for offset := range 3 {
			forms = append(forms, inBase64(enc, value, offset))
		}
	}
	if lines := strings.Split(value, "\n"); len(lines) > 1 {
		for _, line := range lines {
			if line = strings.TrimSpace(line); len(line) >= minLine && !strings.HasPrefix(line, "-----") { // all keys begin so
				forms = append(forms, formsOf(line)...)
			}
		}
	}
	return forms
}

func inJSON(value string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // JSON.stringify does not either
	_ = enc.Encode(value)    // a string, into memory
	return strings.TrimSuffix(strings.TrimPrefix(b.String(), `"`), "\"\n")
}

// unescaped are the characters besides letters and digits that are left alone by
// encodeURIComponent and encodeURI (ECMA-262 19.2.6), by RFC 3986 (2.3), and in the
// query and the path of an address (URL Standard, "percent-encoded bytes").
func unescaped() []string {
	return []string{"-_.!~*'()", "-_.!~*'();/?:@&=+$,#", "-_.~", "-_.!~*();/?:@&=+$,%[]\\^`{|}", "-_.!~*'();/:@&=+$,%[]\\|"}
}

func percentEncoded(value, keep string) string {
	var b strings.Builder
	for i := range len(value) {
		c := value[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte(keep, c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// inBase64 is what base64 makes of value behind offset other bytes, as in "id:secret":
// the characters that depend on value alone.
func inBase64(enc *base64.Encoding, value string, offset int) string {
	text := enc.EncodeToString(append(make([]byte, offset), value...))
	first := (offset*8 + 5) / 6           // the first one without a bit of what is before
	last := (offset + len(value)) * 8 / 6 // behind the last one without a bit of what comes after
	return text[first:last]
}

// Text is s without the values of secrets.
func (m *Mask) Text(s string) string {
	if m == nil {
		return s
	}
	return m.forms.Replace(s)
}

// JSON is a JSON value without those in its strings; numbers stay.
func (m *Mask) JSON(value json.RawMessage) json.RawMessage {
	if m == nil {
		return value
	}
	var out []byte
	rest := 0 // what is not in out yet begins here
	for i := 0; i < len(value); i++ {
		if value[i] != '"' {
			continue
		}
		begin := i
		for i++; i < len(value) && value[i] != '"'; i++ {
			if value[i] == '\\' {
				i++
			}
		}
		var s string
		if i >= len(value) || json.Unmarshal(value[begin:i+1], &s) != nil {
			break // no JSON: nothing of ours makes this
		}
		if masked := m.Text(s); masked != s {
			out = append(append(append(append(out, value[rest:begin]...), '"'), inJSON(masked)...), '"')
			rest = i + 1
		}
	}
	if rest == 0 {
		return value
	}
	return append(out, value[rest:]...)
}

// values are those of a token's claims, by name, without secrets. Names stay.
func (m *Mask) values(list map[string]json.RawMessage) map[string]json.RawMessage {
	if m == nil || list == nil {
		return list
	}
	masked := make(map[string]json.RawMessage, len(list))
	for name, value := range list {
		masked[name] = m.JSON(value)
	}
	return masked
}

// texts are the values of a map without secrets, and so are its keys.
func texts[V ~string | ~[]byte](m *Mask, list map[string]V, hide func(V) V) map[string]V {
	if m == nil || list == nil {
		return list
	}
	masked := make(map[string]V, len(list))
	for name, value := range list {
		masked[m.Text(name)] = hide(value)
	}
	return masked
}

func (m *Mask) members(list map[string]json.RawMessage) map[string]json.RawMessage {
	return texts(m, list, m.JSON)
}

// Texts are the keys and values of list without the values of secrets.
func (m *Mask) Texts(list map[string]string) map[string]string { return texts(m, list, m.Text) }

// warnOfClaims tells the author whose claims give secrets away. They stay as they
// are: the author asked for them.
func (m *Mask) warnOfClaims(run *ActionRun) {
	if m == nil {
		return
	}
	for _, c := range run.Claims {
		if c.Dropped != "" {
			continue
		}
		if masked := m.Text(c.Name); masked != c.Name {
			run.Warnings = addWarning(run.Warnings, c.Line, fmt.Sprintf("the name of the claim %s holds the value of %s: everybody who has the token can read it (line %d)", c.Name, m.nameIn(masked), c.Line))
		}
		if masked := string(m.JSON(c.Value)); masked != string(c.Value) {
			run.Warnings = addWarning(run.Warnings, c.Line, fmt.Sprintf("%s holds the value of %s: everybody who has the token can read it (line %d)", c.Name, m.nameIn(masked), c.Line))
		}
	}
}

// nameIn says which secret was hidden in a text.
func (m *Mask) nameIn(masked string) string {
	for _, name := range m.names {
		if strings.Contains(masked, placeholder(name)) || strings.Contains(masked, inJSON(placeholder(name))) {
			return "the secret " + name
		}
	}
	return "a secret"
}
