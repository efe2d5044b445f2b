package dashboard

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// wrongObject says what keeps text from being a JSON object, with the line; "" when
// nothing does. An empty text is an empty object.
func wrongObject(text string) string {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	var object map[string]json.RawMessage
	err := json.Unmarshal([]byte(text), &object)
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		line, column := position(text, int(syntax.Offset)-1)
		return fmt.Sprintf("line %d, column %d: %s.", line, column, syntaxWords(text, syntax))
	}
	if err != nil || object == nil {
		return "It must be a JSON object: { … }."
	}
	return ""
}

// position turns an offset in bytes into a line and a column, from 1.
func position(text string, offset int) (line, column int) {
	before := text[:max(0, min(offset, len(text)))]
	line = 1 + strings.Count(before, "\n")
	return line, 1 + len([]rune(before[strings.LastIndexByte(before, '\n')+1:]))
}

// syntaxWords says what a beginner has probably done.
func syntaxWords(text string, err *json.SyntaxError) string {
	message := err.Error()
	before := strings.TrimRight(text[:max(0, min(int(err.Offset)-1, len(text)))], " \t\r\n")
	switch {
	case message == io.ErrUnexpectedEOF.Error() || strings.HasPrefix(message, "unexpected end"):
		return "the text ends too early, a closing } or ] or quote is missing"
	case strings.HasSuffix(message, "after object key:value pair"), strings.HasSuffix(message, "after array element"):
		return "missing comma before this"
	case strings.HasSuffix(message, "after object key"):
		return "missing colon after the name"
	case strings.HasSuffix(before, ","):
		return "there is a comma too many before this, or a name without double quotes"
	case strings.HasSuffix(message, "looking for beginning of object key string"):
		return "a name in double quotes is expected here"
	case strings.HasSuffix(message, "looking for beginning of value"):
		return "a value is expected here: text in double quotes, a number, true, false, null, { … } or [ … ]"
	case strings.HasSuffix(message, "after top-level value"):
		return "there is more text after the end of the object"
	}
	return message
}
