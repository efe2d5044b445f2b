package actions

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dop251/goja"
	"github.com/dop251/goja/parser"
	"github.com/evanw/esbuild/pkg/api"
)

// diagnose returns a *SyntaxError for text that no JavaScript engine would
// take as an Action, with a hint where a small change would mend it. It
// returns nil when the text is right and only our engine refuses it.
func diagnose(source string, engineErr error) error {
	e := esbuildError(source, "", 0)
	if e == nil {
		// Alone the text may be an ES module or use await at its top level;
		// as the body of a function it may not.
		e = esbuildError("(function(){\n"+source+"\n})", source, 1)
	}
	if e == nil && errors.Is(engineErr, errShape) {
		e = &SyntaxError{Line: 1, Column: 1, Message: "The braces do not match"}
	}
	if e == nil {
		return nil
	}
	e.Message = likeNode(e.Message, e.Text)
	e.Hint = hint(source, e)
	return e
}

// esbuildError is the first error esbuild finds in text. original is the
// author's source when text is it with extra lines in front.
func esbuildError(text, original string, extraLines int) *SyntaxError {
	r := api.Transform(text, api.TransformOptions{Loader: api.LoaderJS, LogLevel: api.LogLevelSilent, LogLimit: 1})
	if len(r.Errors) == 0 {
		return nil
	}
	m := r.Errors[0]
	e := &SyntaxError{Message: m.Text}
	if l := m.Location; l != nil {
		e.Line, e.Column, e.Text = l.Line-extraLines, columnOf(l.LineText, l.Column), l.LineText
	}
	if original != "" {
		if n := strings.Count(original, "\n") + 1; e.Line > n { // the wrapper's own end
			e.Line, e.Column, e.Text = n, 1, lineOf(original, n)
		}
	}
	return e
}

// columnOf turns a 0-based byte offset into the 1-based column of a character.
func columnOf(line string, offset int) int {
	return len([]rune(line[:min(offset, len(line))])) + 1
}

func lineOf(source string, n int) string {
	lines := strings.Split(source, "\n")
	if n < 1 || n > len(lines) {
		return ""
	}
	return strings.TrimRight(lines[n-1], "\r")
}

var unexpected = regexp.MustCompile(`^Unexpected "(.+)"$`)

// likeNode gives esbuild's message the words that Node and Auth0 use.
func likeNode(message, text string) string {
	trimmed := strings.TrimSpace(text)
	switch {
	case strings.HasPrefix(trimmed, "import ") && (strings.HasPrefix(message, `Unexpected "`) || strings.HasPrefix(message, "Expected")):
		return "Cannot use import statement outside a module"
	case message == "Unexpected end of file" || strings.HasSuffix(message, "but found end of file"):
		return "Unexpected end of input"
	}
	if strings.HasPrefix(message, `"await" can only be used inside`) {
		return "await is only valid in async functions and the top level bodies of modules"
	}
	if m := unexpected.FindStringSubmatch(message); m != nil && m[1][0] < utf8.RuneSelf {
		return "Unexpected token '" + m[1] + "'"
	} else if m != nil || strings.HasPrefix(message, "Syntax error ") {
		return "Invalid or unexpected token"
	}
	return message
}

// syntaxError turns an error of the engine's parser or compiler into ours.
func syntaxError(source string, err error) error {
	var own *SyntaxError
	if errors.As(err, &own) {
		return own
	}
	e := &SyntaxError{Message: err.Error()}
	var list parser.ErrorList
	var compiler *goja.CompilerSyntaxError
	switch {
	case errors.As(err, &list) && len(list) > 0:
		e.Message, e.Line, e.Column = list[0].Message, list[0].Position.Line, list[0].Position.Column
	case errors.As(err, &compiler):
		e.Message = compiler.Message
		if compiler.File != nil {
			p := compiler.File.Position(compiler.Offset)
			e.Line, e.Column = p.Line, p.Column
		} else if m := engineText.FindStringSubmatch(compiler.Message); m != nil {
			e.Line, _ = strconv.Atoi(m[1])
			e.Column, _ = strconv.Atoi(m[2])
			e.Message = m[3]
		}
	}
	if e.Line == 1 {
		e.Column = max(1, e.Column-len(wrapperHead))
	}
	e.Text = lineOf(source, e.Line)
	e.Message = strings.TrimPrefix(e.Message, "SyntaxError: ")
	return e
}

var engineText = regexp.MustCompile(`^\S+: Line (\d+):(\d+) (.*?)(?: \(and \d+ more errors\))?$`)

// hint guesses what happened. A guess that names a repair has been tried: the
// repaired text parses.
func hint(source string, e *SyntaxError) string {
	for _, r := range repairs(source, e) {
		if r.text == source {
			continue
		}
		if _, err := parseModule(r.text); err == nil {
			return r.hint
		}
	}
	if typescript(source) {
		return "this is TypeScript: an Action is JavaScript, so take the types away, as in (event, api) => { … }"
	}
	line := strings.TrimSpace(e.Text)
	switch {
	case rule.MatchString(line):
		return "this is a Rule: an Action is exports.onExecutePostLogin = async (event, api) => { … }, with event.user for user and api.idToken.setCustomClaim for context.idToken"
	case strings.HasPrefix(line, "import "), strings.HasPrefix(line, "import{"):
		return `Actions are CommonJS modules: write const x = require("x")`
	case strings.HasPrefix(line, "export "), strings.HasPrefix(line, "export{"):
		return "Actions are CommonJS modules: write exports.onExecutePostLogin = async (event, api) => { … }"
	case strings.HasPrefix(e.Message, "await is only valid in async functions"):
		return "add the word async to the function around it: exports.onExecutePostLogin = async (event, api) => { … }"
	}
	return ""
}

// rule matches the first line of a Rule, what Actions have replaced.
var rule = regexp.MustCompile(`^(?:async\s+)?function\s*\w*\s*\(\s*user\s*,\s*context\b`)

// typescript tells whether a text that is no JavaScript is TypeScript.
func typescript(source string) bool {
	r := api.Transform(source, api.TransformOptions{Loader: api.LoaderTS, LogLevel: api.LogLevelSilent, LogLimit: 1})
	return len(r.Errors) == 0 && len(api.Transform(source, api.TransformOptions{Loader: api.LoaderJS, LogLevel: api.LogLevelSilent, LogLimit: 1}).Errors) > 0
}

type repair struct{ text, hint string }

// repairs lists the small accidents of pasting and typing, mended.
func repairs(source string, e *SyntaxError) []repair {
	var out []repair
	for _, c := range []struct{ char, name string }{{"}", "brace"}, {")", "parenthesis"}, {"]", "bracket"}} {
		if at := offsetOf(source, e.Line, e.Column); at >= 0 && strings.HasPrefix(source[at:], c.char) {
			out = append(out, repair{source[:at] + source[at+1:], "one closing " + c.name + " too many"})
		}
	}
	if plain := unescapeMarkdown(source); plain != source {
		out = append(out, repair{plain, "this looks copied from Markdown or HTML: " + firstEscape(source)})
	}
	out = append(out, repair{straightQuotes.Replace(source),
		`curly quotes: JavaScript needs the straight ones, " or '`})
	for _, c := range []struct{ end, name string }{
		{"}", "one closing brace is missing"}, {"};", "one closing brace is missing"},
		{")", "one closing parenthesis is missing"}, {"})", "a closing brace and parenthesis are missing"},
		{"}}", "two closing braces are missing"}, {"`", "a template literal is not closed: one ` is missing"},
	} {
		out = append(out, repair{source + "\n" + c.end, c.name})
	}
	return out
}

var straightQuotes = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "‘", "'", "’", "'", "‚", "'")

var (
	markdownEscape = regexp.MustCompile("\\\\([>_*\\[\\]()#!`{}<+-])")
	htmlEscapes    = strings.NewReplacer("&gt;", ">", "&lt;", "<", "&quot;", `"`, "&#39;", "'", "&amp;", "&")
)

func unescapeMarkdown(s string) string {
	return htmlEscapes.Replace(markdownEscape.ReplaceAllString(s, "$1"))
}

// firstEscape says what the first escape in s should be, e.g. `\> should be >`.
func firstEscape(s string) string {
	if m := markdownEscape.FindStringSubmatch(s); m != nil {
		return fmt.Sprintf("%s should be %s", m[0], m[1])
	}
	for _, entity := range []string{"&gt;", "&lt;", "&quot;", "&#39;", "&amp;"} {
		if strings.Contains(s, entity) {
			return fmt.Sprintf("%s should be %s", entity, htmlEscapes.Replace(entity))
		}
	}
	return ""
}

// offsetOf is the byte offset of a 1-based line and column, -1 when there is none.
func offsetOf(source string, line, column int) int {
	at := 0
	for range line - 1 {
		i := strings.IndexByte(source[at:], '\n')
		if i < 0 {
			return -1
		}
		at += i + 1
	}
	for range column - 1 {
		if at >= len(source) {
			return -1
		}
		_, size := utf8.DecodeRuneInString(source[at:])
		at += size
	}
	if line < 1 || at >= len(source) {
		return -1
	}
	return at
}
