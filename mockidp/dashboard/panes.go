package dashboard

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/diff"

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

// versionRow is a deployed version.
type versionRow struct {
	Number int
	At     time.Time
	Live   bool
}

// textDiff is a unified diff, line by line.
type textDiff struct {
	From, To string // what is compared
	Lines    []diffLine
}

type diffLine struct{ Class, Text string }

// helpPath is a member of the event with the value that it has in the test event.
type helpPath struct{ Path, Value string }

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
		v.Problem, v.Problem.What = problem, "Not run"
		return d.showEditor(w, r, http.StatusUnprocessableEntity, v)
	}
	if v.Trial.Result, err = d.try(r.Context(), a, f.code, ev); err != nil {
		return err
	}
	for _, text := range warnings {
		v.Trial.Result.Warnings = append(v.Trial.Result.Warnings, said{Text: text, Bad: true})
	}
	return d.showEditor(w, r, http.StatusOK, v)
}

// secretName is what Auth0 takes: event.secrets.NAME must be readable.
var secretName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,99}$`)

func (d *Dashboard) setSecret(w http.ResponseWriter, r *http.Request, a *store.Action, f editorForm, name string) error {
	field := "secret_value"
	if name == "" {
		name = strings.TrimSpace(r.PostForm.Get("secret_name"))
	} else {
		field += "_" + name
	}
	value, wrong := r.PostForm.Get(field), ""
	switch {
	case !secretName.MatchString(name):
		wrong = "A secret's name has letters, digits and _ only, and does not begin with a digit."
	case value == "":
		wrong = "Give " + name + " a value."
	case len(value) > 4096:
		wrong = "This value is too long: at most 4096 bytes are allowed."
	}
	if wrong != "" {
		f.pane = paneSecrets
		return d.reshow(w, r, a, f, http.StatusBadRequest, func(v *editorView) { v.NoSecret, v.Secret = wrong, name })
	}
	if err := d.cfg.Store.SetSecret(r.Context(), a.ID, name, value); err != nil {
		return gone(err)
	}
	return d.changed(w, r, f, paneSecrets, "Set the secret "+name+" of the draft. Logins get it with the next Deploy.")
}

// setDependency adds or takes away a declared package.
func (d *Dashboard) setDependency(w http.ResponseWriter, r *http.Request, a *store.Action, f editorForm, op, name string) error {
	list := slices.Clone(a.Dependencies)
	done := "Removed " + name + " from the draft."
	if op == opDepend {
		name = strings.TrimSpace(r.PostForm.Get("dependency_name"))
		version := strings.TrimSpace(r.PostForm.Get("dependency_version"))
		bundled := actions.BundledPackages()
		if version == "" || version == "latest" {
			version = bundled[name]
		}
		if name == "" || version == "" || strings.ContainsAny(name+version, " \t\"'<>\\") {
			f.pane = paneDependencies
			return d.reshow(w, r, a, f, http.StatusBadRequest, func(v *editorView) {
				v.NoDependency = "Give the package's name, and its version unless it is bundled."
			})
		}
		list = slices.DeleteFunc(list, func(p store.Dependency) bool { return p.Name == name })
		list = append(list, store.Dependency{Name: name, Version: version})
		done = "Added " + name + " " + version + " to the draft."
		if bundled[name] == "" {
			done += " It is not bundled with this emulator: Actions find it only in the folder that the server was given for packages."
		}
	} else {
		list = slices.DeleteFunc(list, func(p store.Dependency) bool { return p.Name == name })
	}
	if _, err := d.cfg.Store.EditAction(r.Context(), a.ID, store.ActionPatch{Dependencies: &list}, d.now()); err != nil {
		return gone(err)
	}
	return d.changed(w, r, f, paneDependencies, done)
}

// version is the one that an op names.
func (d *Dashboard) version(r *http.Request, a *store.Action, number string) (*store.Version, error) {
	n, err := strconv.Atoi(number)
	if err != nil {
		return nil, gone(store.ErrNotFound)
	}
	v, err := d.cfg.Store.Version(r.Context(), a.ID, n)
	return v, gone(err)
}

// compare shows what the text in the editor has that the version had not.
func (d *Dashboard) compare(w http.ResponseWriter, r *http.Request, a *store.Action, f editorForm, number string) error {
	old, err := d.version(r, a, number)
	if err != nil {
		return err
	}
	f.pane = paneVersions
	return d.reshow(w, r, a, f, http.StatusOK, func(v *editorView) {
		v.Diff = compareTexts(fmt.Sprintf("v%d", old.Number), old.Code, "the editor", f.code)
	})
}

func compareTexts(from, old, to, text string) *textDiff {
	t := &textDiff{From: from, To: to}
	unified := string(diff.Diff(from, []byte(old), to, []byte(text)))
	for i, line := range strings.Split(strings.TrimSuffix(unified, "\n"), "\n") {
		class := ""
		switch {
		case i < 3 || line == "": // its own head: names again
			continue
		case line[0] == '+':
			class = "added"
		case line[0] == '-':
			class = "taken"
		case line[0] == '@':
			class = "at"
		}
		t.Lines = append(t.Lines, diffLine{class, line})
	}
	return t
}

// rollback deploys an old version as the next one. The draft follows when it was
// what had been deployed; one with changes of its own stays.
func (d *Dashboard) rollback(w http.ResponseWriter, r *http.Request, a *store.Action, f editorForm, number string) error {
	old, err := d.version(r, a, number)
	if err != nil {
		return err
	}
	state, err := d.state(r.Context(), a)
	if err != nil {
		return err
	}
	untouched := !state.Differs && f.code == a.Code
	v, err := d.cfg.Store.Rollback(r.Context(), a.ID, old.Number, untouched, d.now())
	if err != nil {
		return gone(err)
	}
	done := fmt.Sprintf("Rolled back: v%d has the code of v%d. The next login runs it.", v.Number, old.Number)
	if untouched {
		f.code, f.base = v.Code, ""
	} else {
		done += " Your draft stays as it is."
	}
	return d.changed(w, r, f, paneVersions, done)
}

// fix mends the text in the editor; it is not saved by that.
func (d *Dashboard) fix(w http.ResponseWriter, r *http.Request, a *store.Action, f editorForm, op string) error {
	code, ok, err := d.mended(r.Context(), a.Name, f.code, op)
	if err != nil {
		return err
	}
	f.code = code
	return d.reshow(w, r, a, f, http.StatusOK, func(v *editorView) {
		if v.Done = "Mended. Press Deploy."; !ok {
			v.Done = "There was nothing to mend any more."
		}
	})
}

// check compiles the text and finds what could mend it; nil when nothing is wrong.
func (d *Dashboard) check(ctx context.Context, name, code string) (*codeProblem, error) {
	err := d.cfg.Actions.Compile(ctx, name, code)
	syntax, ok := errors.AsType[*actions.SyntaxError](err)
	if !ok {
		return nil, err
	}
	p := &codeProblem{SyntaxError: syntax}
	p.Offers, err = d.offers(ctx, name, code, syntax)
	return p, err
}
