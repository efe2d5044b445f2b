package dashboard

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/store"
)

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
