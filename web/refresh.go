package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/gorilla/sessions"
	"golang.org/x/oauth2"

	"example.com/postlogin/views"
	"example.com/postlogin/web/checks"
	"example.com/postlogin/web/claims"
	"example.com/postlogin/web/problem"
	"example.com/postlogin/web/provider"
	"example.com/postlogin/web/returnto"
	"example.com/postlogin/web/timeline"
	"example.com/postlogin/web/words"
)

// refresh gets new tokens with the refresh token (Core 12) and shows what has
// changed in the claims. The session gets a new id and keeps its age: refreshing
// does not make a login last longer.
func (s *Server) refresh(w http.ResponseWriter, r *http.Request) error {
	who, ended, err := s.sessions.current(r)
	switch {
	case err != nil:
		return err
	case ended || who == nil:
		return errSessionEnded()
	case who.RefreshToken == "":
		return errNoRefreshToken()
	}
	old, err := r.Cookie(s.sessions.cookie)
	if err != nil {
		return err // current has read it
	}
	// A refresh token works once: of two clicks the second waits for the first.
	id, err, _ := s.refreshes.Do(old.Value, func() (any, error) {
		ctx := oidc.ClientContext(context.WithoutCancel(r.Context()), s.provider.Client)
		ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
		defer cancel()
		l, err := s.refreshed(ctx, who)
		if err != nil {
			return nil, err
		}
		return s.sessions.exchange(old.Value, l)
	})
	if err != nil {
		return err
	}
	http.SetCookie(w, sessions.NewCookie(s.sessions.cookie, id.(string), cookieOptions(s.sessions.secure, absoluteLimit-s.cfg.Now().Sub(who.At))))
	http.Redirect(w, r, returnto.Default+"#refreshed", http.StatusSeeOther)
	return nil
}

// refreshed returns who with new tokens, when they pass every check.
func (s *Server) refreshed(ctx context.Context, who *login) (*login, error) {
	conn, err := s.provider.Current(ctx)
	if err != nil {
		return nil, err
	}
	now := s.cfg.Now()
	log := timeline.Begin(now)
	log.Add(now, timeline.Step{ID: "refresh", Channel: timeline.Front, Title: "You chose “Refresh my tokens”", Method: http.MethodPost, URL: "/refresh",
		Status: http.StatusSeeOther, Text: "You need not be at the provider for it: this app has the refresh token from your login."})
	var x provider.Exchange
	token, err := conn.OAuth.TokenSource(provider.WithExchange(ctx, &x), &oauth2.Token{RefreshToken: who.RefreshToken}).Token()
	if err != nil {
		return nil, errRefreshRefused(s.cfg, x, err)
	}
	s.logTokens(&log, "This app swapped the refresh token for new tokens", x, token)
	raw, _ := token.Extra("id_token").(string)
	if raw == "" { // Core 12.2 allows it
		l := *who
		l.RefreshToken, l.Refresh, l.Log = token.RefreshToken, &refreshResult{At: now, Note: "The provider sent no new ID token, so nothing changed but the access token."}, log
		return &l, nil
	}
	v := &verification{cfg: s.cfg, conn: conn, attempt: &attempt{}, previous: who.claims, Ledger: checks.NewLedger(), token: token, raw: raw}
	v.Skip("state", "no browser was sent anywhere")
	v.Skip("callback_iss", "no browser was sent anywhere")
	v.Pass("id_token", "a member id_token", "one")
	l, err := s.believe(ctx, v, &log)
	if err != nil {
		return nil, err
	}
	l.Transaction = s.askTransaction(ctx, conn, x.Transaction, &l.Log, "token")
	if err := l.decode(); err != nil {
		return nil, err
	}
	l.At, l.Refresh = who.At, &refreshResult{At: now, Changes: changed(who.claims, l.claims)}
	return l, nil
}

// A refreshResult is what the last refresh brought.
type refreshResult struct {
	At      time.Time `json:"at"`
	Changes []change  `json:"changes"`
	Note    string    `json:"note,omitempty"`
}

// A change is one claim that differs between two ID tokens. A nil value means that
// the claim was not there.
type change struct {
	Name   string          `json:"name"`
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

// changed compares two payloads, in the order of the new one. Values are compared
// as they stand in the tokens.
func changed(before, after claims.Set) (list []change) {
	for _, c := range after {
		if old := before.Raw(c.Name); !bytes.Equal(old, c.Value) {
			list = append(list, change{c.Name, old, c.Value})
		}
	}
	for _, c := range before {
		if after.Raw(c.Name) == nil {
			list = append(list, change{c.Name, c.Value, nil})
		}
	}
	return list
}

// when is the time of the last refresh; zero when there was none.
func (r *refreshResult) when() (t time.Time) {
	if r != nil {
		t = r.At
	}
	return t
}

func (r *refreshResult) view(now time.Time) *views.Refresh {
	if r == nil {
		return nil
	}
	v := &views.Refresh{When: words.Relative(r.At, now), Note: r.Note}
	for _, c := range r.Changes {
		v.Changes = append(v.Changes, views.Change{Name: c.Name, Before: string(c.Before), After: string(c.After)})
	}
	return v
}

func errNoRefreshToken() error {
	return &problem.Error{Code: "E-REF-1",
		Text:    "This app has no refresh token for your login, so it can't get new tokens without you.",
		Hint:    "Set `OIDC_SCOPES` to `openid profile email offline_access`, allow refresh tokens for this application at the provider, and log in again.",
		Buttons: []views.Button{problem.Primary("Log in again", "/login"), problem.Button("Profile", returnto.Default)}}
}

// errRefreshRefused is the page for a refresh token that the provider does not take
// (RFC 6749 section 5.2). The session goes on with the claims that it has.
func errRefreshRefused(cfg Config, x provider.Exchange, err error) error {
	e, ok := errors.AsType[*problem.Error](errTokens(cfg, x, err))
	if !ok {
		return err
	}
	if e.Code == "E-TOK-2" {
		e.Code, e.Hint = "E-REF-2", ""
		e.Text = "It has expired, was revoked, or was used before: each works once. You are still logged in here, with the claims of your last login."
		e.Buttons = []views.Button{problem.Primary("Log in again", "/login"), problem.Button("Profile", returnto.Default)}
	}
	return e
}
