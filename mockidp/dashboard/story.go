package dashboard

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/store"
	"example.com/postlogin/mockidp/ui"
)

// The tabs of a login, as ?tab= names them; the first is also the one without it.
const (
	tabStory = "story"
	tabEvent = "event"
	tabToken = "token"
	tabRaw   = "raw"
)

// storyView is one login with all that its record tells.
type storyView struct {
	ui.Frame
	Root  string // of the dashboard's addresses
	Self  string // of this page
	URL   string // of this page, whole
	Tab   string
	Entry *entry
	Steps []storyStep  // tab Story
	Text  string       // tabs Event and Raw: JSON
	Rows  []tokenClaim // tab Token
	Tests []ui.Link    // use as test event of these Actions
	Curl  string
}

// storyStep is one thing that happened.
type storyStep struct {
	Title  string
	Text   string
	Took   string // "" where it was not measured
	State  string // "done", "bad" or "later"; also its class
	Link   ui.Link
	Action *actions.ActionRun // of an Action, else nil
}

// tokenClaim is a claim of a token with who has set it.
type tokenClaim struct {
	Token, Name, Value string
	By                 string // "protocol", or the Action with its version
	URL                string // of the Action
	Line               int
	Not                string // why it is not in the token, "" when it is
}

// tabs are the tabs with their addresses.
func (v *storyView) tabs() []ui.Link {
	if v.Entry.Failure != nil { // there was no event, and there is no token
		return []ui.Link{{Label: "Story", URL: v.Self}, {Label: "Raw", URL: v.Self + "?tab=raw"}}
	}
	return []ui.Link{{Label: "Story", URL: v.Self}, {Label: "Event", URL: v.Self + "?tab=event"}, {Label: "Token", URL: v.Self + "?tab=token"}, {Label: "Raw", URL: v.Self + "?tab=raw"}}
}

// here is the address of the tab that is shown.
func (v *storyView) here() string {
	if v.Tab == tabStory {
		return v.Self
	}
	return v.Self + "?tab=" + v.Tab
}

// story shows one login.
func (d *Dashboard) story(w http.ResponseWriter, r *http.Request) error {
	f, err := d.cfg.Store.Failure(r.Context(), r.PathValue("id"))
	if err == nil {
		return d.failureStory(w, r, f)
	}
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	past, err := d.pastLogin(r)
	if err != nil {
		return err
	}
	run, e := past.Run, newEntry(past.Run)
	frame, err := d.frame(r, e.label()+", "+e.User, logsPath)
	if err != nil {
		return err
	}
	v := &storyView{Frame: frame, Root: d.root, Self: d.root + logsPath + "/" + url.PathEscape(run.ID), Entry: e, Tab: r.URL.Query().Get("tab"),
		Curl: d.mockCurl("logins/" + url.PathEscape(run.ID))}
	v.URL = strings.TrimSuffix(d.cfg.Issuer, d.cfg.BasePath+"/") + v.Self
	for _, a := range past.Result.Runs {
		v.Tests = append(v.Tests, ui.Link{Label: a.Name, URL: d.root + editorPath + a.ID + "?event=run:" + url.QueryEscape(run.ID)})
	}
	switch v.Tab {
	case tabEvent:
		v.Text = indented(past.Event)
	case tabToken:
		v.Rows = d.tokenClaims(past)
	case tabRaw:
		v.Text = indented(run.Record)
	default:
		v.Tab = tabStory
		if v.Steps, err = d.storySteps(r, past, e); err != nil {
			return err
		}
	}
	return d.show(w, r, http.StatusOK, storyPage(v))
}

// pastLogin is the login that the address names.
func (d *Dashboard) pastLogin(r *http.Request) (*wholeRun, error) {
	run, err := d.cfg.Store.Run(r.Context(), r.PathValue("id"))
	if errors.Is(err, store.ErrNotFound) {
		return nil, &pageError{status: http.StatusNotFound, cause: err, Problem: ui.Problem{
			Title: "There is no such login", Detail: "The last 1000 are kept. It was deleted, or the address is wrong.", Back: d.to("Back to the logs", logsPath),
		}}
	}
	if err != nil {
		return nil, err
	}
	return readRun(run)
}

// indented is JSON for people; text that is none comes back as it is.
func indented(text json.RawMessage) string {
	var b bytes.Buffer
	if json.Indent(&b, text, "", "  ") != nil {
		return string(text)
	}
	return b.String()
}

// storySteps tells the login in order. All of it is from the record, and from the
// grant that the login led to.
func (d *Dashboard) storySteps(r *http.Request, p *wholeRun, e *entry) ([]storyStep, error) {
	steps := []storyStep{d.arrival(e)}
	out := p.Result
	for i := range out.Runs {
		a := &out.Runs[i]
		s := storyStep{Title: fmt.Sprintf("%s v%d", a.Name, a.Version), Took: milliseconds(a.Duration()), State: "done", Action: a,
			Link: d.to("Open "+a.Name, editorPath+a.ID)}
		switch {
		case a.Outcome == actions.OutcomeOK && a.Continued:
			s.Text = "Went on after the person came back."
		case a.Outcome == actions.OutcomeRedirect:
			s.Text = "Sent the person to another page."
		case a.Outcome == actions.OutcomeDenied:
			s.State, s.Text = "bad", "Ended the login."
		case a.Outcome != actions.OutcomeOK:
			s.State, s.Text = "bad", "Failed."
		case len(a.Commands)+len(a.Console)+len(a.Requests) == 0:
			s.Text = "Ran to its end and asked for nothing."
		}
		steps = append(steps, s)
	}
	if len(out.Runs) == 0 {
		steps = append(steps, storyStep{Title: "No Action ran", Text: "The Login flow was empty.", State: "later", Link: d.to("Library", libraryPath)})
	}
	end, err := d.outcomeSteps(r, p, e)
	return append(steps, end...), err
}

// arrival is how the login began.
func (d *Dashboard) arrival(e *entry) storyStep {
	s := storyStep{State: "done"}
	from := e.Place
	if from == "unknown" {
		from = "a place that is not known"
	}
	switch e.Kind {
	case "sso", "silent":
		s.Title, s.Text = e.User+" was logged in already", "The session at this provider answered, without a password. Actions run all the same; the login is not counted."
	case "refresh":
		s.Title, s.Text = e.Client+" exchanged a refresh token", "No person took part. Actions run all the same; the login is not counted."
	case "password":
		s.Title, s.Text = e.Client+" sent "+e.User+"'s password", "The password grant: no browser took part."
	default:
		s.Title, s.Text = e.User+" typed the password", fmt.Sprintf("It was right. This is login %d of this account.", e.Logins)
	}
	s.Text += fmt.Sprintf(" From %s (%s), at %s.", from, cmp.Or(e.IP, "no address"), e.Client)
	return s
}

// outcomeSteps is what came of it: tokens, or why there are none.
func (d *Dashboard) outcomeSteps(r *http.Request, p *wholeRun, e *entry) ([]storyStep, error) {
	if e.Outcome != actions.OutcomeOK {
		s := storyStep{Title: "No tokens", Text: e.Reason, State: "bad"}
		if e.Outcome == "suspended" {
			s.Title, s.Text, s.State = "The login is not over", "It waits until the person comes back from the other page.", "later"
		} else if code, text := errorOf(p.Result); text != "" {
			s.Text = "The application got the error " + code + ": " + text
		}
		return []storyStep{s}, nil
	}
	steps := []storyStep{{Title: "The ID token got " + count(len(e.Claims), "claim"), Text: strings.Join(e.Claims, ", "), State: "done",
		Link: ui.Link{Label: "See the token", URL: d.root + logsPath + "/" + url.PathEscape(e.ID) + "?tab=token"}}}
	g, err := d.cfg.Store.GrantOf(r.Context(), p.Run)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return steps, nil // expired since, or the run of a refresh
	case err != nil:
		return nil, err
	case g.CodeHash == "":
	case g.Redeemed:
		steps = append(steps, storyStep{Title: e.Client + " swapped the code for the tokens", Text: "Granted scopes: " + g.Scope, State: "done"})
	default:
		steps = append(steps, storyStep{Title: e.Client + " has not swapped the code", Text: "A code is good for a minute. Did the application come to its callback?", State: "later"})
	}
	if g.Revoked {
		steps = append(steps, storyStep{Title: "The tokens were revoked", Text: "By a logout, by somebody in the dashboard, or because a code was used twice.", State: "later"})
	}
	return steps, nil
}

// errorOf is the OAuth error that the application got.
func errorOf(out *actions.Outcome) (code, description string) {
	switch {
	case out.Failed != nil:
		return "access_denied", out.Failed.Description()
	case out.Invalid != nil:
		return out.Invalid.Code, out.Invalid.Message
	case out.Denied != nil:
		return "access_denied", out.Denied.Reason
	case out.Refused != nil:
		return out.Refused.Code, out.Refused.Reason
	}
	return "", ""
}

// readable undoes what encoding/json does to three letters for the sake of pages that
// don't escape.
func readable(text string) string {
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(text)
}

// tokenClaims are the claims of both tokens with who has set them: those of the
// protocol first, then in the order in which Actions set them. Claims that were
// asked for and are not there come too, with the reason.
func (d *Dashboard) tokenClaims(p *wholeRun) []tokenClaim {
	rows := []tokenClaim{
		{Token: "ID token", Name: "iss", Value: strconv.Quote(d.cfg.Issuer), By: "protocol"},
		{Token: "ID token", Name: "sub", Value: strconv.Quote(p.UserID), By: "protocol"},
		{Token: "ID token", Name: "aud", Value: strconv.Quote(p.ClientID), By: "protocol"},
	}
	for _, token := range []string{"id_token", "access_token"} {
		has := p.Result.IDToken
		name := "ID token"
		if token == "access_token" {
			has, name = p.Result.AccessToken, "access token"
		}
		type place struct{ run, claim int }
		last := map[string]place{} // who wins
		for i, r := range p.Result.Runs {
			for j, c := range r.Claims {
				if c.Token == token && c.Dropped == "" {
					last[c.Name] = place{i, j}
				}
			}
		}
		for i, r := range p.Result.Runs {
			for j, c := range r.Claims {
				if c.Token != token {
					continue
				}
				row := tokenClaim{Token: name, Name: c.Name, Value: cmp.Or(readable(string(c.Value)), "undefined"), By: fmt.Sprintf("%s v%d", r.Name, r.Version),
					URL: d.root + editorPath + r.ID + "?line=" + strconv.Itoa(c.Line), Line: c.Line, Not: c.Dropped}
				switch {
				case c.Dropped == "undefined":
					row.Not = "it was undefined, which makes no claim"
				case c.Dropped == "" && last[c.Name] != place{i, j}:
					row.Not = "it was set again later"
				case c.Dropped == "" && (has[c.Name] == nil || p.Outcome != actions.OutcomeOK):
					row.Not = "the login gave no tokens"
				}
				rows = append(rows, row)
			}
		}
	}
	if p.Outcome != actions.OutcomeOK {
		rows = slices.DeleteFunc(rows, func(c tokenClaim) bool { return c.By == "protocol" })
	}
	return rows
}
