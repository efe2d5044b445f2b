package dashboard

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/store"
)

// A fix mends what pasting from a lesson, a chat or a word processor has done to
// a text. mend returns the text mended, and how often it had to; 0: nothing to do.
type fix struct {
	op    string // after "fix:"
	text  string // "This looks …"
	label func(n int) string
	mend  func(code string, e *actions.SyntaxError) (string, int)
}

// offer is a fix that helps the text at hand.
type offer struct {
	Op, Text, Label string
}

var (
	escaped    = regexp.MustCompile("\\\\([\\[\\](){}<>_*#+.!|`=-])")
	curly      = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "‘", "'", "’", "'", "‚", "'")
	notAsync   = regexp.MustCompile(`(exports\.on(?:Execute|Continue)PostLogin\s*=\s*)(\(|function\b|\w+\s*=>)`)
	misspelt   = regexp.MustCompile(`(?i)exports\.on_?execute_?post_?login\b`)
	plain      = regexp.MustCompile(`(?m)^(\s*)(function\s+onExecutePostLogin\b)|^(\s*(?:const|let|var)\s+onExecutePostLogin\s*=\s*)(\(|function\b|\w+\s*=>)`)
	esConstant = regexp.MustCompile(`(?m)^export\s+(?:const|let|var)\s+onExecutePostLogin\s*=`)
	esFunction = regexp.MustCompile(`(?m)^export\s+(async\s+)?function\s+onExecutePostLogin\s*\(`)
	aFunction  = regexp.MustCompile(`(?m)^\s*(?:async\s+)?function\s+onExecutePostLogin\b|^\s*(?:const|let|var)\s+onExecutePostLogin\s*=`)
)

// fixes are all there are, the most likely first.
func fixes() []fix {
	return []fix{
		{"markdown", "This looks copied from Markdown, where \\> stands for >.", places("Fix"), func(code string, _ *actions.SyntaxError) (string, int) {
			return escaped.ReplaceAllString(code, "$1"), len(escaped.FindAllString(code, -1))
		}},
		{"quotes", "It has curly quotation marks, which JavaScript does not know.", places("Fix"), func(code string, _ *actions.SyntaxError) (string, int) {
			return curly.Replace(code), strings.Count(code, "“") + strings.Count(code, "”") + strings.Count(code, "„") +
				strings.Count(code, "‘") + strings.Count(code, "’") + strings.Count(code, "‚")
		}},
		{"brace", "This looks like one closing brace too many.", always("Remove it"), withoutBrace},
		{"async", "The handler must be an async function.", always("Make it async"), func(code string, _ *actions.SyntaxError) (string, int) {
			return notAsync.ReplaceAllString(code, "${1}async $2"), len(notAsync.FindAllString(code, -1))
		}},
		{"spelling", "The handler's name is spelt in another way.", always("Correct it"), func(code string, _ *actions.SyntaxError) (string, int) {
			return misspelt.ReplaceAllString(code, "exports.onExecutePostLogin"), 1
		}},
		{"module", "It exports the handler as an ES module does.", always("Export it as Actions do"), func(code string, _ *actions.SyntaxError) (string, int) {
			return esFunction.ReplaceAllString(esConstant.ReplaceAllString(code, "exports.onExecutePostLogin ="), "exports.onExecutePostLogin = ${1}function ("), 1
		}},
		{"export", "It does not export the handler.", always("Export it"), exported},
	}
}

func always(label string) func(int) string { return func(int) string { return label } }

func places(verb string) func(int) string {
	return func(n int) string { return verb + " " + count(n, "place") }
}

// withoutBrace takes the brace away at which the parser has stopped.
func withoutBrace(code string, e *actions.SyntaxError) (string, int) {
	lines := strings.SplitAfter(code, "\n")
	if e == nil || e.Line < 1 || e.Line > len(lines) {
		return code, 0
	}
	line := []rune(lines[e.Line-1])
	if i := e.Column - 1; i >= 0 && i < len(line) && line[i] == '}' {
		rest := strings.TrimPrefix(string(line[i+1:]), ";")
		lines[e.Line-1] = string(line[:i]) + rest
		return strings.Join(lines, ""), 1
	}
	return code, 0
}

// exported makes the handler an export: by the right name, of the function that
// has it, or of the whole text. A function that is not async would be refused when
// it is exported, so it becomes async in the same step.
func exported(code string, _ *actions.SyntaxError) (string, int) {
	switch {
	case strings.TrimSpace(code) == "":
		return "exports.onExecutePostLogin = async (event, api) => {\n};\n", 1
	case aFunction.MatchString(code):
		code = plain.ReplaceAllString(code, "${1}${3}async ${2}${4}")
		return strings.TrimRight(code, "\n") + "\n\nexports.onExecutePostLogin = onExecutePostLogin;\n", 1
	case strings.Contains(code, "exports"):
		return code, 0
	}
	return "exports.onExecutePostLogin = async (event, api) => {\n" + strings.TrimRight(code, "\n") + "\n};\n", 1
}

// offers are the fixes after which the text compiles, or at least fails later.
// Each is tried: an offer that does not help would be worse than none.
func (d *Dashboard) offers(ctx context.Context, name, code string, e *actions.SyntaxError) ([]offer, error) {
	var list []offer
	for _, f := range fixes() {
		mended, n := f.mend(code, e)
		if n == 0 || mended == code {
			continue
		}
		err := d.cfg.Actions.Compile(ctx, name, mended)
		left, still := errors.AsType[*actions.SyntaxError](err)
		switch {
		case err != nil && !still:
			return nil, fmt.Errorf("try to mend it: %w", err)
		case still && (e.Line == 0 || behind(mended, left.Line) >= behind(code, e.Line)):
			continue // the same mistake, perhaps further down
		}
		list = append(list, offer{Op: opFix + f.op, Text: f.text, Label: f.label(n)})
	}
	return list, nil
}

// behind is how many lines a text has behind the n-th.
func behind(text string, n int) int { return strings.Count(text, "\n") + 1 - n }

// mended applies the fix called op to the text; ok is false when there is none.
func (d *Dashboard) mended(ctx context.Context, name, code, op string) (text string, ok bool, err error) {
	err = d.cfg.Actions.Compile(ctx, name, code)
	e, wrong := errors.AsType[*actions.SyntaxError](err)
	if err != nil && !wrong {
		return code, false, err
	}
	for _, f := range fixes() {
		if f.op == op {
			text, n := f.mend(code, e)
			return text, n > 0, nil
		}
	}
	return code, false, nil
}

// fix mends the text in the editor; it is not saved by that.
func (d *Dashboard) fix(w http.ResponseWriter, r *http.Request, a *store.Action, f editorForm, op string) error {
	code, ok, err := d.mended(r.Context(), a.Name, f.code, op)
	if err != nil {
		return err
	}
	f.code = code
	return d.reshow(w, r, a, f, http.StatusOK, func(v *editorView) {
		if v.Done = "Mended. Press Deploy."; !ok {
			v.Done = "There was nothing to mend any more."
		}
	})
}

// check compiles the text and finds what could mend it; nil when nothing is wrong.
func (d *Dashboard) check(ctx context.Context, name, code string) (*codeProblem, error) {
	err := d.cfg.Actions.Compile(ctx, name, code)
	syntax, ok := errors.AsType[*actions.SyntaxError](err)
	if !ok {
		return nil, err
	}
	p := &codeProblem{SyntaxError: syntax}
	p.Offers, err = d.offers(ctx, name, code, syntax)
	return p, err
}
