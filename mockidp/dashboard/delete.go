package dashboard

import (
	"net/http"

	"example.com/postlogin/mockidp/ui"
)

// deleteView asks before an Action is deleted.
type deleteView struct {
	ui.Frame
	Root, Back, Name string
	Versions         int
	Bound            bool // it is in the login flow
}

func (d *Dashboard) deletePage(w http.ResponseWriter, r *http.Request) error {
	a, err := d.action(r)
	if err != nil {
		return err
	}
	frame, err := d.frame(r, "Delete "+a.Name, libraryPath)
	if err != nil {
		return err
	}
	positions, err := d.positions(r.Context())
	if err != nil {
		return err
	}
	return d.show(w, r, http.StatusOK, deletePage(deleteView{
		Frame: frame, Root: d.root, Back: d.root + editorPath + a.ID, Name: a.Name, Versions: a.DeployedVersion, Bound: positions[a.ID] > 0,
	}))
}

// delete deletes the Action. The page before has said whether it is in the flow.
func (d *Dashboard) delete(w http.ResponseWriter, r *http.Request) error {
	if err := d.cfg.Store.DeleteAction(r.Context(), r.PathValue("id"), true); err != nil {
		return gone(err)
	}
	return d.seeOther(w, r, libraryPath)
}
