package dashboard

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"example.com/postlogin/mockidp/store"
	"example.com/postlogin/mockidp/ui"
)

const (
	outboxPath = "outbox"
	// outgoingShown is how many requests the list has.
	outgoingShown = 50
	// outgoingSearched is how many the search looks through.
	outgoingSearched = 1000
)

// outboxView is the list of what Actions have sent, and the rules that answer.
type outboxView struct {
	ui.Frame
	Root, Self string
	Query      string
	Allowed    string
	Rows       []*store.Outgoing // without secrets
	Total      int
	Rules      []*store.OutboxRule
	Rule       ruleForm
	Done       string
	Curl       string
}

// ruleForm is the form of a new rule, as typed.
type ruleForm struct {
	Method, URL, Status, Body, Delay, Times string
	Wrong                                   string
}

// outbox lists the requests that fit the search, the newest first.
func (d *Dashboard) outbox(w http.ResponseWriter, r *http.Request) error {
	v, err := d.newOutboxView(r)
	if err != nil {
		return err
	}
	switch r.URL.Query().Get("done") {
	case "rule":
		v.Done = "The rule answers from now on."
	case "unruled":
		v.Done = "The rule is deleted."
	case "cleared":
		v.Done = "The outbox is empty. The rules stay."
	}
	return d.show(w, r, http.StatusOK, outboxPage(v))
}

func (d *Dashboard) newOutboxView(r *http.Request) (*outboxView, error) {
	ctx, q := r.Context(), r.URL.Query()
	frame, err := d.frame(r, "Outbox", outboxPath)
	if err != nil {
		return nil, err
	}
	v := &outboxView{Frame: frame, Root: d.root, Self: d.root + outboxPath, Query: strings.TrimSpace(q.Get("q")), Allowed: d.cfg.Tools.Allowed,
		Rule: ruleForm{Method: "*", URL: q.Get("url"), Status: "200", Body: "{}", Delay: "0", Times: "0"}, Curl: d.mockCurl("outbox")}
	if v.Rules, err = d.cfg.Store.OutboxRules(ctx); err != nil {
		return nil, err
	}
	limit := outgoingShown
	if v.Query != "" {
		limit = outgoingSearched
	}
	list, err := d.cfg.Store.Outgoings(ctx, "", limit)
	if err != nil {
		return nil, err
	}
	v.Total = len(list)
	for _, o := range list {
		o = d.cfg.Tools.WithoutSecrets(o)
		text := strings.ToLower(strings.Join([]string{o.Method, o.URL, o.Action, o.Mode, o.TransactionID, strconv.FormatInt(o.Status, 10)}, "\n"))
		if len(v.Rows) < outgoingShown && strings.Contains(text, strings.ToLower(v.Query)) {
			v.Rows = append(v.Rows, o)
		}
	}
	return v, nil
}

// editOutbox adds or deletes a rule, or empties the outbox.
func (d *Dashboard) editOutbox(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	ctx, f := r.Context(), r.PostForm
	switch op, id, _ := strings.Cut(f.Get("op"), ":"); op {
	case "rule":
		form := ruleForm{Method: f.Get("method"), URL: strings.TrimSpace(f.Get("url")), Status: f.Get("status"), Body: f.Get("body"), Delay: f.Get("delay"), Times: f.Get("times")}
		text, wrong := form.json()
		if wrong == "" {
			var err error
			if wrong, err = d.cfg.Tools.AddRule(ctx, text); err != nil {
				return err
			}
		}
		if wrong == "" {
			return d.seeOther(w, r, outboxPath+"?done=rule")
		}
		v, err := d.newOutboxView(r)
		if err != nil {
			return err
		}
		form.Wrong = wrong
		v.Rule = form
		return d.show(w, r, http.StatusUnprocessableEntity, outboxPage(v))
	case "unrule":
		if err := d.cfg.Store.DeleteOutboxRule(ctx, id); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		return d.seeOther(w, r, outboxPath+"?done=unruled")
	case "clear":
		if err := d.cfg.Store.ClearOutbox(ctx); err != nil {
			return err
		}
		return d.seeOther(w, r, outboxPath+"?done=cleared")
	}
	return &pageError{status: http.StatusBadRequest, Problem: ui.Problem{
		Title: "The form can't be read", Detail: "Its field op names nothing that the outbox can do.",
	}}
}

// json is the rule as /_mock/outbox/rules takes it.
func (f *ruleForm) json() (text []byte, wrong string) {
	rule := map[string]any{"method": f.Method, "url": f.URL}
	for _, n := range []struct{ member, name, text string }{{"status", "Status", f.Status}, {"delay_ms", "Delay", f.Delay}, {"times", "Times", f.Times}} {
		value, err := strconv.ParseInt(strings.TrimSpace(n.text), 10, 32)
		if err != nil {
			return nil, fmt.Sprintf("%s: expected a number, got %q", n.name, n.text)
		}
		rule[n.member] = value
	}
	switch body := strings.TrimSpace(f.Body); {
	case body == "":
		rule["body"] = ""
	case json.Valid([]byte(body)):
		rule["body"] = json.RawMessage(body)
	default:
		rule["body"] = f.Body
	}
	text, err := json.Marshal(rule)
	if err != nil {
		return nil, err.Error() // the parts are valid
	}
	return text, ""
}

// outgoingView is one request with its answer.
type outgoingView struct {
	ui.Frame
	Root, Self string
	Call       *store.Outgoing
	Secrets    bool // they are shown
	Story      string
	Rule       string // URL of the form of a rule for it
	Curl       string
}

// outgoing shows one request; its secrets only when asked for.
func (d *Dashboard) outgoing(w http.ResponseWriter, r *http.Request) error {
	o, err := d.cfg.Store.Outgoing(r.Context(), r.PathValue("id"))
	if errors.Is(err, store.ErrNotFound) {
		return &pageError{status: http.StatusNotFound, cause: err, Problem: ui.Problem{
			Title: "There is no such request", Detail: "The last 1000 are kept. It was deleted, or the address is wrong.", Back: d.to("Back to the outbox", outboxPath),
		}}
	}
	if err != nil {
		return err
	}
	frame, err := d.frame(r, "A request of "+o.Action, outboxPath)
	if err != nil {
		return err
	}
	v := outgoingView{Frame: frame, Root: d.root, Self: d.root + outboxPath + "/" + url.PathEscape(o.ID), Call: o, Secrets: r.URL.Query().Get("secrets") == "show",
		Curl: d.mockCurl("outbox/" + url.PathEscape(o.ID))}
	if o.TransactionID != "" {
		v.Story = d.root + logsPath + "/" + url.PathEscape(o.TransactionID)
	}
	if !v.Secrets {
		v.Call = d.cfg.Tools.WithoutSecrets(o)
	}
	pattern, _, _ := strings.Cut(v.Call.URL, "?")
	v.Rule = d.root + outboxPath + "?" + url.Values{"url": {pattern}}.Encode() + "#rule"
	return d.show(w, r, http.StatusOK, outgoingPage(v))
}

// names are the headers' in order.
func headerNames(h map[string]string) []string { return slices.Sorted(maps.Keys(h)) }

// body is text as a person reads it: JSON is indented.
func body(text string) string { return readable(indented(json.RawMessage(text))) }

// answered is what came back, in a word or two.
func answered(o *store.Outgoing) string {
	if o.Status == 0 {
		return "no answer"
	}
	return strconv.FormatInt(o.Status, 10)
}

// modeName says who has answered.
func modeName(mode string) string {
	switch mode {
	case "captured":
		return "kept here"
	case "rule":
		return "a rule"
	case "own":
		return "this provider"
	case "allowed":
		return "the real host"
	case "refused":
		return "refused"
	}
	return mode
}
