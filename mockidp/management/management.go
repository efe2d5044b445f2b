package management

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"example.com/postlogin/mockidp/store"
)

// Config is what an API needs. The API closes none of it.
type Config struct {
	// Store keeps the tenant. Required.
	Store *store.Store
	// Issuer is the issuer identifier with its trailing slash. Required.
	Issuer string
	// Authorize says which scopes the request's token has; ok is false without a
	// valid one for the audience Issuer+"api/v2/". Required.
	Authorize func(*http.Request) (scopes []string, ok bool)
	// HashPassword makes the PHC string of a password. Without it no user can be
	// created or get a new password: 501.
	HashPassword func(ctx context.Context, password string) (string, error)
	// Check compiles an Action when it is created or deployed; what is wrong with
	// the code is a *CodeError. Default: everything is accepted.
	Check func(ctx context.Context, source string) error
	// Test runs a draft with payload, an event, and changes nothing; it answers
	// with a JSON document. A *CodeError or a *PayloadError is the caller's fault;
	// with [ErrBusy] the caller may try again.
	// Without it POST …/test is 501.
	Test func(ctx context.Context, a *store.Action, payload json.RawMessage) (json.RawMessage, error)
	// Connection is the tenant's only one. Default: Username-Password-Authentication.
	Connection Connection

	Log *slog.Logger     // default: slog.Default()
	Now func() time.Time // default: time.Now
}

// Connection is where users come from: a database of users with passwords.
type Connection struct {
	ID   string // "con_…"
	Name string
}

// databaseStrategy is Auth0's name for its own databases, and the first half of
// their users' ids.
const databaseStrategy = "auth0"

// API is the Management API of one tenant, an http.Handler for the paths
// below /api/v2/. Make one with New.
type API struct {
	cfg Config
	log *slog.Logger
	now func() time.Time
	mux *http.ServeMux // of routes

	named *http.ServeMux // of namedRoutes, asked first
}

// New checks cfg and wires an API. It does no I/O.
func New(cfg Config) (*API, error) {
	if cfg.Store == nil || cfg.Issuer == "" || cfg.Authorize == nil {
		return nil, errors.New("management: Store, Issuer and Authorize are required")
	}
	if cfg.Connection == (Connection{}) {
		cfg.Connection = Connection{ID: "con_mockidp0000000", Name: "Username-Password-Authentication"}
	}
	a := &API{cfg: cfg, log: cmp.Or(cfg.Log, slog.Default()), now: cfg.Now, mux: http.NewServeMux(), named: http.NewServeMux()}
	if a.now == nil {
		a.now = time.Now
	}
	for _, r := range a.routes() {
		a.mux.Handle(r.pattern, a.handle(r))
	}
	for _, r := range a.namedRoutes() {
		a.named.Handle(r.pattern, a.handle(r))
	}
	a.mux.Handle("/", a.handle(route{do: a.unknown}))
	return a, nil
}

// Scopes are all scopes that some route asks for, sorted: what a token without
// a wish of its own may have.
func Scopes() []string {
	var list []string
	for _, r := range slices.Concat(new(API).routes(), new(API).namedRoutes()) {
		list = append(list, r.scopes...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Route is one method of one address, for a description of them.
type Route struct {
	Pattern string   // as http.ServeMux has it
	Status  int      // of the answer when all is well
	Scopes  []string // any of which the token needs
}

// Routes are the addresses that an API serves.
func Routes() []Route {
	var list []Route
	for _, r := range slices.Concat(new(API).routes(), new(API).namedRoutes()) {
		list = append(list, Route{r.pattern, r.status, r.scopes})
	}
	return list
}

// A route is one method of one path. It asks for one of scopes; do returns what
// to answer as JSON, nil for nothing.
type route struct {
	pattern string
	status  int
	do      func(*http.Request) (any, error)
	scopes  []string
}

func (a *API) routes() []route {
	const ok, created, empty = http.StatusOK, http.StatusCreated, http.StatusNoContent
	return slices.Concat([]route{
		{"GET /api/v2/users", ok, a.listUsers, []string{"read:users"}},
		{"POST /api/v2/users", created, a.createUser, []string{"create:users"}},
		{"GET /api/v2/users-by-email", ok, a.usersByEmail, []string{"read:users"}},
		{"GET /api/v2/users/{id}", ok, a.getUser, []string{"read:users"}},
		{"PATCH /api/v2/users/{id}", ok, a.patchUser, []string{"update:users", "update:users_app_metadata"}},
		{"DELETE /api/v2/users/{id}", empty, a.deleteUser, []string{"delete:users"}},
		{"GET /api/v2/users/{id}/roles", ok, a.userRoles, []string{"read:users", "read:roles", "read:role_members"}},
		{"POST /api/v2/users/{id}/roles", empty, a.assignRoles, []string{"update:users", "create:role_members"}},
		{"DELETE /api/v2/users/{id}/roles", empty, a.removeRoles, []string{"update:users", "delete:role_members"}},
		{"POST /api/v2/users/{id}/identities", created, a.linkIdentity, []string{"update:users"}},
		{"DELETE /api/v2/users/{id}/identities/{provider}/{identity}", ok, a.unlinkIdentity, []string{"update:users"}},
		{"GET /api/v2/users/{id}/permissions", ok, a.userPermissions, []string{"read:users"}},
		{"GET /api/v2/users/{id}/organizations", ok, a.userOrganizations, []string{"read:organizations"}},
		{"GET /api/v2/users/{id}/authentication-methods", ok, a.listFactors, []string{"read:authentication_methods"}},
		{"DELETE /api/v2/users/{id}/authentication-methods", empty, a.deleteFactors, []string{"delete:authentication_methods"}},
		{"DELETE /api/v2/users/{id}/authentication-methods/{method}", empty, a.deleteFactor, []string{"delete:authentication_methods"}},
		{"GET /api/v2/users/{id}/logs", ok, a.userLogs, []string{"read:logs", "read:logs_users"}},
		{"POST /api/v2/jobs/verification-email", created, a.verifyEmail, []string{"update:users"}},

		{"GET /api/v2/roles", ok, a.listRoles, []string{"read:roles"}},
		{"POST /api/v2/roles", ok, a.createRole, []string{"create:roles"}},
		{"GET /api/v2/roles/{id}", ok, a.getRole, []string{"read:roles"}},
		{"PATCH /api/v2/roles/{id}", ok, a.patchRole, []string{"update:roles"}},
		{"DELETE /api/v2/roles/{id}", ok, a.deleteRole, []string{"delete:roles"}},
		{"GET /api/v2/roles/{id}/permissions", ok, a.rolePermissions, []string{"read:roles"}},
		{"GET /api/v2/roles/{id}/users", ok, a.roleUsers, []string{"read:users", "read:roles", "read:role_members"}},
		{"POST /api/v2/roles/{id}/users", ok, a.assignUsers, []string{"update:roles", "create:role_members"}},

		{"GET /api/v2/organizations", ok, a.listOrganizations, []string{"read:organizations"}},
		{"POST /api/v2/organizations", created, a.createOrganization, []string{"create:organizations"}},
		{"GET /api/v2/organizations/{id}", ok, a.getOrganization, []string{"read:organizations"}},
		{"PATCH /api/v2/organizations/{id}", ok, a.patchOrganization, []string{"update:organizations"}},
		{"DELETE /api/v2/organizations/{id}", empty, a.deleteOrganization, []string{"delete:organizations"}},
		{"GET /api/v2/organizations/{id}/members", ok, a.listMembers, []string{"read:organization_members"}},
		{"POST /api/v2/organizations/{id}/members", empty, a.addMembers, []string{"create:organization_members"}},
		{"DELETE /api/v2/organizations/{id}/members", empty, a.removeMembers, []string{"delete:organization_members"}},
		{"GET /api/v2/organizations/{id}/members/{user}/roles", ok, a.memberRoles, []string{"read:organization_member_roles"}},
		{"POST /api/v2/organizations/{id}/members/{user}/roles", empty, a.addMemberRoles, []string{"create:organization_member_roles"}},
		{"DELETE /api/v2/organizations/{id}/members/{user}/roles", empty, a.removeMemberRoles, []string{"delete:organization_member_roles"}},

		{"GET /api/v2/clients", ok, a.listClients, []string{"read:clients", keysScope}},
		{"GET /api/v2/clients/{id}", ok, a.getClient, []string{"read:clients", keysScope}},
		{"GET /api/v2/connections", ok, a.listConnections, []string{"read:connections"}},
		{"GET /api/v2/connections/{id}", ok, a.getConnection, []string{"read:connections"}},
		{"GET /api/v2/logs", ok, a.listLogs, []string{"read:logs", "read:logs_users"}},
		{"GET /api/v2/logs/{id}", ok, a.getLog, []string{"read:logs", "read:logs_users"}},
	}, a.actionRoutes())
}

// namedRoutes are those that a ServeMux takes for ambiguous beside routes:
// /organizations/name/members could be meant for two of them.
func (a *API) namedRoutes() []route {
	return []route{{"GET /api/v2/organizations/name/{name}", http.StatusOK, a.organizationByName, []string{"read:organizations"}}}
}

func (a *API) actionRoutes() []route {
	const ok, created, empty = http.StatusOK, http.StatusCreated, http.StatusNoContent
	read, update, deploy := []string{"read:actions"}, []string{"update:actions"}, []string{"update:actions", "create:actions"}
	return []route{
		{"GET /api/v2/actions/actions", ok, a.listActions, read},
		{"POST /api/v2/actions/actions", created, a.createAction, []string{"create:actions"}},
		{"GET /api/v2/actions/actions/{id}", ok, a.getAction, read},
		{"PATCH /api/v2/actions/actions/{id}", ok, a.patchAction, update},
		{"DELETE /api/v2/actions/actions/{id}", empty, a.deleteAction, []string{"delete:actions"}},
		{"POST /api/v2/actions/actions/{id}/test", ok, a.testAction, []string{"create:actions"}},
		{"POST /api/v2/actions/actions/{id}/deploy", ok, a.deployAction, deploy},
		{"GET /api/v2/actions/actions/{id}/versions", ok, a.listVersions, read},
		{"GET /api/v2/actions/actions/{id}/versions/{version}", ok, a.getVersion, read},
		{"POST /api/v2/actions/actions/{id}/versions/{version}/deploy", ok, a.rollBack, deploy},
		{"GET /api/v2/actions/executions/{id}", ok, a.getExecution, read},
		{"GET /api/v2/actions/triggers", ok, a.listTriggers, read},
		{"GET /api/v2/actions/triggers/{trigger}/bindings", ok, a.listBindings, read},
		{"PATCH /api/v2/actions/triggers/{trigger}/bindings", ok, a.setBindings, update},
	}
}
