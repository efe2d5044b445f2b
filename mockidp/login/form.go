package login

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"example.com/postlogin/mockidp/ui"
)

// moreFields is the input for fields that the Action did not fill in: on Auth0
// they stand in the form's design, which this provider does not have.
const moreFields = "more"

// formView is what the page of an Action's form shows.
type formView struct {
	ui.Frame
	State    string
	ClientID string
	App      string
	ID       string // of the form
	Action   string // that asks
	Fields   []formField
	Vars     []member
	More     string // JSON object, as typed
	MoreBad  string // what is wrong with it
}

// invalid reports whether the page complains of something; the first such field
// gets the focus.
func (v *formView) invalid() string {
	for _, f := range v.Fields {
		if f.Error != "" {
			return f.Input()
		}
	}
	if v.MoreBad != "" {
		return moreFields
	}
	return ""
}

// form builds the page of p as the Action has filled it in.
func (l *Login) form(r *http.Request, p pause) (*formView, error) {
	form := p.req.Step.Form
	if form == nil {
		return nil, errors.New("a step of kind form has no form")
	}
	client, err := l.cfg.Store.Client(r.Context(), p.req.ClientID)
	if err != nil {
		return nil, err
	}
	v := &formView{
		Frame: ui.Frame{Title: "Form " + clip(form.ID, 100), Base: l.cfg.BasePath}, State: p.req.ID,
		ClientID: client.ID, App: appName(client), ID: clip(form.ID, 200), Action: clip(form.Action, 200),
	}
	if v.Fields, err = formFields(form.Fields); err != nil {
		return nil, err
	}
	v.Vars, err = members(form.Vars)
	return v, err
}

// formPage shows the form.
func (l *Login) formPage(w http.ResponseWriter, r *http.Request, p pause) error {
	v, err := l.form(r, p)
	if err != nil {
		return err
	}
	return l.render(w, r, p.req, http.StatusOK, actionForm(v))
}

// formSubmit takes the filled-in form: {"fields":{…}} is what
// event.prompt.fields is made from (Auth0: "Render Forms using Actions").
func (l *Login) formSubmit(w http.ResponseWriter, r *http.Request, p pause) error {
	switch r.PostForm.Get("action") {
	case actionCancel:
		return l.cancel(w, r, p, "")
	case actionContinue, "":
	default:
		return stepAction()
	}
	v, err := l.form(r, p)
	if err != nil {
		return err
	}
	fields := v.read(r.PostForm)
	if v.invalid() != "" {
		l.log.LogAttrs(r.Context(), slog.LevelInfo, "form refused", slog.String("id", w.Header().Get("X-Request-Id")), slog.String("form", v.ID))
		return l.render(w, r, p.req, http.StatusBadRequest, actionForm(v))
	}
	if err := l.answer(r.Context(), p, map[string]json.RawMessage{"fields": object(fields)}); err != nil {
		return err
	}
	return l.resume(w, r, p.req)
}

// read takes what was posted into the view and returns the form's fields. What
// is wrong is noted in the view.
func (v *formView) read(posted url.Values) (fields []member) {
	for i := range v.Fields {
		f := &v.Fields[i]
		fields = set(fields, member{f.Name, f.read(posted)})
	}
	v.More = strings.TrimSpace(posted.Get(moreFields))
	more, err := members([]byte(v.More))
	if err != nil {
		v.MoreBad = `Write a JSON object, such as {"company": "Example"}: ` + err.Error() + "."
	}
	for _, m := range more {
		fields = set(fields, m)
	}
	return fields
}

// maxVar bounds a variable's value on the page, in bytes.
const maxVar = 1000

// formInputState is what an input says about its error.
func formInputState(v *formView, f formField, id string) templ.Attributes {
	if f.Error == "" {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": id + "-error", "autofocus": v.invalid() == f.Input()}
}
