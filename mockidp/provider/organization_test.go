package provider_test

import (
	"context"
	"testing"

	"example.com/postlogin/mockidp/provider"
	"example.com/postlogin/mockidp/store"
)

// Auth0: "Organizations for Auth0".
func TestOrganization(t *testing.T) {
	member := true
	i := newIDP(t, func(cfg *provider.Config) {
		cfg.Organization = cfg.Store.Organization
		cfg.Member = func(ctx context.Context, organizationID, userID string) (bool, error) {
			is, err := cfg.Store.IsMember(ctx, organizationID, userID)
			return member && is, err
		}
	})
	acme := &store.Organization{Name: "acme"}
	if err := i.store.CreateOrganization(t.Context(), acme); err != nil {
		t.Fatal(err)
	}
	if err := i.store.AddMembers(t.Context(), acme.ID, "auth0|ada"); err != nil {
		t.Fatal(err)
	}
	c := i.web(t)
	for _, name := range []string{"acme", acme.ID} {
		if a := c.login(i.browser(), "ada", "organization", name, "audience", "https://api.example/"); a.claims["org_id"] != acme.ID || jwtPart(t, a.tokens.str("access_token"), 1)["org_id"] != acme.ID {
			t.Errorf("org_id of %s: %v", name, a.claims["org_id"])
		}
	}
	if a := c.login(i.browser(), "ada"); a.claims["org_id"] != nil {
		t.Errorf("org_id %v without an organization", a.claims["org_id"])
	}
	kept := c.login(i.browser(), "ada", "organization", "acme", "scope", "openid offline_access")
	next := c.refresh(kept.tokens.str("refresh_token"))
	if claims := c.verify(next.str("id_token")); claims["org_id"] != acme.ID || claims["org_name"] != "acme" {
		t.Errorf("after a refresh: org_id %v, org_name %v", claims["org_id"], claims["org_name"])
	}
	member = false
	if no := c.refresh(next.str("refresh_token")); no.str("error") != "invalid_grant" {
		t.Errorf("refresh of somebody who has left: %d %v", no.status, no.body)
	}
	member = true

	b := i.browser()
	a := c.request("organization", "acme")
	c.fails(a, b.login(b.authorize(a.params), "grace"), "invalid_request")
	a = c.request("organization", "nobody")
	c.fails(a, b.authorize(a.params), "invalid_request")
}
