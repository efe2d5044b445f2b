package dashboard

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"example.com/postlogin/mockidp/store"
	"example.com/postlogin/mockidp/ui"
)

const (
	appsPath      = "applications"
	createAppPath = "applications/create"
)

// appsView is the list of applications.
type appsView struct {
	ui.Frame
	Root  string
	Self  string
	Query string
	Rows  []*store.Client
	Total int
	Curl  string
}

// applications lists those whose name or id contains the search.
func (d *Dashboard) applications(w http.ResponseWriter, r *http.Request) error {
	frame, err := d.frame(r, "Applications", appsPath)
	if err != nil {
		return err
	}
	list, err := d.cfg.Store.Clients(r.Context())
	if err != nil {
		return err
	}
	v := appsView{Frame: frame, Root: d.root, Self: d.root + appsPath, Query: strings.TrimSpace(r.URL.Query().Get("q")), Total: len(list)}
	for _, c := range list {
		if strings.Contains(strings.ToLower(c.Name+"\n"+c.ID), strings.ToLower(v.Query)) {
			v.Rows = append(v.Rows, c)
		}
	}
	if v.Curl, err = d.curl(r.Context(), "clients"); err != nil {
		return err
	}
	return d.show(w, r, http.StatusOK, appsPage(v))
}

// appView is one application, or the form of a new one.
type appView struct {
	ui.Frame
	Root, Self string
	Issuer     string
	App        *store.Client
	New        bool
	Public     bool   // the new one has no secret
	Callbacks  string // one in each line, as typed
	Logouts    string
	ID, Access string // lifetimes in seconds; empty: the provider's default
	Refresh    string
	Wrong      map[string]string // what is wrong, by field
	Hints      []string          // about callbacks that are allowed and may surprise
	Done       string
	Snippets   []snippet
	Curl       string
}

// fields of an application that can be wrong.
const (
	fieldName      = "name"
	fieldCallbacks = "callbacks"
	fieldLogouts   = "logout_urls"
	fieldID        = "id_token_lifetime"
	fieldAccess    = "access_token_lifetime"
	fieldRefresh   = "refresh_token_lifetime"
)

// algorithms are what tokens can be signed with.
func algorithms() []choice {
	return []choice{{"", "The provider's default", false}, {"RS256", "RS256", false}, {"ES256", "ES256", false}}
}

func (d *Dashboard) application(w http.ResponseWriter, r *http.Request) error {
	c, err := d.appOf(r)
	if err != nil {
		return err
	}
	v, err := d.newAppView(r, c)
	if err != nil {
		return err
	}
	switch r.URL.Query().Get("done") {
	case "created":
		v.Done = "Created. Its id and secret are below, ready to paste."
	case "saved":
		v.Done = "Saved. The next login goes by it."
	case "rotated":
		v.Done = "The secret is a new one. The old one no longer works."
	}
	if v.Done != "" { // when it was saved, and not at each look
		v.Hints = callbackHints(c.RedirectURIs)
	}
	return d.show(w, r, http.StatusOK, appPage(v))
}

// appOf is a copy of the application that the address names.
func (d *Dashboard) appOf(r *http.Request) (*store.Client, error) {
	c, err := d.cfg.Store.Client(r.Context(), r.PathValue("id"))
	if errors.Is(err, store.ErrNotFound) {
		return nil, &pageError{status: http.StatusNotFound, cause: err, Problem: ui.Problem{
			Title: "There is no such application", Detail: "The address is wrong.", Back: d.to("Back to the applications", appsPath),
		}}
	}
	if err != nil {
		return nil, err
	}
	mine := *c
	return &mine, nil
}

func (d *Dashboard) newAppView(r *http.Request, c *store.Client) (*appView, error) {
	frame, err := d.frame(r, cmp.Or(c.Name, c.ID), appsPath)
	if err != nil {
		return nil, err
	}
	v := &appView{Frame: frame, Root: d.root, Self: d.root + appPath(c.ID), Issuer: d.cfg.Issuer, App: c, Wrong: map[string]string{},
		Callbacks: strings.Join(c.RedirectURIs, "\n"), Logouts: strings.Join(c.PostLogoutRedirectURIs, "\n"),
		ID: inSeconds(c.IDTokenLifetime), Access: inSeconds(c.AccessTokenLifetime), Refresh: inSeconds(c.RefreshTokenLifetime),
		Snippets: d.snippetsFor(c)}
	v.Curl, err = d.curl(r.Context(), "clients/"+url.PathEscape(c.ID))
	return v, err
}

// inSeconds writes a lifetime; "" for none.
func inSeconds(t time.Duration) string {
	if t == 0 {
		return ""
	}
	return strconv.FormatInt(int64(t/time.Second), 10)
}

// editApp saves the form, or makes a new secret.
func (d *Dashboard) editApp(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	c, err := d.appOf(r)
	if err != nil {
		return err
	}
	switch r.PostForm.Get("op") {
	case "rotate":
		if c.Public() {
			return &pageError{status: http.StatusBadRequest, Problem: ui.Problem{Title: "This application has no secret", Detail: "It is a public one: it proves itself by PKCE."}}
		}
		c.Secret = rand.Text()
		if err := d.cfg.Store.PutClient(r.Context(), c); err != nil {
			return err
		}
		return d.seeOther(w, r, appPath(c.ID)+"?done=rotated")
	case "save":
		v, err := d.newAppView(r, c)
		if err != nil {
			return err
		}
		if !v.read(r.PostForm) {
			return d.show(w, r, http.StatusUnprocessableEntity, appPage(v))
		}
		if err := d.cfg.Store.PutClient(r.Context(), c); err != nil {
			return err
		}
		return d.seeOther(w, r, appPath(c.ID)+"?done=saved")
	}
	return &pageError{status: http.StatusBadRequest, Problem: ui.Problem{
		Title: "The form can't be read", Detail: "Its field op names nothing that can be done with an application.",
	}}
}

// read takes the form into v and v.App; false when something is wrong.
func (v *appView) read(f url.Values) bool {
	c := v.App
	c.Name = strings.TrimSpace(f.Get(fieldName))
	if c.Name == "" {
		v.Wrong[fieldName] = "Give the application a name: it is on the login page."
	}
	v.Callbacks, v.Logouts = f.Get(fieldCallbacks), f.Get(fieldLogouts)
	c.RedirectURIs, v.Wrong[fieldCallbacks] = addresses(v.Callbacks)
	c.PostLogoutRedirectURIs, v.Wrong[fieldLogouts] = addresses(v.Logouts)
	c.Native = f.Get("native") != ""
	c.Alg = f.Get("alg")
	if labelOf(algorithms(), c.Alg) == c.Alg && c.Alg != "RS256" && c.Alg != "ES256" {
		v.Wrong["alg"] = "Choose one of the algorithms."
	}
	v.ID, v.Access, v.Refresh = strings.TrimSpace(f.Get(fieldID)), strings.TrimSpace(f.Get(fieldAccess)), strings.TrimSpace(f.Get(fieldRefresh))
	c.IDTokenLifetime, v.Wrong[fieldID] = lifetime(v.ID)
	c.AccessTokenLifetime, v.Wrong[fieldAccess] = lifetime(v.Access)
	c.RefreshTokenLifetime, v.Wrong[fieldRefresh] = lifetime(v.Refresh)
	for _, wrong := range v.Wrong {
		if wrong != "" {
			return false
		}
	}
	return true
}

// maxLifetime is the longest that a token may live here: a year.
const maxLifetime = 365 * 24 * time.Hour

// lifetime reads a number of seconds; empty is the provider's default.
func lifetime(text string) (t time.Duration, wrong string) {
	if text == "" {
		return 0, ""
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 1 || time.Duration(n)*time.Second > maxLifetime {
		return 0, fmt.Sprintf("Give a number of seconds from 1 to %d, or nothing for the default.", maxLifetime/time.Second)
	}
	return time.Duration(n) * time.Second, ""
}

// createAppPage is the form Create Application.
func (d *Dashboard) createAppPage(w http.ResponseWriter, r *http.Request) error {
	v, err := d.emptyAppView(r)
	if err != nil {
		return err
	}
	v.Callbacks = "http://localhost:3000/callback"
	return d.show(w, r, http.StatusOK, createAppForm(v))
}

func (d *Dashboard) emptyAppView(r *http.Request) (*appView, error) {
	frame, err := d.frame(r, "Create Application", appsPath)
	return &appView{Frame: frame, Root: d.root, Self: d.root + createAppPath, New: true, App: &store.Client{}, Wrong: map[string]string{}}, err
}

// createApp makes an application with an id and, unless it is a public one, a secret.
func (d *Dashboard) createApp(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	v, err := d.emptyAppView(r)
	if err != nil {
		return err
	}
	v.Public = r.PostForm.Get("public") != ""
	if !v.read(r.PostForm) {
		return d.show(w, r, http.StatusUnprocessableEntity, createAppForm(v))
	}
	v.App.ID, v.App.CreatedAt = rand.Text(), d.now()
	if !v.Public {
		v.App.Secret = rand.Text()
	}
	if err := d.cfg.Store.PutClient(r.Context(), v.App); err != nil {
		return err
	}
	return d.seeOther(w, r, appPath(v.App.ID)+"?done=created")
}

// appPath is the page of the application with this id.
func appPath(id string) string { return appsPath + "/" + url.PathEscape(id) }

// snippets are those of the first application.
func (d *Dashboard) snippets(ctx context.Context) ([]snippet, error) {
	c, err := d.firstClient(ctx)
	if err != nil {
		return nil, err
	}
	return d.snippetsFor(c), nil
}
