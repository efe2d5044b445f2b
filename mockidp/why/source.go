package why

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// source is what can be read from an Action's text without parsing it.
type source struct {
	text  string
	plain string // text with comments blanked, as long as text
	calls []call // of setCustomClaim with a name in so many words, in order
	marks []mark // of return, in order
	spans []span // functions
}

// call is api.idToken.setCustomClaim("claim", value).
type call struct {
	token, claim, value string
	offset, line        int
}

// mark is a return and the function that it leaves.
type mark struct{ offset, leaves int }

var (
	setCall = regexp.MustCompile(`\b(idToken|accessToken)\s*\??\.\s*setCustomClaim\s*\(\s*(?:"([^"\n]*)"|'([^'\n]*)'|` + "`([^`$\n]*)`" + `)\s*(,)?`)
	handler = regexp.MustCompile(`\bonExecutePostLogin\s*=\s*async\s*(?:function\s*\w*\s*)?\(?\s*([A-Za-z_$][\w$]*)`)
	chain   = regexp.MustCompile(`^[A-Za-z_$][\w$]*(?:\s*\??\.\s*[A-Za-z_$][\w$]*)+$`)
)

// scan reads text once.
func scan(text string) *source {
	l := newLexer(text)
	l.run()
	s := &source{text: text, plain: string(l.plain), marks: l.returns, spans: l.spans}
	line, from := 1, 0
	for _, m := range setCall.FindAllStringSubmatchIndex(s.plain, -1) {
		line += strings.Count(text[from:m[0]], "\n")
		from = m[0]
		c := call{token: idToken, offset: from, line: line}
		if s.plain[m[2]:m[3]] == "accessToken" {
			c.token = accessToken
		}
		for i := 4; i <= 8; i += 2 {
			if m[i] >= 0 {
				c.claim = s.plain[m[i]:m[i+1]]
			}
		}
		if m[10] >= 0 {
			c.value = l.argument(m[11])
		}
		s.calls = append(s.calls, c)
	}
	return s
}

// mentions reports whether the name stands in the code outside of comments. Of a
// name with a namespace its last part is enough: the rest is mostly put before it
// by code.
func (s *source) mentions(claim string) bool { return s.mention(claim) >= 0 }

func (s *source) mention(claim string) int {
	if at := wordIn(s.plain, claim); at >= 0 || !strings.Contains(claim, "://") {
		return at
	}
	return wordIn(s.plain, claim[strings.LastIndexByte(claim, '/')+1:])
}

// wordIn is where word stands in text with no letter of a name beside it, or -1.
func wordIn(text, word string) int {
	if word == "" {
		return -1
	}
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return -1
		}
		at := from + i
		end := at + len(word)
		if (at == 0 || !isName(text[at-1])) && (end == len(text) || !isName(text[end])) {
			return at
		}
		from = at + 1
	}
}

func isName(c byte) bool {
	return c == '_' || c == '$' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// callOf is the first call that sets the claim by its whole name; nil: there is none.
func (s *source) callOf(claim string) *call {
	for i := range s.calls {
		if s.calls[i].claim == claim {
			return &s.calls[i]
		}
	}
	return nil
}

// sets reports whether there is one: a name may also stand in the code for something
// else, or be made of pieces.
func (s *source) sets(claim string) bool { return s.callOf(claim) != nil }

// where is the line that sets the claim, or that mentions it; 0: none.
func (s *source) where(claim string) int {
	if c := s.callOf(claim); c != nil {
		return c.line
	}
	if at := s.mention(claim); at >= 0 {
		return lineAt(s.text, at)
	}
	return 0
}

// line is the text of a line, from 1.
func (s *source) line(n int) string {
	for i, text := range strings.Split(s.text, "\n") {
		if i == n-1 {
			return strings.TrimSpace(text)
		}
	}
	return ""
}

// valueAt is the expression that the line gives the claim; "": it can't be read.
func (s *source) valueAt(claim string, line int) string {
	for _, c := range s.calls {
		if c.claim == claim && c.line == line {
			return strings.TrimSpace(c.value)
		}
	}
	return ""
}

// eventPath is the path of event.a.b as ["a", "b"]; nil for any other expression.
func (s *source) eventPath(expression string) []string {
	m := handler.FindStringSubmatch(s.plain)
	if m == nil || !chain.MatchString(expression) {
		return nil
	}
	names := strings.FieldsFunc(expression, func(c rune) bool { return strings.ContainsRune("?. \t\r\n", c) })
	if names[0] != m[1] {
		return nil
	}
	return names[1:]
}

// functionsAt are the offsets of the functions around offset.
func (s *source) functionsAt(offset int) (around []int) {
	for _, f := range s.spans {
		if f.from < offset && offset < f.to {
			around = append(around, f.from)
		}
	}
	return around
}

// conditional reports whether the call may be left out while the function around it
// goes on: it stands in a block, or behind if, ? and the like.
func (s *source) conditional(c *call) bool {
	before := s.before(c)
	if strings.Count(before, "{") > strings.Count(before, "}") {
		return true
	}
	return decides.MatchString(statement(before))
}

var decides = regexp.MustCompile(`\b(?:if|else|while|for|case)\b|\?|&&|\|\|`)

// later reports whether the call is made by a function inside of the handler, which
// somebody else must call: then(…), setTimeout(…).
func (s *source) later(c *call) bool {
	return len(s.functionsAt(c.offset)) > 1 || strings.Contains(statement(s.before(c)), "=>")
}

// before is the text of the innermost function around the call, up to it.
func (s *source) before(c *call) string {
	from := 0
	for _, at := range s.functionsAt(c.offset) {
		from = max(from, at+1)
	}
	return s.plain[from:c.offset]
}

// statement is the beginning of the statement that text ends in.
func statement(text string) string { return text[strings.LastIndexAny(text, ";{}\n")+1:] }

// maxReturns is how many returns a sentence can name.
const maxReturns = 5

// returnsBefore are the lines before line at which the function that sets the claim
// there, or one around it, returns.
func (s *source) returnsBefore(line int) (lines []int) {
	for _, c := range s.calls {
		if c.line != line {
			continue
		}
		inside := s.functionsAt(c.offset)
		for _, m := range s.marks {
			at := lineAt(s.text, m.offset)
			if at >= line {
				break
			}
			if slices.Contains(inside, m.leaves) {
				lines = append(lines, at)
			}
			if len(lines) == maxReturns {
				break
			}
		}
		return lines
	}
	return nil
}

// about says for whom a return is made, as far as its condition tells: the line
// itself, or the one before it.
func (s *source) about(line int, clientID string, event json.RawMessage) string {
	text := s.line(line)
	if !strings.Contains(text, "(") {
		text += s.line(line - 1)
	}
	switch {
	case strings.Contains(text, "client"):
		return " for client " + clientID
	case strings.Contains(text, "scope"):
		var scopes []string
		_ = json.Unmarshal(find(event, []string{"transaction", "requested_scopes"}), &scopes) // a refresh may have none
		return " for the scopes " + strings.Join(scopes, " ")
	}
	return ""
}

func lineAt(text string, offset int) int { return 1 + strings.Count(text[:offset], "\n") }
