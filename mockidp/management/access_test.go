package management_test

import (
	"slices"
	"strings"
	"testing"

	"example.com/postlogin/mockidp/management"
	"example.com/postlogin/mockidp/store"
)

func TestWhoMayAskForWhat(t *testing.T) {
	c := newTenant(t)
	c.user("ada")
	reader := token("read:users")
	for _, tt := range []struct {
		name, method, path, authorization string
		status                            int
		want                              string
	}{
		{"a token with the scope", "GET", "/users", "Bearer " + reader, 200, `"auth0|ada"`},
		{"no token", "GET", "/users", "", 401, `{"statusCode":401,"error":"Unauthorized","message":"Missing authentication"}`},
		{"no token for a path that is not there", "GET", "/nothing", "", 401, `"Missing authentication"`},
		{"an unknown token", "GET", "/users", "Bearer x", 401, `{"statusCode":401,"error":"Unauthorized","message":"Invalid token"}`},
		{"a token without the scope", "DELETE", "/users/auth0%7Cada", "Bearer " + reader, 403,
			`{"statusCode":403,"error":"Forbidden","message":"Insufficient scope, expected any of: delete:users","errorCode":"insufficient_scope"}`},
		{"one of two scopes is enough to be named", "PATCH", "/users/auth0%7Cada", "Bearer " + reader, 403, "expected any of: update:users,update:users_app_metadata"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res, body := c.send(tt.method, tt.path, "", "Authorization", tt.authorization)
			if res.StatusCode != tt.status || !strings.Contains(body, tt.want) {
				t.Errorf("%d %s, want %d with %s", res.StatusCode, body, tt.status, tt.want)
			}
			if challenge := res.Header.Get("WWW-Authenticate"); (challenge != "") != (tt.status == 401) {
				t.Errorf("WWW-Authenticate: %q with %d", challenge, tt.status)
			}
			if res.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("Cache-Control: %q", res.Header.Get("Cache-Control"))
			}
		})
	}
}

func TestMetadataIsPatchedWithLessThanAnAccount(t *testing.T) {
	c := newTenant(t)
	ada := "/users/" + esc(c.user("ada"))
	c.token = token("update:users_app_metadata")
	c.call("PATCH", ada, `{"app_metadata":{"a":1},"user_metadata":{"b":2}}`, 200, `{"app_metadata":{"a":1}}`)
	for _, body := range []string{`{"blocked":false}`, `{"app_metadata":{"a":2},"name":null}`, `{"email":"x@example.test"}`} {
		c.call("PATCH", ada, body, 403, `{"message":"Insufficient scope, expected any of: update:users"}`)
	}
}

func TestWhatIsNotThereSaysSo(t *testing.T) {
	c := newTenant(t)
	for _, path := range []string{"GET /resource-servers", "PUT /users/auth0%7Cada", "POST /clients"} {
		method, path, _ := strings.Cut(path, " ")
		c.call(method, path, "", 404, `{"statusCode":404,"error":"Not Found","message":"`+method+" /api/v2"+strings.ReplaceAll(path, "%7C", "|")+` is not part of this mock of the Management API"}`)
	}
}

func TestScopesAreSortedAndNamedOnce(t *testing.T) {
	list := management.Scopes()
	if !slices.IsSorted(list) || len(slices.Compact(slices.Clone(list))) != len(list) || !slices.Contains(list, "read:users") {
		t.Errorf("scopes %v", list)
	}
}

func TestConfigIsChecked(t *testing.T) {
	for _, cfg := range []management.Config{{}, {Issuer: issuer}, {Store: new(store.Store)}, {Store: new(store.Store), Issuer: issuer}} {
		if _, err := management.New(cfg); err == nil || !strings.Contains(err.Error(), "required") {
			t.Errorf("%+v: error %v", cfg, err)
		}
	}
}

func TestBodies(t *testing.T) {
	c := newTenant(t)
	ada := "/users/" + esc(c.user("ada"))
	for _, tt := range []struct {
		name, body, contentType string
		status                  int
		want                    string
	}{
		{"an unknown member", `{"name":"A","nick":"a","age":3}`, "application/json", 400, "Payload validation error: 'Additional properties not allowed: age,nick'."},
		{"a member in other letters", `{"Name":"A"}`, "application/json", 400, "Additional properties not allowed: Name"},
		{"a wrong type", `{"blocked":"yes"}`, "application/json", 400, "Payload validation error: 'Expected type boolean but found type string' on property 'blocked'."},
		{"a wrong type that may be null", `{"name":5}`, "application/json", 400, "Expected type string but found type number' on property 'name'."},
		{"metadata that is no object", `{"app_metadata":[1]}`, "application/json", 400, "Expected type object but found type array' on property 'app_metadata'."},
		{"null where none may be", `{"email":null}`, "application/json", 400, "Expected type string but found type null' on property 'email'."},
		{"a list", `[]`, "application/json", 400, "Expected type object but found type array"},
		{"null", `null`, "application/json", 400, "Expected type object but found type null"},
		{"nothing", ``, "application/json", 400, "Invalid request payload JSON format"},
		{"half", `{"name":`, "application/json", 400, "Invalid request payload JSON format"},
		{"two", `{}{}`, "application/json", 400, "Invalid request payload JSON format"},
		{"a form", `name=A`, "application/x-www-form-urlencoded", 415, "Expected Content-Type: application/json"},
		{"too much", `{"name":"` + strings.Repeat("a", 1<<20) + `"}`, "application/json", 413, "Payload content length greater than maximum allowed: 1048576"},
		{"a charset", `{"name":"A"}`, "application/json; charset=utf-8", 200, `"name":"A"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res, body := c.send("PATCH", ada, tt.body, "Content-Type", tt.contentType)
			if res.StatusCode != tt.status || !strings.Contains(body, tt.want) {
				t.Errorf("%d %s, want %d with %s", res.StatusCode, body, tt.status, tt.want)
			}
		})
	}
}

func TestPages(t *testing.T) {
	c := newTenant(t)
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		c.call("POST", "/roles", `{"name":"`+name+`"}`, 200, `{"name":"`+name+`"}`)
	}
	for _, tt := range []struct{ query, want string }{
		{"", `[{"name":"a"},{"name":"b"},{"name":"c"},{"name":"d"},{"name":"e"}]`},
		{"?per_page=2", `[{"name":"a"},{"name":"b"}]`},
		{"?per_page=2&page=2", `[{"name":"e"}]`},
		{"?per_page=2&page=9", `[]`},
		{"?per_page=2&page=1&include_totals=true", `{"roles":[{"name":"c"},{"name":"d"}],"start":2,"limit":2,"length":2,"total":5}`},
		{"?take=3", `{"roles":[{"name":"a"},{"name":"b"},{"name":"c"}],"next":"3"}`},
		{"?take=3&from=3", `{"roles":[{"name":"d"},{"name":"e"}],"next":"absent"}`},
		{"?name_filter=C", `[{"name":"c"}]`},
	} {
		c.call("GET", "/roles"+tt.query, "", 200, tt.want)
	}
	for query, want := range map[string]string{
		"per_page=x":         "Query validation error: 'Expected type integer but found type string' on property 'per_page'.",
		"per_page=101":       "Query validation error: 'Value 101 is out of range: expected 0 to 100' on property 'per_page'.",
		"page=-1":            "Query validation error: 'Value -1 is out of range: expected 0 to 1048576' on property 'page'.",
		"include_totals=yes": "Query validation error: 'Expected type boolean but found type string' on property 'include_totals'.",
	} {
		c.call("GET", "/roles?"+query, "", 400, `{"statusCode":400,"error":"Bad Request","message":"`+want+`","errorCode":"invalid_query_string"}`)
	}
}
