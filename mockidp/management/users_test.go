package management_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/postlogin/mockidp/management"
	"example.com/postlogin/mockidp/store"
)

const noUser = `{"statusCode":404,"error":"Not Found","message":"The user does not exist.","errorCode":"inexistent_user"}`

func TestAUserIsCreated(t *testing.T) {
	c := newTenant(t)
	body := c.call("POST", "/users", `{"connection":"`+database+`","email":"Carol@example.test","password":"long enough"}`, 201, `{
		"email":"Carol@example.test","email_verified":false,"name":"Carol@example.test","nickname":"Carol","blocked":false,
		"app_metadata":"absent","user_metadata":"absent","password":"absent","logins_count":"absent","last_login":"absent","multifactor":"absent",
		"created_at":"2026-11-20T21:04:05.670Z","updated_at":"2026-11-20T21:04:05.670Z"}`)
	id := field(t, body, "user_id")
	c.call("GET", "/users/"+esc(id), "", 200, body)
	c.call("GET", "/users/"+esc(id), "", 200, `{"identities":[{"connection":"`+database+`","user_id":"`+strings.TrimPrefix(id, "auth0|")+`","provider":"auth0","isSocial":false,"profileData":"absent"}]}`)
	u, err := c.store.User(t.Context(), id)
	must(t, err)
	if u.PasswordHash != "hash of long enough" || strings.Contains(body, "long enough") {
		t.Errorf("hash %q, answer %s", u.PasswordHash, body)
	}
}

func TestAUserIsCreatedWithEverything(t *testing.T) {
	c := newTenant(t)
	for id, want := range map[string]string{"carol": "auth0|carol", "auth0|dave": "auth0|dave"} {
		c.call("POST", "/users", `{"connection":"`+database+`","email":"`+want[6:]+`@example.test","password":"long enough","user_id":"`+id+`","email_verified":true,
			"name":"N","nickname":"n","given_name":"G","family_name":"F","picture":"https://example.test/p.png","blocked":true,"verify_email":false,
			"app_metadata":{"plan":"gold"},"user_metadata":{"lang":"en"}}`, 201, `{"user_id":"`+want+`","email_verified":true,"name":"N","nickname":"n",
			"given_name":"G","family_name":"F","picture":"https://example.test/p.png","blocked":true,"app_metadata":{"plan":"gold"},"user_metadata":{"lang":"en"}}`)
	}
}

func TestAUserThatCanNotBeIsRefused(t *testing.T) {
	c := newTenant(t)
	c.user("ada")
	for _, tt := range []struct {
		name, body string
		status     int
		want       string
	}{
		{"no connection", `{"email":"x@example.test","password":"long enough"}`, 400, `{"message":"Payload validation error: 'Missing required property: connection'.","errorCode":"invalid_body"}`},
		{"no email", `{"connection":"` + database + `","password":"long enough"}`, 400, `{"message":"Payload validation error: 'Missing required property: email'."}`},
		{"no password", `{"connection":"` + database + `","email":"x@example.test"}`, 400, `{"message":"Payload validation error: 'Missing required property: password'."}`},
		{"a bad email", `{"connection":"` + database + `","email":"x y@example.test","password":"long enough"}`, 400, `{"errorCode":"invalid_body"}`},
		{"another connection", `{"connection":"nope","email":"x@example.test","password":"long enough"}`, 400, `{"message":"The connection does not exist.","errorCode":"inexistent_connection"}`},
		{"a weak password", `{"connection":"` + database + `","email":"x@example.test","password":"short"}`, 400, `{"message":"PasswordStrengthError: the password has fewer than 8 characters"}`},
		{"an email in use", `{"connection":"` + database + `","email":"ADA@example.test","password":"long enough"}`, 409, `{"statusCode":409,"error":"Conflict","message":"The user already exists.","errorCode":"auth0_idp_error"}`},
		{"an id in use", `{"connection":"` + database + `","email":"x@example.test","password":"long enough","user_id":"ada"}`, 409, `{"errorCode":"auth0_idp_error"}`},
	} {
		t.Run(tt.name, func(t *testing.T) { c.call("POST", "/users", tt.body, tt.status, tt.want) })
	}
	c.call("GET", "/users", "", 200, `[{"user_id":"auth0|ada"}]`)
}

func TestWithoutAHasherNoPasswordIsSet(t *testing.T) {
	c := newTenant(t, func(cfg *management.Config) { cfg.HashPassword = nil })
	c.call("POST", "/users", `{"connection":"`+database+`","email":"x@example.test","password":"long enough"}`, 501, `{"error":"Not Implemented"}`)
	c.call("PATCH", "/users/"+esc(c.user("ada")), `{"password":"long enough"}`, 501, `{"error":"Not Implemented"}`)
}

func TestAUserIsPatched(t *testing.T) {
	c := newTenant(t)
	ada := "/users/" + esc(c.user("ada"))
	for _, tt := range []struct{ name, body, want string }{
		{"metadata is set", `{"app_metadata":{"a":1,"deep":{"x":1,"y":2}},"user_metadata":{"u":"v"}}`, `{"app_metadata":{"a":1,"deep":{"x":1,"y":2}},"user_metadata":{"u":"v"}}`},
		{"metadata is merged on its first level, null deletes", `{"app_metadata":{"a":null,"b":2,"deep":{"x":3}}}`, `{"app_metadata":{"a":"absent","b":2,"deep":{"x":3,"y":"absent"}},"user_metadata":{"u":"v"}}`},
		{"{} removes the metadata whole", `{"app_metadata":{}}`, `{"app_metadata":"absent","user_metadata":{"u":"v"}}`},
		{"null removes it too", `{"user_metadata":null}`, `{"user_metadata":"absent"}`},
		{"names are replaced", `{"name":"Countess","given_name":"Ada","family_name":"King","nickname":"ada","picture":"https://example.test/a.png"}`, `{"name":"Countess","given_name":"Ada","family_name":"King","picture":"https://example.test/a.png"}`},
		{"null unsets a name", `{"family_name":null,"picture":null}`, `{"name":"Countess","given_name":"Ada","family_name":"absent","picture":"absent"}`},
		{"the email is verified", `{"email_verified":true}`, `{"email":"ada@example.test","email_verified":true}`},
		{"the same email in other letters stays verified", `{"email":"Ada@example.test"}`, `{"email":"Ada@example.test","email_verified":true}`},
		{"a new email is not verified", `{"email":"countess@example.test","client_id":"x","verify_email":true}`, `{"email":"countess@example.test","email_verified":false}`},
		{"unless the caller says so", `{"email":"ada@example.test","email_verified":true}`, `{"email_verified":true}`},
		{"the account is blocked", `{"blocked":true}`, `{"blocked":true,"name":"Countess"}`},
		{"and let in again", `{"blocked":false,"connection":"` + database + `"}`, `{"blocked":false}`},
		{"nothing", `{}`, `{"name":"Countess","blocked":false,"updated_at":"2026-11-20T21:04:05.670Z"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body := c.call("PATCH", ada, tt.body, 200, tt.want)
			c.call("GET", ada, "", 200, body)
		})
	}
	c.call("PATCH", ada, `{"password":"a new one!"}`, 200, `{"password":"absent"}`)
	u, err := c.store.User(t.Context(), "auth0|ada")
	must(t, err)
	if u.PasswordHash != "hash of a new one!" {
		t.Errorf("hash %q", u.PasswordHash)
	}
}

func TestAPatchThatCanNotBeIsRefused(t *testing.T) {
	c := newTenant(t)
	ada := "/users/" + esc(c.user("ada"))
	c.user("bob")
	c.call("PATCH", "/users/auth0%7Cnobody", `{"name":"x"}`, 404, noUser)
	c.call("PATCH", ada, `{"name":"lost","email":"BOB@example.test"}`, 409, `{"errorCode":"auth0_idp_error"}`)
	c.call("PATCH", ada, `{"name":"lost","email":"no address"}`, 400, `{"errorCode":"invalid_body"}`)
	c.call("PATCH", ada, `{"name":"lost","password":"short"}`, 400, `{"message":"PasswordStrengthError: the password has fewer than 8 characters"}`)
	c.call("PATCH", ada, `{"name":"lost","connection":"nope"}`, 400, `{"errorCode":"inexistent_connection"}`)
	c.call("PATCH", ada, `{"name":"lost","user_id":"auth0|eve"}`, 400, `{"message":"Payload validation error: 'Additional properties not allowed: user_id'."}`)
	c.call("GET", ada, "", 200, `{"name":"ada"}`)
}

func TestPatchesAtTheSameTimeAllTakeEffect(t *testing.T) {
	c := newTenant(t)
	ada := "/users/" + esc(c.user("ada"))
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() { c.send("PATCH", ada, fmt.Sprintf(`{"app_metadata":{"k%d":%d}}`, i, i)) })
	}
	wg.Wait()
	var u struct {
		AppMetadata map[string]int `json:"app_metadata"`
	}
	_, body := c.send("GET", ada, "")
	must(t, json.Unmarshal([]byte(body), &u))
	if len(u.AppMetadata) != 20 {
		t.Errorf("%d of 20 patches took effect", len(u.AppMetadata))
	}
}

func TestAUserIsDeleted(t *testing.T) {
	c := newTenant(t)
	ada := "/users/" + esc(c.user("ada"))
	for range 2 { // somebody who is not there is no error
		c.call("DELETE", ada, "", 204, "")
		c.call("GET", ada, "", 404, noUser)
	}
}

func TestUsersAreFoundByEmail(t *testing.T) {
	c := newTenant(t)
	c.user("ada")
	c.call("GET", "/users-by-email?email=ADA%40example.test", "", 200, `[{"user_id":"auth0|ada"}]`)
	c.call("GET", "/users-by-email?email=ada%40example.test&fields=email", "", 200, `[{"user_id":"auth0|ada","email":"ada@example.test","name":"absent"}]`)
	c.call("GET", "/users-by-email?email=nobody%40example.test", "", 200, `[]`)
	c.call("GET", "/users-by-email", "", 400, `{"message":"Query validation error: 'Missing required property: email'.","errorCode":"invalid_query_string"}`)
}

func TestUsersAreSearched(t *testing.T) {
	c := newTenant(t)
	for _, name := range []string{"ada", "bob", "carol"} {
		c.user(name)
	}
	c.call("PATCH", "/users/auth0%7Cbob", `{"name":"Bob \"B\" Brown","blocked":true,"app_metadata":{"plan":"gold","tags":["x","y"],"n":{"deep":7}}}`, 200, `{}`)
	must(t, c.store.CompleteLogin(t.Context(), "", &store.Login{UserID: "auth0|carol", At: now.Add(-time.Hour)}, nil))
	for q, want := range map[string]string{
		``:                                         `ada bob carol`,
		`email:"ada@example.test"`:                 `ada`,
		`email:ADA@example.test`:                   `ada`,
		`user_id:"auth0|bob"`:                      `bob`,
		`email:*@example.test`:                     ``,
		`email:b*`:                                 `bob`,
		`name:"bob \"b\" brown"`:                   `bob`,
		`blocked:true`:                             `bob`,
		`NOT blocked:true`:                         `ada carol`,
		`blocked:true AND email:ada*`:              ``,
		`blocked:true OR email:ada*`:               `ada bob`,
		`email:a* email:c*`:                        `ada carol`,
		`app_metadata.plan:gold`:                   `bob`,
		`app_metadata.tags:y`:                      `bob`,
		`app_metadata.n.deep:7`:                    `bob`,
		`user_metadata.plan:gold`:                  ``,
		`logins_count:1`:                           `carol`,
		`identities.connection:"` + database + `"`: `ada bob carol`,
		`carol`:          `carol`,
		`identities.x:1`: `400 Searching by identities.x is not supported here' on property 'q`,
		`phone:1`:        `400 Searching by phone is not supported here' on property 'q`,
		`a AND b OR c`:   `400 AND and OR can not be mixed here' on property 'q`,
		`(a)`:            `400 "(" is not supported here' on property 'q`,
		`email:"ada`:     `400 Missing closing quote' on property 'q`,
		`email:`:         `400  is not supported here' on property 'q`,
	} {
		t.Run(q, func(t *testing.T) {
			res, body := c.send("GET", "/users?search_engine=v3&q="+esc(q), "")
			var names []string
			if res.StatusCode != 200 {
				var e struct{ Message string }
				must(t, json.Unmarshal([]byte(body), &e))
				names = []string{fmt.Sprint(res.StatusCode), strings.TrimSuffix(strings.TrimPrefix(e.Message, "Query validation error: '"), "'.")}
			} else {
				var users []struct{ Nickname string }
				must(t, json.Unmarshal([]byte(body), &users))
				for _, u := range users {
					names = append(names, u.Nickname)
				}
			}
			if got := strings.Join(names, " "); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func TestUsersAreSortedCutAndCounted(t *testing.T) {
	c := newTenant(t)
	for _, name := range []string{"ada", "bob", "carol"} {
		c.user(name)
	}
	must(t, c.store.CompleteLogin(t.Context(), "", &store.Login{UserID: "auth0|bob", At: now}, nil))
	c.call("GET", "/users?sort=email:-1&fields=user_id", "", 200, `[{"user_id":"auth0|carol","email":"absent"},{"user_id":"auth0|bob"},{"user_id":"auth0|ada"}]`)
	c.call("GET", "/users?sort=logins_count:-1&per_page=1&include_totals=true", "", 200, `{"users":[{"user_id":"auth0|bob","logins_count":1,"last_login":"2026-11-20T21:04:05.670Z"}],"start":0,"limit":1,"length":1,"total":3}`)
	c.call("GET", "/users?sort=last_login:1&page=1&per_page=2", "", 200, `[{"user_id":"auth0|bob"}]`)
	c.call("GET", "/users?connection=nope", "", 200, `[]`)
	c.call("GET", "/users?connection="+database+"&fields=identities,email&include_fields=false", "", 200, `[{"user_id":"auth0|ada","email":"absent","name":"ada"},{},{}]`)
	for _, bad := range []string{"sort=email", "sort=picture:1", "include_fields=maybe"} {
		c.call("GET", "/users?"+bad, "", 400, `{"errorCode":"invalid_query_string"}`)
	}
}

func TestNobodyHasPermissions(t *testing.T) {
	c := newTenant(t)
	ada := "/users/" + esc(c.user("ada"))
	role := "/roles/" + field(t, c.call("POST", "/roles", `{"name":"admin"}`, 200, `{}`), "id")
	for _, path := range []string{ada, role} {
		c.call("GET", path+"/permissions", "", 200, `[]`)
		c.call("GET", path+"/permissions?include_totals=true", "", 200, `{"permissions":[],"total":0}`)
	}
	c.call("GET", "/users/auth0%7Cnobody/permissions", "", 404, noUser)
	c.call("GET", "/roles/rol_none/permissions", "", 404, `{"message":"The role does not exist."}`)
}

func TestAVerificationEmailIsAcceptedAndNotSent(t *testing.T) {
	c := newTenant(t)
	body := c.call("POST", "/jobs/verification-email", `{"user_id":"`+c.user("ada")+`"}`, 201, `{"type":"verification_email","status":"pending","created_at":"2026-11-20T21:04:05.670Z"}`)
	if !strings.HasPrefix(field(t, body, "id"), "job_") {
		t.Error(body)
	}
	c.call("POST", "/jobs/verification-email", `{"user_id":"auth0|nobody"}`, 404, noUser)
	c.call("POST", "/jobs/verification-email", `{}`, 400, `{"message":"Payload validation error: 'Missing required property: user_id'."}`)
	c.call("GET", "/users/auth0%7Cada", "", 200, `{"email_verified":false}`)
	mails, err := c.store.Outgoings(t.Context(), "", 0)
	must(t, err)
	if len(mails) != 1 || mails[0].URL != "mailto:ada@example.test" || mails[0].Mode != "captured" || !strings.Contains(mails[0].Body, field(t, body, "id")) {
		t.Errorf("mails kept: %+v", mails)
	}
}
