package views

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxShown is how many characters of a value a page shows at first.
const maxShown = 200

// documentTitle puts the page before the app, so that tabs can be told apart.
func documentTitle(page string) string {
	if page == "" {
		return "Demo app"
	}
	return shorten(page) + " · Demo app"
}

// at is l as the layout of the page called active.
func at(l Layout, active string) Layout {
	l.Active = active
	return l
}

func isLong(s string) bool {
	return len(s) > maxShown && utf8.RuneCountInString(s) > maxShown
}

// shorten cuts s after maxShown characters and marks the cut. It never cuts
// inside a character.
func shorten(s string) string {
	if !isLong(s) {
		return s
	}
	n := 0
	for i := range s {
		if n == maxShown {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

// visible writes characters that change the direction of text, or that cannot be
// seen at all, as JSON escapes. In JSON the result means the same, so it may
// still be copied; without this, U+202E in a name would turn the rest of its
// line around and show something that the token does not say.
func visible(s string) string {
	if isASCII(s) || !strings.ContainsFunc(s, isInvisible) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if isInvisible(r) {
			b.WriteString(`\u`)
			hex := strconv.FormatInt(int64(r), 16)
			b.WriteString(strings.Repeat("0", 4-len(hex)) + hex)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// isASCII reports whether s has nothing beyond the tilde. Nearly every text is like
// that, and a page has hundreds.
func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// isInvisible reports the marks, embeddings, overrides and isolates of the
// Unicode bidirectional algorithm (UAX 9), the zero-width space, the soft hyphen,
// the byte order mark, the line separators and the C1 controls. It leaves out the
// zero-width joiners, which many scripts need. All are below U+10000.
func isInvisible(r rune) bool {
	switch {
	case r < 0x7f:
		return false
	case r <= 0x9f, r == 0xad, r == 0x061c, r == 0x200b, r == 0x200e, r == 0x200f, r == 0xfeff:
		return true
	default:
		return r >= 0x2028 && r <= 0x202e || r >= 0x2060 && r <= 0x206f
	}
}

// A jsonLine is one line of indented JSON; name is the quoted name of the member
// that begins on it, or "".
type jsonLine struct{ indent, name, rest string }

// jsonLines finds the member names in JSON as json.Indent writes it. Any other
// text comes out unchanged as well: the parts always add up to the input.
func jsonLines(text string) []jsonLine {
	var lines []jsonLine
	for line := range strings.Lines(text) {
		rest := strings.TrimLeft(line, " ")
		l := jsonLine{indent: line[:len(line)-len(rest)], rest: rest}
		if n := nameLength(rest); n > 0 {
			l.name, l.rest = rest[:n], rest[n:]
		}
		lines = append(lines, l)
	}
	return lines
}

// nameLength is the length of the JSON string at the start of s when a colon
// follows it, and 0 otherwise.
func nameLength(s string) int {
	if s == "" || s[0] != '"' {
		return 0
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			if strings.HasPrefix(s[i+1:], ":") {
				return i + 1
			}
			return 0
		}
	}
	return 0
}

// codeParts splits a sentence at its backquotes: every second part is code. A
// backquote without a partner stays a backquote.
func codeParts(s string) []string {
	parts := strings.Split(s, "`")
	if n := len(parts); n%2 == 0 {
		parts[n-2] += "`" + parts[n-1]
		parts = parts[:n-1]
	}
	return parts
}

// mark is the sign for the state of a check; the word stands beside it.
func mark(state string) string {
	switch state {
	case "pass":
		return "✓"
	case "fail":
		return "✕"
	default:
		return "–"
	}
}

// gotLabel names what came. For a check that was not done, that is the reason.
func gotLabel(c Check) string {
	if c.State == "not done" {
		return "because"
	}
	return "got"
}

func reachable(latency string) string {
	if latency == "" {
		return "reachable"
	}
	return "reachable, " + latency
}

// channelLabel names the channel of a step.
func channelLabel(channel string) string {
	switch channel {
	case "front":
		return "front channel"
	case "back":
		return "back channel"
	case "inside":
		return "inside the provider"
	default:
		return "inside this app"
	}
}

// way says between whom a step goes, for the picture: browser, app and idp.
func way(s Step) string {
	switch {
	case s.Channel == "back":
		return "app-idp"
	case s.Channel == "inside":
		return "idp"
	case s.Channel != "front":
		return "app"
	case s.ID == "authorize":
		return "browser-idp"
	default:
		return "browser-app"
	}
}

func kindLabel(kind string) string {
	return strings.ToUpper(kind[:1]) + kind[1:]
}

func retryText(seconds int) string {
	if seconds == 1 {
		return "This page tries again every second."
	}
	return "This page tries again every " + strconv.Itoa(seconds) + " seconds."
}

// errorScripts names the scripts that an error page needs besides the usual one.
func errorScripts(m Error) []string {
	if m.RetrySeconds > 0 {
		return []string{"retry.js"}
	}
	return nil
}
