package web

import (
	"context"
	"errors"
	"net/http"

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
)

// refresh gets new tokens with the refresh token (Core 12) and shows what has
// changed in the claims. The session gets a new id and keeps its age: refreshing
// does not make a login last longer.
func (s *Server) refresh(w http.ResponseWriter, r *http.Request) error {
	who, ended, err := s.sessions.Current(r)
	switch {
	case err != nil:
		return err
	case ended || who == nil:
		return session.ErrEnded()
	case who.RefreshToken == "":
		return errNoRefreshToken()
	}
	old := s.sessions.ID(r)
	// A refresh token works once: of two clicks the second waits for the first.
	id, err, _ := s.refreshes.Do(old, func() (any, error) {
		// One that came just before may be through, and have used it up.
		if err := s.sessions.Check(old); err != nil {
			return nil, err
		}
		ctx := oidc.ClientContext(context.WithoutCancel(r.Context()), s.provider.Client)
		ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
		defer cancel()
		l, err := s.refreshed(ctx, who)
		if err != nil {
			return nil, errNotRefreshed(err)
		}
		return s.sessions.Exchange(old, l)
	})
	if err != nil {
		return err
	}
	s.sessions.Show(w, id.(string), who)
	http.Redirect(w, r, returnto.Default+"#refreshed", http.StatusSeeOther)
	return nil
}

// refreshed returns who with new tokens, when they pass every check.
func (s *Server) refreshed(ctx context.Context, who *session.Login) (*session.Login, error) {
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
		return nil, provider.ErrTokens(s.cfg.forProvider(), x, err)
	}
	s.logTokens(&log, "This app swapped the refresh token for new tokens", x, token)
	raw, _ := token.Extra("id_token").(string)
	if raw == "" { // Core 12.2 allows it
		l := *who
		l.RefreshToken, l.Refresh, l.Log = token.RefreshToken, &session.Refresh{At: now, IDTokenAt: who.Refresh.IDToken(), Note: "The provider sent no new ID token, so nothing changed but the access token."}, log
		return &l, nil
	}
	v := &verification{cfg: s.cfg, conn: conn, attempt: &attempt.Attempt{}, previous: who.Claims, Ledger: checks.NewLedger(), token: token, raw: raw}
	v.Skip("state", "no browser was sent anywhere")
	v.Skip("callback_iss", "no browser was sent anywhere")
	v.Pass("id_token", "a member id_token", "one")
	l, err := s.believe(ctx, v, &log)
	if err != nil {
		return nil, err
	}
	l.Transaction = s.askTransaction(ctx, conn, x.Transaction, &l.Log, "token")
	if err := l.Decode(); err != nil {
		return nil, err
	}
	l.At, l.Refresh = who.At, &session.Refresh{At: now, IDTokenAt: now, Changes: session.Compare(who.Claims, l.Claims)}
	return l, nil
}

func errNoRefreshToken() error {
	return &problem.Error{Code: "E-REF-1",
		Text:    "This app has no refresh token for your login, so it can't get new tokens without you.",
		Hint:    "Set `OIDC_SCOPES` to `openid profile email offline_access`, allow refresh tokens for this application at the provider, and log in again.",
		Buttons: []views.Button{problem.Primary("Log in again", "/login"), problem.Button("Profile", returnto.Default)}}
}

// errNotRefreshed makes the page of err one for somebody who is still logged in. A token
// that the provider does not take (RFC 6749 section 5.2) is the refresh token here.
func errNotRefreshed(err error) error {
	e, ok := errors.AsType[*problem.Error](err)
	if !ok {
		return err
	}
	c := *e // several requests may have been given the same error
	if c.Code == "E-TOK-2" {
		c.Code, c.Hint, c.Text = "E-REF-2", "", "It has expired, was revoked, or was used before: each works once."
	}
	c.Text += " You are still logged in here, with the claims that you had."
	c.Retry = "" // it would log in
	c.Buttons = []views.Button{problem.Primary("Profile", returnto.Default), problem.Button("Log in again", "/login")}
	return &c
}
