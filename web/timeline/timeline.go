// Package timeline records what happened in one login, step by step: which
// request was made, by whom, over which channel, with which parameters, and what
// each of them is for.
//
// A step is added by the code that does the thing, in the moment in which it does
// it; nothing here is a script of how a login ought to go. Secrets are cut when a
// step is made, so that a Log may be stored and shown. Package web adds the steps
// and package views draws them.
package timeline

import (
	"net/url"
	"slices"
	"time"
)

// The channels over which a step can go.
const (
	Front  = "front"  // the browser moved: everything in the address passed through it
	Back   = "back"   // this app called the provider itself: no browser saw it
	Inside = "inside" // within the provider, as far as it tells
	Here   = "app"    // within this app: nobody was asked
)

// A Step is one thing that happened.
type Step struct {
	N       int      `json:"n"`       // 1 for the first
	ID      string   `json:"id"`      // what it was: "login", "token", "verify" …
	Channel string   `json:"channel"` // one of the constants
	Title   string   `json:"title"`
	Text    string   `json:"text,omitempty"` // one or two sentences
	Method  string   `json:"method,omitempty"`
	URL     string   `json:"url,omitempty"`    // without its parameters
	Status  int      `json:"status,omitempty"` // of the HTTP answer; 0 when it is not known here
	Lines   []string `json:"lines,omitempty"`  // further sentences
	// ConnectedTo is the address that was dialled in place of the one in URL.
	ConnectedTo string `json:"connected_to,omitempty"`
	Page        string `json:"page,omitempty"` // of the provider, about this login; or ""

	MS     int64       `json:"ms"`                // when, in milliseconds since the login began
	TookMS float64     `json:"took_ms,omitempty"` // how long it took; 0 when it is not known
	Sent   []Parameter `json:"sent,omitempty"`
	Got    []Parameter `json:"got,omitempty"`
}

// A Parameter is one value that was sent or received, its secrets cut.
type Parameter struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Why   string `json:"why,omitempty"` // what it is for
}

// A Log is the steps of one login in their order. Make one with Begin.
type Log struct {
	Started time.Time `json:"started"`
	Steps   []Step    `json:"steps"`
}

// Begin starts a Log at now.
func Begin(now time.Time) Log { return Log{Started: now} }

// Add appends a step that happened at now.
func (l *Log) Add(now time.Time, s Step) {
	s.MS = max(0, now.Sub(l.Started).Milliseconds())
	l.Steps = append(l.Steps, s)
	l.number()
}

// AddAfter puts a step behind the one called id: it is known only later. It takes
// that one's time, as clocks of two machines can't be compared.
func (l *Log) AddAfter(id string, s Step) {
	at := slices.IndexFunc(l.Steps, func(old Step) bool { return old.ID == id })
	if at >= 0 {
		s.MS = l.Steps[at].MS
	}
	l.Steps = slices.Insert(l.Steps, at+1, s)
	l.number()
}

// Took sets how long the step called id took.
func (l *Log) Took(id string, d time.Duration) {
	for i := range l.Steps {
		if l.Steps[i].ID == id {
			l.Steps[i].TookMS = Milliseconds(d)
		}
	}
}

func (l *Log) number() {
	for i := range l.Steps {
		l.Steps[i].N = i + 1
	}
}

// Milliseconds is d with one decimal below ten, and none above: a clock tells no
// more. It is never 0, which means that nobody measured.
func Milliseconds(d time.Duration) float64 {
	if d < 10*time.Millisecond {
		return max(0.1, float64(d.Round(100*time.Microsecond).Microseconds())/1000)
	}
	return float64(d.Milliseconds())
}

// Parameters explains the values of a query or a form, in the order of names and
// then of the alphabet.
func Parameters(values url.Values, names ...string) []Parameter {
	var list []Parameter
	for _, name := range order(values, names) {
		list = append(list, Explain(name, values.Get(name)))
	}
	return list
}

func order(values url.Values, first []string) []string {
	var names, rest []string
	for _, name := range first {
		if values.Has(name) {
			names = append(names, name)
		}
	}
	for name := range values {
		if !slices.Contains(first, name) {
			rest = append(rest, name)
		}
	}
	slices.Sort(rest)
	return append(names, rest...)
}
