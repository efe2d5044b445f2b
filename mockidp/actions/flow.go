package actions

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// PostLogin runs the Actions of a flow in order. All together they have
// Limits.Time. Each gets its own copy of ev with its own secrets and with the
// metadata that the Actions before it set; ev itself is not changed. A denial
// or a failure ends the flow, and both are in the Outcome: the error is for
// infrastructure only, such as a worker that can't be started, ctx having
// ended, or [ErrBusy].
//
// PostLogin carries nothing out: see [Outcome].
func (r *Runner) PostLogin(ctx context.Context, flow []Action, ev *Event) (*Outcome, error) {
	done, err := r.turn(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	f := r.newFlow(flow, ev, newOutcome())
	defer f.release()
	if err := f.rest(ctx, 0, false); err != nil {
		return nil, err
	}
	f.atEnd()
	return f.out, nil
}

func newOutcome() *Outcome {
	return &Outcome{
		IDToken: map[string]json.RawMessage{}, AccessToken: map[string]json.RawMessage{},
		AppMetadata: map[string]json.RawMessage{}, UserMetadata: map[string]json.RawMessage{},
		Runs: []ActionRun{},
	}
}

// A flowRun is one PostLogin or Continue in progress.
type flowRun struct {
	runner *Runner
	flow   []Action
	out    *Outcome
	event  Event // the caller's, with what Actions have set so far
	rules  claimRules
	mask   *Mask   // of the flow's secrets
	box    sandbox // kept for the whole flow
}

func (r *Runner) newFlow(flow []Action, ev *Event, out *Outcome) *flowRun {
	return &flowRun{runner: r, flow: flow, out: out, event: *ev, rules: claimRulesFor(ev, r.host), mask: MaskFor(flow, ev)}
}

// rest runs the Actions from index next on, until one ends or suspends the
// flow. With resume the first of them goes on in onContinuePostLogin.
func (f *flowRun) rest(ctx context.Context, next int, resume bool) error {
	deadline := time.Now().Add(f.runner.limits.Time)
	for i := next; i < len(f.flow); i++ {
		if err := f.one(ctx, i, resume, time.Until(deadline)); err != nil {
			return err
		}
		if f.over() || f.out.Suspended != nil {
			return nil
		}
		resume = false
	}
	return nil
}

// over reports whether nothing more is to run.
func (f *flowRun) over() bool {
	return f.out.Failed != nil || f.out.Denied != nil || f.out.Invalid != nil
}

// one runs an Action and merges what it asked for.
func (f *flowRun) one(ctx context.Context, i int, resume bool, budget time.Duration) error {
	a := &f.flow[i]
	if budget <= 0 {
		f.record(i, crash(OutcomeTimeout), resume)
		return nil
	}
	ev := f.event
	ev.Secrets = a.Secrets
	event, err := ev.MarshalJSON()
	if err != nil {
		return fmt.Errorf("event for Action %q: %w", a.Name, err)
	}
	if len(event) > maxFrame/2 {
		return fmt.Errorf("event for Action %q: it takes %d MB, and at most %d MB are passed on: is there so much metadata?", a.Name, len(event)>>20, maxFrame>>21)
	}
	q := runRequest{key: keyOf(a), cold: f.runner.cold, resume: resume, budget: budget, event: event}
	if q.more, err = f.extra(a); err != nil {
		return err
	}
	res, err := f.run(ctx, a, q)
	if errors.Is(err, errUnsent) {
		res, err = f.run(ctx, a, q)
	}
	if err != nil {
		return fmt.Errorf("run Action %q: %w", a.Name, err)
	}
	f.record(i, res, resume)
	return nil
}

// extra is what the run needs besides its event. It is sent only where the text
// of the Action names what it is for: most runs need none of it.
func (f *flowRun) extra(a *Action) ([]byte, error) {
	var x runExtra
	now := time.Now()
	if f.runner.now != nil {
		now = f.runner.now()
		x.Now = now.UnixMilli()
	}
	names := func(word string) bool { return strings.Contains(a.Source, word) }
	if names("roles") || names("groups") {
		x.Directory = &f.event.Directory
	}
	if names("cache") {
		x.Cache = f.runner.cache.snapshot(now.UnixMilli())
	}
	if names("auth0") {
		x.Declared = a.Dependencies
	}
	x.PrimarySet, x.Scopes = f.out.PrimaryUser != "", len(f.out.AddedScopes)
	x.Metadata = [2]int{sizeOf(f.out.AppMetadata), sizeOf(f.out.UserMetadata)}
	x.Odd = [2]bool{!isObject(f.event.User.AppMetadata), !isObject(f.event.User.UserMetadata)}
	b, err := json.Marshal(x)
	if string(b) == "{}" {
		return nil, nil
	}
	return b, err
}

// isObject tells whether a JSON value is an object, or nothing, which stands for
// an empty one.
func isObject(m json.RawMessage) bool {
	return bytes.HasPrefix(bytes.TrimSpace(rawObject(m)), []byte("{"))
}

// sizeOf is what members take, names and values.
func sizeOf(members map[string]json.RawMessage) (n int) {
	for name, value := range members {
		n += len(name) + len(value)
	}
	return n
}

// run runs an Action in the flow's sandbox, or in a new one when the last one
// had to be discarded.
func (f *flowRun) run(ctx context.Context, a *Action, q runRequest) (*runResult, error) {
	if f.box == nil {
		box, err := f.runner.pool.get(ctx)
		if err != nil {
			return nil, fmt.Errorf("no worker: %w", err)
		}
		f.box = box
	}
	ctx = withAsker(ctx, asker{a.Name, a.Version, f.transactionID(), f.mask})
	res, err := f.box.run(ctx, q, a.Source, f.runner.limits.Grace)
	if err != nil || res.Retire {
		f.runner.pool.discard(f.box)
		f.box = nil
	}
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case errors.Is(err, errDead):
		return res, nil
	}
	return res, err
}

func (f *flowRun) release() {
	if f.box != nil {
		f.runner.pool.put(f.box)
	}
}

// keyOf names the version of an Action. The text is part of it: whoever deploys
// other text under an old number gets a new world, and so are the dependencies,
// which a draft may change alone.
func keyOf(a *Action) programKey {
	h := sha256.New()
	var n [8]byte
	parts := []string{a.ID, a.Name, a.Source}
	for _, name := range slices.Sorted(maps.Keys(a.Dependencies)) {
		parts = append(parts, name, a.Dependencies[name])
	}
	for _, s := range parts {
		binary.LittleEndian.PutUint64(n[:], uint64(len(s)))
		h.Write(n[:])
		h.Write([]byte(s))
	}
	binary.LittleEndian.PutUint64(n[:], uint64(a.Version))
	h.Write(n[:])
	return programKey(h.Sum(nil))
}

func (f *flowRun) transactionID() string {
	if f.event.Transaction == nil {
		return ""
	}
	return f.event.Transaction.ID
}

// record adds a run of the Action at index i to the outcome.
func (f *flowRun) record(i int, res *runResult, resumed bool) {
	a := &f.flow[i]
	run := res.run(a)
	run.Continued = resumed
	run.Warnings = slices.DeleteFunc(run.Warnings, f.event.User.has)
	if res.Abort != nil && (run.Outcome == OutcomeOK || run.Outcome == OutcomeDenied) {
		res.Abort.Stack = res.Abort.Error()
		run.Outcome, run.Error = OutcomeThrew, res.Abort
	}
	f.rename(run, fileName(a.Name))
	f.out.addClaims(run, f.rules)
	f.mask.warnOfClaims(run)
	f.apply(run)
	switch {
	case run.Outcome != OutcomeOK && run.Outcome != OutcomeDenied:
		f.explain(run)
		f.out.Failed = &Failure{Action: a.Name, Kind: run.Outcome, Error: run.Error}
	case res.Deny != nil:
		f.out.Denied = &Denial{Action: a.Name, Reason: *res.Deny}
	case f.out.Invalid != nil:
		run.Outcome = OutcomeDenied
	default:
		if f.out.Suspended = f.suspension(i, run); f.out.Suspended != nil {
			run.Outcome = OutcomeRedirect
		}
	}
	// From here on it is a record. What the flow has asked for is in f.out, unmasked.
	f.out.Runs = append(f.out.Runs, f.mask.run(*run))
	if s := f.out.Suspended; s != nil {
		s.Before = f.before()
	}
}

// finish drops what a failed login must not change.
func (f *flowRun) finish() {
	if f.out.Failed != nil {
		failed := newOutcome()
		failed.Failed, failed.Runs = f.out.Failed, f.out.Runs
		f.out = failed
	}
}
