package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/postlogin/mockidp/actions"
)

// text is a report for people. An Action's own texts may hold anything: control
// characters, which could rewrite a terminal, are shown and not sent.
type text struct {
	b       strings.Builder
	sources map[string]string // text of each Action, by its name; may be empty
	hint    string            // what probably is wrong with the Action that failed
	goOn    string            // how to go on with a login that waits
}

// print writes the report.
func (t *text) print(w io.Writer, r *report) error {
	t.login(r.event)
	for i := range r.runs {
		t.run(&r.runs[i])
	}
	if len(r.runs) == 0 {
		t.line("No Action ran: the login flow is empty.")
	}
	if r.Error == nil && r.Denied == nil && r.Outcome != actions.OutcomeRedirect {
		t.claims("ID token", r.IDToken)
		t.claims("Access token", r.AccessToken)
	}
	t.end(r)
	_, err := io.WriteString(w, t.b.String())
	return err
}

func (t *text) line(format string, args ...any) {
	for l := range strings.SplitSeq(fmt.Sprintf(format, args...), "\n") {
		t.b.WriteString(strings.TrimRight(visible(l), " "))
		t.b.WriteByte('\n')
	}
}

// visible replaces what a terminal would act on.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\t' && !unicode.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, s)
}

func (t *text) login(ev *actions.Event) {
	place := "an unknown place"
	if g := ev.Request.GeoIP; g.CityName != "" {
		place = g.CityName + ", " + g.CountryName
	} else if g.CountryName != "" {
		place = g.CountryName
	}
	who := ev.User.Email
	if who == "" {
		who = ev.User.UserID
	}
	t.line("%s logs in to %s from %s (%s), login number %d", who, ev.Client.Name, place, ev.Request.IP, ev.Stats.LoginsCount)
}

func (t *text) run(run *actions.ActionRun) {
	how := run.Outcome
	if run.Continued {
		how += ", onContinuePostLogin"
	}
	t.line("\n%s   %s, %.1f ms", run.Name, how, run.DurationMS)
	if run.Error != nil {
		t.failure(run)
	}
	told := map[actions.Warning]bool{}
	t.section("Commands", len(run.Commands))
	for i, c := range run.Commands {
		t.at(c.Line, "%d  %s", i+1, c.Words())
		for _, w := range run.Warnings {
			if w.Line == c.Line && strings.HasSuffix(w.Text, inLine(w)) && !told[w] {
				told[w] = true
				t.line("       ! %s", strings.TrimSuffix(w.Text, inLine(w)))
			}
		}
	}
	t.section("Console", len(run.Console))
	for _, l := range run.Console {
		t.at(l.Line, "%-5s  %s", l.Level, strings.ReplaceAll(l.Text, "\n", "\n           "))
	}
	t.section("Warnings", len(run.Warnings)-len(told))
	for _, w := range run.Warnings {
		if !told[w] {
			t.at(w.Line, "%s", strings.TrimSuffix(w.Text, inLine(w)))
		}
	}
	t.section("Requests", len(run.Requests))
	for _, q := range run.Requests {
		answer := fmt.Sprint(q.Status)
		if q.Error != "" {
			answer = q.Error
		}
		t.at(q.Line, "%s %s -> %s", q.Method, q.URL, answer)
		if q.Body != "" {
			t.line("       %s", clip(q.Body, 400))
		}
	}
}

// inLine is how the warnings that commands leave end.
func inLine(w actions.Warning) string { return fmt.Sprintf(" (line %d)", w.Line) }

func (t *text) section(title string, n int) {
	if n > 0 {
		t.line("  %s", title)
	}
}

// at is a line with the author's line number behind it.
func (t *text) at(line int, format string, args ...any) {
	s := "    " + fmt.Sprintf(format, args...)
	if line > 0 {
		first, rest, more := strings.Cut(s, "\n")
		s = fmt.Sprintf("%-70s  line %d", first, line)
		if more {
			s += "\n" + rest
		}
	}
	t.line("%s", s)
}

// failure shows the error, its stack, and the place in the source.
func (t *text) failure(run *actions.ActionRun) {
	stack := run.Error.Stack
	if stack == "" {
		stack = run.Error.Error()
	}
	t.line("  %s", strings.ReplaceAll(stack, "\n", "\n  "))
	t.excerpt(t.sources[run.Name], run.Error.Line, run.Error.Column)
	if t.hint != "" {
		t.line("  hint: %s", t.hint)
	}
}

// excerpt shows the line with its neighbours, and a mark under the column.
func (t *text) excerpt(source string, line, column int) {
	lines := strings.Split(source, "\n")
	if source == "" || line < 1 || line > len(lines) {
		return
	}
	for n := max(1, line-2); n <= min(len(lines), line+1); n++ {
		mark, code := " ", strings.TrimRight(lines[n-1], "\r")
		if n == line {
			mark = ">"
		}
		t.line("  %s %4d | %s", mark, n, clip(code, 200))
		if n == line && column > 0 && column <= min(len(code)+1, 200) {
			// Tabs stay tabs, so that the mark stands where the character does.
			under := strings.Map(func(r rune) rune {
				if r == '\t' {
					return r
				}
				return ' '
			}, string([]rune(code)[:min(column-1, utf8.RuneCountInString(code))]))
			t.line("         | %s^", under)
		}
	}
}

func (t *text) claims(token string, claims json.RawMessage) {
	if string(claims) == "{}" {
		if token == "ID token" {
			t.line("\nID token: no custom claims")
		}
		return
	}
	var b bytes.Buffer
	if json.Indent(&b, claims, "", "  ") != nil {
		b.Reset()
		b.Write(claims)
	}
	t.line("\n%s\n%s", token, b.String())
}

func (t *text) end(r *report) {
	switch {
	case r.Error != nil:
		t.line("\nThe login fails. The application is told: access_denied, %s", r.Error.Message)
	case r.Denied != nil:
		t.line("\nThe login is denied. The application is told: %s, %s", r.code, *r.Denied)
	case r.Outcome == actions.OutcomeRedirect:
		t.line("\nThe login waits: the person must do what the last command asks for first.%s", t.goOn)
	}
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
