package dashboard_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.com/postlogin/mockidp/store"
)

func TestUsersList(t *testing.T) {
	b := newBoard(t)
	b.logIn("192.0.2.1")
	b.open("users")
	if got := b.row("Ada Lovelace"); !strings.Contains(got, "ada@example.test1") || !strings.Contains(got, "Georgetown, US") || !strings.Contains(got, "Can log in") {
		t.Errorf("row = %q", got)
	}
	if got := b.row("Bob Blocked"); !strings.Contains(got, "never") || !strings.Contains(got, "Blocked") {
		t.Errorf("row = %q", got)
	}
	b.says("curl -s " + b.idp.Issuer + "api/v2/users")
	for search, want := range map[string]string{"LOVELACE": "Ada", "grace@": "Grace", "5eed00000000000000000003": "Bob"} {
		b.open("users").press("Search", url.Values{"q": {search}})
		b.says("1 to 1 of 1 user")
		if b.row(want) == "" {
			t.Errorf("%q does not find %s:\n%s", search, want, b.main())
		}
	}
	for _, search := range []string{"%", "_", "!", "<b>"} {
		b.open("users").press("Search", url.Values{"q": {search}})
		b.says("No user’s name, address or id contains “" + search + "”.")
	}
	for i := range 60 {
		must(t, b.idp.Store.CreateUser(t.Context(), &store.User{Email: fmt.Sprintf("u%d@example.test", i), Name: fmt.Sprintf("User %d", i)}))
	}
	b.open("users").says("1 to 50 of 63 users")
	b.follow("After").says("51 to 63 of 63 users")
	b.follow("Before").says("1 to 50 of 63 users")
}

func TestCreateUser(t *testing.T) {
	b := newBoard(t)
	b.open("users").follow("Create User").want(200)
	b.press("Create", url.Values{"email": {"new@example.test"}, "name": {"<i>New</i>"}, "password": {"secret"}})
	b.want(200)
	b.says("Created. new@example.test can log in now.", "<i>New</i>")
	b.noMarkup()
	b.mayLogIn("new@example.test", "secret", true)
	for _, tt := range []struct {
		fields url.Values
		status int
		want   string
	}{
		{url.Values{"email": {""}, "password": {"x"}}, 400, "Give an email address"},
		{url.Values{"email": {"Ada <ada@x.y>"}, "password": {"x"}}, 400, "This is no email address."},
		{url.Values{"email": {"x@example.test"}}, 400, "Give a password."},
		{url.Values{"email": {"x@example.test"}, "password": {strings.Repeat("x", 1025)}}, 400, "too long"},
		{url.Values{"email": {"ADA@example.test"}, "password": {"x"}}, 409, "There is already a user with this address."},
	} {
		b.open("users/create").press("Create", tt.fields)
		b.want(tt.status)
		b.says(tt.want)
		if got := b.field("email"); got != tt.fields.Get("email") {
			t.Errorf("the address comes back as %q", got)
		}
	}
}

// mayLogIn tries it with the password grant.
func (b *board) mayLogIn(email, password string, want bool) {
	b.t.Helper()
	res, err := http.PostForm(b.idp.Issuer+"oauth/token", url.Values{"grant_type": {"password"}, "client_id": {b.idp.ClientID}, "client_secret": {b.idp.ClientSecret},
		"username": {email}, "password": {password}, "scope": {"openid"}})
	must(b.t, err)
	res.Body.Close()
	if ok := res.StatusCode == http.StatusOK; ok != want {
		b.t.Errorf("login of %s: %s", email, res.Status)
	}
}

func (b *board) openUser(email string) *board {
	b.t.Helper()
	return b.open("users/" + url.PathEscape(b.idp.User(email).ID))
}

func TestEditUser(t *testing.T) {
	b := newBoard(t)
	const ada = "ada@example.test"
	b.logIn("192.0.2.1")
	b.openUser(ada).says("Georgetown, US", "login 1", "1 application", "None enrolled.")

	// The count: set, reset, and the next login goes on from there.
	b.press("Set", url.Values{"count": {"41"}}).says("The login count is 41: the next login reads 42.")
	b.logIn("192.0.2.1")
	if got := b.idp.User(ada).LoginsCount; got != 42 {
		t.Errorf("count = %d, want 42", got)
	}
	b.openUser(ada).press("Reset to 0", nil).says("The login count is 0", "Never logged in.")
	b.logIn("192.0.2.1")
	b.openUser(ada).says("login 1")
	b.press("Set", url.Values{"count": {"-1"}}).want(422)
	b.says("Give a number from 0 to")
	if got := b.field("count"); got != "-1" {
		t.Errorf("the count comes back as %q", got)
	}

	// Metadata: what is taken out goes, and errors name the line.
	b.openUser(ada).pressIn("app_metadata", url.Values{"metadata": {"{\r\n \"plan\": \"gold\",\r\n \"big\": 12345678901234567890\r\n}"}}).says("Saved.")
	if got := string(b.idp.User(ada).AppMetadata); got != `{"big":12345678901234567890,"plan":"gold"}` {
		t.Errorf("app_metadata = %s", got)
	}
	b.openUser(ada).pressIn("user_metadata", url.Values{"metadata": {" "}}).says("Saved.")
	for text, want := range map[string]string{
		"{\n  \"a\": 1\n  \"b\": 2\n}": "line 3, column 3: missing comma before this.",
		"[1]":                          "It must be a JSON object",
		"null":                         "It must be a JSON object",
		"{\"a\": 1,}":                  "line 1, column 9: there is a comma too many before this",
		"{a: 1}":                       "line 1, column 2: a name in double quotes is expected here.",
		"{\"a\" 1}":                    "line 1, column 6: missing colon after the name.",
		"{\"a\": 'x'}":                 "line 1, column 7: a value is expected here",
		"{\"a\": {":                    "the text ends too early",
		"{} {}":                        "line 1, column 4: there is more text after the end",
	} {
		b.openUser(ada).pressIn("user_metadata", url.Values{"metadata": {text}}).want(422)
		b.says(want)
		if !strings.Contains(b.main(), strings.Fields(text)[0]) {
			t.Errorf("%q is not shown again", text)
		}
	}

	b.openUser(ada).press("Change", url.Values{"password": {"another"}}).says("The password is changed.")
	b.mayLogIn(ada, "workshop", false)
	b.mayLogIn(ada, "another", true)

	b.openUser(ada).press("End all sessions", nil).says("All sessions are ended", "No session at this provider")

	must(t, b.idp.Store.AddAuthenticator(t.Context(), &store.Authenticator{UserID: b.idp.User(ada).ID, Type: "phone", Target: "+1 202 555 0123"}))
	b.openUser(ada).says("Phone +1 202 555 0123")
	b.press("Remove Phone +1 202 555 0123", nil).says("The second factor is removed.", "None enrolled.")

	b.openUser(ada)
	b.post(b.URL.String(), url.Values{"op": {"details"}, "name": {"Ada B"}, "email": {"ada.b@example.test"}, "blocked": {"on"}}) // a box unticked, one ticked
	b.says("Saved.", "Ada B", "Blocked")
	u := b.idp.User("ada.b@example.test")
	if u.Name != "Ada B" || !u.Blocked || u.EmailVerified {
		t.Errorf("user = %+v", u)
	}
	b.mayLogIn("ada.b@example.test", "another", false)
	b.openUser("ada.b@example.test").press("Save", url.Values{"email": {"grace@example.test"}}).want(422)
	b.says("There is already another user with this address.")

	b.openUser("ada.b@example.test").follow("Raw JSON")
	var raw struct {
		ID  string                `json:"user_id"`
		App struct{ Plan string } `json:"app_metadata"`
	}
	must(t, json.Unmarshal([]byte(b.json()), &raw))
	if raw.ID != u.ID || raw.App.Plan != "gold" || strings.Contains(b.json(), "argon2") {
		t.Errorf("raw = %s", b.json())
	}
	b.openUser("grace@example.test").follow("In the log").says("No login", "Search")
}

// pressIn presses the button of the form that holds the field with this id.
func (b *board) pressIn(id string, fields url.Values) *board {
	b.t.Helper()
	for n := range b.Page.Descendants() {
		if attribute(n, "id") != id {
			continue
		}
		form := b.formOf(n)
		values := b.controls(form)
		for name, v := range fields {
			values[name] = v
		}
		values["op"] = []string{id}
		to, err := b.URL.Parse(attribute(form, "action"))
		must(b.t, err)
		b.post(to.String(), values)
		return b
	}
	b.t.Fatalf("%s: no field with the id %q", b.URL, id)
	return nil
}

func TestDeleteUser(t *testing.T) {
	b := newBoard(t)
	b.openUser("grace@example.test").follow("Delete this user").want(200)
	b.press("Delete", url.Values{"email": {"ada@example.test"}}).want(422)
	b.says("Type grace@example.test to delete this account.")
	b.press("Delete", url.Values{"email": {"Grace@example.test"}}).want(200)
	b.says("The user is deleted.", "1 to 2 of 2 users")
	b.Get(b.idp.Issuer + "dashboard/users/nobody")
	b.want(http.StatusNotFound)
	b.post(b.idp.Issuer+"dashboard/"+"users/"+url.PathEscape(b.idp.User("ada@example.test").ID), url.Values{"op": {"nonsense"}})
	b.want(http.StatusBadRequest)
}

// Saving metadata keeps what a login's Action, or another tab, has put beside it since
// the page was opened.
func TestMetadataOfTwoWriters(t *testing.T) {
	b := newBoard(t)
	ada := b.idp.User("ada@example.test").ID
	write := func(object string) {
		t.Helper()
		p := store.MetadataPatch{}
		must(t, json.Unmarshal([]byte(object), &p.App))
		_, err := b.idp.Store.PatchMetadata(t.Context(), ada, p, time.Now())
		must(t, err)
	}
	write(`{"stripe_cus": null, "lakeid": null, "old": 1, "kept": {"a": 1}}`)
	b.openUser("ada@example.test")
	write(`{"plan": "gold", "kept": 2}`)
	b.pressIn("app_metadata", url.Values{"metadata": {`{"kept": {"a": 1}, "new": true, }`}}).want(422)
	b.pressIn("app_metadata", url.Values{"metadata": {`{"kept": {"a": 1}, "subscription": "premium", "new": true}`}}).says("Saved.")
	if got, want := string(b.idp.User("ada@example.test").AppMetadata), `{"kept":2,"new":true,"plan":"gold","subscription":"premium"}`; got != want {
		t.Errorf("app_metadata = %s, want %s", got, want)
	}
}
