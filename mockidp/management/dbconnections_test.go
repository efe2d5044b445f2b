package management_test

import (
	"net/http"
	"strings"
	"testing"

	"example.com/postlogin/mockidp/store"
)

// database is the tenant c with the addresses of the Authentication API, and
// without a token.
func (c *tenant) database() *tenant {
	must(c.t, c.store.PutClient(c.t.Context(), &store.Client{ID: "web", Name: "Web"}))
	d := *c
	d.url, d.token = strings.TrimSuffix(c.url, "/api/v2"), ""
	return &d
}

const signUp = `"client_id":"web","connection":"` + database + `","email":"New@example.test"`

func TestSomebodySignsUp(t *testing.T) {
	c := newTenant(t)
	d := c.database()
	body := d.call("POST", "/dbconnections/signup", `{`+signUp+`,"password":"long enough","given_name":"Neo","user_metadata":{"plan":"free"},"screen_hint":"x"}`, 200,
		`{"email":"New@example.test","email_verified":false,"given_name":"Neo","user_metadata":{"plan":"free"},"name":"absent","password":"absent"}`)
	c.call("GET", "/users/"+esc("auth0|"+field(t, body, "_id")), "", 200, `{"email":"New@example.test","name":"New@example.test","nickname":"New","given_name":"Neo","user_metadata":{"plan":"free"},"app_metadata":"absent"}`)
	d.call("POST", "/dbconnections/signup", `{`+signUp+`,"password":"long enough"}`, 400, `{"name":"BadRequestError","code":"user_exists","description":"The user already exists.","statusCode":400}`)
}

func TestASignUpThatCanNotBeIsRefused(t *testing.T) {
	d := newTenant(t).database()
	for body, want := range map[string]string{
		`{` + signUp + `,"password":"short"}`:                             `{"code":"invalid_password"}`,
		`{` + signUp + `}`:                                                `{"code":"invalid_request","description":"password is missing"}`,
		`{"client_id":"nobody"}`:                                          `{"code":"invalid_request","description":"client_id names no application"}`,
		`{"client_id":"web","connection":"x"}`:                            `{"description":"connection: the only one here is ` + database + `"}`,
		`{"client_id":"web","connection":"` + database + `","email":"x"}`: `{"description":"email: expected an address"}`,
		`{"client_id":5}`:                                                 `{"code":"invalid_request"}`,
		`[]`:                                                              `{"code":"invalid_request"}`,
		strings.Repeat(" ", 1<<20+1):                                      `{"code":"invalid_request"}`,
	} {
		d.call("POST", "/dbconnections/signup", body, 400, want)
	}
	// A form is what another site's page could send.
	if res, body := d.send("POST", "/dbconnections/signup", "email=x", "Content-Type", "text/plain"); res.StatusCode != http.StatusBadRequest || !strings.Contains(body, "expected Content-Type application/json") {
		t.Errorf("a form: %d %s", res.StatusCode, body)
	}
}

// The answer does not tell who has an account.
func TestAMailToChangeThePassword(t *testing.T) {
	c := newTenant(t)
	c.user("ada")
	d := c.database()
	var answers []string
	for _, name := range []string{"ada", "nobody"} {
		res, body := d.send("POST", "/dbconnections/change_password", `{"client_id":"web","connection":"`+database+`","email":"`+name+`@example.test"}`)
		answers = append(answers, res.Status+" "+res.Header.Get("Content-Type")+" "+body)
	}
	if answers[0] != answers[1] || !strings.HasPrefix(answers[0], "200 OK text/html; charset=utf-8 We've just sent") {
		t.Errorf("answers %q", answers)
	}
	mails, err := c.store.Outgoings(t.Context(), "", 0)
	must(t, err)
	if len(mails) != 1 || mails[0].URL != "mailto:ada@example.test" {
		t.Errorf("mails kept: %+v", mails)
	}
}
