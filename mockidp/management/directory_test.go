package management_test

import (
	"testing"

	"example.com/postlogin/mockidp/store"
)

func TestAccountsAreLinkedAndUnlinked(t *testing.T) {
	c := newTenant(t)
	ada, bob := "/users/"+esc(c.user("ada")), "/users/"+esc(c.user("bob"))
	own := `{"connection":"` + database + `","user_id":"ada","provider":"auth0","isSocial":false,"profileData":{"email":"ada@example.test","email_verified":false,"name":"ada","nickname":"ada","picture":"absent"}}`
	linked := `{"connection":"` + database + `","user_id":"bob","provider":"auth0","isSocial":false,"profileData":{"email":"bob@example.test","name":"bob"}}`
	c.call("GET", ada, "", 200, `{"identities":[{"user_id":"ada"}]}`)
	c.call("POST", ada+"/identities", `{"provider":"auth0","user_id":"auth0|bob","connection_id":"con_x"}`, 201, `[`+own+`,`+linked+`]`)
	c.call("GET", bob, "", 404, noUser)
	c.call("GET", ada, "", 200, `{"identities":[{"user_id":"ada","profileData":"absent"},`+linked+`]}`)
	c.call("GET", "/users?q="+esc(`identities.user_id:bob`), "", 200, `[{"user_id":"auth0|ada"}]`)

	c.call("DELETE", ada+"/identities/auth0/bob", "", 200, `[`+own+`]`)
	c.call("GET", bob, "", 200, `{"user_id":"auth0|bob","email":"bob@example.test"}`)
	c.call("DELETE", ada+"/identities/auth0/bob", "", 404, `{"errorCode":"inexistent_identity"}`)
}

func TestASocialAccountIsLinkedAsItIsNamed(t *testing.T) {
	c := newTenant(t)
	ada, bob := "/users/"+esc(c.user("ada")), "/users/"+esc(c.user("bob"))
	for _, id := range []string{`"117"`, `118`} {
		c.call("POST", ada+"/identities", `{"provider":"google-oauth2","user_id":`+id+`}`, 201, `[{},{"connection":"google-oauth2","provider":"google-oauth2","user_id":"117","isSocial":true,"profileData":{}}`+map[bool]string{true: `]`, false: `,{"user_id":"118"}]`}[id == `"117"`])
	}
	c.call("POST", bob+"/identities", `{"provider":"google-oauth2","user_id":"117"}`, 409, `{"error":"Conflict","message":"The specified identity is already linked to auth0|ada"}`)
	c.call("DELETE", ada+"/identities/google-oauth2/117", "", 200, `[{"user_id":"ada"},{"user_id":"118"}]`)
}

func TestLinkingThatCanNotBeIsRefused(t *testing.T) {
	c := newTenant(t)
	ada := "/users/" + esc(c.user("ada"))
	for _, tt := range []struct {
		path, body string
		status     int
		want       string
	}{
		{ada, `{"provider":"auth0","user_id":"ada"}`, 400, `{"message":"Main account and the account to link can not be the same: auth0|ada"}`},
		{ada, `{"provider":"auth0","user_id":"nobody"}`, 404, noUser},
		{"/users/auth0%7Cnobody", `{"provider":"auth0","user_id":"ada"}`, 404, noUser},
		{ada, `{"user_id":"x"}`, 400, `{"message":"Payload validation error: 'Missing required property: provider'."}`},
		{ada, `{"provider":"auth0"}`, 400, `{"message":"Payload validation error: 'Missing required property: user_id'."}`},
		{ada, `{"link_with":"eyJ"}`, 501, `{"error":"Not Implemented"}`},
	} {
		c.call("POST", tt.path+"/identities", tt.body, tt.status, tt.want)
	}
	c.user("bob")
	c.call("POST", ada+"/identities", `{"provider":"auth0","user_id":"bob"}`, 201, `[{},{}]`)
	must(t, c.store.CreateUser(t.Context(), &store.User{Email: "bob@example.test"}))
	c.call("DELETE", ada+"/identities/auth0/bob", "", 409, `{"message":"The account can not be restored: another user has its email by now"}`)
}

func TestRolesAreManagedAndGiven(t *testing.T) {
	c := newTenant(t)
	ada := "/users/" + esc(c.user("ada"))
	id := field(t, c.call("POST", "/roles", `{"name":"admin","description":"may all"}`, 200, `{"name":"admin","description":"may all"}`), "id")
	c.call("GET", "/roles/"+id, "", 200, `{"id":"`+id+`","name":"admin","description":"may all"}`)
	c.call("POST", "/roles", `{"name":"admin"}`, 409, `{"error":"Conflict"}`)
	c.call("POST", "/roles", `{"description":"x"}`, 400, `{"message":"Payload validation error: 'Missing required property: name'."}`)
	c.call("PATCH", "/roles/"+id, `{"description":null}`, 200, `{"name":"admin","description":""}`)

	c.call("GET", ada+"/roles", "", 200, `[]`)
	c.call("POST", ada+"/roles", `{"roles":["`+id+`"]}`, 204, "")
	c.call("GET", ada+"/roles?include_totals=true", "", 200, `{"roles":[{"id":"`+id+`","name":"admin"}],"start":0,"limit":50,"total":1}`)
	c.call("GET", "/roles/"+id+"/users", "", 200, `[{"user_id":"auth0|ada","email":"ada@example.test","name":"ada"}]`)
	c.call("PATCH", "/roles/"+id, `{"name":"root"}`, 200, `{"name":"root"}`)
	c.call("GET", ada+"/roles", "", 200, `[{"name":"root"}]`)
	c.call("DELETE", ada+"/roles", `{"roles":["`+id+`"]}`, 204, "")
	c.call("GET", ada+"/roles", "", 200, `[]`)
	c.call("POST", "/roles/"+id+"/users", `{"users":["auth0|ada"]}`, 200, `{}`)
	c.call("DELETE", "/roles/"+id, "", 200, `{}`)
	c.call("GET", ada+"/roles", "", 200, `[]`)

	const noRole = `{"statusCode":404,"error":"Not Found","message":"The role does not exist.","errorCode":"absent"}`
	for _, req := range [][3]string{{"GET", "/roles/" + id}, {"DELETE", "/roles/" + id}, {"PATCH", "/roles/" + id, `{}`}, {"GET", "/roles/" + id + "/users"},
		{"POST", "/roles/" + id + "/users", `{"users":["auth0|ada"]}`}, {"POST", ada + "/roles", `{"roles":["` + id + `"]}`}} {
		c.call(req[0], req[1], req[2], 404, noRole)
	}
	for _, req := range [][3]string{{"GET", "/roles"}, {"POST", "/roles", `{"roles":["x"]}`}, {"DELETE", "/roles", `{"roles":["x"]}`}, {"GET", "/organizations"}} {
		c.call(req[0], "/users/auth0%7Cnobody"+req[1], req[2], 404, noUser)
	}
	c.call("POST", ada+"/roles", `{"roles":[]}`, 400, `{"message":"Payload validation error: 'Array is too short (0), minimum 1' on property 'roles'."}`)
}

func TestOrganizationsAndTheirMembers(t *testing.T) {
	c := newTenant(t)
	ada := "/users/" + esc(c.user("ada"))
	created := c.call("POST", "/organizations", `{"name":"acme","display_name":"Acme","metadata":{"tier":"gold"}}`, 201, `{"name":"acme","display_name":"Acme","metadata":{"tier":"gold"}}`)
	id := field(t, created, "id")
	org := "/organizations/" + id
	c.call("GET", org, "", 200, created)
	c.call("GET", "/organizations/name/acme", "", 200, created)
	c.call("GET", "/organizations?include_totals=true", "", 200, `{"organizations":[`+created+`],"total":1}`)
	c.call("PATCH", org, `{"display_name":"Acme Ltd","metadata":{"tier":"silver"}}`, 200, `{"name":"acme","display_name":"Acme Ltd","metadata":{"tier":"silver"}}`)

	c.call("POST", org+"/members", `{"members":["auth0|ada"]}`, 204, "")
	c.call("GET", org+"/members", "", 200, `[{"user_id":"auth0|ada","email":"ada@example.test"}]`)
	c.call("GET", ada+"/organizations", "", 200, `[{"id":"`+id+`","name":"acme"}]`)
	role := field(t, c.call("POST", "/roles", `{"name":"admin"}`, 200, `{}`), "id")
	roles := org + "/members/auth0%7Cada/roles"
	c.call("POST", roles, `{"roles":["`+role+`"]}`, 204, "")
	c.call("GET", roles, "", 200, `[{"id":"`+role+`","name":"admin"}]`)
	c.call("GET", ada+"/roles", "", 200, `[]`)
	c.call("DELETE", roles, `{"roles":["`+role+`"]}`, 204, "")
	c.call("GET", roles, "", 200, `[]`)
	c.call("DELETE", org+"/members", `{"members":["auth0|ada"]}`, 204, "")
	c.call("GET", roles, "", 404, `{"errorCode":"inexistent_member"}`)
	c.call("GET", org+"/members", "", 200, `[]`)
	for range 2 {
		c.call("DELETE", org, "", 204, "")
	}

	const none = `{"statusCode":404,"error":"Not Found","message":"No organization found by that id or name"}`
	for _, req := range [][3]string{{"GET", org}, {"GET", "/organizations/name/acme"}, {"PATCH", org, `{}`}, {"GET", org + "/members"}, {"POST", org + "/members", `{"members":["x"]}`}} {
		c.call(req[0], req[1], req[2], 404, none)
	}
}

func TestAnOrganizationThatCanNotBeIsRefused(t *testing.T) {
	c := newTenant(t)
	id := field(t, c.call("POST", "/organizations", `{"name":"acme"}`, 201, `{"display_name":"acme","metadata":"absent"}`), "id")
	c.call("POST", "/organizations", `{"name":"acme"}`, 409, `{"message":"An organization with this name already exists."}`)
	for _, body := range []string{`{}`, `{"name":"Acme"}`, `{"name":""}`, `{"name":"a b"}`, `{"name":"x","metadata":{"a":1}}`, `{"name":"x","branding":{}}`} {
		c.call("POST", "/organizations", body, 400, `{"errorCode":"invalid_body"}`)
	}
	c.call("GET", "/organizations/acme", "", 404, `{}`) // a name is no id
	c.call("GET", "/organizations/name/"+id, "", 404, `{}`)
	c.call("POST", "/organizations/"+id+"/members", `{"members":["auth0|nobody"]}`, 404, noUser)
}

func TestSecondFactorsAreListedAndDeleted(t *testing.T) {
	c := newTenant(t)
	ada := "/users/" + esc(c.user("ada"))
	c.call("GET", ada, "", 200, `{"multifactor":"absent"}`)
	for _, a := range []store.Authenticator{{ID: "totp|1", Type: "otp", Secret: "GEZDGNBV"}, {ID: "sms|2", Type: "phone", Target: "+441632960123"}, {ID: "rb|3", Type: "remember-browser", Secret: "x"}} {
		a.UserID, a.CreatedAt = "auth0|ada", now
		must(t, c.store.AddAuthenticator(t.Context(), &a))
	}
	c.call("GET", ada+"/authentication-methods", "", 200, `[{"id":"sms|2","type":"phone","phone_number":"+441632960123"},
		{"id":"totp|1","type":"totp","confirmed":true,"created_at":"2026-11-20T21:04:05.670Z","secret":"absent","Secret":"absent"}]`)
	c.call("GET", ada, "", 200, `{"multifactor":["guardian"]}`)
	c.call("DELETE", ada+"/authentication-methods/"+esc("totp|1"), "", 204, "")
	c.call("DELETE", ada+"/authentication-methods/"+esc("totp|1"), "", 404, `{}`)
	c.call("GET", ada+"/authentication-methods?include_totals=true", "", 200, `{"authenticators":[{"id":"sms|2"}],"total":1}`)
	c.call("DELETE", ada+"/authentication-methods", "", 204, "")
	c.call("GET", ada+"/authentication-methods", "", 200, `[]`)
	left, err := c.store.Authenticators(t.Context(), "auth0|ada")
	must(t, err)
	if len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}
