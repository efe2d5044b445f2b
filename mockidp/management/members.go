package management

import (
	"net/http"

	"example.com/postlogin/mockidp/store"
)

func (a *API) listMembers(r *http.Request) (any, error) {
	o, err := a.organizationOf(r)
	if err != nil {
		return nil, err
	}
	users, err := a.cfg.Store.Members(r.Context(), o.ID)
	if err != nil {
		return nil, err
	}
	return paged(r, "members", membersJSON(users))
}

// memberIDs is the body of what adds and removes members.
type memberIDs struct {
	Members []string `json:"members"`
}

func (a *API) addMembers(r *http.Request) (any, error) {
	var b memberIDs
	if err := readList(r, &b, "members", &b.Members); err != nil {
		return nil, err
	}
	o, err := a.organizationOf(r)
	if err != nil {
		return nil, err
	}
	return nil, noUser(a.cfg.Store.AddMembers(r.Context(), o.ID, b.Members...))
}

func (a *API) removeMembers(r *http.Request) (any, error) {
	var b memberIDs
	if err := readList(r, &b, "members", &b.Members); err != nil {
		return nil, err
	}
	o, err := a.organizationOf(r)
	if err != nil {
		return nil, err
	}
	return nil, a.cfg.Store.RemoveMembers(r.Context(), o.ID, b.Members...)
}

// membership checks that the path names a member.
func (a *API) membership(r *http.Request) (organization, user string, err error) {
	o, err := a.organizationOf(r)
	if err != nil {
		return "", "", err
	}
	user = r.PathValue("user")
	member, err := a.cfg.Store.IsMember(r.Context(), o.ID, user)
	if err == nil && !member {
		err = missing(store.ErrNotFound, "inexistent_member", "The user is no member of the organization.")
	}
	return o.ID, user, err
}

func (a *API) memberRoles(r *http.Request) (any, error) {
	o, u, err := a.membership(r)
	if err != nil {
		return nil, err
	}
	roles, err := a.cfg.Store.MemberRoles(r.Context(), o, u)
	if err != nil {
		return nil, err
	}
	return paged(r, "roles", rolesJSON(roles))
}

func (a *API) addMemberRoles(r *http.Request) (any, error) {
	var b roleIDs
	if err := readList(r, &b, "roles", &b.Roles); err != nil {
		return nil, err
	}
	o, u, err := a.membership(r)
	if err != nil {
		return nil, err
	}
	return nil, noRole(a.cfg.Store.AssignMemberRoles(r.Context(), o, u, b.Roles...))
}

func (a *API) removeMemberRoles(r *http.Request) (any, error) {
	var b roleIDs
	if err := readList(r, &b, "roles", &b.Roles); err != nil {
		return nil, err
	}
	o, u, err := a.membership(r)
	if err != nil {
		return nil, err
	}
	return nil, a.cfg.Store.RemoveMemberRoles(r.Context(), o, u, b.Roles...)
}
