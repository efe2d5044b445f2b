package storetest

import (
	"testing"

	"example.com/postlogin/mockidp/store"
)

// tenant has everything that a Tenant can have.
func tenant() store.Tenant {
	return store.Tenant{
		Client: &store.Client{ID: "app", Name: "App"},
		Users:  []*store.User{{Email: "ada@example.test"}, {Email: "bob@example.test"}},
		Action: &store.Action{Name: "claims", Trigger: "post-login", Runtime: "node18", Code: "// code"},
	}
}

var fill = []test{
	{"an empty store is filled by one of many", func(t *testing.T, s *store.Store) {
		oneWinner(t, race(8, func(int) error {
			filled, err := s.Fill(t.Context(), tenant())
			if err == nil && !filled {
				err = store.ErrGone
			}
			return err
		}))

		n, err := s.CountUsers(t.Context())
		check(t, err)
		equal(t, "users", n, 2)
		c, err := s.Client(t.Context(), "app")
		check(t, err)
		equal(t, "application", c.Name, "App")
		flow, err := s.Flow(t.Context(), "post-login")
		check(t, err)
		if len(flow) != 1 || flow[0].Name != "claims" || flow[0].Number != 1 || flow[0].Code != "// code" {
			t.Errorf("flow %+v", flow)
		}
	}},
	{"a tenant that can't be stored whole leaves nothing", func(t *testing.T, s *store.Store) {
		broken := tenant()
		broken.Users = append(broken.Users, &store.User{Email: "BOB@example.test"})
		_, err := s.Fill(t.Context(), broken)
		wantErr(t, "two users with one email", err, store.ErrExists)

		_, err = s.UserByEmail(t.Context(), "ada@example.test")
		wantErr(t, "the first user", err, store.ErrNotFound)
		_, err = s.Client(t.Context(), "app")
		wantErr(t, "the application", err, store.ErrNotFound)
		filled, err := s.Fill(t.Context(), tenant())
		check(t, err)
		equal(t, "filled by the next", filled, true)
	}},
	{"Actions outlive the users, and are not replaced", func(t *testing.T, s *store.Store) {
		check(t, s.CreateAction(t.Context(), &store.Action{Name: "claims", Trigger: "post-login", Code: "// mine"}))
		filled, err := s.Fill(t.Context(), tenant())
		check(t, err)
		equal(t, "filled", filled, true)
		a, err := s.ActionByName(t.Context(), "claims")
		check(t, err)
		equal(t, "code", a.Code, "// mine")
	}},
}
