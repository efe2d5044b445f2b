package dashboard

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"example.com/postlogin/mockidp/store"
	"example.com/postlogin/mockidp/ui"
	"example.com/postlogin/mockidp/why"
)

const (
	whyPath     = "why"
	pendingPath = "actions/flows/login/pending"
)

// whyView is the page "Why is my claim missing?".
type whyView struct {
	ui.Frame
	Self        string // of this page
	Claim       string
	Transaction string        // of the login asked about; empty: the last one
	Logins      []loginChoice // the last ones, and the one asked about
	Known       []ui.Link     // claims that Actions set, each with its question
	Answer      *whyAnswer    // nil: nothing was asked
	Curl        string
}

// loginChoice is a login in the page's list.
type loginChoice struct{ ID, Label string }

// whyAnswer is an answer with its button. The view whyBox shows it, on this page
// and on any other.
type whyAnswer struct {
	*why.Answer
	Root string // of the dashboard's addresses
	Base string // store.HashCode of the draft of Action
	App  ui.Link
}

// fine reports whether there is nothing to mend.
func (a *whyAnswer) fine() bool { return a.Cause == why.Present }

// open is the address of the Action in the editor, at the line.
func (a *whyAnswer) open() string {
	to := a.Root + editorPath + a.Action.ID
	if a.Line > 0 {
		to += fmt.Sprintf("?line=%d", a.Line)
	}
	return to
}

// looked are the causes by what would be in order, with how far the look has come.
func (a *whyAnswer) looked() []step {
	titles := []string{
		"An Action mentions the claim", "It was deployed", "What was deployed sets the claim", "It is in the Login flow", "The flow was applied",
		"The token is newer than that", "It is set on the ID token", "It has a value", "Its name is free to use",
		"No Action failed", "No Action ended the login before", "Its line was reached",
	}
	at := a.Number() - 1
	switch a.Cause {
	case why.Present:
		at = len(titles)
	case why.NoLogin:
		at = 5
	}
	steps := make([]step, len(titles))
	for i, t := range titles {
		steps[i] = step{Title: t, State: "later"}
		switch {
		case i < at:
			steps[i].State = "done"
		case i == at && a.Number() > 0:
			steps[i].State = "now"
		}
	}
	return steps
}

// why answers for the claim in the address, or asks for one.
func (d *Dashboard) why(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	frame, err := d.frame(r, "Why is my claim missing?", whyPath)
	if err != nil {
		return err
	}
	v := whyView{Frame: frame, Self: d.root + whyPath, Claim: strings.TrimSpace(q.Get("claim")), Transaction: q.Get("transaction")}
	names, err := why.Claims(ctx, d.cfg.Store)
	if err != nil {
		return err
	}
	for _, name := range names {
		v.Known = append(v.Known, ui.Link{Label: name, URL: v.Self + "?" + url.Values{"claim": {name}}.Encode()})
	}
	logins, err := d.journal.list(ctx, d.cfg.Store)
	if err != nil {
		return err
	}
	for i, e := range logins {
		if i >= runsRead && e.ID != v.Transaction {
			continue
		}
		v.Logins = append(v.Logins, loginChoice{e.ID, strings.Join([]string{e.User, e.Place, exact(e.At)}, ", ")})
	}
	if v.Claim != "" {
		question := why.Question{Claim: v.Claim, Transaction: v.Transaction}
		if v.Answer, err = d.answer(frame, r, question); err != nil {
			return err
		}
		v.Curl = d.mockCurl("why?" + q.Encode())
	}
	return d.show(w, r, http.StatusOK, whyPage(v))
}

// answer works an answer out and gives it what its button needs.
func (d *Dashboard) answer(f ui.Frame, r *http.Request, q why.Question) (*whyAnswer, error) {
	found, err := why.Missing(r.Context(), d.cfg.Store, q)
	if errors.Is(err, store.ErrNotFound) {
		return nil, &pageError{status: http.StatusNotFound, cause: err, Problem: ui.Problem{
			Title: "There is no such login", Detail: "Its record was deleted: the last 1000 are kept. Or the address is wrong.", Back: d.to("Ask about the last login", whyPath+"?"+url.Values{"claim": {q.Claim}}.Encode()),
		}}
	}
	if err != nil {
		return nil, err
	}
	a := &whyAnswer{Answer: found, Root: d.root, App: f.App}
	if a.Action != nil {
		a.Base = store.HashCode(a.Action.Code)
	}
	return a, nil
}

// notePending takes down the order that somebody has made of the flow in its page,
// so that "you did not press Apply" can be told from "it is not in the flow".
func (d *Dashboard) notePending(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	order := []string{}
	for _, id := range r.PostForm["order"] {
		if _, err := d.cfg.Store.Action(r.Context(), id); err != nil {
			return gone(err)
		}
		order = append(order, id)
	}
	if err := d.cfg.Store.SetPendingFlow(r.Context(), trigger, order); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// mockCurl is the call below /_mock/ that answers with a page's data. path is
// escaped as in an address.
func (d *Dashboard) mockCurl(path string) string {
	command := "curl -s '" + d.cfg.Issuer + "_mock/" + strings.ReplaceAll(path, "'", "%27") + "'"
	if d.cfg.Token != "" {
		command += ` -H "Authorization: Bearer $MOCKIDP_ADMIN_TOKEN"`
	}
	return command + "\n"
}
