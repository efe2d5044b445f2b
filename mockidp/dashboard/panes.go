package dashboard

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/store"
)

// The editor's panes, in the order of their tabs.
const (
	paneTest         = "test"
	paneSecrets      = "secrets"
	paneDependencies = "dependencies"
	paneVersions     = "versions"
	paneHelp         = "help"
)

func panes() []choice {
	return []choice{
		{paneTest, "Test", false}, {paneSecrets, "Secrets", false}, {paneDependencies, "Dependencies", false},
		{paneVersions, "Versions", false}, {paneHelp, "Help", false},
	}
}

// panesView is what stands beside the text.
type panesView struct {
	Pane     string // the one that is shown
	Trial    trialView
	Secrets  []string // names; values never come back
	Secret   string   // the name in the field, after a mistake
	NoSecret string   // what is wrong with the secret that was to be added

	Dependencies []store.Dependency
	Bundled      []store.Dependency
	NoDependency string

	Versions []versionRow
	Diff     *textDiff
	Paths    []helpPath
	Methods  []actions.APIMethod
}

// newPanesView fills in what all panes show; f is what was posted, and load asks
// for the event that it chooses.
func (d *Dashboard) newPanesView(ctx context.Context, a *store.Action, f editorForm, load bool) (v panesView, err error) {
	v.Pane = f.pane
	if !slices.ContainsFunc(panes(), func(c choice) bool { return c.ID == v.Pane }) {
		v.Pane = paneTest
	}
	if v.Trial, err = d.chooseEvent(ctx, f, load); err != nil {
		return v, err
	}
	v.Secrets = slices.Sorted(maps.Keys(a.Secrets))
	v.Dependencies = a.Dependencies
	bundled := actions.BundledPackages()
	for _, name := range slices.Sorted(maps.Keys(bundled)) {
		v.Bundled = append(v.Bundled, store.Dependency{Name: name, Version: bundled[name]})
	}
	versions, err := d.cfg.Store.Versions(ctx, a.ID)
	if err != nil {
		return v, err
	}
	for _, version := range versions {
		v.Versions = append(v.Versions, versionRow{Number: version.Number, At: version.CreatedAt, Live: version.Number == a.DeployedVersion})
	}
	v.Paths, v.Methods = helpPaths(v.Trial.Event), actions.APIMethods()
	return v, nil
}

// opPane handles the buttons of the panes. ok is false for other ops.
func (d *Dashboard) opPane(w http.ResponseWriter, r *http.Request, a *store.Action, f editorForm) (ok bool, err error) {
	op, arg, _ := strings.Cut(f.op, ":")
	ctx := r.Context()
	switch op + ":" {
	case opEnter:
		return true, d.enterPressed(w, r, a, f)
	case opShow:
		f.pane = arg
		return true, d.reshow(w, r, a, f, http.StatusOK, nil)
	case opEvent:
		f.pane, f.choice = paneTest, arg
		if arg == "" {
			f.choice = r.PostForm.Get("choice")
		}
		v, err := d.editorAgain(r, a, f, true)
		if err != nil {
			return true, err
		}
		return true, d.showEditor(w, r, http.StatusOK, v)
	case opRun:
		return true, d.run(w, r, a, f)
	case opSecret:
		return true, d.setSecret(w, r, a, f, arg)
	case opUnsecret:
		if err := d.cfg.Store.SetSecret(ctx, a.ID, arg, ""); err != nil {
			return true, gone(err)
		}
		return true, d.changed(w, r, f, paneSecrets, "Removed the secret "+arg+" from the draft.")
	case opDepend, opUndepend:
		return true, d.setDependency(w, r, a, f, op+":", arg)
	case opCompare:
		return true, d.compare(w, r, a, f, arg)
	case opRollback:
		return true, d.rollback(w, r, a, f, arg)
	case opFix:
		return true, d.fix(w, r, a, f, arg)
	}
	return false, nil
}

// The ops of the panes; what follows the colon says more.
const (
	opEnter    = "enter:"    // Enter was pressed in some field
	opShow     = "show:"     // a pane
	opEvent    = "event:"    // choose the test event: "user", or as the list says
	opRun      = "run:"      // the test
	opSecret   = "secret:"   // add or replace
	opUnsecret = "unsecret:" // name
	opDepend   = "depend:"
	opUndepend = "undepend:" // name
	opCompare  = "compare:"  // version
	opRollback = "rollback:" // version
	opFix      = "fix:"      // its name
)

// enterPressed does what a field is for in which Enter was pressed: the first
// that something was typed into.
func (d *Dashboard) enterPressed(w http.ResponseWriter, r *http.Request, a *store.Action, f editorForm) error {
	for name, values := range r.PostForm {
		if secret, ok := strings.CutPrefix(name, "secret_value_"); ok && values[0] != "" {
			return d.setSecret(w, r, a, f, secret)
		}
	}
	switch {
	case r.PostForm.Get("secret_name") != "" || r.PostForm.Get("secret_value") != "":
		return d.setSecret(w, r, a, f, "")
	case r.PostForm.Get("dependency_name") != "":
		return d.setDependency(w, r, a, f, opDepend, "")
	}
	f.op = opSave
	return d.save(w, r, a, f)
}

// changed shows the page again after something beside the text was stored.
func (d *Dashboard) changed(w http.ResponseWriter, r *http.Request, f editorForm, pane, done string) error {
	a, err := d.action(r)
	if err != nil {
		return err
	}
	f.pane = pane
	return d.reshow(w, r, a, f, http.StatusOK, func(v *editorView) { v.Done = done })
}

// reshow shows the page with what was posted, after change.
func (d *Dashboard) reshow(w http.ResponseWriter, r *http.Request, a *store.Action, f editorForm, status int, change func(*editorView)) error {
	v, err := d.editorAgain(r, a, f, false)
	if err != nil {
		return err
	}
	if change != nil {
		change(v)
	}
	return d.showEditor(w, r, status, v)
}

// editorAgain is the page with the posted text, which is not saved.
func (d *Dashboard) editorAgain(r *http.Request, a *store.Action, f editorForm, load bool) (*editorView, error) {
	v, err := d.newEditorView(r, a, f, load)
	if err != nil {
		return nil, err
	}
	v.Code, v.Unsaved = f.code, f.code != a.Code
	if v.Unsaved && f.base != "" {
		v.Base = f.base // what the text began as: a conflict is still to be found
	}
	return v, nil
}

// run is the button Run: a dry run of the text, saved or not.
func (d *Dashboard) run(w http.ResponseWriter, r *http.Request, a *store.Action, f editorForm) error {
	f.pane = paneTest
	v, err := d.editorAgain(r, a, f, false)
	if err != nil {
		return err
	}
	ev, warnings, wrong := parseEvent(v.Trial.Event)
	if wrong != "" {
		v.Trial.Wrong = wrong
		return d.showEditor(w, r, http.StatusBadRequest, v)
	}
	problem, err := d.check(r.Context(), a.Name, f.code)
	if err != nil {
		return err
	}
	if problem != nil {
		problem.What = "Not run"
		v.Problem = problem
		return d.showEditor(w, r, http.StatusUnprocessableEntity, v)
	}
	v.Trial.Result, err = d.try(r.Context(), a, f.code, ev)
	if errors.Is(err, actions.ErrBusy) {
		v.Trial.Busy = "Not run. " + busyText
		return d.showEditor(w, r, http.StatusServiceUnavailable, v)
	}
	if err != nil {
		return err
	}
	for _, text := range warnings {
		v.Trial.Result.Warnings = append(v.Trial.Result.Warnings, said{Text: text, Bad: true})
	}
	return d.showEditor(w, r, http.StatusOK, v)
}
