package mockidp_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/mockidptest"
	"example.com/postlogin/mockidp/store"
)

// Actions that use require("auth0") against the tenant they run in.

// deployManager deploys an Action whose code gets m, a ManagementClient for its
// own tenant, made of secrets as in real Actions.
func deployManager(t *testing.T, idp *mockidptest.Server, name, code string) {
	t.Helper()
	idp.Deploy(name, `const { ManagementClient, AuthenticationClient } = require("auth0");
exports.onExecutePostLogin = async (event, api) => {
	const m = new ManagementClient({ domain: event.secrets.DOMAIN, clientId: event.secrets.CLIENT_ID, clientSecret: event.secrets.CLIENT_SECRET });
`+code+`
};`)
	a, err := idp.Store.ActionByName(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	domain := strings.TrimSuffix(strings.TrimPrefix(idp.Issuer, "http://"), "/")
	for key, value := range map[string]string{"DOMAIN": domain, "CLIENT_ID": idp.ClientID, "CLIENT_SECRET": idp.ClientSecret} {
		if err := idp.Store.SetSecret(t.Context(), a.ID, key, value); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := idp.Store.Deploy(t.Context(), a.ID, time.Now()); err != nil {
		t.Fatal(err)
	}
}

// wantClaim compares one claim, as JSON.
func wantClaim(t *testing.T, res *result, name, want string) {
	t.Helper()
	if got, _ := json.Marshal(res.claims[name]); string(got) != want {
		t.Errorf("claim %s = %s, want %s", name, got, want)
	}
}

// What an Action changes through the Management API is done at once; the event of
// this login does not show it, that of the next does (auth0-actions.md 3.5).
func TestActionsManageTheirTenant(t *testing.T) {
	idp, rp := newPair(t, mockidptest.Empty)
	role := &store.Role{Name: "editor"}
	if err := idp.Store.CreateRole(t.Context(), role); err != nil {
		t.Fatal(err)
	}
	deployManager(t, idp, "manage", `
	if (event.stats.logins_count > 1) return;
	const id = event.user.user_id;
	const { data: user, status } = await m.users.update({ id }, { app_metadata: { plan: "gold" } });
	const { data: roles } = await m.roles.getAll({ name_filter: "edit" });
	await m.users.assignRoles({ id }, { roles: [roles[0].id] });
	const { data: [grace] } = await m.usersByEmail.getByEmail({ email: "grace@example.test" });
	const [provider, user_id] = grace.user_id.split("|");
	const linked = await m.users.link({ id }, { provider, user_id });
	const { data: job } = await m.jobs.verifyEmail({ user_id: id });
	const { data: permissions } = await m.users.getPermissions({ id });
	api.idToken.setCustomClaim("did", [status, user.app_metadata.plan, linked.data.length, job.type, permissions]);`)
	idp.Deploy("after", `exports.onExecutePostLogin = async (event, api) => {
	api.idToken.setCustomClaim("seen", [event.user.app_metadata.plan ?? "none", event.authorization.roles, event.user.identities.length]);
};`)

	res := rp.mustLogin(newBrowser(t), address(t, "London"))
	wantClaim(t, res, "did", `[200,"gold",2,"verification_email",[]]`)
	wantClaim(t, res, "seen", `["none",[],1]`)
	ada := idp.User("ada@example.test")
	if meta := string(ada.AppMetadata); !strings.Contains(meta, `"plan":"gold"`) {
		t.Errorf("app_metadata %s", meta)
	}
	if list, err := idp.Store.UserRoles(t.Context(), ada.ID); err != nil || len(list) != 1 || list[0].ID != role.ID {
		t.Errorf("roles %v, error %v", list, err)
	}
	if _, err := idp.Store.UserByEmail(t.Context(), "grace@example.test"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("grace can still log in for herself: %v", err)
	}
	var sent json.RawMessage
	admin(t, http.MethodGet, idp.Issuer+"_mock/outbox", "", &sent)
	if !strings.Contains(string(sent), `"mailto:ada@example.test"`) {
		t.Errorf("the outbox lacks the mail: %s", sent)
	}
	wantClaim(t, rp.mustLogin(newBrowser(t), address(t, "London")), "seen", `["gold",["editor"],2]`)
}

// The same API in the words of the SDK's other versions, and what else Actions ask.
func TestActionsUseEachVersionOfTheSDK(t *testing.T) {
	idp, rp := newPair(t, mockidptest.Empty)
	deployManager(t, idp, "manage", `
	const id = event.user.user_id, said = [];
	const { data: org } = await m.organizations.create({ name: "acme", display_name: "Acme" });
	await m.organizations.addMembers({ id: org.id }, { members: [id] });
	const role = await m.createRole({ name: "editor" });
	await m.organizations.addMemberRoles({ id: org.id, user_id: id }, { roles: [role.id] });
	const byName = await m.organizations.getByName("acme");
	const members = await m.organizations.members.list(byName.id);
	const roles = await m.organizations.members.roles.list(byName.id, id);
	said.push(byName.display_name, members.data[0].user_id === id, roles.data[0].name);
	await m.updateUserMetadata({ id }, { theme: "dark" });
	await new Promise((done, fail) => m.getUser({ id }, (err, u) => err ? fail(err) : done(said.push(u.user_metadata.theme))));
	await m.users.roles.assign(id, { roles: [role.id] });
	said.push((await m.getUsersInRole({ id: role.id }))[0].email, (await m.users.getRoles({ id })).data[0].name);
	const { data: made } = await m.users.create({ connection: "Username-Password-Authentication", email: "new@example.test", password: "a-Long-one-5!" });
	await m.users.delete({ id: made.user_id });
	said.push((await m.users.listUsersByEmail({ email: "new@example.test" })).length);
	said.push((await m.connections.getAll()).data[0].name, (await m.clients.get({ client_id: event.client.client_id })).data.name, (await m.actions.list()).data[0].name);
	const auth = new AuthenticationClient({ domain: event.secrets.DOMAIN, clientId: event.secrets.CLIENT_ID, clientSecret: event.secrets.CLIENT_SECRET });
	const { data: token } = await auth.oauth.clientCredentialsGrant({ audience: "https://" + event.secrets.DOMAIN + "/api/v2/", scope: "read:users" });
	const reader = new ManagementClient({ domain: event.secrets.DOMAIN, token: token.access_token });
	said.push((await reader.users.get({ id })).data.email);
	const account = { email: "signed-up@example.test", connection: "Username-Password-Authentication", password: "a-Long-one-5!" };
	const { data: signed } = await auth.database.signUp({ ...account, user_metadata: { from: "action" } });
	said.push((await reader.users.get({ id: "auth0|" + signed._id })).data.user_metadata.from, (await auth.database.changePassword(account)).data.slice(0, 10));
	for (const f of [() => reader.users.delete({ id }), () => m.users.get({ id: "auth0|nobody" }), () => m.users.update({ id }, { nick: "a" }), () => auth.getProfile("x"), () => auth.database.signUp(account),
		() => auth.oauth.refreshTokenGrant({ refresh_token: "x" }), () => new ManagementClient({ domain: event.secrets.DOMAIN, clientId: "nobody", clientSecret: "x" }).users.getAll()]) {
		await f().then(() => said.push("passed"), (e) => said.push([e.name, e.statusCode, e.errorCode ?? e.error]));
	}
	api.idToken.setCustomClaim("said", said);`)
	res := rp.mustLogin(newBrowser(t), address(t, "London"))
	wantClaim(t, res, "said", `["Acme",true,"editor","dark","ada@example.test","editor",0,"Username-Password-Authentication","Demo app","manage","ada@example.test","action","We've just",`+
		`["ManagementApiError",403,"insufficient_scope"],["ManagementApiError",404,"inexistent_user"],["ManagementApiError",400,"invalid_body"],`+
		`["invalid_token",401,null],["AuthApiError",400,"user_exists"],["AuthApiError",400,"invalid_grant"],["AuthApiError",401,"invalid_client"]]`)
}

// An error of the API that the Action does not catch ends the login with its
// message, and stands in the execution.
func TestAnErrorOfTheSDKEndsTheLogin(t *testing.T) {
	idp, rp := newPair(t, mockidptest.Empty)
	deployManager(t, idp, "manage", `	await m.users.get({ id: "auth0|nobody" });`)
	_, err := rp.login(newBrowser(t), address(t, "London"))
	refusal, ok := errors.AsType[*refused](err)
	if !ok || refusal.code != "access_denied" || refusal.description != "The user does not exist." {
		t.Errorf("login: %v", err)
	}
	var runs []struct {
		ID string `json:"transaction_id"`
	}
	admin(t, http.MethodGet, idp.Issuer+"_mock/logins", "", &runs)
	deployManager(t, idp, "manage", `
	const { data: { details } } = await m.logs.get({ id: "`+runs[0].ID+`" });
	const execution = await m.actions.executions.get(details.actions.executions[0]);
	api.idToken.setCustomClaim("execution", [execution.status, execution.results[0].action_name, execution.results[0].error.msg]);`)
	wantClaim(t, rp.mustLogin(newBrowser(t), address(t, "London")), "execution", `["final","manage","ManagementApiError: The user does not exist."]`)
}

// syncBuffer is a log to read while the provider writes.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// Neither the client's secret nor an access token is in the log, in the record of
// a login or in the outbox, unless somebody asks the outbox for secrets.
func TestSecretsOfTheSDKStayOutOfRecords(t *testing.T) {
	var log syncBuffer
	idp, rp := newPair(t, mockidptest.Empty, mockidptest.Tune(func(o *mockidp.Options) {
		o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}))
	deployManager(t, idp, "manage", `
	await m.users.get({ id: event.user.user_id });
	api.redirect.sendUserTo("`+rp.callback.URL+`/consent");`)
	idp.Deploy("broken", `exports.onExecutePostLogin = async () => { await fetch("https://x.example/?api_key=sesame", { headers: { "x-api-key": "sesame" }, method: "POST", body: '{"password":"sesame"}' }); };`)
	b := newBrowser(t)
	if _, err := rp.login(b, address(t, "London")); err == nil {
		t.Fatal("the login was not suspended")
	}
	idp.Deploy("manage", `exports.onExecutePostLogin = async () => {};`)
	rp.mustLogin(newBrowser(t), address(t, "London"))

	var calls []struct {
		URL    string
		Answer struct{ Body string }
	}
	admin(t, http.MethodGet, idp.Issuer+"_mock/outbox?secrets=show", "", &calls)
	var token struct {
		AccessToken string `json:"access_token"`
	}
	for _, c := range calls {
		if strings.HasSuffix(c.URL, "/oauth/token") {
			if err := json.Unmarshal([]byte(c.Answer.Body), &token); err != nil {
				t.Fatal(err)
			}
		}
	}
	if token.AccessToken == "" || len(calls) != 3 {
		t.Fatalf("no token among %v", calls)
	}
	var runs []struct {
		ID string `json:"transaction_id"`
	}
	shown := map[string]string{"the log": log.String()}
	for _, path := range []string{"_mock/outbox", "_mock/logins"} {
		var raw json.RawMessage
		admin(t, http.MethodGet, idp.Issuer+path, "", &raw)
		shown[path] = string(raw)
	}
	if err := json.Unmarshal([]byte(shown["_mock/logins"]), &runs); err != nil || len(runs) != 2 {
		t.Fatalf("runs %v, error %v", runs, err)
	}
	for _, r := range runs {
		var raw json.RawMessage
		admin(t, http.MethodGet, idp.Issuer+"_mock/logins/"+r.ID, "", &raw)
		shown["login "+r.ID] = string(raw)
		if !strings.Contains(string(raw), "[redacted]") {
			t.Errorf("the record of a login lacks its requests: %s", raw)
		}
	}
	for where, text := range shown {
		for what, secret := range map[string]string{"client's secret": idp.ClientSecret, "access token": token.AccessToken, "key": "sesame"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s shows the %s: %s", where, what, fmt.Sprintf("%.2000s", text))
			}
		}
	}
}
