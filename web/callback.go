package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"example.com/postlogin/views"
	"example.com/postlogin/web/attempt"
	"example.com/postlogin/web/checks"
	"example.com/postlogin/web/problem"
	"example.com/postlogin/web/provider"
	"example.com/postlogin/web/returnto"
	"example.com/postlogin/web/session"
	"example.com/postlogin/web/timeline"
	"example.com/postlogin/web/transaction"
	"example.com/postlogin/web/words"
)

// An answer is what the provider's redirect says (Core 3.1.2.5, 3.1.2.6). Anyone
// can write such a link, so until the state has been found nothing of it is
// believed, shown or logged.
type answer struct {
	state, code      string
	err, description string
	iss              string
	hasIss           bool
}

// parseAnswer reads the query of the callback. A parameter that comes twice makes
// the answer invalid (RFC 6749 section 3.1): two readers could pick different ones.
func parseAnswer(query string) (answer, error) {
	q, err := url.ParseQuery(query)
	if err != nil {
		return answer{}, errMalformedCallback("a query string that can't be read")
	}
	for _, name := range []string{"state", "code", "error", "error_description", "iss"} {
		if len(q[name]) > 1 {
			return answer{}, errMalformedCallback("the parameter " + name + " more than once")
		}
	}
	in := answer{state: q.Get("state"), code: q.Get("code"), err: q.Get("error"),
		description: q.Get("error_description"), iss: q.Get("iss"), hasIss: q.Has("iss")}
	if in.state == "" { // an empty state must never match an empty memory
		return answer{}, errMalformedCallback("no state")
	}
	return in, nil
}

// callback ends a login: it finds the attempt that the answer belongs to, swaps
// the code for tokens, checks them and makes a session. It always leaves for an
// address without code and state.
func (s *Server) callback(w http.ResponseWriter, r *http.Request) error {
	in, err := parseAnswer(r.URL.RawQuery)
	if err != nil {
		return err
	}
	a, err := s.attempts.Finish(w, r, in.state)
	if used, ok := errors.AsType[*problem.Error](err); ok && used.Code == "E-STATE-3" {
		return s.usedBefore(r, used)
	}
	if err != nil {
		return err
	}
	// One limit for all requests to the provider together.
	ctx, cancel := context.WithTimeout(oidc.ClientContext(r.Context(), s.provider.Client), s.cfg.Timeout)
	defer cancel()
	s.logReturn(&a.Log, r.URL.Query())
	l, err := s.complete(ctx, a, in)
	if err != nil {
		return leadBack(err, a.Next)
	}
	s.logEnd(&l.Log, a.Next)
	if err := l.Decode(); err != nil {
		return err
	}
	if err := s.history.Add(l.At, l.Claims, l.Transaction.Where(), l.Log); err != nil {
		return err
	}
	if err := s.sessions.LogIn(w, r, l); err != nil {
		return err
	}
	http.Redirect(w, r, a.Next, http.StatusSeeOther)
	return nil
}

// usedBefore answers a reload of the callback, or the Back button: it says so, and
// whoever is logged in is led to the profile.
func (s *Server) usedBefore(r *http.Request, used *problem.Error) error {
	l, _, err := s.sessions.Current(r)
	if err != nil {
		return err
	}
	if l != nil {
		used.Buttons = []views.Button{problem.Primary("Open profile", returnto.Default), problem.Button("Log in", "/login")}
	}
	return used
}

// complete turns an answer that belongs to attempt a into a login, or into the
// error that says which check it did not pass.
func (s *Server) complete(ctx context.Context, a *attempt.Attempt, in answer) (*session.Login, error) {
	began := s.cfg.Now()
	v := &verification{cfg: s.cfg, attempt: a, Ledger: checks.NewLedger()}
	v.Pass("state", "the state of a login started in this browser", "the same")
	var err error
	if v.conn, err = s.provider.Current(ctx); err != nil {
		return nil, err
	}
	if err := v.answerIssuer(in); err != nil {
		return nil, err
	}
	if in.err != "" {
		return nil, errRefused(in, a.Prompt, transaction.LogsURL(v.conn))
	}
	if in.code == "" {
		return nil, errMalformedCallback("neither a code nor an error")
	}
	x, err := v.redeem(ctx, in.code)
	if err != nil {
		return nil, err
	}
	s.logTokens(&a.Log, "This app swapped the code for tokens", x, v.token)
	l, err := s.believe(ctx, v, &a.Log)
	if err != nil {
		return nil, err
	}
	l.At = began // not now: the provider may have ended the login meanwhile (session.Store.End)
	l.Transaction = s.askTransaction(ctx, v.conn, x.Transaction, &l.Log, "authorize")
	return l, nil
}

// believe turns tokens into a login when they pass every check. When it began, the caller
// knows.
func (s *Server) believe(ctx context.Context, v *verification, log *timeline.Log) (*session.Login, error) {
	_, fetches := v.conn.Fetches.Since(0)
	began := time.Now()
	cs, err := v.verify(ctx)
	if err != nil {
		return nil, s.withToken(err, v.raw)
	}
	took := timeline.Milliseconds(time.Since(began))
	fetched, _ := v.conn.Fetches.Since(fetches)
	s.logKeys(log, v.conn, fetched)
	verified := s.cfg.Now()
	sub, _ := cs.Text("sub")
	info, x, err := v.userInfo(ctx, sub)
	if err != nil {
		return nil, s.withToken(err, v.raw)
	}
	s.logChecks(log, verified, v.Checks, took)
	s.logUserInfo(log, x)
	l := &session.Login{IDToken: v.raw, RefreshToken: v.token.RefreshToken, Checks: v.Checks, Name: displayName(cs, info), Log: *log}
	if info != nil {
		l.UserInfo = info.Object()
	}
	return l, nil
}

// withToken lets the page of a failed check show the token, where that is allowed.
func (s *Server) withToken(err error, raw string) error {
	if e, ok := errors.AsType[*problem.Error](err); ok && s.cfg.ShowRawToken {
		e.IDToken = raw
	}
	return err
}

// answerIssuer checks who answered (RFC 9207 section 2.4), also when the answer is
// an error. A provider that says it always names itself must do so.
func (v *verification) answerIssuer(in answer) error {
	switch {
	case in.hasIss && in.iss != v.conn.Issuer:
		return v.Fail("callback_iss", v.conn.Issuer, in.iss)
	case !in.hasIss && v.conn.SendsIssuer:
		return v.Fail("callback_iss", v.conn.Issuer, "no parameter iss")
	case !in.hasIss:
		v.Skip("callback_iss", "this provider does not send iss in its answers")
	default:
		v.Pass("callback_iss", v.conn.Issuer, in.iss)
	}
	return nil
}

// redeem swaps the code for tokens (Core 3.1.3.1), with the PKCE verifier.
func (v *verification) redeem(ctx context.Context, code string) (x provider.Exchange, err error) {
	token, err := v.conn.OAuth.Exchange(provider.WithExchange(ctx, &x), code, oauth2.VerifierOption(v.attempt.Verifier))
	if err != nil {
		return x, provider.ErrTokens(v.cfg.forProvider(), x, err)
	}
	raw, ok := token.Extra("id_token").(string) // Core 3.1.3.3
	if !ok || raw == "" {
		err := v.Fail("id_token", "a member id_token", "none, or one that is not text")
		if e, ok := errors.AsType[*problem.Error](err); ok {
			e.Text = x.String() + ", but without an ID token."
		}
		return x, err
	}
	v.Pass("id_token", "a member id_token", "one")
	v.token, v.raw = token, raw
	return x, nil
}

// errRefused is the page for an answer that says no (Core 3.1.2.6, RFC 6749 section
// 4.1.2.1). prompt is the parameter that the request had, logs the provider's page about
// its logins or "".
func errRefused(in answer, prompt, logs string) error {
	e := &problem.Error{
		Quote:   words.Shorten(in.description, words.MaxQuote),
		Details: []views.Detail{{Name: "error", Value: words.Shorten(in.err, 80)}},
		Buttons: []views.Button{problem.Primary("Log in", "/login"), problem.Button("Home", "/")},
	}
	if in.description != "" {
		e.Details = append(e.Details, views.Detail{Name: "error_description", Value: e.Quote})
	}
	e.Details = append(e.Details, views.Detail{Name: "where it came from",
		Value: "the query string of GET /callback; no code was sent, so no token request was made"})
	again := []views.Button{problem.Primary("Try again as someone else", returnto.AnotherUser), problem.Button("Home", "/")}
	switch {
	case in.isCancelled():
		e.Code, e.Quote, e.Text = "E-DENY-2", "", "Nothing was sent to this app."
	case in.isBlocked():
		e.Code, e.Quote, e.Text, e.Buttons = "E-DENY-3", "", "The identity provider does not let this account log in.", again
	case in.err == "access_denied":
		e.Code, e.Text, e.Buttons = "E-DENY-1", "The identity provider said no.", again
		e.Hint = "Usually an Action in the login flow has refused it, or has failed. Nothing is wrong with your password."
		if logs != "" {
			e.Buttons = append(e.Buttons, problem.Button("See what the Action did", logs))
		}
	case slices.Contains([]string{"login_required", "interaction_required", "consent_required", "account_selection_required"}, in.err):
		e.Code = "E-INT-1"
		switch {
		case prompt != "none":
			e.Text = "The identity provider says that you have to do something there yourself, and did not show you a page for it. This app did not ask for a silent login."
		case in.err == "login_required":
			e.Text = "This app asked for a silent login, but there is no session at the identity provider."
		default: // there may well be a session
			e.Text = "This app asked for a silent login, but the identity provider has to show you a page first."
		}
	case in.err == "server_error", in.err == "temporarily_unavailable":
		e.Code, e.Text, e.Hint = "E-TOK-3", "It could not carry out the login and answered "+in.err+".", provider.SeeItsLog
	default:
		e.Code, e.Buttons = "E-REQ-1", []views.Button{problem.Primary("Home", "/"), problem.Button("Log in", "/login")}
		e.Text = "Something in this app's settings does not fit."
	}
	return e
}

// isCancelled reports whether the person pressed Cancel, on the login page or at a
// step that an Action asked for. OAuth has one code for that and for an Action's
// refusal; only the texts differ.
func (in answer) isCancelled() bool {
	switch in.description {
	case "The user cancelled the login.", "The user cancelled the second factor.", "The user cancelled the form.", "User did not authorize the request":
		return in.err == "access_denied"
	}
	return false
}

// isBlocked reports a blocked account (Auth0: Common Authentication Errors).
func (in answer) isBlocked() bool {
	return (in.err == "unauthorized" || in.err == "access_denied") && in.description == "user is blocked"
}

func errMalformedCallback(what string) error {
	return &problem.Error{Code: "E-CB-1",
		Text:     "The login was not started in this browser, or the answer was changed on its way. Start again from this page.",
		Expected: "one state, with a code or an error", Got: what,
		Buttons: []views.Button{problem.Primary("Log in", "/login"), problem.Button("Home", "/")}}
}
