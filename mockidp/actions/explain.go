package actions

import (
	"fmt"
	"strings"
	"time"
)

// fileName is how an Action is called in stack traces.
func fileName(action string) string {
	name := strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, action)
	if name == "" {
		name = "action"
	}
	if strings.HasSuffix(name, ".js") {
		return name
	}
	return name + ".js"
}

// rename puts the Action's own file name into stack lines, where the engine
// knew it by scriptName.
func (f *flowRun) rename(run *ActionRun, name string) {
	change := func(s string) string {
		if !strings.Contains(s, scriptName+":") {
			return s
		}
		lines := strings.Split(s, "\n")
		for i, l := range lines {
			if strings.HasPrefix(strings.TrimLeft(l, " "), "at ") {
				lines[i] = strings.Replace(l, scriptName+":", name+":", 1)
			}
		}
		return strings.Join(lines, "\n")
	}
	if run.Error != nil {
		run.Error.Stack = change(run.Error.Stack)
	}
	for i := range run.Console {
		run.Console[i].Text = change(run.Console[i].Text)
	}
}

// explain completes the error of a failed run with what only the server knows:
// the Action's name and the limits.
func (f *flowRun) explain(run *ActionRun) {
	e := run.Error
	if e == nil {
		e = &Error{Name: "Error"}
		run.Error = e
	}
	l := f.runner.limits
	before := e.Error()
	defer func() { e.Stack = e.Error() + strings.TrimPrefix(e.Stack, before) }()
	switch run.Outcome {
	case OutcomeTimeout:
		e.Message = fmt.Sprintf("Action %q exceeded the %s limit", run.Name, seconds(l.Time))
	case OutcomeMemory:
		e.Message = fmt.Sprintf("Action %q used more than %d MB of memory", run.Name, l.Soft>>20)
	case OutcomeCrashed:
		if e.Message == "" {
			e.Message = fmt.Sprintf("Action %q crashed its worker", run.Name)
		}
	}
}

// seconds writes "20 s", or Go's form for anything uneven.
func seconds(d time.Duration) string {
	if d%time.Second == 0 {
		return fmt.Sprintf("%d s", d/time.Second)
	}
	return d.String()
}
