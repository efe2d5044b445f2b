package actions

import (
	"regexp"
	"strings"
)

// The message of an exception goes out as error_description and is what people
// search the web for, so what our engine words differently is reworded as Node
// does, as far as text and place allow. An Action that catches the error still
// sees the engine's words.

var (
	readProperty = regexp.MustCompile(`^Cannot read property '(.*)' of undefined(?: or null)?$`)
	noMember     = regexp.MustCompile(`^Object has no member '(.*)'$`)
	notCallable  = regexp.MustCompile(`^(?:Value is not an object|Not a function): (.*)$`)
	calleeText   = regexp.MustCompile(`[\w$.\[\]"'?]+$`)
)

// engineWords are whole messages and what Node says instead.
var engineWords = map[string]string{
	"Malformed URI":                      "URI malformed",
	"Unexpected end of JSON input (EOF)": "Unexpected end of JSON input",
	"No initial value":                   "Reduce of empty array with no initial value",
	"invalid character 'u' looking for beginning of value": `"undefined" is not valid JSON`,
	"toFixed() precision must be between 0 and 100":        "toFixed() digits argument must be between 0 and 100",
}

// likeNodeError rewords e, which happened in p.
func (p *program) likeNodeError(e *Error) {
	switch m := e.Message; {
	case readProperty.MatchString(m):
		e.Message = readProperty.ReplaceAllString(m, "Cannot read properties of undefined (reading '$1')")
	case noMember.MatchString(m):
		e.Message = p.callee(e, noMember.FindStringSubmatch(m)[1]) + " is not a function"
	case notCallable.MatchString(m) && p.callee(e, "") != "":
		e.Message = p.callee(e, "") + " is not a function"
	case engineWords[m] != "":
		e.Message = engineWords[m]
	}
}

// callee is the expression that was called where e happened; fallback when the
// source does not show one there.
func (p *program) callee(e *Error, fallback string) string {
	line := lineOf(p.source, e.Line)
	at := offsetOf(line, 1, e.Column)
	if at < 0 || line[at] != '(' {
		return fallback
	}
	if s := strings.ReplaceAll(calleeText.FindString(line[:at]), "?.", "."); s != "" {
		return s
	}
	return fallback
}
