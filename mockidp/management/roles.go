package management

import (
	"net/http"
	"slices"
	"strings"

	"example.com/postlogin/mockidp/store"
)

type role struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
}

func rolesJSON(roles []*store.Role) []role {
	out := make([]role, len(roles))
	for i, r := range roles {
		out[i] = role(*r)
	}
	return out
}

func (a *API) listRoles(r *http.Request) (any, error) {
	roles, err := a.cfg.Store.Roles(r.Context())
	if err != nil {
		return nil, err
	}
	if part := strings.ToLower(r.URL.Query().Get("name_filter")); part != "" {
		roles = slices.DeleteFunc(roles, func(r *store.Role) bool { return !strings.Contains(strings.ToLower(r.Name), part) })
	}
	return paged(r, "roles", rolesJSON(roles))
}

func (a *API) getRole(r *http.Request) (any, error) {
	row, err := a.cfg.Store.Role(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, noRole(err)
	}
	return role(*row), nil
}

// rolePatch is a role's body, of a new one too.
type rolePatch struct {
	Name        *string          `json:"name"`
	Description optional[string] `json:"description"`
}

func (b *rolePatch) apply(r *store.Role) error {
	if b.Name != nil {
		if r.Name = *b.Name; r.Name == "" {
			return badBody("String is too short (0 chars), minimum 1' on property 'name")
		}
	}
	if p := b.Description.ptr(); p != nil {
		r.Description = *p
	}
	return nil
}

func (a *API) createRole(r *http.Request) (any, error) {
	var b rolePatch
	if err := read(r, &b); err != nil {
		return nil, err
	}
	if b.Name == nil {
		return nil, badBody("Missing required property: name")
	}
	row := new(store.Role)
	if err := b.apply(row); err != nil {
		return nil, err
	}
	if err := a.cfg.Store.CreateRole(r.Context(), row); err != nil {
		return nil, roleTaken(err)
	}
	return role(*row), nil
}

func roleTaken(err error) error {
	return taken(err, "role_conflict", "The role name is already in use.")
}

func (a *API) patchRole(r *http.Request) (any, error) {
	var b rolePatch
	if err := read(r, &b); err != nil {
		return nil, err
	}
	row, err := a.cfg.Store.Role(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, noRole(err)
	}
	if err := b.apply(row); err != nil {
		return nil, err
	}
	if err := a.cfg.Store.UpdateRole(r.Context(), row); err != nil {
		return nil, roleTaken(noRole(err))
	}
	return role(*row), nil
}

func (a *API) deleteRole(r *http.Request) (any, error) {
	return struct{}{}, noRole(a.cfg.Store.DeleteRole(r.Context(), r.PathValue("id")))
}

func (a *API) roleUsers(r *http.Request) (any, error) {
	id := r.PathValue("id")
	if _, err := a.cfg.Store.Role(r.Context(), id); err != nil {
		return nil, noRole(err)
	}
	users, err := a.cfg.Store.RoleUsers(r.Context(), id)
	if err != nil {
		return nil, err
	}
	return paged(r, "users", membersJSON(users))
}

// assignUsers gives one role to several users, one after the other: who comes
// after one that does not exist gets nothing.
func (a *API) assignUsers(r *http.Request) (any, error) {
	var b struct {
		Users []string `json:"users"`
	}
	if err := readList(r, &b, "users", &b.Users); err != nil {
		return nil, err
	}
	id := r.PathValue("id")
	if _, err := a.cfg.Store.Role(r.Context(), id); err != nil {
		return nil, noRole(err)
	}
	for _, u := range b.Users {
		if err := a.cfg.Store.AssignRoles(r.Context(), u, id); err != nil {
			return nil, noUser(err)
		}
	}
	return struct{}{}, nil
}

// readList reads a body whose one list must not be empty.
func readList(r *http.Request, body any, name string, list *[]string) error {
	if err := read(r, body); err != nil {
		return err
	}
	if len(*list) == 0 {
		return badBody("Array is too short (0), minimum 1' on property '%s", name)
	}
	return nil
}

func (a *API) userRoles(r *http.Request) (any, error) {
	u, err := a.userOf(r)
	if err != nil {
		return nil, err
	}
	roles, err := a.cfg.Store.UserRoles(r.Context(), u.ID)
	if err != nil {
		return nil, err
	}
	return paged(r, "roles", rolesJSON(roles))
}

// roleIDs is the body of what gives and takes roles.
type roleIDs struct {
	Roles []string `json:"roles"`
}

func (a *API) assignRoles(r *http.Request) (any, error) {
	var b roleIDs
	if err := readList(r, &b, "roles", &b.Roles); err != nil {
		return nil, err
	}
	u, err := a.userOf(r)
	if err != nil {
		return nil, err
	}
	return nil, noRole(a.cfg.Store.AssignRoles(r.Context(), u.ID, b.Roles...))
}

func (a *API) removeRoles(r *http.Request) (any, error) {
	var b roleIDs
	if err := readList(r, &b, "roles", &b.Roles); err != nil {
		return nil, err
	}
	u, err := a.userOf(r)
	if err != nil {
		return nil, err
	}
	return nil, a.cfg.Store.RemoveRoles(r.Context(), u.ID, b.Roles...)
}
