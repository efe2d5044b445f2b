package actions

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// PostLogin runs the Actions of a flow in order. All together they have
// Limits.Time. Each gets its own copy of ev with its own secrets and with the
// metadata that the Actions before it set; ev itself is not changed. A denial
// or a failure ends the flow, and both are in the Outcome: the error is for
// infrastructure only, such as a worker that can't be started or ctx having
// ended.
//
// PostLogin carries nothing out: see [Outcome].
func (r *Runner) PostLogin(ctx context.Context, flow []Action, ev *Event) (*Outcome, error) {
	out := &Outcome{
		IDToken: map[string]json.RawMessage{}, AccessToken: map[string]json.RawMessage{},
		AppMetadata: map[string]json.RawMessage{}, UserMetadata: map[string]json.RawMessage{},
		Runs: []ActionRun{},
	}
	if len(flow) == 0 {
		return out, nil
	}
	f := &flowRun{runner: r, out: out, event: *ev, rules: claimRulesFor(ev)}
	defer f.release()
	deadline := time.Now().Add(r.limits.Time)
	for i := range flow {
		if err := f.one(ctx, &flow[i], time.Until(deadline)); err != nil {
			return nil, err
		}
		if out.Failed != nil || out.Denied != nil {
			break
		}
	}
	f.finish()
	return out, nil
}

// A flowRun is one PostLogin in progress.
type flowRun struct {
	runner *Runner
	out    *Outcome
	event  Event // the caller's, with the metadata set so far
	rules  claimRules
	box    sandbox // kept for the whole flow
}

// one runs an Action and merges what it asked for.
func (f *flowRun) one(ctx context.Context, a *Action, budget time.Duration) error {
	if budget <= 0 {
		f.record(a, crash(OutcomeTimeout))
		return nil
	}
	ev := f.event
	ev.Secrets = a.Secrets
	event, err := ev.MarshalJSON()
	if err != nil {
		return fmt.Errorf("event for Action %q: %w", a.Name, err)
	}
	q := runRequest{key: keyOf(a), cold: f.runner.cold, budget: budget, event: event}
	res, err := f.run(ctx, a, q)
	if errors.Is(err, errUnsent) {
		res, err = f.run(ctx, a, q)
	}
	if err != nil {
		return fmt.Errorf("run Action %q: %w", a.Name, err)
	}
	f.record(a, res)
	return nil
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
// other text under an old number gets a new world.
func keyOf(a *Action) programKey {
	h := sha256.New()
	var n [8]byte
	for _, s := range []string{a.ID, a.Name, a.Source} {
		binary.LittleEndian.PutUint64(n[:], uint64(len(s)))
		h.Write(n[:])
		h.Write([]byte(s))
	}
	binary.LittleEndian.PutUint64(n[:], uint64(a.Version))
	h.Write(n[:])
	return programKey(h.Sum(nil))
}

// record adds a run to the outcome.
func (f *flowRun) record(a *Action, res *runResult) {
	run := res.run(a)
	f.rename(run, fileName(a.Name))
	f.out.addClaims(run, f.rules)
	f.applyMetadata(run)
	switch {
	case run.Outcome != OutcomeOK && run.Outcome != OutcomeDenied:
		f.explain(run)
		f.out.Failed = &Failure{Action: a.Name, Kind: run.Outcome, Error: run.Error}
	case res.Deny != nil:
		f.out.Denied = &Denial{Action: a.Name, Reason: *res.Deny}
	}
	f.out.Runs = append(f.out.Runs, *run)
}

// applyMetadata takes the metadata commands into the outcome, and into the
// event that later Actions see.
func (f *flowRun) applyMetadata(run *ActionRun) {
	for _, c := range run.Commands {
		patch, target := f.out.AppMetadata, &f.event.User.AppMetadata
		switch c.Name {
		case "user.setAppMetadata":
		case "user.setUserMetadata":
			patch, target = f.out.UserMetadata, &f.event.User.UserMetadata
		default:
			continue
		}
		var key string
		if len(c.Args) != 2 || json.Unmarshal(c.Args[0], &key) != nil {
			continue // an undefined value changes nothing
		}
		patch[key] = c.Args[1]
		*target = patched(*target, key, c.Args[1])
	}
}

// patched is the JSON object with one member set, or removed by null. Objects
// are replaced, not merged, as on Auth0.
func patched(object json.RawMessage, key string, value json.RawMessage) json.RawMessage {
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(rawObject(object), &members); err != nil {
		return object
	}
	if bytes.Equal(value, []byte("null")) {
		delete(members, key)
	} else {
		members[key] = value
	}
	b, err := json.Marshal(members)
	if err != nil {
		return object
	}
	return b
}

// finish drops what a failed login must not change.
func (f *flowRun) finish() {
	if f.out.Failed != nil {
		f.out.IDToken, f.out.AccessToken = map[string]json.RawMessage{}, map[string]json.RawMessage{}
		f.out.AppMetadata, f.out.UserMetadata = map[string]json.RawMessage{}, map[string]json.RawMessage{}
	}
}
