package history

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"example.com/postlogin/views"
	"example.com/postlogin/web/returnto"
	"example.com/postlogin/web/timeline"
)

// anchor is where the profile shows steps.
const anchor = "#what-happened"

// url is the address that shows the steps of a login, or "" when they are not kept.
func (l Login) url() string {
	if l.ID == "" || l.Log == nil {
		return ""
	}
	return returnto.Default + "?login=" + l.ID + anchor
}

// Choose lists on page the logins whose steps it can show, and puts those of the login
// called id in the place of the session's, which stand there already. It looks among the
// logins of this person only: what is not there is said to be not kept, whatever it is.
//
// at is when the login of this session was. When its tokens were refreshed since, at
// refreshed, the session has the steps of the refresh and the login is one of the others.
func (r *Record) Choose(page *views.Profile, at, refreshed time.Time, id string) error {
	session := views.Told{Label: "Login", At: at}
	if !refreshed.IsZero() {
		session = views.Told{Label: "Refresh", At: refreshed}
	}
	var others []views.Told
	found := id == ""
	for _, l := range r.Logins {
		told, named := l.told(), id != "" && id == l.ID
		switch {
		case refreshed.IsZero() && l.At.Equal(at):
			session = told
			found = found || named // and is there without being named
			continue
		case told.URL == "":
			continue
		case named:
			var log timeline.Log
			if err := json.Unmarshal(l.Log, &log); err != nil {
				return fmt.Errorf("history: the steps of a login: %w", err)
			}
			told.Here, told.Relation = true, relation(l.At, at)
			found, page.Other, page.Happened = true, &told, views.WhatHappened(timeline.View(log.Steps))
		}
		others = append(others, told)
	}
	if !found {
		page.NotKept = fmt.Sprintf("The steps of the login that you asked for are not kept. This app keeps those of your last %d logins. Below are those of this session.", maxLogs)
	}
	if len(others) > 0 {
		session.URL, session.Session, session.Here = returnto.Default+anchor, true, page.Other == nil
		page.Told = append([]views.Told{session}, others...)
	}
	return nil
}

// told names a login whose steps can be shown.
func (l Login) told() views.Told {
	t := views.Told{Label: "Login", At: l.At, URL: l.url()}
	if l.N != nil {
		t.Label += " " + strconv.FormatInt(*l.N, 10)
	}
	if l.City+l.Country != "" {
		t.Where = l.where()
	}
	return t
}

// relation says how a login stands to that of the session, which was at own. A later one
// in the same browser would have ended the session.
func relation(at, own time.Time) string {
	switch {
	case at.Before(own):
		return "This is an earlier login"
	case at.After(own):
		return "This is a later login, in another browser"
	default:
		return "This is your login, before you refreshed the tokens"
	}
}
