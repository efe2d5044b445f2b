package mockidp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/provider"
	"example.com/postlogin/mockidp/store"
)

// How a suspended flow becomes a step of the browser, and how the step's answer
// comes back.

// mfaAnswer is what the pages of the second factor answer.
type mfaAnswer struct {
	Method    string `json:"method"`
	Cancelled bool   `json:"cancelled"`
	Reason    string `json:"reason"` // why, when it was not the person's wish
}

// needs decides whether the person must do something before the flow goes on,
// and sets step or deny if so.
func (f *loginFlow) needs(ctx context.Context, s *actions.Suspension) (bool, error) {
	step, err := f.stepFor(ctx, s)
	if err != nil || step == nil && f.deny == nil {
		return false, err
	}
	if f.deny != nil {
		return true, nil
	}
	// Without a browser, or where no page may be shown, nobody can do anything.
	mfa := step.Kind == store.StepMFA
	switch kind := f.login.Kind; {
	case kind == provider.KindSilent && mfa:
		f.deny = &provider.Deny{Code: "interaction_required", Description: "Multifactor authentication required"}
	case kind == provider.KindSilent:
		f.deny = &provider.Deny{Code: "interaction_required", Description: "External interaction required"}
	case f.login.Request == nil && mfa:
		f.deny = &provider.Deny{Code: "mfa_required", Description: "Multifactor authentication required"}
	case f.login.Request == nil:
		f.deny = &provider.Deny{Code: "interaction_required", Description: "External interaction required"}
	}
	if f.deny != nil {
		return true, nil
	}
	if step.State, err = json.Marshal(s); err != nil {
		return false, fmt.Errorf("keep suspended flow: %w", err)
	}
	f.step = step
	return true, nil
}

// stepFor is the step of a suspension; nil when it is satisfied already.
func (f *loginFlow) stepFor(ctx context.Context, s *actions.Suspension) (*store.Step, error) {
	switch s.Kind {
	case actions.SuspendRedirect:
		return &store.Step{Kind: store.StepRedirect, URL: s.URL}, nil
	case actions.SuspendPrompt:
		return &store.Step{Kind: store.StepForm, Form: &store.FormStep{ID: s.Prompt.ID, Action: s.Action, Fields: s.Prompt.Fields, Vars: s.Prompt.Vars}}, nil
	}
	enrolled, err := f.enrolled(ctx)
	if err != nil {
		return nil, err
	}
	mfa := &store.MFAStep{Action: s.Action, Choose: s.Any}
	switch s.Kind {
	case actions.SuspendChallenge:
		if f.satisfied(s.Factors) {
			return nil, nil
		}
		mfa.Factors = only(factorTypes(s), func(t string) bool { return slices.Contains(enrolled, t) })
		if len(mfa.Factors) == 0 {
			f.deny = &provider.Deny{Code: "access_denied", Description: fmt.Sprintf("Action %q asked for a second factor that the user has not enrolled: %v", s.Action, factorTypes(s))}
		}
	case actions.SuspendEnroll:
		mfa.Enroll = true
		if mfa.Factors = only(factorTypes(s), func(t string) bool { return !slices.Contains(enrolled, t) }); len(mfa.Factors) == 0 {
			return nil, nil
		}
	default:
		if s.MFA.AllowRememberBrowser && f.login.HTTP != nil && f.s.login.Remembered(f.login.HTTP, f.login.User.ID) {
			return nil, nil
		}
		mfa.AllowRemember = s.MFA.AllowRememberBrowser
		mfa.Factors, mfa.Enroll = enabledFactors(s.MFA.Provider, enrolled)
	}
	return &store.Step{Kind: store.StepMFA, MFA: mfa}, nil
}

// enabledFactors are those that api.multifactor.enable means with a provider: of
// the enrolled ones, or those to enrol when there is none (Auth0: "Customize MFA").
func enabledFactors(name string, enrolled []string) (factors []string, enroll bool) {
	may := []string{"otp", "push-notification", "phone", "email", "webauthn-roaming", "webauthn-platform"}
	switch name {
	case "google-authenticator":
		may = []string{"otp"}
	case "duo":
		may = []string{"push-notification"}
	}
	if have := only(may, func(t string) bool { return t != "email" && slices.Contains(enrolled, t) }); len(have) > 0 {
		if slices.Contains(enrolled, "recovery-code") {
			have = append(have, "recovery-code")
		}
		return have, false
	}
	return may[:1], true
}

// enrolled are the types of the user's factors. Email needs no enrolment where
// the address is verified (Auth0: "Configure Email Notifications for MFA").
func (f *loginFlow) enrolled(ctx context.Context) ([]string, error) {
	list, err := f.s.cfg.Store.Authenticators(ctx, f.login.User.ID)
	if err != nil {
		return nil, fmt.Errorf("load second factors: %w", err)
	}
	return enrolledTypes(f.login.User, list), nil
}

func enrolledTypes(u *store.User, list []*store.Authenticator) []string {
	var types []string
	for _, a := range list {
		used := a.Type == "recovery-code" && a.LastStep > 0
		if a.Type != rememberedBrowser && !used && !slices.Contains(types, a.Type) {
			types = append(types, a.Type)
		}
	}
	if u.EmailVerified && u.Email != "" && !slices.Contains(types, "email") {
		types = append(types, "email")
	}
	return types
}

// rememberedBrowser is the type of the rows that let a browser skip the second factor.
const rememberedBrowser = "remember-browser"

// satisfied tells whether the session has completed one of factors already.
func (f *loginFlow) satisfied(factors []actions.Factor) bool {
	if f.login.Session == nil {
		return false
	}
	return slices.ContainsFunc(f.login.Session.Methods, func(m store.Method) bool {
		return m.Name == "mfa" && slices.ContainsFunc(factors, func(f actions.Factor) bool { return f.Type == m.Type })
	})
}

func factorTypes(s *actions.Suspension) []string {
	var types []string
	for _, f := range slices.Concat(s.Factors, s.Additional) {
		if !slices.Contains(types, f.Type) {
			types = append(types, f.Type)
		}
	}
	return types
}

func only(list []string, keep func(string) bool) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return !keep(s) })
}

// refusedStep is the answer to an application whose user gave up at a step.
func (f *loginFlow) refusedStep(s *actions.Suspension) *provider.Deny {
	var answer mfaAnswer
	if len(f.login.Step.Answer) == 0 || json.Unmarshal(f.login.Step.Answer, &answer) != nil || !answer.Cancelled {
		return nil
	}
	what := "the second factor"
	if s.Kind == actions.SuspendPrompt {
		what = "the form"
	}
	if answer.Reason != "" {
		return &provider.Deny{Code: "access_denied", Description: "The login ended at " + what + ": " + answer.Reason + "."}
	}
	return &provider.Deny{Code: "access_denied", Description: "The user cancelled " + what + "."}
}

// maskRefused finds the mask for the record of a flow that ended at a step. Where an
// Action was deleted meanwhile, its secrets have gone with it; those of the others stay hidden.
func (f *loginFlow) maskRefused(ctx context.Context, s *actions.Suspension) error {
	flow, err := f.s.versions(ctx, s.Flow)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	f.mask = actions.MaskFor(flow, f.event)
	return nil
}

// answerEvent puts what the step brought into the event: the request that came
// back, or the form's fields (Auth0: "Redirect with Actions", event.prompt).
func (f *loginFlow) answerEvent(s *actions.Suspension) {
	step := f.login.Step
	switch s.Kind {
	case actions.SuspendRedirect:
		f.event.Request.Method = step.Method
		f.event.Request.Query, f.event.Request.Body = flatten(step.Query), flatten(step.Body)
	case actions.SuspendPrompt:
		var answer struct {
			Fields json.RawMessage `json:"fields"`
		}
		json.Unmarshal(step.Answer, &answer) // our own page wrote it
		f.event.Prompt = &actions.Prompt{ID: s.Prompt.ID, Fields: answer.Fields, Vars: s.Prompt.Vars}
	}
}
