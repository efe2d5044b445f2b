package management_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"example.com/postlogin/mockidp/management"
	"example.com/postlogin/mockidp/store"
)

const handler = `exports.onExecutePostLogin = async (event, api) => {}`

const noAction = `{"statusCode":404,"error":"Not Found","message":"That action does not exist.","errorCode":"absent"}`

// action creates an Action and returns the path of it.
func (c *tenant) action(name string) string {
	c.t.Helper()
	body := c.call("POST", "/actions/actions", `{"name":"`+name+`","supported_triggers":[{"id":"post-login","version":"v3"}],"code":"`+handler+`","runtime":"node18",
		"dependencies":[{"name":"lodash","version":"4.17.21","registry_url":"https://registry.example.test/"}],"secrets":[{"name":"KEY","value":"v1"}]}`, 201, `{}`)
	return "/actions/actions/" + field(c.t, body, "id")
}

// flow is what runs at a login, as "name@version …".
func (c *tenant) flow() string {
	c.t.Helper()
	versions, err := c.store.Flow(c.t.Context(), "post-login")
	must(c.t, err)
	var names []string
	for _, v := range versions {
		names = append(names, fmt.Sprintf("%s@%d", v.Name, v.Number))
	}
	return strings.Join(names, " ")
}

func TestAnActionIsCreated(t *testing.T) {
	c := newTenant(t)
	path := c.action("claims")
	c.call("GET", path, "", 200, `{"name":"claims","supported_triggers":[{"id":"post-login","version":"v3"}],"code":"`+handler+`","runtime":"node18","status":"built",
		"dependencies":[{"name":"lodash","version":"4.17.21"}],"secrets":[{"name":"KEY","value":"absent","updated_at":"2026-11-20T21:04:05.670Z"}],
		"all_changes_deployed":false,"deployed_version":"absent","created_at":"2026-11-20T21:04:05.670Z","updated_at":"2026-11-20T21:04:05.670Z"}`)
	c.call("POST", "/actions/actions", `{"name":"plain","supported_triggers":[{"id":"post-login","version":"v3"}],"deploy":true}`, 201,
		`{"name":"plain","runtime":"node22","secrets":[],"dependencies":[],"deployed_version":{"number":1},"all_changes_deployed":true}`)
	c.call("GET", "/actions/actions", "", 200, `{"actions":[{"name":"claims"},{"name":"plain"}],"total":2,"page":0,"per_page":50}`)
	c.call("GET", "/actions/actions?actionName=plain", "", 200, `{"actions":[{"name":"plain"}],"total":1}`)
	c.call("GET", "/actions/actions?deployed=false", "", 200, `{"actions":[{"name":"claims"}]}`)
	c.call("GET", "/actions/actions?triggerId=pre-user-registration", "", 200, `{"actions":[],"total":0}`)
}

func TestAnActionThatCanNotBeIsRefused(t *testing.T) {
	c := newTenant(t)
	c.action("claims")
	const triggers = `"supported_triggers":[{"id":"post-login","version":"v3"}]`
	for _, tt := range []struct {
		name, body string
		status     int
		want       string
	}{
		{"no name", `{` + triggers + `}`, 400, `{"message":"Payload validation error: 'Missing required property: name'."}`},
		{"an empty name", `{"name":" ",` + triggers + `}`, 400, `{"errorCode":"invalid_body"}`},
		{"no trigger", `{"name":"x"}`, 400, `{"message":"Payload validation error: 'Missing required property: supported_triggers'."}`},
		{"another trigger", `{"name":"x","supported_triggers":[{"id":"pre-user-registration","version":"v2"}]}`, 400, `{"errorCode":"invalid_body"}`},
		{"an unknown runtime", `{"name":"x",` + triggers + `,"runtime":"deno"}`, 400, `{"message":"Payload validation error: 'No enum match for: deno' on property 'runtime'."}`},
		{"a secret without a value", `{"name":"x",` + triggers + `,"secrets":[{"name":"K"}]}`, 400, `{"errorCode":"invalid_body"}`},
		{"a secret without a name", `{"name":"x",` + triggers + `,"secrets":[{"value":"v"}]}`, 400, `{"errorCode":"invalid_body"}`},
		{"an unknown member of a secret", `{"name":"x",` + triggers + `,"secrets":[{"name":"K","vale":"v"}]}`, 400, `{"message":"Payload validation error: 'Additional properties not allowed: vale' on property 'secrets'."}`},
		{"a name in use", `{"name":"claims",` + triggers + `}`, 409, `{"message":"An Action with that name already exists."}`},
		{"code that does not compile", `{"name":"x",` + triggers + `,"code":"a\n}}"}`, 400,
			`{"statusCode":400,"error":"Bad Request","message":"The Action \"x\" does not compile: line 2, column 7: Unexpected token '}'","errorCode":"action_build_failed",
			"errors":[{"id":"SyntaxError","msg":"Unexpected token '}'","line":2,"column":7}]}`},
	} {
		t.Run(tt.name, func(t *testing.T) { c.call("POST", "/actions/actions", tt.body, tt.status, tt.want) })
	}
	c.call("GET", "/actions/actions", "", 200, `{"total":1}`)
}

func TestADraftIsChangedAndDeployed(t *testing.T) {
	c := newTenant(t)
	path := c.action("claims")
	v1 := c.call("POST", path+"/deploy", "", 200, `{"number":1,"deployed":true,"status":"built","code":"`+handler+`","runtime":"node18","secrets":[{"name":"KEY"}],"errors":[],
		"dependencies":[{"name":"lodash","version":"4.17.21"}],"action":{"name":"claims"}}`)
	c.call("GET", path, "", 200, `{"deployed_version":{"id":"`+field(t, v1, "id")+`","number":1},"all_changes_deployed":true}`)
	for _, change := range []string{`"secrets":[{"name":"KEY","value":"v2"}]`, `"secrets":[{"name":"KEY","value":"v1"}],"runtime":"node22"`, `"runtime":"node18","dependencies":[]`} {
		c.call("PATCH", path, `{`+change+`}`, 200, `{"all_changes_deployed":false}`)
	}
	c.call("PATCH", path, `{"dependencies":[{"name":"lodash","version":"4.17.21"}]}`, 200, `{"all_changes_deployed":true}`)
	c.call("PATCH", path, `{"name":"renamed","code":"// unfinished }}","runtime":"node22","dependencies":[],"secrets":[{"name":"KEY"},{"name":"NEW","value":"n"}]}`, 200,
		`{"name":"renamed","code":"// unfinished }}","runtime":"node22","dependencies":[],"secrets":[{"name":"KEY"},{"name":"NEW"}],"all_changes_deployed":false,"deployed_version":{"number":1}}`)
	a, err := c.store.ActionByName(t.Context(), "renamed")
	must(t, err)
	if a.Secrets["KEY"] != "v1" || a.Secrets["NEW"] != "n" {
		t.Errorf("secrets %v", a.Secrets)
	}
	c.call("POST", path+"/deploy", "", 400, `{"message":"The Action \"renamed\" does not compile: line 1, column 7: Unexpected token '}'","errorCode":"action_build_failed"}`)
	c.call("GET", path+"/versions", "", 200, `{"versions":[{"number":1,"deployed":true}],"total":1}`)
	c.call("PATCH", path, `{"code":"`+handler+`//2","secrets":[]}`, 200, `{"secrets":[]}`)
	c.call("POST", path+"/deploy", "", 200, `{"number":2,"secrets":[],"action":{"name":"renamed"}}`)

	c.call("PATCH", path, `{"secrets":[{"name":"GONE"}]}`, 400, `{"errorCode":"invalid_body"}`)
	c.call("PATCH", path, `{"deploy":true}`, 400, `{"errorCode":"invalid_body"}`)
	c.call("PATCH", path, `{"cod":"x"}`, 400, `{"message":"Payload validation error: 'Additional properties not allowed: cod'."}`)
	c.action("other")
	c.call("PATCH", path, `{"name":"other"}`, 409, `{"error":"Conflict"}`)
	for _, req := range [][3]string{{"GET", ""}, {"PATCH", "", `{}`}, {"DELETE", ""}, {"POST", "/deploy"}, {"GET", "/versions"}, {"GET", "/versions/1"}, {"POST", "/versions/1/deploy"}, {"POST", "/test", `{"payload":{}}`}} {
		c.call(req[0], "/actions/actions/nope"+req[1], req[2], 404, noAction)
	}
}

func TestARollBackIsANewVersion(t *testing.T) {
	c := newTenant(t)
	path := c.action("claims")
	v1 := field(t, c.call("POST", path+"/deploy", "", 200, `{"number":1}`), "id")
	c.call("PATCH", path, `{"code":"`+handler+`//2"}`, 200, `{}`)
	v2 := field(t, c.call("POST", path+"/deploy", "", 200, `{"number":2}`), "id")
	if v1 == v2 || len(v1) != 36 {
		t.Errorf("ids %s and %s", v1, v2)
	}
	c.call("PATCH", "/actions/triggers/post-login/bindings", `{"bindings":[{"ref":{"type":"action_name","value":"claims"}}]}`, 200, `{}`)
	c.call("GET", path+"/versions/"+v1, "", 200, `{"number":1,"deployed":false,"code":"`+handler+`"}`)
	c.call("GET", path+"/versions/2", "", 200, `{"id":"`+v2+`","number":2,"deployed":true}`) // for people

	c.call("POST", path+"/versions/"+v1+"/deploy", "null", 200, `{"number":3,"deployed":true,"code":"`+handler+`"}`)
	if got := c.flow(); got != "claims@3" {
		t.Errorf("flow %s", got)
	}
	c.call("GET", path, "", 200, `{"code":"`+handler+`//2","deployed_version":{"number":3},"all_changes_deployed":false}`)
	c.call("POST", path+"/versions/1/deploy", `{"update_draft":true}`, 200, `{"number":4}`)
	c.call("GET", path, "", 200, `{"code":"`+handler+`","all_changes_deployed":true}`)
	c.call("POST", path+"/versions/1/deploy", `{"update":true}`, 400, `{"errorCode":"invalid_body"}`)
	for _, unknown := range []string{"9", "0", "-1", "nope"} {
		c.call("GET", path+"/versions/"+unknown, "", 404, `{"message":"That action version does not exist."}`)
		c.call("POST", path+"/versions/"+unknown+"/deploy", "", 404, `{}`)
	}
	c.call("GET", path+"/versions?per_page=1", "", 200, `{"versions":[{"number":4}],"total":4,"per_page":1}`)
}

func TestTheFlowIsBoundInOrder(t *testing.T) {
	c := newTenant(t)
	first, second := c.action("first"), c.action("second")
	const bindings = "/actions/triggers/post-login/bindings"
	bind := func(list string, status int, want string) {
		t.Helper()
		c.call("PATCH", bindings, `{"bindings":[`+list+`]}`, status, want)
	}
	byName := func(name string) string {
		return `{"ref":{"type":"action_name","value":"` + name + `"},"display_name":"` + name + `!"}`
	}
	byID := `{"ref":{"type":"action_id","value":"` + strings.TrimPrefix(first, "/actions/actions/") + `"}}`
	bind(byName("first"), 400, `{"message":"The Action \"first\" must be deployed before it can be bound"}`)
	c.call("POST", first+"/deploy", "", 200, `{}`)
	c.call("POST", second+"/deploy", "", 200, `{}`)
	bind(byName("second")+","+byID, 200, `{"bindings":[{"trigger_id":"post-login","display_name":"second!","action":{"name":"second","deployed_version":{"number":1}}},{"display_name":"first","action":{"name":"first"}}]}`)
	if got := c.flow(); got != "second@1 first@1" {
		t.Errorf("flow %s", got)
	}
	c.call("GET", bindings, "", 200, `{"bindings":[{"display_name":"second!"},{"display_name":"first"}],"total":2,"page":0,"per_page":50}`)
	bind(byName("nobody"), 400, `{"message":"The Action \"nobody\" does not exist"}`)
	bind(`{"ref":{"type":"x","value":"y"}}`, 400, `{"errorCode":"invalid_body"}`)
	c.call("PATCH", bindings, `{}`, 400, `{"message":"Payload validation error: 'Missing required property: bindings'."}`)
	c.call("GET", "/actions/triggers/pre-user-registration/bindings", "", 404, `{}`)
	c.call("PATCH", "/actions/triggers/pre-user-registration/bindings", `{"bindings":[]}`, 404, `{}`)
	if got := c.flow(); got != "second@1 first@1" {
		t.Errorf("flow after refusals: %s", got)
	}
	c.call("DELETE", first, "", 409, `{"errorCode":"action_bound"}`)
	c.call("DELETE", first+"?force=true", "", 204, "")
	c.call("GET", bindings, "", 200, `{"bindings":[{"display_name":"second!"}]}`)
	bind("", 200, `{"bindings":[]}`)
	c.call("DELETE", second, "", 204, "")
	c.call("DELETE", second, "", 404, noAction)
	c.call("GET", "/actions/triggers", "", 200, `{"triggers":[{"id":"post-login","version":"v3","status":"CURRENT","default_runtime":"node22"}]}`)
}

func TestDeploysAtTheSameTimeGetAVersionEach(t *testing.T) {
	c := newTenant(t)
	path := c.action("claims")
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() { c.send("POST", path+"/deploy", "") })
	}
	wg.Wait()
	c.call("GET", path+"/versions?per_page=1", "", 200, `{"versions":[{"number":10}],"total":10}`)
}

func TestADraftIsTestedWhereTheServerCan(t *testing.T) {
	c := newTenant(t)
	c.call("POST", c.action("claims")+"/test", `{"payload":{}}`, 501, `{"error":"Not Implemented"}`)

	c = newTenant(t, func(cfg *management.Config) {
		cfg.Test = func(_ context.Context, a *store.Action, payload json.RawMessage) (json.RawMessage, error) {
			switch string(payload) {
			case `{"fail":1}`:
				return nil, errors.New("a worker died")
			case `{"bad":1}`:
				return nil, &management.CodeError{Message: "no handler"}
			case `{"user":5}`:
				return nil, &management.PayloadError{Message: "user: expected an object"}
			case `{"busy":1}`:
				return nil, management.ErrBusy
			}
			return json.RawMessage(`{"action":"` + a.Name + `","event":` + string(payload) + `}`), nil
		}
	})
	path := c.action("claims")
	c.call("POST", path+"/test", `{"payload":{"user":{"name":"Ada"}}}`, 200, `{"payload":{"action":"claims","event":{"user":{"name":"Ada"}}}}`)
	c.call("POST", path+"/test", `{"payload":{}}`, 200, `{"payload":{"event":{}}}`)
	c.call("POST", path+"/test", `{}`, 400, `{"message":"Payload validation error: 'Missing required property: payload'."}`)
	c.call("POST", path+"/test", `{"payload":{"bad":1}}`, 400, `{"message":"The Action \"claims\" does not compile: no handler"}`)
	c.call("POST", path+"/test", `{"payload":{"user":5}}`, 400, `{"errorCode":"invalid_body","message":"Payload validation error: 'user: expected an object' on property 'payload'."}`)
	c.call("POST", path+"/test", `{"payload":{"busy":1}}`, 429, `{"errorCode":"too_many_requests"}`)
	c.call("POST", path+"/test", `{"payload":{"fail":1}}`, 500, `{"message":"An internal error occurred"}`)
}

// What is deployed is what was checked, also when somebody saves another draft meanwhile.
func TestADraftThatChangesUnderADeploymentIsNotDeployed(t *testing.T) {
	var meanwhile func(source string)
	c := newTenant(t, func(cfg *management.Config) {
		check := cfg.Check
		cfg.Check = func(ctx context.Context, source string) error {
			err := check(ctx, source)
			if meanwhile != nil {
				meanwhile(source)
			}
			return err
		}
	})
	path := c.action("claims")
	c.call("POST", path+"/deploy", "", 200, `{"number":1}`)
	meanwhile = func(string) {
		meanwhile = nil
		c.call("PATCH", path, `{"code":"a\n}}"}`, 200, `{}`)
	}
	c.call("POST", path+"/deploy", "", 409, `{"errorCode":"draft_changed"}`)
	c.call("GET", path, "", 200, `{"deployed_version":{"number":1,"code":"`+handler+`"}}`)
}

// An Action that is deployed over and over does not fill the disk.
func TestTheOldestVersionsAreDropped(t *testing.T) {
	c := newTenant(t)
	path := c.action("claims")
	for range store.KeepVersions + 2 {
		c.call("POST", path+"/deploy", "", 200, `{}`)
	}
	c.call("GET", path+"/versions?per_page=1", "", 200, fmt.Sprintf(`{"total":%d,"versions":[{"number":%d}]}`, store.KeepVersions, store.KeepVersions+2))
	c.call("GET", path+"/versions/2", "", 404, `{}`)
	c.call("POST", path+"/versions/3/deploy", "", 200, fmt.Sprintf(`{"number":%d}`, store.KeepVersions+3))
	c.call("GET", path+"/versions/3", "", 404, `{}`)
	c.call("GET", path, "", 200, fmt.Sprintf(`{"deployed_version":{"number":%d}}`, store.KeepVersions+3))
}
