package dashboard

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/diff"

	"example.com/postlogin/mockidp/store"
)

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
