package dashboard

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/store"
	"example.com/postlogin/mockidp/ui"
)

// editorPath is followed by an Action's id.
const editorPath = libraryPath + "/details/"

// editorView is an Action in the editor.
type editorView struct {
	ui.Frame
	Root     string // of the dashboard's addresses
	Self     string // of this page
	Action   *store.Action
	Trigger  string
	Runtime  string
	State    actionState
	Position int // in the login flow, from 1; 0: not in it

	Code    string // the text in the editor: the draft, or what was posted
	Base    string // store.HashCode of the draft that the text is compared with
	Unsaved bool   // the text is not the draft
	Line    int    // to begin at; 0: the first

	panesView

	Done     string            // what has just been done, "" for nothing
	Offer    bool              // offer to add it to the flow, beside Done
	Slips    []actions.Warning // what every run of the text will warn of, beside Done
	Problem  *codeProblem      // why it was not deployed, nil for nothing
	Conflict *conflict         // somebody else saved meanwhile, nil for nobody
}

// codeProblem is what is wrong with the code.
type codeProblem struct {
	*actions.SyntaxError
	What   string // "Not deployed"
	Offers []offer
	Saved  bool // the text was saved as a draft
}

// where is the beginning of the message: "line 8, column 1: ", or nothing.
func (p *codeProblem) where() string {
	switch {
	case p.Line == 0:
		return ""
	case p.Column == 0:
		return fmt.Sprintf("line %d: ", p.Line)
	}
	return fmt.Sprintf("line %d, column %d: ", p.Line, p.Column)
}

// conflict is what somebody else has made of the draft while the text in the
// editor was written.
type conflict struct {
	Theirs *store.Action
	Op     string // what was asked for: opSave or opDeploy
	Diff   *textDiff
}

// The values of the field op: what the form's button asks for.
const (
	opSave   = "save"
	opDeploy = "deploy"
	opBind   = "bind"
)

// editor shows an Action's draft.
func (d *Dashboard) editor(w http.ResponseWriter, r *http.Request) error {
	a, err := d.action(r)
	if err != nil {
		return err
	}
	q, f := r.URL.Query(), editorForm{}
	if event := q.Get("event"); event != "" { // a login of the log, as the event of a test
		f.pane, f.choice = paneTest, event
	}
	v, err := d.newEditorView(r, a, f, true)
	if err != nil {
		return err
	}
	if line, err := strconv.Atoi(q.Get("line")); err == nil && line > 0 {
		v.Line = line
	}
	if v.Done, v.Offer = doneText(q.Get("done"), v); v.Done != "" {
		if v.Slips, err = d.slips(r.Context(), a); err != nil {
			return err
		}
	}
	return d.showEditor(w, r, http.StatusOK, v)
}

// slips are what every run of the draft will warn of. A draft that does not compile
// has none: Deploy says more.
func (d *Dashboard) slips(ctx context.Context, a *store.Action) ([]actions.Warning, error) {
	list, err := d.cfg.Actions.Check(ctx, a.Name, a.Code)
	if _, ok := errors.AsType[*actions.SyntaxError](err); ok {
		return nil, nil
	}
	return list[:min(len(list), maxSlips)], err
}

// maxSlips is how many of them a page shows. Each login's record has more.
const maxSlips = 5

// showEditor answers with the editor's page. The code editor styles itself with
// style elements, which the page's policy allows by a nonce.
func (d *Dashboard) showEditor(w http.ResponseWriter, r *http.Request, status int, v *editorView) error {
	v.Nonce = rand.Text()
	w.Header().Set("Content-Security-Policy", ui.StyleNonce(ui.CSP(), v.Nonce))
	return d.show(w, r, status, editorPage(v))
}

// checkCode answers the code editor with what is wrong with a text, as JSON: a
// list of lines, columns and messages, empty when it could be deployed.
func (d *Dashboard) checkCode(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	type problem struct {
		Line    int    `json:"line"`
		Column  int    `json:"column"`
		Message string `json:"message"`
	}
	list := []problem{}
	err := d.cfg.Actions.Compile(r.Context(), "draft", text(r.PostForm.Get("code")))
	switch syntax, ok := errors.AsType[*actions.SyntaxError](err); {
	case ok && syntax.Hint != "":
		list = append(list, problem{syntax.Line, syntax.Column, syntax.Message + " (" + syntax.Hint + ")"})
	case ok:
		list = append(list, problem{syntax.Line, syntax.Column, syntax.Message})
	case err != nil:
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(list)
}

// action is the one that the address names.
func (d *Dashboard) action(r *http.Request) (*store.Action, error) {
	a, err := d.cfg.Store.Action(r.Context(), r.PathValue("id"))
	return a, gone(err)
}

// gone makes a page of store.ErrNotFound.
func gone(err error) error {
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return &pageError{status: http.StatusNotFound, cause: err, Problem: ui.Problem{
		Title: "There is no such Action", Detail: "It was deleted, or the address is wrong.", Hint: "The Library lists all there are.",
	}}
}

// newEditorView shows a with its draft as the text, and with the panes that f
// asks for; load says whether its event is to be made anew.
func (d *Dashboard) newEditorView(r *http.Request, a *store.Action, f editorForm, load bool) (*editorView, error) {
	frame, err := d.frame(r, a.Name, libraryPath, "edit.js", "editor.js")
	if err != nil {
		return nil, err
	}
	v := &editorView{
		Frame: frame, Root: d.root, Self: d.root + editorPath + a.ID, Action: a,
		Trigger: triggerName(a.Trigger), Runtime: labelOf(runtimes(), a.Runtime),
		Code: a.Code, Base: store.HashCode(a.Code),
	}
	v.Runtime, _, _ = strings.Cut(v.Runtime, " (")
	if v.State, err = d.state(r.Context(), a); err != nil {
		return nil, err
	}
	positions, err := d.positions(r.Context())
	if err != nil {
		return nil, err
	}
	v.Position = positions[a.ID]
	v.panesView, err = d.newPanesView(r.Context(), a, f, load)
	return v, err
}

// doneText says what the request before this one has done. It is worked out
// from what is stored now, so that an old address says nothing wrong.
func doneText(code string, v *editorView) (text string, offer bool) {
	unbound := v.Position == 0 && v.State.Version > 0
	switch {
	case code == "created":
		return "Created as a draft. Write its code, then press Deploy.", false
	case code == "saved" && v.State.Version == 0:
		return "Saved as a draft. Logins don't run drafts: press Deploy.", false
	case code == "saved" && v.State.Differs:
		return fmt.Sprintf("Saved as a draft. Logins still run v%d.", v.State.Version), false
	case code == "saved":
		return "Saved. It is what was deployed.", unbound
	case code == "deployed" && unbound:
		return fmt.Sprintf("Deployed v%d. It is not in the Login flow yet, so it will not run.", v.State.Version), true
	case code == "deployed":
		return fmt.Sprintf("Deployed v%d. The next login runs it.", v.State.Version), false
	case code == "bound" && v.Position > 0:
		return fmt.Sprintf("It is in the Login flow, at position %d. The next login runs it.", v.Position), false
	}
	return "", false
}

// editorForm is what the editor posts.
type editorForm struct {
	op   string
	code string
	base string // HashCode of the draft that the text began as

	pane                string // the pane that is shown
	event               string // JSON of the test event
	choice, user, place string // which event that is
}

func readEditorForm(w http.ResponseWriter, r *http.Request) (editorForm, error) {
	if err := parseForm(w, r); err != nil {
		return editorForm{}, err
	}
	get := r.PostForm.Get
	return editorForm{
		op: get("op"), code: text(get("code")), base: get("base"), pane: get("pane"), event: text(get("event")),
		choice: get("choice"), user: get("user"), place: get("place"),
	}, nil
}

// text undoes what browsers do to the line breaks of a text field: they send
// CR LF (HTML, "normalize newlines").
func text(sent string) string { return strings.ReplaceAll(sent, "\r\n", "\n") }

// edit does what a button of the editor asks for. The text comes along with each
// of them, and comes back when it is not saved: pressing a button loses nothing.
func (d *Dashboard) edit(w http.ResponseWriter, r *http.Request) error {
	f, err := readEditorForm(w, r)
	if err != nil {
		return err
	}
	a, err := d.action(r)
	if err != nil {
		return err
	}
	switch f.op {
	case opSave, opDeploy:
		return d.save(w, r, a, f)
	case opBind:
		return d.bind(w, r, a, f)
	}
	if ok, err := d.opPane(w, r, a, f); ok {
		return err
	}
	return &pageError{status: http.StatusBadRequest, Problem: ui.Problem{
		Title: "The form can't be read", Detail: "Its field op names nothing that the editor can do.",
	}}
}

// save stores the text as the draft, unless somebody else has meanwhile, and
// deploys it when that was asked for and it compiles.
func (d *Dashboard) save(w http.ResponseWriter, r *http.Request, a *store.Action, f editorForm) error {
	ctx := r.Context()
	if f.base == "" {
		return &pageError{status: http.StatusBadRequest, Problem: ui.Problem{Title: "The form can't be read", Detail: "Its field base is missing."}}
	}
	if f.code != a.Code {
		saved, err := d.cfg.Store.EditAction(ctx, a.ID, store.ActionPatch{Code: &f.code, Base: f.base}, d.now())
		if errors.Is(err, store.ErrChanged) {
			return d.showConflict(w, r, f)
		}
		if err != nil {
			return gone(err)
		}
		a = saved
	}
	if f.op == opSave {
		return d.seeOther(w, r, editorPath+a.ID+"?done=saved")
	}
	problem, err := d.check(ctx, a.Name, f.code)
	if err != nil {
		return err
	}
	if problem != nil {
		problem.What, problem.Saved = "Not deployed", true
		f.base = ""
		return d.reshow(w, r, a, f, http.StatusUnprocessableEntity, func(v *editorView) { v.Problem = problem })
	}
	_, err = d.cfg.Store.DeployCode(ctx, a.ID, f.code, d.now())
	if errors.Is(err, store.ErrChanged) {
		return d.showConflict(w, r, f)
	}
	if err != nil {
		return gone(err)
	}
	return d.seeOther(w, r, editorPath+a.ID+"?done=deployed")
}

// showConflict shows both texts. Base becomes that of the other one: who saves
// now has seen it.
func (d *Dashboard) showConflict(w http.ResponseWriter, r *http.Request, f editorForm) error {
	theirs, err := d.action(r)
	if err != nil {
		return err
	}
	f.base = "" // that of theirs
	return d.reshow(w, r, theirs, f, http.StatusConflict, func(v *editorView) {
		v.Unsaved, v.Conflict = true, &conflict{Theirs: theirs, Op: f.op, Diff: compareTexts("theirs", theirs.Code, "yours", f.code)}
	})
}

// bind puts the Action at the end of the login flow.
func (d *Dashboard) bind(w http.ResponseWriter, r *http.Request, a *store.Action, f editorForm) error {
	if a.DeployedVersion == 0 {
		return &pageError{status: http.StatusBadRequest, Problem: ui.Problem{
			Title: "This Action was never deployed", Detail: "A flow runs deployed Actions only.", Hint: "Deploy it first.",
			Back: d.to("Back to "+a.Name, editorPath+a.ID),
		}}
	}
	if err := d.cfg.Store.BindLast(r.Context(), a.ID); err != nil {
		return gone(err)
	}
	if f.code == a.Code {
		return d.seeOther(w, r, editorPath+a.ID+"?done=bound")
	}
	return d.reshow(w, r, a, f, http.StatusOK, func(v *editorView) { v.Done, v.Offer = doneText("bound", v) })
}
