package dashboard

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"example.com/postlogin/mockidp/store"
	"example.com/postlogin/mockidp/ui"
)

// placesShown is how many of the last logins a user's page has.
const placesShown = 10

// rememberedBrowser is the type of authenticator that lets a browser skip the
// second factor.
const rememberedBrowser = "remember-browser"

// userView is one user.
type userView struct {
	ui.Frame
	Root, Self string
	User       *store.User
	Raw        string // tab Raw JSON; "" on the other one
	Done       string
	App, Meta  string            // app_metadata and user_metadata as their fields show them
	AppBase    string            // what App began as
	MetaBase   string            // the same of Meta
	Wrong      map[string]string // what is wrong, by field
	Count      string
	Email      string
	Logins     []*store.Login
	Sessions   []*store.Session
	Factors    []*store.Authenticator
	LogsURL    string
	Curl       string
}

// names of the fields that can be wrong: each has a message of its own.
const (
	fieldEmail    = "email"
	fieldCount    = "count"
	fieldPassword = "password"
	fieldApp      = "app_metadata"
	fieldUser     = "user_metadata"
)

func (d *Dashboard) user(w http.ResponseWriter, r *http.Request) error {
	u, err := d.userOf(r)
	if err != nil {
		return err
	}
	v, err := d.newUserView(r, u)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("tab") == tabRaw {
		if v.Raw, err = rawUser(u); err != nil {
			return err
		}
	}
	v.Done = userDone(r.URL.Query().Get("done"), v)
	return d.show(w, r, http.StatusOK, userPage(v))
}

// userOf is the user that the address names.
func (d *Dashboard) userOf(r *http.Request) (*store.User, error) {
	u, err := d.cfg.Store.User(r.Context(), r.PathValue("id"))
	return u, d.goneUser(err)
}

func (d *Dashboard) goneUser(err error) error {
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return &pageError{status: http.StatusNotFound, cause: err, Problem: ui.Problem{
		Title: "There is no such user", Detail: "The account was deleted, or the address is wrong.", Back: d.to("Back to the users", usersPath),
	}}
}

func (d *Dashboard) newUserView(r *http.Request, u *store.User) (v *userView, err error) {
	ctx := r.Context()
	frame, err := d.frame(r, cmp.Or(u.Name, u.Email), usersPath)
	if err != nil {
		return nil, err
	}
	v = &userView{Frame: frame, Root: d.root, Self: d.root + userPath(u.ID), User: u, Wrong: map[string]string{}, Email: u.Email,
		App: indented(u.AppMetadata), Meta: indented(u.UserMetadata), Count: strconv.FormatInt(u.LoginsCount, 10),
		LogsURL: d.root + logsPath + "?" + url.Values{"q": {`user:` + u.Email}}.Encode()}
	v.AppBase, v.MetaBase = v.App, v.Meta
	// More than are shown: shorter lists would take the place of those that the
	// store keeps in memory for logins.
	if v.Logins, err = d.cfg.Store.Logins(ctx, u.ID, 100); err != nil {
		return nil, err
	}
	v.Logins = v.Logins[:min(len(v.Logins), placesShown)]
	if v.Sessions, err = d.cfg.Store.UserSessions(ctx, u.ID, d.now()); err != nil {
		return nil, err
	}
	if v.Factors, err = d.cfg.Store.Authenticators(ctx, u.ID); err != nil {
		return nil, err
	}
	v.Curl, err = d.curl(ctx, "users/"+url.PathEscape(u.ID))
	return v, err
}

// rawUser is the account as JSON, without the password's hash.
func rawUser(u *store.User) (string, error) {
	b, err := json.MarshalIndent(map[string]any{
		"user_id": u.ID, "email": u.Email, "email_verified": u.EmailVerified, "name": u.Name, "given_name": u.GivenName, "family_name": u.FamilyName,
		"nickname": u.Nickname, "picture": u.Picture, "blocked": u.Blocked, "logins_count": u.LoginsCount, "last_ip": u.LastIP,
		"app_metadata": u.AppMetadata, "user_metadata": u.UserMetadata, "created_at": u.CreatedAt, "updated_at": u.UpdatedAt,
	}, "", "  ")
	return string(b), err
}

// userDone says what the request before this one has done.
func userDone(code string, v *userView) string {
	switch code {
	case "created":
		return "Created. " + v.User.Email + " can log in now."
	case "saved":
		return "Saved."
	case "count":
		return fmt.Sprintf("The login count is %d: the next login reads %d.", v.User.LoginsCount, v.User.LoginsCount+1)
	case "password":
		return "The password is changed."
	case "factor":
		return "The second factor is removed."
	case "sessions":
		return "All sessions are ended: the next login asks for the password."
	}
	return ""
}

// editUser does what a button of the page asks for.
func (d *Dashboard) editUser(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	u, err := d.userOf(r)
	if err != nil {
		return err
	}
	op, arg, _ := strings.Cut(r.PostForm.Get("op"), ":")
	var done, field, wrong string
	switch op {
	case "details":
		done, field, wrong, err = d.saveDetails(r, u)
	case "count":
		done, field, wrong, err = d.setCount(r, u, r.PostForm.Get("count"))
	case "reset":
		done, field, wrong, err = d.setCount(r, u, "0")
	case fieldApp, fieldUser:
		done, field, wrong, err = d.saveMetadata(r, u, op)
	case "password":
		done, field, wrong, err = d.setPassword(r, u)
	case "sessions":
		done = "sessions"
		_, err = d.cfg.Store.EndUserSessions(r.Context(), u.ID, d.now())
	case "factor":
		done = "factor"
		if err = d.cfg.Store.DeleteAuthenticator(r.Context(), u.ID, arg); errors.Is(err, store.ErrNotFound) {
			err = nil // somebody else was quicker: it is gone
		}
	default:
		return &pageError{status: http.StatusBadRequest, Problem: ui.Problem{
			Title: "The form can't be read", Detail: "Its field op names nothing that can be done with a user.",
		}}
	}
	if err != nil {
		return d.goneUser(err)
	}
	if wrong == "" {
		return d.seeOther(w, r, userPath(u.ID)+"?done="+done)
	}
	v, err := d.newUserView(r, u)
	if err != nil {
		return err
	}
	v.Wrong[field] = wrong
	v.keep(r.PostForm, field)
	return d.show(w, r, http.StatusUnprocessableEntity, userPage(v))
}

// keep shows what was typed where something is wrong with it.
func (v *userView) keep(form url.Values, field string) {
	switch field {
	case fieldApp:
		v.App, v.AppBase = form.Get("metadata"), form.Get("base")
	case fieldUser:
		v.Meta, v.MetaBase = form.Get("metadata"), form.Get("base")
	case fieldCount:
		v.Count = form.Get("count")
	case fieldEmail:
		u := *v.User
		v.Email, u.Name = form.Get("email"), form.Get("name")
		v.User = &u
	}
}

func (d *Dashboard) saveDetails(r *http.Request, u *store.User) (done, field, wrong string, err error) {
	f := r.PostForm
	email, name := strings.TrimSpace(f.Get("email")), strings.TrimSpace(f.Get("name"))
	if wrong = wrongEmail(email); wrong != "" {
		return "", fieldEmail, wrong, nil
	}
	verified, blocked := f.Get("verified") != "", f.Get("blocked") != ""
	_, err = d.cfg.Store.UpdateUser(r.Context(), u.ID, store.UserPatch{Email: &email, Name: &name, EmailVerified: &verified, Blocked: &blocked}, d.now())
	if errors.Is(err, store.ErrExists) {
		return "", fieldEmail, "There is already another user with this address.", nil
	}
	return "saved", "", "", err
}

func (d *Dashboard) setCount(r *http.Request, u *store.User, text string) (done, field, wrong string, err error) {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 32)
	if err != nil || n < 0 {
		return "", fieldCount, "Give a number from 0 to 2147483647.", nil
	}
	return "count", "", "", d.cfg.Store.SetLoginsCount(r.Context(), u.ID, n, d.now())
}

func (d *Dashboard) setPassword(r *http.Request, u *store.User) (done, field, wrong string, err error) {
	hash, wrong, err := d.hash(r)
	if err != nil || wrong != "" {
		return "", fieldPassword, wrong, err
	}
	return "password", "", "", d.cfg.Store.SetPasswordHash(r.Context(), u.ID, hash)
}

// saveMetadata replaces one of the two objects as a whole.
func (d *Dashboard) saveMetadata(r *http.Request, u *store.User, field string) (done, _, wrong string, err error) {
	text := r.PostForm.Get("metadata")
	if wrong = wrongObject(text); wrong != "" {
		return "", field, wrong, nil
	}
	object := map[string]json.RawMessage{}
	if strings.TrimSpace(text) != "" {
		if err := json.Unmarshal([]byte(text), &object); err != nil {
			return "", "", "", err // wrongObject has read it
		}
	}
	base := map[string]json.RawMessage{}
	whole := json.Unmarshal([]byte(r.PostForm.Get("base")), &base) != nil // not from our page
	if !whole {
		object = edited(base, object)
	}
	p := store.UserPatch{ClearApp: whole, Metadata: store.MetadataPatch{App: object}}
	if field == fieldUser {
		p = store.UserPatch{ClearUser: whole, Metadata: store.MetadataPatch{User: object}}
	}
	_, err = d.cfg.Store.UpdateUser(r.Context(), u.ID, p, d.now())
	return "saved", "", "", err
}

// edited are the members that somebody has changed of base, null for those they took
// away. Actions of a login and other pages may have changed others meanwhile.
func edited(base, now map[string]json.RawMessage) map[string]json.RawMessage {
	changes := map[string]json.RawMessage{}
	for name, value := range now {
		if was, ok := base[name]; !ok || compact(was) != compact(value) {
			changes[name] = value
		}
	}
	for name := range base {
		if _, ok := now[name]; !ok {
			changes[name] = json.RawMessage("null")
		}
	}
	return changes
}

// deleteUserView asks before an account is deleted.
type deleteUserView struct {
	ui.Frame
	Root, Self string
	User       *store.User
	Typed      string
	Wrong      string
}

func (d *Dashboard) deleteUserPage(w http.ResponseWriter, r *http.Request) error {
	u, err := d.userOf(r)
	if err != nil {
		return err
	}
	return d.showDeleteUser(w, r, http.StatusOK, u, "", "")
}

func (d *Dashboard) showDeleteUser(w http.ResponseWriter, r *http.Request, status int, u *store.User, typed, wrong string) error {
	frame, err := d.frame(r, "Delete "+u.Email, usersPath)
	if err != nil {
		return err
	}
	return d.show(w, r, status, deleteUserForm(deleteUserView{Frame: frame, Root: d.root, Self: d.root + userPath(u.ID), User: u, Typed: typed, Wrong: wrong}))
}

// deleteUser deletes the account whose address was typed.
func (d *Dashboard) deleteUser(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	u, err := d.userOf(r)
	if err != nil {
		return err
	}
	if typed := strings.TrimSpace(r.PostForm.Get("email")); !strings.EqualFold(typed, u.Email) {
		return d.showDeleteUser(w, r, http.StatusUnprocessableEntity, u, typed, "Type "+u.Email+" to delete this account.")
	}
	if err := d.cfg.Store.DeleteUser(r.Context(), u.ID); err != nil {
		return d.goneUser(err)
	}
	return d.seeOther(w, r, usersPath+"?done=deleted")
}
