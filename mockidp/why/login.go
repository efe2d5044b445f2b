package why

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"example.com/postlogin/mockidp/actions"
)

// idToken and accessToken are the tokens as actions.Claim names them.
const (
	idToken     = "id_token"
	accessToken = "access_token"
)

// isPresent reports whether the login put the claim into the ID token, with a value.
func (s *state) isPresent() bool {
	if s.run == nil || s.run.Outcome != actions.OutcomeOK {
		return false
	}
	value, ok := s.result.IDToken[s.q.Claim]
	return ok && string(value) != "null"
}

func (s *state) present() *Answer {
	a := &Answer{Cause: Present, Run: s.run}
	a.say("It is not missing: the login at ")
	a.at(s.run.At)
	a.say(" put %s = %s into the ID token.", s.q.Claim, clip(string(s.result.IDToken[s.q.Claim])))
	if run, c := s.lastClaim(idToken); c != nil {
		a.Hint = warned(run, c.Line)
	}
	return a
}

// wasSet reports whether the login has set the claim on either token: then an
// Action mentions it whose text does not show the name.
func (s *state) wasSet() bool {
	return slices.ContainsFunc(s.result.Runs, func(r actions.ActionRun) bool {
		return slices.ContainsFunc(r.Claims, func(c actions.Claim) bool { return c.Name == s.q.Claim })
	})
}

// fromLogin looks at causes 6 to 12: an Action that sets the claim is deployed and
// in the flow, so the login's record knows what became of it.
func (s *state) fromLogin() *Answer {
	if s.run == nil {
		a := &Answer{Cause: NoLogin, Fix: FixLogin}
		a.say("Nobody has logged in yet. Log in, then look again.")
		return a
	}
	for _, look := range []func() *Answer{s.ranBefore, s.onAccessToken, s.noValue, s.reserved, s.failed, s.endedBefore} {
		if a := look(); a != nil {
			return s.done(a)
		}
	}
	return s.done(s.notReached())
}

// done adds what holds for each answer about a login.
func (s *state) done(a *Answer) *Answer {
	a.Run = s.run
	if a.stale {
		a.Fix, a.Hint = FixLogin, fmt.Sprintf("v%d was deployed since. Log in again.", a.Action.DeployedVersion)
	}
	return a
}

// setters are the Actions of the flow whose deployed version mentions the claim.
func (s *state) setters() (list []*action) {
	for _, a := range s.actions {
		if s.stage(a) == "" {
			list = append(list, a)
		}
	}
	return list
}

// ran is what the login did with an Action; nil: it did not run.
func (s *state) ran(id string) *actions.ActionRun {
	i := slices.IndexFunc(s.result.Runs, func(r actions.ActionRun) bool { return r.ID == id })
	if i < 0 {
		return nil
	}
	return &s.result.Runs[i]
}

// lastClaim is the last time that the login set the claim on the token.
func (s *state) lastClaim(token string) (run *actions.ActionRun, claim *actions.Claim) {
	for i := range s.result.Runs {
		for j := range s.result.Runs[i].Claims {
			if c := &s.result.Runs[i].Claims[j]; c.Token == token && c.Name == s.q.Claim {
				run, claim = &s.result.Runs[i], c
			}
		}
	}
	return run, claim
}

// ranBefore: the login gave tokens, and none of the versions that set the claim now
// took part in it.
func (s *state) ranBefore() *Answer {
	if s.run.Outcome != actions.OutcomeOK || s.wasSet() {
		return nil
	}
	var newest *action
	for _, a := range s.setters() {
		run := s.ran(a.ID)
		if run != nil && run.Version == a.DeployedVersion {
			return nil
		}
		newest = a
	}
	if newest == nil {
		return nil
	}
	a := &Answer{Cause: RanBefore, Action: newest.Action, Fix: FixLogin}
	a.say("Your token is from ")
	a.at(s.run.At)
	if s.ran(newest.ID) != nil || !s.changed.After(s.run.At) {
		a.say(", v%d of %s was deployed at ", newest.DeployedVersion, newest.Name)
		a.at(newest.at)
	} else {
		a.say(", the flow was changed at ")
		a.at(s.changed)
	}
	a.say(". Log out and in again.")
	return a
}

// onAccessToken: the login set it there, and never on the ID token.
func (s *state) onAccessToken() *Answer {
	run, c := s.lastClaim(accessToken)
	if _, id := s.lastClaim(idToken); c == nil || id != nil {
		return nil
	}
	a := s.at(run, c.Line)
	a.Cause, a.Fix = AccessToken, FixOpen
	a.say("Line %d uses api.accessToken. The profile shows the ID token: use api.idToken.", c.Line)
	return a
}

// noValue: it was undefined, which makes no claim, or null.
func (s *state) noValue() *Answer {
	run, c := s.lastClaim(idToken)
	if c == nil || c.Value != nil && string(c.Value) != "null" || c.Value == nil && c.Dropped != "undefined" {
		return nil
	}
	a := s.at(run, c.Line)
	a.Cause, a.Fix = NoValue, FixOpen
	what := "undefined"
	if c.Value != nil {
		what = "null"
	}
	if a.Hint = warned(run, c.Line); a.Hint == "" {
		a.Hint = unanswered(run)
	}
	a.say("Line %d gave %s: ", c.Line, what)
	src := s.sourceOf(run)
	expression := src.valueAt(s.q.Claim, c.Line)
	path := src.eventPath(expression)
	switch {
	case expression == "":
		a.say("what it passes to setCustomClaim has no value.")
	case len(path) == 0 || hasValue(s.event, path):
		a.say("%s had no value.", clip(expression))
	case len(path) > 1 && path[0] == "request" && path[1] == "geoip":
		a.Fix = FixLogin
		a.say("event.%s is empty for %s. Choose a place on the login page.", strings.Join(path, "."), text(s.event, "request", "ip"))
	case path[0] == "user":
		a.say("event.%s is empty for %s.", strings.Join(path, "."), text(s.event, "user", "email"))
	default:
		a.say("event.%s is not in the event of this login.", strings.Join(path, "."))
	}
	return a
}

// reserved: the name belongs to the protocol, or to Auth0.
func (s *state) reserved() *Answer {
	run, c := s.lastClaim(idToken)
	if c == nil || c.Dropped == "" || c.Dropped == "undefined" {
		return nil
	}
	a := s.at(run, c.Line)
	a.Cause, a.Fix = Reserved, FixOpen
	a.say("`%s` is a protocol claim. The real service ignores it silently; here you are told.", s.q.Claim)
	a.Hint = c.Dropped + "."
	return a
}

// failed: an Action threw, ran too long, or would not load.
func (s *state) failed() *Answer {
	f := s.result.Failed
	if f == nil {
		return nil
	}
	a := &Answer{Cause: Failed, Fix: FixOpen}
	for i := range s.result.Runs {
		if r := &s.result.Runs[i]; r.Name == f.Action && r.Error != nil {
			a = s.at(r, r.Error.Line)
			a.Cause, a.Fix, a.Hint = Failed, FixOpen, warned(r, r.Error.Line)
		}
	}
	where := ""
	if a.Line > 0 {
		where = fmt.Sprintf(" at line %d", a.Line)
	}
	a.say("%s failed%s: %s.", f.Action, where, strings.TrimRight(f.Description(), "."))
	return a
}

// endedBefore: the login ended at an Action, or waits for the person.
func (s *state) endedBefore() *Answer {
	if s.run.Outcome == actions.OutcomeOK || len(s.result.Runs) == 0 {
		return nil
	}
	last := len(s.result.Runs) - 1
	run := &s.result.Runs[last]
	line := 0
	if n := len(run.Commands); n > 0 {
		line = run.Commands[n-1].Line
	}
	a := s.at(run, line)
	a.Cause, a.Fix = EndedBefore, FixOpen
	first := "" // it ran before the Action that sets the claim
	for _, other := range s.setters() {
		if s.ran(other.ID) == nil {
			first = " first"
		}
	}
	if s.result.Suspended != nil {
		a.say("%s (position %d) sent the login to another page%s, and it has not come back.", run.Name, last+1, first)
		return a
	}
	if no := s.result.Refused; no != nil {
		a.say("%s (position %d) asked for something of the person%s, and the login ended there.", run.Name, last+1, first)
		a.Hint = "It ended with: " + clip(no.Reason)
		return a
	}
	a.say("%s (position %d) ended the login%s.", run.Name, last+1, first)
	if s.result.Denied != nil && s.result.Denied.Reason != "" {
		a.Hint = "It said: " + clip(s.result.Denied.Reason)
	}
	return a
}

// warned is what the run warned of at a line that tells more than the sentence: a
// member that does not exist, or an await that is missing.
func warned(run *actions.ActionRun, line int) string {
	for _, w := range run.Warnings {
		if w.Line == line && (strings.Contains(w.Text, "await") || strings.Contains(w.Text, "does not exist")) {
			return clipTo(w.Text, maxHint)
		}
	}
	return ""
}

// unanswered is what the run warned of a request whose answer it did not wait for: who
// reads a value from it gets none.
func unanswered(run *actions.ActionRun) string {
	for _, w := range run.Warnings {
		if strings.HasPrefix(w.Text, "the Action ended before the answer") {
			return clipTo(w.Text, maxHint)
		}
	}
	return ""
}

// at begins an answer about a line of what ran.
func (s *state) at(run *actions.ActionRun, line int) *Answer {
	a := &Answer{Line: line}
	for _, other := range s.actions {
		if other.ID == run.ID {
			a.Action, a.Source, a.stale = other.Action, s.sourceOf(run).line(line), other.DeployedVersion > run.Version
		}
	}
	return a
}

// sourceOf is the code that ran, as far as it is still what is deployed: else its
// lines would be quoted wrongly.
func (s *state) sourceOf(run *actions.ActionRun) *source {
	for _, a := range s.actions {
		if a.ID == run.ID && a.DeployedVersion == run.Version {
			return a.live
		}
	}
	return scan("")
}

// hasValue reports whether the event has something at path.
func hasValue(event json.RawMessage, path []string) bool {
	v := find(event, path)
	return v != nil && string(v) != "null"
}

// text is a text of the event, or "".
func text(event json.RawMessage, path ...string) (t string) {
	if json.Unmarshal(find(event, path), &t) != nil {
		return ""
	}
	return t
}

// find is what the event has at path; nil for nothing.
func find(event json.RawMessage, path []string) json.RawMessage {
	for _, name := range path {
		var object map[string]json.RawMessage
		if json.Unmarshal(event, &object) != nil {
			return nil
		}
		event = object[name]
	}
	return event
}

// maxShown bounds what a sentence quotes, in characters.
const maxShown = 120

func clip(s string) string { return clipTo(s, maxShown) }

// maxHint is the same for what a run warned of, which may name an address.
const maxHint = 400

func clipTo(s string, most int) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
