package mockidp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/outbox"
	"example.com/postlogin/mockidp/provider"
	"example.com/postlogin/mockidp/store"
)

// The outcomes of a run of the flow, as store.Run.Outcome has them.
const (
	outcomeOK        = "ok"
	outcomeDenied    = "denied"
	outcomeFailed    = "failed"
	outcomeSuspended = "suspended"
)

// postLogin takes one authorization through the login flow: it builds the event,
// runs the deployed Actions in order, carries out what they asked for, and says
// what the tokens get. Package provider calls it after the login was counted and
// before the grant exists; and again, with the step that is done, when the flow
// was suspended.
func (s *Server) postLogin(ctx context.Context, l provider.Login) (provider.Result, error) {
	f, err := s.newLoginFlow(ctx, l)
	if err != nil {
		return provider.Result{}, err
	}
	if err := f.run(ctx); err != nil {
		return provider.Result{}, fmt.Errorf("run login flow: %w", err)
	}
	res, err := f.conclude(ctx)
	if err != nil {
		return provider.Result{}, err
	}
	if res.Deny != nil {
		res.Deny.Logged = f.mask.Text(res.Deny.Description)
	}
	if res.Run, err = f.record(res); err != nil {
		return provider.Result{}, err
	}
	s.report(ctx, res.Run, f.out)
	res.RefusedRun = f.refusedRun
	return res, nil
}

// A loginFlow is one call of postLogin.
type loginFlow struct {
	s     *Server
	login provider.Login
	event *actions.Event
	out   *actions.Outcome
	mask  *actions.Mask  // of the secrets of the flow's Actions
	step  *store.Step    // the flow is suspended: what the person must do
	deny  *provider.Deny // decided here, not by an Action
}

func (s *Server) newLoginFlow(ctx context.Context, l provider.Login) (*loginFlow, error) {
	ev, err := s.event(ctx, l)
	if err != nil {
		return nil, fmt.Errorf("build event: %w", err)
	}
	return &loginFlow{s: s, login: l, event: ev}, nil
}

// run runs the flow, or the rest of one that was suspended, as far as it gets
// without the person.
func (f *loginFlow) run(ctx context.Context) (err error) {
	if f.login.Step == nil {
		flow, err := f.s.flow(ctx)
		if err != nil {
			return err
		}
		f.mask = actions.MaskFor(flow, f.event)
		f.out, err = f.s.cfg.Actions.PostLogin(ctx, flow, f.event)
		if err != nil {
			return err
		}
	} else if err := f.goOn(ctx); err != nil || f.out == nil {
		return err
	}
	for f.out.Suspended != nil {
		needed, err := f.needs(ctx, f.out.Suspended)
		if err != nil || needed {
			return err
		}
		// A step that is satisfied already: its metadata is saved as at any
		// suspension, and the flow goes on at once.
		if err := f.saveMetadata(ctx); err != nil {
			return err
		}
		if err := f.resume(ctx, f.out.Suspended); err != nil {
			return err
		}
	}
	return nil
}

// goOn takes up the flow that waited for login.Step.
func (f *loginFlow) goOn(ctx context.Context) error {
	var s actions.Suspension
	if err := json.Unmarshal(f.login.Step.State, &s); err != nil {
		return fmt.Errorf("suspended flow: %w", err)
	}
	f.out = s.Before
	if deny := f.refusedStep(&s); deny != nil {
		f.deny = deny
		return f.maskRefused(ctx, &s)
	}
	f.answerEvent(&s)
	return f.resume(ctx, &s)
}

// resume runs the Actions that are left, in the versions that the flow began with.
// Where one of them is gone the login ends: without it others could let in whom it
// would have kept out.
func (f *loginFlow) resume(ctx context.Context, s *actions.Suspension) error {
	flow, err := f.s.versions(ctx, s.Flow)
	f.mask = actions.MaskFor(flow, f.event)
	if errors.Is(err, store.ErrNotFound) {
		f.out, f.deny = s.Before, &provider.Deny{Code: "access_denied", Description: "An Action of this login, or the version that it began with, was deleted while the login waited. Log in again."}
		return nil
	}
	if err != nil {
		return err
	}
	if s.Before != nil && s.Before.TransactionMetadata != nil {
		f.event.Transaction.Metadata = s.Before.TransactionMetadata
	}
	f.out, err = f.s.cfg.Actions.Continue(ctx, flow, f.event, s)
	return err
}

// conclude carries out what the Actions asked for and says what it means for
// the authorization.
func (f *loginFlow) conclude(ctx context.Context) (res provider.Result, err error) {
	out := f.out
	if err := f.saveMetadata(ctx); err != nil {
		return res, err
	}
	if err := f.changeSession(ctx, &res); err != nil {
		return res, err
	}
	switch {
	case f.deny != nil:
		res.Deny = f.deny
		return res, nil
	case out.Failed != nil:
		res.Deny = &provider.Deny{Code: "access_denied", Description: out.Failed.Description()}
		return res, nil
	case out.Invalid != nil:
		res.Deny = &provider.Deny{Code: out.Invalid.Code, Description: out.Invalid.Message}
		return res, nil
	case out.Denied != nil:
		res.Deny = &provider.Deny{Code: "access_denied", Description: out.Denied.Reason}
		res.RevokeRefreshToken = out.RefreshToken != nil && out.RefreshToken.Revoke
		return res, nil
	case f.step != nil:
		res.Suspend = f.step
		return res, nil
	}
	if err := f.primaryUser(ctx, &res); err != nil || res.Deny != nil {
		return res, err
	}
	res.IDClaims, res.ATClaims = inOrder(out, "id_token", out.IDToken), inOrder(out, "access_token", out.AccessToken)
	res.Scopes = changedScopes(f.login.Scopes, out)
	if c := out.RefreshToken; c != nil {
		res.RefreshToken = &store.TokenChanges{ExpiresAt: c.ExpiresAt.Time, IdleExpiresAt: c.IdleExpiresAt.Time}
		if c.MetadataSet {
			res.RefreshToken.Metadata = nonNil(c.Metadata)
		}
	}
	return res, nil
}

// record is the run's row in the log.
func (f *loginFlow) record(res provider.Result) (*store.Run, error) {
	l := f.login
	run := &store.Run{
		ID: l.TransactionID, Kind: l.Kind, UserID: l.User.ID, ClientID: l.Client.ID, LoginID: l.LoginID,
		At: l.At, Outcome: outcomeOK,
	}
	switch {
	case f.out.Failed != nil:
		run.Outcome = outcomeFailed
	case res.Deny != nil:
		run.Outcome = outcomeDenied
	case res.Suspend != nil:
		run.Outcome = outcomeSuspended
	}
	var err error
	if run.Record, err = f.recordJSON(res.Deny); err != nil {
		return nil, fmt.Errorf("record run: %w", err)
	}
	return run, nil
}

// refusedRun is record for a login that package provider refuses at last.
func (f *loginFlow) refusedRun(deny provider.Deny) (*store.Run, error) {
	deny.Logged = f.mask.Text(deny.Description)
	return f.record(provider.Result{Deny: &deny})
}

// recordJSON is what is kept of one run: the event that the Actions got, without
// their secrets, and what they asked for. Where they let out the value of a secret
// themselves, it is masked: a log is read by more people than may know it. deny is the
// end of the flow, nil when it got tokens or waits.
func (f *loginFlow) recordJSON(deny *provider.Deny) ([]byte, error) {
	out := *f.mask.Outcome(f.out)
	if deny != nil && out.Failed == nil && out.Invalid == nil && out.Denied == nil {
		out.Refused, out.Suspended = &actions.Refusal{Code: deny.Code, Reason: deny.Logged}, nil
	}
	out.Runs = withoutSecrets(out.Runs)
	if out.Suspended != nil { // what was asked for so far is in out itself
		s := *out.Suspended
		s.Before = nil
		out.Suspended = &s
	}
	result, err := json.Marshal(&out)
	if err != nil {
		return nil, err
	}
	const usual = 5 << 10 // bytes
	b := append(make([]byte, 0, usual), `{"event":`...)
	if b, err = f.mask.Event(f.event, f.login.Step != nil).AppendJSON(b); err != nil {
		return nil, err
	}
	b = append(b, `,"result":`...)
	return append(append(b, result...), '}'), nil
}

// withoutSecrets is a copy of runs whose requests show no credentials.
func withoutSecrets(runs []actions.ActionRun) []actions.ActionRun {
	list := slices.Clone(runs)
	for i := range list {
		list[i].Requests = outbox.Redacted(list[i].Requests)
	}
	return list
}

// flow is the live version of each bound Action.
func (s *Server) flow(ctx context.Context) ([]actions.Action, error) {
	versions, err := s.cfg.Store.Flow(ctx, Trigger)
	if err != nil {
		return nil, fmt.Errorf("load login flow: %w", err)
	}
	flow := make([]actions.Action, len(versions))
	for i, v := range versions {
		flow[i] = asAction(v)
	}
	return flow, nil
}

// versions are the Actions of a flow that began earlier: a deployment meanwhile
// does not change it. Those that are there come beside store.ErrNotFound, too.
func (s *Server) versions(ctx context.Context, began []actions.FlowAction) (flow []actions.Action, gone error) {
	for _, a := range began {
		v, err := s.cfg.Store.Version(ctx, a.ID, a.Version)
		switch {
		case errors.Is(err, store.ErrNotFound):
			gone = err
		case err != nil:
			return nil, fmt.Errorf("load version %d of Action %s, which the suspended flow began with: %w", a.Version, a.ID, err)
		default:
			flow = append(flow, asAction(v))
		}
	}
	return flow, gone
}

func asAction(v *store.Version) actions.Action {
	return actions.Action{ID: v.ActionID, Name: v.Name, Version: v.Number, Source: v.Code, Secrets: v.Secrets, Dependencies: declared(v.Dependencies)}
}

func declared(list []store.Dependency) map[string]string {
	if len(list) == 0 {
		return nil
	}
	m := make(map[string]string, len(list))
	for _, d := range list {
		m[d.Name] = d.Version
	}
	return m
}

// inOrder lists the claims that a token gets in the order in which the Actions
// first set them.
func inOrder(out *actions.Outcome, token string, values map[string]json.RawMessage) store.Claims {
	claims := make(store.Claims, 0, len(values))
	for _, r := range out.Runs {
		for _, c := range r.Claims {
			if value, ok := values[c.Name]; ok && c.Token == token && !claims.Has(c.Name) {
				claims = append(claims, store.Claim{Name: c.Name, Value: value})
			}
		}
	}
	return claims
}

// report logs what a person who wonders about a missing claim must see: failures
// and dropped claims, with the Action's line. The texts are the Action's own, so
// they are never more than attributes.
func (s *Server) report(ctx context.Context, run *store.Run, out *actions.Outcome) {
	for _, r := range out.Runs {
		for _, w := range r.Warnings {
			s.log.WarnContext(ctx, "Action warning", "action", r.Name, "version", r.Version, "line", w.Line, "text", w.Text, "transaction", run.ID)
		}
		if r.Error != nil {
			s.log.WarnContext(ctx, "Action failed", "action", r.Name, "version", r.Version, "line", r.Error.Line, "error", r.Error.Error(), "transaction", run.ID)
		}
	}
	if s.log.Enabled(ctx, slog.LevelInfo) {
		s.log.InfoContext(ctx, "login flow", "transaction", run.ID, "kind", run.Kind, "user", run.UserID, "client", run.ClientID, "outcome", run.Outcome, "actions", len(out.Runs))
	}
}

func nonNil(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
