package management

import (
	"context"
	"errors"
	"net/http"
	"regexp"

	"example.com/postlogin/mockidp/store"
)

type organization struct {
	ID          string            `json:"id"`
	Name        string            `json:"name"`
	DisplayName string            `json:"display_name"`
	Metadata    map[string]string `json:"metadata,omitempty"`
}

func organizationsJSON(list []*store.Organization) []organization {
	out := make([]organization, len(list))
	for i, o := range list {
		out[i] = organization(*o)
	}
	return out
}

// organizationName is what a name may be (Auth0: "Create Organizations").
var organizationName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,49}$`)

func (a *API) listOrganizations(r *http.Request) (any, error) {
	list, err := a.cfg.Store.Organizations(r.Context())
	if err != nil {
		return nil, err
	}
	return paged(r, "organizations", organizationsJSON(list))
}

// organization finds one by its id or, where byName is set, by its name.
func (a *API) organization(ctx context.Context, key string, byName bool) (*store.Organization, error) {
	o, err := a.cfg.Store.Organization(ctx, key)
	if err == nil && (byName && o.Name != key || !byName && o.ID != key) {
		err = store.ErrNotFound
	}
	return o, noOrganization(err)
}

func (a *API) organizationOf(r *http.Request) (*store.Organization, error) {
	return a.organization(r.Context(), r.PathValue("id"), false)
}

func (a *API) getOrganization(r *http.Request) (any, error) {
	o, err := a.organizationOf(r)
	if err != nil {
		return nil, err
	}
	return organization(*o), nil
}

func (a *API) organizationByName(r *http.Request) (any, error) {
	o, err := a.organization(r.Context(), r.PathValue("name"), true)
	if err != nil {
		return nil, err
	}
	return organization(*o), nil
}

// organizationPatch is an organization's body, of a new one too. There is no
// page here that could show a branding, so it is refused.
type organizationPatch struct {
	Name        *string                     `json:"name"`
	DisplayName *string                     `json:"display_name"`
	Metadata    optional[map[string]string] `json:"metadata"`
}

func (b *organizationPatch) apply(o *store.Organization) error {
	if b.Name != nil {
		o.Name = *b.Name
	}
	if !organizationName.MatchString(o.Name) {
		return badBody("String does not match pattern %s: %s' on property 'name", organizationName, o.Name)
	}
	if b.DisplayName != nil {
		o.DisplayName = *b.DisplayName
	}
	if p := b.Metadata.ptr(); p != nil {
		o.Metadata = *p
	}
	if len(o.Metadata) > 10 {
		return badBody("Too many properties (%d), maximum 10' on property 'metadata", len(o.Metadata)) // Auth0: "Entity Limit Policy"
	}
	return nil
}

func (a *API) createOrganization(r *http.Request) (any, error) {
	var b organizationPatch
	if err := read(r, &b); err != nil {
		return nil, err
	}
	if b.Name == nil {
		return nil, badBody("Missing required property: name")
	}
	o := &store.Organization{DisplayName: *b.Name}
	if err := b.apply(o); err != nil {
		return nil, err
	}
	if err := a.cfg.Store.CreateOrganization(r.Context(), o); err != nil {
		return nil, organizationTaken(err)
	}
	return organization(*o), nil
}

func organizationTaken(err error) error {
	return taken(err, "organization_conflict", "An organization with this name already exists.")
}

func (a *API) patchOrganization(r *http.Request) (any, error) {
	var b organizationPatch
	if err := read(r, &b); err != nil {
		return nil, err
	}
	o, err := a.organizationOf(r)
	if err != nil {
		return nil, err
	}
	if err := b.apply(o); err != nil {
		return nil, err
	}
	if err := a.cfg.Store.UpdateOrganization(r.Context(), o); err != nil {
		return nil, organizationTaken(noOrganization(err))
	}
	return organization(*o), nil
}

// deleteOrganization also answers with success when there is none, as deleteUser.
func (a *API) deleteOrganization(r *http.Request) (any, error) {
	err := a.cfg.Store.DeleteOrganization(r.Context(), r.PathValue("id"))
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	return nil, err
}

func (a *API) userOrganizations(r *http.Request) (any, error) {
	u, err := a.userOf(r)
	if err != nil {
		return nil, err
	}
	list, err := a.cfg.Store.UserOrganizations(r.Context(), u.ID)
	if err != nil {
		return nil, err
	}
	return paged(r, "organizations", organizationsJSON(list))
}
