package dashboard

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/postlogin/mockidp/store"
	"example.com/postlogin/mockidp/ui"
)

const (
	createPath = libraryPath + "/create"
	maxName    = 255 // characters; Auth0's limit of an Action's name
)

// choice is an option of a list.
type choice struct {
	ID, Label string
	Off       bool // shown, but not to be had here
}

// triggers are Auth0's, in its order; this program has the first.
func triggers() []choice {
	return []choice{
		{trigger, "Login / Post Login", false},
		{"credentials-exchange", "M2M / Client-Credentials", true},
		{"pre-user-registration", "Pre User Registration", true},
		{"post-user-registration", "Post User Registration", true},
		{"post-change-password", "Post Change Password", true},
		{"send-phone-message", "Send Phone Message", true},
		{"password-reset-post-challenge", "Password Reset / Post Challenge", true},
	}
}

// triggerName is the label of a trigger's id.
func triggerName(id string) string { return labelOf(triggers(), id) }

// runtimes are labels only: the engine is one and the same.
func runtimes() []choice {
	return []choice{{"node18", "Node 18 (Recommended)", false}, {"node22", "Node 22", false}}
}

func labelOf(list []choice, id string) string {
	if i := slices.IndexFunc(list, func(c choice) bool { return c.ID == id }); i >= 0 {
		return list[i].Label
	}
	return id
}

// createView is the form Create Action, in its page or in a dialog.
type createView struct {
	ui.Frame
	Action, Back  string // where the form is posted, and where Cancel leads
	Template      *template
	Name          string
	Trigger       string
	Runtime       string
	NoName        string // what is wrong with the name; "" for nothing
	NoTrigger     string
	NoRuntime     string
	InPage        bool // not in a dialog
	Heading, Lead string
}

func (d *Dashboard) newCreateView(f ui.Frame) createView {
	return createView{Frame: f, Action: d.root + createPath, Back: d.root + libraryPath, Trigger: trigger, Runtime: runtimes()[0].ID}
}

// createPage is the form without a dialog: for a browser without JavaScript, and
// for a template that was chosen.
func (d *Dashboard) createPage(w http.ResponseWriter, r *http.Request) error {
	frame, err := d.frame(r, "Create Action", libraryPath)
	if err != nil {
		return err
	}
	v := d.newCreateView(frame)
	v.InPage = true
	if id := r.URL.Query().Get("template"); id != "" {
		if v.Template, err = templateByID(id); err != nil {
			return err
		}
		v.Name = v.Template.ID
	}
	return d.show(w, r, http.StatusOK, createActionPage(v))
}

// create makes an Action as a draft and opens it in the editor.
func (d *Dashboard) create(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	frame, err := d.frame(r, "Create Action", libraryPath)
	if err != nil {
		return err
	}
	v := d.newCreateView(frame)
	v.InPage = true
	v.Name, v.Trigger, v.Runtime = strings.TrimSpace(r.PostForm.Get("name")), r.PostForm.Get("trigger"), r.PostForm.Get("runtime")
	code := codeOf("first")
	if id := r.PostForm.Get("template"); id != "" {
		if v.Template, err = templateByID(id); err != nil {
			return err
		}
		code = v.Template.Code
	}
	if !v.check() {
		return d.show(w, r, http.StatusBadRequest, createActionPage(v))
	}
	a := &store.Action{Name: v.Name, Trigger: v.Trigger, Runtime: v.Runtime, Code: code, Secrets: map[string]string{}, CreatedAt: d.now()}
	err = d.cfg.Store.CreateAction(r.Context(), a)
	if errors.Is(err, store.ErrExists) {
		v.NoName = "There is already an Action called " + v.Name + "."
		return d.show(w, r, http.StatusConflict, createActionPage(v))
	}
	if err != nil {
		return err
	}
	return d.seeOther(w, r, editorPath+a.ID+"?done=created")
}

// check complains of all fields at once; false when there is something.
func (v *createView) check() bool {
	v.NoName = wrongName(v.Name)
	if !slices.ContainsFunc(triggers(), func(c choice) bool { return c.ID == v.Trigger && !c.Off }) {
		v.NoTrigger = "Choose Login / Post Login: this emulator has no other trigger yet."
	}
	if !slices.ContainsFunc(runtimes(), func(c choice) bool { return c.ID == v.Runtime }) {
		v.NoRuntime = "Choose one of the runtimes."
	}
	return v.NoName == "" && v.NoTrigger == "" && v.NoRuntime == ""
}

// wrongName says what is wrong with an Action's name.
func wrongName(name string) string {
	strange := func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsMark(c) && !unicode.IsDigit(c) && c != ' ' && c != '-' && c != '_'
	}
	switch {
	case name == "":
		return "Give the Action a name."
	case utf8.RuneCountInString(name) > maxName:
		return "This name is too long: at most 255 characters are allowed."
	case strings.ContainsFunc(name, strange):
		return "A name has letters, digits, spaces, - and _ only."
	}
	return ""
}
