package actions

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/dop251/goja/ast"
)

// The engine has two regular expression machines. The fast one answers \p{…}
// with false, without an error; the other knows general categories and scripts,
// and an empty lookahead in front selects it. So patterns with \p{…} are
// rewritten, and those whose answer could still be wrong are refused.

const slowMachine = "(?=)"

var unicodeProperty = regexp.MustCompile(`\\[pP]\{([^}]*)\}`)

// rewriteRegexps returns source with its literals of this kind rewritten.
func rewriteRegexps(source string, tree *ast.Program) (string, error) {
	if !strings.Contains(source, `\p{`) && !strings.Contains(source, `\P{`) {
		return source, nil
	}
	var bad error
	type edit struct {
		at      int
		literal *ast.RegExpLiteral
		pattern string
	}
	var edits []edit
	walk(moduleBody(tree), func(n ast.Node) {
		re, ok := n.(*ast.RegExpLiteral)
		if !ok || bad != nil {
			return
		}
		pattern, err := rewriteRegexp(re.Pattern, re.Flags)
		if err != nil {
			p := tree.File.Position(int(re.Idx) - 1)
			bad = &SyntaxError{Line: p.Line, Column: p.Column, Message: err.Error(), Text: lineOf(source, p.Line)}
			return
		}
		if pattern != re.Pattern {
			edits = append(edits, edit{int(re.Idx) - 1 - len(wrapperHead), re, pattern})
		}
	})
	if bad != nil {
		return "", bad
	}
	var b strings.Builder
	last := 0
	for _, e := range edits { // the walk finds them from left to right
		b.WriteString(source[last:e.at])
		b.WriteString("/" + e.pattern + "/" + e.literal.Flags)
		last = e.at + len(e.literal.Literal)
	}
	b.WriteString(source[last:])
	return b.String(), nil
}

// rewriteRegexp makes pattern mean in this engine what it means in Node. Without
// the flag u, \p is the letter p and nothing needs doing.
func rewriteRegexp(pattern, flags string) (string, error) {
	if !strings.Contains(flags, "u") || !unicodeProperty.MatchString(pattern) {
		return pattern, nil
	}
	var bad error
	fixed := unicodeProperty.ReplaceAllStringFunc(pattern, func(s string) string {
		name, ok := propertyName(s[3:len(s)-1], strings.Contains(flags, "i"))
		if !ok {
			bad = scriptError(fmt.Sprintf(`Invalid regular expression: /%s/%s: this emulator does not support %s here`, pattern, flags, s))
		}
		return s[:3] + name + "}"
	})
	return slowMachine + fixed, bad
}

// propertyName gives the engine's name for a Unicode property; false for one
// that it does not know or gets wrong.
func propertyName(name string, ignoreCase bool) (string, bool) {
	key, value, found := strings.Cut(name, "=")
	switch {
	case !found && key == "Any", !found && key == "ASCII", !found && key == "Assigned":
		return "", false
	case !found, key == "General_Category", key == "gc":
		if found {
			name = value
		}
		if long := categories[name]; long != "" {
			name = long
		}
		// Compared with Node: these three go wrong together with the flag i.
		cased := name == "Lu" || name == "Ll" || name == "Lt"
		return name, categoryNames[name] && !(cased && ignoreCase)
	case key == "Script", key == "sc":
		return value, scripts[value]
	}
	return "", false
}

var categories = map[string]string{
	"Letter": "L", "Uppercase_Letter": "Lu", "Lowercase_Letter": "Ll", "Titlecase_Letter": "Lt", "Modifier_Letter": "Lm",
	"Other_Letter": "Lo", "Mark": "M", "Nonspacing_Mark": "Mn", "Number": "N", "Decimal_Number": "Nd", "Letter_Number": "Nl",
	"Other_Number": "No", "Punctuation": "P", "Dash_Punctuation": "Pd", "Open_Punctuation": "Ps", "Symbol": "S",
	"Math_Symbol": "Sm", "Currency_Symbol": "Sc", "Separator": "Z", "Space_Separator": "Zs", "Other": "C", "Control": "Cc", "Format": "Cf", "Surrogate": "Cs", "Unassigned": "Cn",
}

var categoryNames = set("L Lu Ll Lt Lm Lo M Mn N Nd Nl No P Pd Ps S Sm Sc Sk So Z Zs C Cc Cf Cn Co Cs")

var scripts = set("Latin Greek Cyrillic Han Arabic Hebrew Hiragana Katakana Hangul Thai Devanagari Armenian Georgian")

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}
