package management

import "net/http"

// permission is what a user may do at an API. Nobody has any here: the APIs of
// this mock have no permissions to give. Reading them works, because Actions do
// it to put them into claims.
type permission struct {
	Name               string `json:"permission_name"`
	Description        string `json:"description"`
	ResourceServer     string `json:"resource_server_identifier"`
	ResourceServerName string `json:"resource_server_name"`
}

func (a *API) userPermissions(r *http.Request) (any, error) {
	if _, err := a.userOf(r); err != nil {
		return nil, err
	}
	return paged(r, "permissions", []permission{})
}

func (a *API) rolePermissions(r *http.Request) (any, error) {
	if _, err := a.cfg.Store.Role(r.Context(), r.PathValue("id")); err != nil {
		return nil, noRole(err)
	}
	return paged(r, "permissions", []permission{})
}
