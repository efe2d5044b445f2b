package why

import (
	"fmt"
	"strings"

	"example.com/postlogin/mockidp/actions"
)

// notReached: the Action ran to its end, and set no claim of that name.
func (s *state) notReached() *Answer {
	a := &Answer{Cause: NotReached, Fix: FixOpen}
	setter := s.ranSetter()
	if setter == nil {
		a.say("No Action of this login has set it.")
		a.Fix = FixLogin
		return a
	}
	run := s.ran(setter.ID)
	src := s.sourceOf(run)
	line := src.where(s.q.Claim)
	a = s.at(run, line)
	a.Cause, a.Fix = NotReached, FixOpen
	call := src.callOf(s.q.Claim)
	if call == nil {
		return s.onlyMentioned(a, run)
	}
	if wordIn(src.plain, "catch") >= 0 {
		a.Hint = "It catches errors itself: one of them may have led around the line."
	}
	returns, maybe := src.returnsBefore(line), src.conditional(call)
	for _, r := range returns {
		if about := src.about(r, s.run.ClientID, s.event); !maybe && (about != "" || len(returns) == 1) {
			a.Line, a.Source = r, src.line(r)
			a.say("Line %d returns early%s.", r, about)
			return a
		}
	}
	a.say("Line %d was not reached for client %s: ", line, s.run.ClientID)
	switch {
	case src.later(call):
		a.say("the function around it was not called before the Action had ended. Is an await missing?")
	case len(returns) > 0 && maybe:
		a.say("the Action returned before it, at line %s, or what is around it did not come true.", oneOf(returns))
	case len(returns) > 0:
		a.say("the Action returned before it, at line %s.", oneOf(returns))
	default:
		a.say("what is around it did not come true.")
	}
	return a
}

// ranSetter is the Action of the login whose text sets the claim, or else one that
// only mentions it; nil: none of them ran, in the version that is deployed.
func (s *state) ranSetter() (best *action) {
	for _, a := range s.setters() {
		if run := s.ran(a.ID); run != nil && run.Version == a.DeployedVersion && (best == nil || !best.live.sets(s.q.Claim) && a.live.sets(s.q.Claim)) {
			best = a
		}
	}
	return best
}

// onlyMentioned goes on for an Action that has the name in its code, but not as what
// it calls a claim: as a variable, say, or in a text for the console.
func (s *state) onlyMentioned(a *Answer, run *actions.ActionRun) *Answer {
	where := "It"
	if a.Line > 0 {
		where = fmt.Sprintf("Line %d", a.Line)
	}
	a.say("%s mentions %s, but this login set no claim of that name: api.idToken.setCustomClaim(%q, …) does.", where, s.q.Claim, s.q.Claim)
	var others []string
	for _, c := range run.Claims {
		if c.Token == idToken && c.Dropped == "" && len(others) < maxOthers {
			others = append(others, fmt.Sprintf("%s (line %d)", clip(c.Name), c.Line))
		}
	}
	if len(others) > 0 {
		a.Hint = "It set " + strings.Join(others, ", ") + "."
	}
	return a
}

// maxOthers is how many other claims a hint names.
const maxOthers = 3

func oneOf(lines []int) string {
	texts := make([]string, len(lines))
	for i, l := range lines {
		texts[i] = fmt.Sprint(l)
	}
	return strings.Join(texts, " or ")
}
