package actions

import (
	"slices"
	"strings"
)

// What a Mask makes of the parts of a record.

// Outcome is a copy of out for people to read and for a log to keep. What is to be
// carried out is in out itself.
func (m *Mask) Outcome(out *Outcome) *Outcome {
	if m == nil || out == nil {
		return out
	}
	o := *out
	o.IDToken, o.AccessToken = m.values(o.IDToken), m.values(o.AccessToken)
	o.AppMetadata, o.UserMetadata = m.members(o.AppMetadata), m.members(o.UserMetadata)
	o.TransactionMetadata = m.JSON(o.TransactionMetadata)
	o.AddedScopes, o.RemovedScopes, o.RecordedMethods = m.list(o.AddedScopes), m.list(o.RemovedScopes), m.list(o.RecordedMethods)
	o.PrimaryUser = m.Text(o.PrimaryUser)
	o.MFA = m.mfa(o.MFA)
	if o.Session != nil {
		s := *o.Session
		s.Metadata = m.Texts(s.Metadata)
		o.Session = &s
	}
	if o.RefreshToken != nil {
		t := *o.RefreshToken
		t.Metadata = m.Texts(t.Metadata)
		o.RefreshToken = &t
	}
	if o.Invalid != nil {
		o.Invalid = &ValidationError{o.Invalid.Action, m.Text(o.Invalid.Code), m.Text(o.Invalid.Message)}
	}
	if o.Denied != nil {
		o.Denied = &Denial{o.Denied.Action, m.Text(o.Denied.Reason)}
	}
	if o.Failed != nil {
		o.Failed = &Failure{o.Failed.Action, o.Failed.Kind, m.failure(o.Failed.Error)}
	}
	o.Suspended = m.suspension(o.Suspended)
	o.Runs = slices.Clone(o.Runs)
	for i := range o.Runs {
		o.Runs[i] = m.run(o.Runs[i])
		o.Runs[i].Claims = m.claims(o.Runs[i].Claims)
	}
	return &o
}

// run is what the record of a run shows, but for its claims: what a token gets is
// looked up by their names.
func (m *Mask) run(r ActionRun) ActionRun {
	if m == nil {
		return r
	}
	r.Console, r.Warnings, r.Requests = slices.Clone(r.Console), slices.Clone(r.Warnings), slices.Clone(r.Requests)
	for i := range r.Console {
		r.Console[i].Text = m.Text(r.Console[i].Text)
	}
	for i := range r.Warnings {
		r.Warnings[i].Text = m.Text(r.Warnings[i].Text)
	}
	for i, q := range r.Requests {
		r.Requests[i] = OutgoingCall{m.Text(q.Method), m.Text(q.URL), m.Texts(q.Headers), m.Text(q.Body), q.Line, q.Status, m.Text(q.Error)}
	}
	r.Commands, r.Error = m.commands(r.Commands, r.Claims), m.failure(r.Error)
	return r
}

func (m *Mask) failure(e *Error) *Error {
	if m == nil || e == nil {
		return e
	}
	return &Error{m.Text(e.Name), m.Text(e.Message), e.Line, e.Column, m.Text(e.Stack)}
}

// commands keeps the names of those claims that are in a token.
func (m *Mask) commands(list []Command, claims []Claim) []Command {
	list = slices.Clone(list)
	for i, c := range list {
		list[i].Args = slices.Clone(c.Args)
		for j, arg := range c.Args {
			if j == 0 && strings.HasSuffix(c.Name, ".setCustomClaim") && slices.ContainsFunc(claims, func(k Claim) bool {
				return k.Dropped == "" && string(arg) == `"`+inJSON(k.Name)+`"`
			}) {
				continue
			}
			list[i].Args[j] = m.JSON(arg)
		}
	}
	return list
}

// claims keeps the names of those in a token as they are: everybody can read them
// there, and who set a claim is looked up by its name.
func (m *Mask) claims(list []Claim) []Claim {
	list = slices.Clone(list)
	for i, c := range list {
		list[i].Value, list[i].Dropped = m.JSON(c.Value), m.Text(c.Dropped)
		if c.Dropped != "" {
			list[i].Name = m.Text(c.Name)
		}
	}
	return list
}

func (m *Mask) list(texts []string) []string {
	texts = slices.Clone(texts)
	for i, s := range texts {
		texts[i] = m.Text(s)
	}
	return texts
}

func (m *Mask) mfa(f *MFA) *MFA {
	if f == nil {
		return nil
	}
	return &MFA{m.Text(f.Provider), f.AllowRememberBrowser, m.JSON(f.Options)}
}

func (m *Mask) factors(list []Factor) []Factor {
	list = slices.Clone(list)
	for i, f := range list {
		list[i].Options = m.JSON(f.Options)
	}
	return list
}

func (m *Mask) suspension(suspended *Suspension) *Suspension {
	if suspended == nil {
		return nil
	}
	s := *suspended
	s.URL = m.Text(s.URL)
	if p := s.Prompt; p != nil {
		s.Prompt = &PromptRequest{m.Text(p.ID), m.JSON(p.Fields), m.JSON(p.Vars)}
	}
	s.Factors, s.Additional, s.MFA = m.factors(s.Factors), m.factors(s.Additional), m.mfa(s.MFA)
	s.Queue, s.Before = m.commands(s.Queue, nil), m.Outcome(s.Before)
	return &s
}

// Event is a copy of ev for the log. Only what an Action can have put there is
// searched: metadata, a form's variables, and, where the flow goes on after a
// redirect (resumed), what came back with it.
func (m *Mask) Event(ev *Event, resumed bool) *Event {
	if m == nil {
		return ev
	}
	e := *ev
	e.User.AppMetadata, e.User.UserMetadata = m.JSON(e.User.AppMetadata), m.JSON(e.User.UserMetadata)
	if e.Transaction != nil {
		t := *e.Transaction
		t.Metadata = m.JSON(t.Metadata)
		e.Transaction = &t
	}
	if e.Session != nil {
		s := *e.Session
		s.Metadata = m.Texts(s.Metadata)
		e.Session = &s
	}
	if e.RefreshToken != nil {
		t := *e.RefreshToken
		t.Metadata = m.Texts(t.Metadata)
		e.RefreshToken = &t
	}
	if p := e.Prompt; p != nil {
		e.Prompt = &Prompt{p.ID, m.JSON(p.Fields), m.JSON(p.Vars)}
	}
	if resumed {
		e.Request.Query, e.Request.Body = m.Texts(e.Request.Query), m.Texts(e.Request.Body)
	}
	return &e
}
