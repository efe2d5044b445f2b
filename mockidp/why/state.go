package why

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/store"
)

// runsRead is how many of the last logins are looked through for one of the
// application and the user.
const runsRead = 20

// state is what is stored and matters to one question.
type state struct {
	q       Question
	actions []*action
	flow    []string  // ids of the Actions that logins run, in order
	pending []string  // ids of an order that was not applied
	changed time.Time // the flow

	run    *store.Run // nil: no such login
	event  json.RawMessage
	result actions.Outcome
}

// action is an Action with its code read.
type action struct {
	*store.Action
	draft *source
	live  *source   // nil: never deployed
	at    time.Time // of the deployment
}

// read collects the state. It reads the login's record last: all else may change
// after it, and the answer then speaks of a token that is old.
func read(ctx context.Context, st *store.Store, q Question) (*state, error) {
	s := &state{q: q}
	list, err := st.Actions(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		if a.Trigger != Trigger {
			continue
		}
		one := &action{Action: a, draft: scan(a.Code)}
		if a.DeployedVersion > 0 {
			v, err := st.Version(ctx, a.ID, a.DeployedVersion)
			if errors.Is(err, store.ErrNotFound) {
				continue // deleted meanwhile
			}
			if err != nil {
				return nil, err
			}
			one.at, one.live = v.CreatedAt, one.draft
			if v.Code != a.Code {
				one.live = scan(v.Code)
			}
		}
		s.actions = append(s.actions, one)
	}
	flow, err := st.Flow(ctx, Trigger)
	if err != nil {
		return nil, err
	}
	for _, v := range flow {
		s.flow = append(s.flow, v.ActionID)
	}
	if s.changed, err = st.FlowChanged(ctx); err != nil {
		return nil, err
	}
	if s.pending, err = st.PendingFlow(ctx); err != nil {
		return nil, err
	}
	return s, s.readRun(ctx, st)
}

// lastRun is the last login of the application and the user; nil: there is none.
// Mostly it is the very last one, and a record is some 10 kB.
func (s *state) lastRun(ctx context.Context, st *store.Store) (*store.Run, error) {
	for _, limit := range []int{1, runsRead} {
		runs, err := st.Runs(ctx, limit)
		if err != nil {
			return nil, err
		}
		for _, r := range runs {
			if (s.q.ClientID == "" || r.ClientID == s.q.ClientID) && (s.q.UserID == "" || r.UserID == s.q.UserID) {
				return r, nil
			}
		}
	}
	return nil, nil
}

// readRun finds the login that the question is about.
func (s *state) readRun(ctx context.Context, st *store.Store) (err error) {
	if s.q.Transaction != "" {
		if s.run, err = st.Run(ctx, s.q.Transaction); err != nil {
			return err
		}
	} else {
		if s.run, err = s.lastRun(ctx, st); err != nil || s.run == nil {
			return err
		}
	}
	var record struct { // what package mockidp writes
		Event  json.RawMessage `json:"event"`
		Result actions.Outcome `json:"result"`
	}
	if err := json.Unmarshal(s.run.Record, &record); err != nil {
		return fmt.Errorf("record of run %s: %w", s.run.ID, err)
	}
	s.event, s.result = record.Event, record.Result
	return nil
}

// fromActions looks at causes 1 to 5, which need no login. Of several Actions that
// mention the claim, the one that has come furthest counts. It returns nil when a
// login would run one that sets it.
func (s *state) fromActions() *Answer {
	if s.isPresent() {
		return s.present()
	}
	best, stage := (*action)(nil), ""
	// Who sets it in so many words comes before those who only mention the name.
	set := !s.wasSet() && slices.ContainsFunc(s.actions, func(a *action) bool { return a.sets(s.q.Claim) })
	rank := func(cause string) int { return slices.Index(append(Causes(), ""), cause) }
	for _, a := range s.actions {
		cause := s.stage(a)
		if set && !a.sets(s.q.Claim) {
			continue
		}
		if cause != NotMentioned && (best == nil || rank(cause) > rank(stage)) {
			best, stage = a, cause
		}
	}
	switch {
	case best == nil && !s.wasSet():
		return s.notMentioned()
	case best == nil || stage == "":
		return nil
	}
	a := &Answer{Cause: stage, Action: best.Action}
	draft, verb := best.draft.where(s.q.Claim), "set"
	if !best.draft.sets(s.q.Claim) {
		verb = "mention"
	}
	switch stage {
	case DraftOnly:
		a.say("%s %ss it, but was never deployed. Press Deploy.", best.Name, verb)
		a.Fix, a.Line, a.Source = FixDeploy, draft, best.draft.line(draft)
	case DraftNewer:
		a.say("The deployed v%d does not %s it; your draft does. Press Deploy.", best.DeployedVersion, verb)
		a.Fix, a.Line, a.Source = FixDeploy, draft, best.draft.line(draft)
	case NotInFlow:
		a.say("%s is deployed, but not in the Login flow. Actions > Flows > Login, drag it in, Apply.", best.Name)
		a.Fix = FixBind
	case NotApplied:
		a.say("You put it in the flow but did not press Apply.")
		a.Fix = FixBind
	}
	return a
}

// sets reports whether the draft or the deployed version sets the claim by its whole name.
func (a *action) sets(claim string) bool {
	return a.draft.sets(claim) || a.live != nil && a.live.sets(claim)
}

// stage is the first of causes 1 to 5 that holds for one Action, or "".
func (s *state) stage(a *action) string {
	switch {
	case a.live == nil && a.draft.mentions(s.q.Claim):
		return DraftOnly
	case a.live == nil:
		return NotMentioned
	case !a.live.mentions(s.q.Claim) && a.draft.mentions(s.q.Claim):
		return DraftNewer
	case !a.live.mentions(s.q.Claim):
		return NotMentioned
	case slices.Contains(s.flow, a.ID):
		return ""
	case slices.Contains(s.pending, a.ID):
		return NotApplied
	}
	return NotInFlow
}

// notMentioned names a claim that is spelt nearly the same, if there is one: a slip
// of the finger looks like this cause, too.
func (s *state) notMentioned() *Answer {
	a := &Answer{Cause: NotMentioned, Fix: FixCreate}
	a.say("No Action mentions %s. Create one: Actions > Library.", s.q.Claim)
	for _, other := range s.actions {
		for _, c := range other.draft.calls {
			if alike(c.claim, s.q.Claim) {
				a.Hint = fmt.Sprintf("%s sets %s (line %d). Is that the one?", other.Name, c.claim, c.line)
				a.Action, a.Line, a.Source, a.Fix = other.Action, c.line, other.draft.line(c.line), FixOpen
				return a
			}
		}
	}
	return a
}

// alike reports whether two names differ by one letter, or by what only looks
// different: case and separators.
func alike(a, b string) bool {
	plain := strings.NewReplacer("_", "", "-", "", ".", "", " ", "")
	x, y := []rune(plain.Replace(strings.ToLower(a))), []rune(plain.Replace(strings.ToLower(b)))
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(x) == 0 || len(y)-len(x) > 1 {
		return false
	}
	i := 0
	for i < len(x) && x[i] == y[i] {
		i++
	}
	if i == len(x) {
		return true
	}
	if len(x) == len(y) { // one replaced, or two swapped
		return slices.Equal(x[i+1:], y[i+1:]) || i+1 < len(x) && x[i] == y[i+1] && x[i+1] == y[i] && slices.Equal(x[i+2:], y[i+2:])
	}
	return slices.Equal(x[i:], y[i+1:])
}

// say appends to the sentence.
func (a *Answer) say(format string, args ...any) {
	a.Parts = append(a.Parts, Part{Text: fmt.Sprintf(format, args...)})
}

func (a *Answer) at(t time.Time) { a.Parts = append(a.Parts, Part{At: t}) }
