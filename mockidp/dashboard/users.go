package dashboard

import (
	"errors"
	"net/http"
	"net/mail"
	"net/url"
	"strconv"
	"strings"

	"example.com/postlogin/mockidp/store"
	"example.com/postlogin/mockidp/ui"
)

const (
	usersPath      = "users"
	createUserPath = "users/create"
	// usersShown is how many users a page of the list has.
	usersShown = 50
)

// usersView is the list of users.
type usersView struct {
	ui.Frame
	Root   string
	Self   string
	Query  string
	Rows   []*store.ListedUser
	Found  int // by the search
	From   int // number of the first row, from 1
	Before string
	After  string // URLs of the pages beside this one, "" for none
	Done   string
	Curl   string
}

// last is the number of the last row.
func (v *usersView) last() int { return v.From + len(v.Rows) - 1 }

// users lists the users that fit the search.
func (d *Dashboard) users(w http.ResponseWriter, r *http.Request) error {
	frame, err := d.frame(r, "Users", usersPath)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	page, err := strconv.Atoi(q.Get("page"))
	if err != nil || page < 0 || page > 1_000_000 {
		page = 0
	}
	v := usersView{Frame: frame, Root: d.root, Self: d.root + usersPath, Query: strings.TrimSpace(q.Get("q")), From: page*usersShown + 1}
	if v.Rows, v.Found, err = d.cfg.Store.FindUsers(r.Context(), v.Query, usersShown, page*usersShown); err != nil {
		return err
	}
	to := func(page int) string {
		return v.Self + "?" + url.Values{"q": {v.Query}, "page": {strconv.Itoa(page)}}.Encode()
	}
	if page > 0 {
		v.Before = to(page - 1)
	}
	if v.last() < v.Found {
		v.After = to(page + 1)
	}
	if q.Get("done") == "deleted" {
		v.Done = "The user is deleted."
	}
	if v.Curl, err = d.curl(r.Context(), "users"); err != nil {
		return err
	}
	return d.show(w, r, http.StatusOK, usersPage(v))
}

// createUserView is the form Create User.
type createUserView struct {
	ui.Frame
	Root                string
	Name, Email         string
	NoEmail, NoPassword string // what is wrong, "" for nothing
}

func (d *Dashboard) createUserPage(w http.ResponseWriter, r *http.Request) error {
	frame, err := d.frame(r, "Create User", usersPath)
	if err != nil {
		return err
	}
	return d.show(w, r, http.StatusOK, createUserForm(createUserView{Frame: frame, Root: d.root}))
}

// createUser makes an account that can log in at once.
func (d *Dashboard) createUser(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	frame, err := d.frame(r, "Create User", usersPath)
	if err != nil {
		return err
	}
	v := createUserView{Frame: frame, Root: d.root, Name: strings.TrimSpace(r.PostForm.Get("name")), Email: strings.TrimSpace(r.PostForm.Get("email"))}
	v.NoEmail = wrongEmail(v.Email)
	hash, wrong, err := d.hash(r)
	if err != nil {
		return err
	}
	if v.NoPassword = wrong; v.NoEmail != "" || wrong != "" {
		return d.show(w, r, http.StatusBadRequest, createUserForm(v))
	}
	u := &store.User{Email: v.Email, Name: v.Name, EmailVerified: true, PasswordHash: hash, CreatedAt: d.now()}
	if u.Name == "" {
		u.Name = u.Email
	}
	u.Nickname, _, _ = strings.Cut(u.Email, "@")
	err = d.cfg.Store.CreateUser(r.Context(), u)
	if errors.Is(err, store.ErrExists) {
		v.NoEmail = "There is already a user with this address."
		return d.show(w, r, http.StatusConflict, createUserForm(v))
	}
	if err != nil {
		return err
	}
	return d.seeOther(w, r, userPath(u.ID)+"?done=created")
}

// maxPassword is the longest password in bytes that the login page takes.
const maxPassword = 1024

// hash is that of the form's password, or what is wrong with it.
func (d *Dashboard) hash(r *http.Request) (hash, wrong string, err error) {
	password := r.PostForm.Get("password")
	switch {
	case password == "":
		return "", "Give a password. It is for tests: any will do.", nil
	case len(password) > maxPassword:
		return "", "This password is too long: at most 1024 bytes are allowed.", nil
	}
	hash, err = d.cfg.HashPassword(r.Context(), password)
	return hash, "", err
}

// wrongEmail says what is wrong with an email address.
func wrongEmail(email string) string {
	a, err := mail.ParseAddress(email)
	switch {
	case email == "":
		return "Give an email address: it is what people log in with."
	case err != nil || a.Address != email || len(email) > 254:
		return "This is no email address. It looks like ada@example.test."
	}
	return ""
}

// userPath is the page of the user with this id, which has a | in it.
func userPath(id string) string { return usersPath + "/" + url.PathEscape(id) }
