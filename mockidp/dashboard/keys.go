package dashboard

import (
	"net/http"

	"example.com/postlogin/mockidp/store"
	"example.com/postlogin/mockidp/ui"
)

const keysPath = "keys"

// keysView is the list of signing keys.
type keysView struct {
	ui.Frame
	Self       string
	Keys       []*store.Key // the newest first
	Current    map[string]bool
	DefaultAlg string
	JWKS       string // URL
	Retired    bool   // some no longer sign
	Done       string
	Curl       string
}

// keys lists the signing keys. Private keys are shown nowhere.
func (d *Dashboard) keys(w http.ResponseWriter, r *http.Request) error {
	frame, err := d.frame(r, "Keys", keysPath)
	if err != nil {
		return err
	}
	v := keysView{Frame: frame, Self: d.root + keysPath, Current: map[string]bool{}, DefaultAlg: d.cfg.Tools.DefaultAlg,
		JWKS: d.cfg.BasePath + "/.well-known/jwks.json", Curl: "curl -s " + d.cfg.Issuer + ".well-known/jwks.json\n"}
	if v.Keys, err = d.cfg.Store.Keys(r.Context()); err != nil {
		return err
	}
	signing := map[string]bool{}
	for _, k := range v.Keys {
		if k.RetiredAt.IsZero() && !signing[k.Alg] {
			signing[k.Alg], v.Current[k.ID] = true, true
		}
		v.Retired = v.Retired || !k.RetiredAt.IsZero()
	}
	switch r.URL.Query().Get("done") {
	case "rotated":
		v.Done = "A new key signs from now on. The old one stays published, so that its tokens can still be verified."
	case "removed":
		v.Done = "A new key signs from now on. The old ones are gone: tokens signed with them can’t be verified any more."
	}
	return d.show(w, r, http.StatusOK, keysPage(v))
}

// editKeys makes a new key, and may remove the old ones.
func (d *Dashboard) editKeys(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	alg, op := r.PostForm.Get("alg"), r.PostForm.Get("op")
	if alg != "RS256" && alg != "ES256" || op != "rotate" && op != "remove" {
		return &pageError{status: http.StatusBadRequest, Problem: ui.Problem{
			Title: "The form can't be read", Detail: "Its fields name nothing that can be done with keys.",
		}}
	}
	if err := d.cfg.Tools.RotateKey(r.Context(), alg); err != nil {
		return err
	}
	if op == "rotate" {
		return d.seeOther(w, r, keysPath+"?done=rotated")
	}
	if err := d.cfg.Tools.RemoveRetiredKeys(r.Context()); err != nil {
		return err
	}
	return d.seeOther(w, r, keysPath+"?done=removed")
}
