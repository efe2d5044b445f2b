package dashboard

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"example.com/postlogin/mockidp/store"
)

// Logins that failed before any Action ran: wrong passwords, users that are not
// there, blocked accounts, and people who cancelled. They have rows in the log, and
// no record of a run.

// failedEntry is a failure as the list shows it.
func failedEntry(f *store.Failure) *entry {
	e := &entry{
		Key: "f" + strconv.FormatInt(f.Seq, 10), ID: f.ID, At: f.At, Kind: "login", Type: f.Type, Outcome: "failed", UserID: f.UserID, ClientID: f.ClientID,
		User: cmp.Or(f.UserName, f.UserID), Client: cmp.Or(f.ClientName, f.ClientID), Place: "unknown", Reason: capital(f.Reason), Failure: f,
	}
	if e.User == "" && f.Type == store.FailedUser {
		e.User = "not an email address"
	}
	if f.IP.IsValid() {
		e.IP = f.IP.String()
	}
	if f.Place.City != "" || f.Place.CountryCode != "" {
		e.Place = strings.Trim(f.Place.City+", "+f.Place.CountryCode, ", ")
	}
	if f.Tries > 1 {
		e.Reason += fmt.Sprintf(", %d times", f.Tries)
	}
	e.lowerNames = strings.ToLower(strings.Join([]string{e.User, e.UserID, e.Client, e.ClientID, e.Place, e.IP, e.Reason, e.ID, typeName(e.Type)}, "\n"))
	return e
}

func capital(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// followFailures reads what has failed since. A repeated failure has a new Seq and
// takes the place of what it was. The caller holds mu.
func (j *journal) followFailures(ctx context.Context, st *store.Store) error {
	list, err := st.FailuresAfter(ctx, j.lastFailure)
	if err != nil {
		return err
	}
	for _, f := range list {
		j.failures = slices.DeleteFunc(j.failures, func(e *entry) bool { return e.ID == f.ID })
		j.failures = append(j.failures, failedEntry(f))
		j.lastFailure = f.Seq
	}
	if n := len(j.failures) - store.KeepFailures; n > 0 {
		j.failures = slices.Clone(j.failures[n:])
	}
	return nil
}

// merged are all entries of both, the newest first. Each is in its own order already.
func merged(a, b []*entry) []*entry {
	list := make([]*entry, 0, len(a)+len(b))
	for len(a)+len(b) > 0 {
		n, m := len(a), len(b)
		if m == 0 || n > 0 && !a[n-1].At.Before(b[m-1].At) {
			list, a = append(list, a[n-1]), a[:n-1]
		} else {
			list, b = append(list, b[m-1]), b[:m-1]
		}
	}
	return list
}

// failureJSON is a failed login for programs, in the download and in its page.
type failureJSON struct {
	ID       string `json:"log_id"`
	Date     string `json:"date"` // of the last try
	Type     string `json:"type"`
	Kind     string `json:"kind"`
	UserID   string `json:"user_id"`
	UserName string `json:"user_name"`
	ClientID string `json:"client_id"`
	Outcome  string `json:"outcome"`
	Reason   string `json:"reason"`
	IP       string `json:"ip"`
	City     string `json:"city"`
	Country  string `json:"country_code"`
	Agent    string `json:"user_agent"`
	Began    string `json:"began"` // the first try
	Tries    int64  `json:"tries"`
}

func (e *entry) failureJSON() failureJSON {
	f := e.Failure
	return failureJSON{f.ID, machine(f.At), f.Type, e.Kind, f.UserID, f.UserName, f.ClientID, e.Outcome, f.Reason, e.IP,
		f.Place.City, f.Place.CountryCode, f.UserAgent, machine(f.Began), f.Tries}
}

// failureStory shows one failed login.
func (d *Dashboard) failureStory(w http.ResponseWriter, r *http.Request, f *store.Failure) error {
	e := failedEntry(f)
	frame, err := d.frame(r, e.label()+", "+e.who(), logsPath)
	if err != nil {
		return err
	}
	v := &storyView{Frame: frame, Root: d.root, Self: d.root + logsPath + "/" + url.PathEscape(f.ID), Entry: e, Tab: tabStory}
	if v.Curl, err = d.curl(r.Context(), "logs/"+url.PathEscape(f.ID)); err != nil {
		return err
	}
	v.URL = strings.TrimSuffix(d.cfg.Issuer, d.cfg.BasePath+"/") + v.Self
	if r.URL.Query().Get("tab") == tabRaw {
		text, err := json.Marshal(e.failureJSON())
		if err != nil {
			return err
		}
		v.Tab, v.Text = tabRaw, indented(text)
	} else {
		v.Steps = d.failureSteps(e)
	}
	return d.show(w, r, http.StatusOK, storyPage(v))
}

func (d *Dashboard) failureSteps(e *entry) []storyStep {
	f := e.Failure
	s := storyStep{State: "bad", Title: e.who() + " could not log in", Text: capital(f.Reason) + "."}
	end := "The login page said so, and the person may try again."
	switch {
	case f.Type == store.FailedLogin && f.UserID == "":
		s.Title, s.Text, end = "The person cancelled", "", "The application got the error access_denied: The user cancelled the login."
	case f.Type == store.FailedLogin:
		s.Text, end = "The password was right, and the account is blocked. The login counts all the same, as on Auth0.", "The login page said so, and led back to the application."
	case f.UserName == "" && f.Type == store.FailedUser:
		s.Title, s.Text = "Somebody could not log in", "What was typed as the user is no email address. It is not kept: people type passwords there by mistake."
	}
	from := cmp.Or(strings.TrimPrefix(e.Place, "unknown"), "a place that is not known")
	s.Text = strings.TrimSpace(s.Text + fmt.Sprintf(" From %s (%s), at %s.", from, cmp.Or(e.IP, "no address"), e.Client))
	if f.Tries > 1 {
		s.Text += fmt.Sprintf(" %d tries, the first at %s.", f.Tries, exact(f.Began))
	}
	steps := []storyStep{s, {Title: "No Action ran, and there are no tokens", Text: end, State: "later"}}
	if f.UserID != "" {
		steps[0].Link = d.to("Open "+e.User, usersPath+"/"+url.PathEscape(f.UserID))
	}
	return steps
}

// who is the entry's user for a title.
func (e *entry) who() string { return cmp.Or(e.User, "nobody") }
