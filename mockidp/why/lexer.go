package why

import (
	"slices"
	"strings"
)

// lexer goes through JavaScript once and tells comments, texts and functions apart.
// It takes time in proportion to the length of the text, whatever that is: code
// that is not JavaScript gives an answer that helps nobody, and no error.
type lexer struct {
	text    string
	plain   []byte // text with comments blanked
	at      int
	open    []brace // where the scan is in
	spans   []span  // functions that are over
	returns []mark
	last    byte   // the last significant character; 0 at the beginning
	word    string // the last word, when it was the last thing
	before  string // the word before the last closed parenthesis
	parens  []string
}

// brace is an open { with what it opens.
type brace struct {
	offset   int
	function bool
	template bool // ${ of a template
}

// span is the body of a function.
type span struct{ from, to int }

func newLexer(text string) *lexer { return &lexer{text: text, plain: []byte(text)} }

func (l *lexer) run() {
	for l.at < len(l.text) {
		c := l.text[l.at]
		switch {
		case strings.HasPrefix(l.text[l.at:], "//"):
			l.blank(endOf(l.text, l.at, "\n", 0))
		case strings.HasPrefix(l.text[l.at:], "/*"):
			l.blank(endOf(l.text, l.at+2, "*/", 2))
		case c == '"' || c == '\'':
			l.quoted(c)
		case c == '`':
			l.template()
		case c == '/' && l.regexp():
		case isName(c):
			l.name()
		default:
			l.sign(c)
		}
	}
	for _, b := range l.open {
		if b.function {
			l.spans = append(l.spans, span{b.offset, len(l.text)})
		}
	}
}

// endOf is where end begins from at on, plus extra; else the end of the text.
func endOf(text string, at int, end string, extra int) int {
	if i := strings.Index(text[at:], end); i >= 0 {
		return at + i + extra
	}
	return len(text)
}

// blank overwrites up to to, but for line breaks.
func (l *lexer) blank(to int) {
	for ; l.at < to; l.at++ {
		if l.text[l.at] != '\n' {
			l.plain[l.at] = ' '
		}
	}
}

func (l *lexer) quoted(quote byte) {
	for l.at++; l.at < len(l.text); l.at++ {
		switch l.text[l.at] {
		case '\\':
			l.at++
		case quote, '\n':
			l.at++
			l.last, l.word = quote, ""
			return
		}
	}
}

// template goes through the text of a template up to its end or to the next ${.
func (l *lexer) template() {
	for l.at++; l.at < len(l.text); l.at++ {
		switch {
		case l.text[l.at] == '\\':
			l.at++
		case l.text[l.at] == '`':
			l.at++
			l.last, l.word = '`', ""
			return
		case strings.HasPrefix(l.text[l.at:], "${"):
			l.open = append(l.open, brace{offset: l.at + 1, template: true})
			l.at += 2
			l.last, l.word = '{', ""
			return
		}
	}
}

// regexp goes over a regular expression, if one can stand here.
func (l *lexer) regexp() bool {
	division := l.last == ')' || l.last == ']' || l.last == '}' || l.last == '"' || l.last == '\'' || l.last == '`' ||
		l.word != "" && l.word != "return" && l.word != "typeof" && l.word != "case"
	if division {
		return false
	}
	class := false
	for i := l.at + 1; i < len(l.text) && l.text[i] != '\n'; i++ {
		switch c := l.text[i]; {
		case c == '\\':
			i++
		case c == '[':
			class = true
		case c == ']':
			class = false
		case c == '/' && !class:
			l.at, l.last, l.word = i+1, ')', ""
			return true
		}
	}
	return false
}

func (l *lexer) name() {
	from := l.at
	for l.at < len(l.text) && isName(l.text[l.at]) {
		l.at++
	}
	member := l.last == '.'
	l.word, l.last = l.text[from:l.at], 'a'
	if l.word == "return" && !member {
		l.returns = append(l.returns, mark{from, l.function()})
	}
}

// function is the offset of the innermost function's brace; -1: none.
func (l *lexer) function() int {
	for _, b := range slices.Backward(l.open) {
		if b.function {
			return b.offset
		}
	}
	return -1
}

func (l *lexer) sign(c byte) {
	switch c {
	case ' ', '\t', '\r', '\n':
		l.at++
		return
	case '(':
		l.parens = append(l.parens, l.word)
	case ')':
		if n := len(l.parens); n > 0 {
			l.before, l.parens = l.parens[n-1], l.parens[:n-1]
		}
	case '{':
		l.open = append(l.open, brace{offset: l.at, function: l.opensFunction()})
	case '}':
		if l.close() {
			return
		}
	}
	l.last, l.word = c, ""
	if c == '>' && l.at > 0 && l.text[l.at-1] == '=' {
		l.word = "=>"
	}
	l.at++
}

// opensFunction: after => and after the parameters of a function or a method, but
// not after a condition.
func (l *lexer) opensFunction() bool {
	switch {
	case l.word == "=>":
		return true
	case l.last != ')':
		return false
	}
	return !slices.Contains([]string{"if", "for", "while", "switch", "catch", "with", "await"}, l.before)
}

// close ends a brace; true when a template goes on behind it.
func (l *lexer) close() bool {
	n := len(l.open)
	if n == 0 {
		return false
	}
	b := l.open[n-1]
	l.open = l.open[:n-1]
	if b.function {
		l.spans = append(l.spans, span{b.offset, l.at})
	}
	if b.template {
		l.template()
	}
	return b.template
}

// maxArgument bounds an argument that is read, in bytes.
const maxArgument = 2000

// argument is the expression from offset on up to the parenthesis or the comma that
// ends it. Texts in it may hold either.
func (l *lexer) argument(offset int) string {
	depth, quote := 0, byte(0)
	for i := offset; i < min(len(l.plain), offset+maxArgument); i++ {
		c := l.plain[i]
		switch {
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case c == '(' || c == '[' || c == '{':
			depth++
		case depth > 0 && (c == ')' || c == ']' || c == '}'):
			depth--
		case depth == 0 && (c == ')' || c == ','):
			return strings.TrimSpace(string(l.plain[offset:i]))
		}
	}
	return ""
}
