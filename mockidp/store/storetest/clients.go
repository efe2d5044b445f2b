package storetest

import (
	"testing"
	"time"

	"example.com/postlogin/mockidp/store"
)

var clients = []test{
	{"a client comes back as stored", func(t *testing.T, s *store.Store) {
		want := &store.Client{ID: "demo-app", Name: "Demo", Secret: "demo-secret", RedirectURIs: []string{"http://localhost:3000/callback"},
			PostLogoutRedirectURIs: []string{"http://localhost:3000", "http://localhost:3000/"}, BackchannelLogoutURI: "http://localhost:3000/backchannel-logout", Native: true, Alg: "ES256", Metadata: map[string]string{"team": "a"},
			IDTokenLifetime: time.Hour, AccessTokenLifetime: 1500 * time.Millisecond, RefreshTokenLifetime: 30 * 24 * time.Hour, CreatedAt: now}
		check(t, s.PutClient(t.Context(), want))
		for range 2 {
			got, err := s.Client(t.Context(), "demo-app")
			check(t, err)
			equal(t, "client", got, want)
		}
	}},
	{"PutClient replaces a client, and that is seen at once", func(t *testing.T, s *store.Store) {
		for _, c := range []*store.Client{{ID: "spa", Name: "old", Secret: "s", RedirectURIs: []string{"http://a"}, CreatedAt: now}, {ID: "spa", Name: "new", CreatedAt: now}} {
			check(t, s.PutClient(t.Context(), c))
			got, err := s.Client(t.Context(), "spa")
			check(t, err)
			equal(t, "client", got, c)
			equal(t, "public", got.Public(), c.Secret == "")
		}
	}},
	{"an unknown client is not found until it is stored", func(t *testing.T, s *store.Store) {
		_, err := s.Client(t.Context(), "late")
		wantErr(t, "Client", err, store.ErrNotFound)
		check(t, s.PutClient(t.Context(), &store.Client{ID: "late"}))
		_, err = s.Client(t.Context(), "late")
		check(t, err)
	}},
	{"a client that has moved keeps its other addresses", func(t *testing.T, s *store.Store) {
		at := func(origin string) *store.Client {
			return &store.Client{ID: "app", Name: "App", Secret: "s", RedirectURIs: []string{origin + "/callback"}, PostLogoutRedirectURIs: []string{origin},
				BackchannelLogoutURI: origin + "/logout", CreatedAt: now}
		}
		_, err := s.AddAddresses(t.Context(), at("http://localhost:3000"))
		wantErr(t, "unknown client", err, store.ErrNotFound)
		check(t, s.PutClient(t.Context(), at("http://localhost:3000")))
		moved := at("http://localhost:3001")
		moved.Name, moved.Secret = "other", "other"
		for _, want := range []bool{true, false} {
			changed, err := s.AddAddresses(t.Context(), moved)
			check(t, err)
			equal(t, "changed", changed, want)
		}
		got, err := s.Client(t.Context(), "app")
		check(t, err)
		want := at("http://localhost:3001")
		want.RedirectURIs = []string{"http://localhost:3000/callback", "http://localhost:3001/callback"}
		want.PostLogoutRedirectURIs = []string{"http://localhost:3000", "http://localhost:3001"}
		equal(t, "client", got, want)

		own := at("http://localhost:3001") // somebody's own addresses stay
		own.BackchannelLogoutURI = "http://localhost:3001/told"
		check(t, s.PutClient(t.Context(), own))
		_, err = s.AddAddresses(t.Context(), at("http://localhost:3002"))
		check(t, err)
		got, err = s.Client(t.Context(), "app")
		check(t, err)
		equal(t, "where it is told", got.BackchannelLogoutURI, "http://localhost:3001/told")
	}},
	{"clients are listed from the oldest", func(t *testing.T, s *store.Store) {
		check(t, s.PutClient(t.Context(), &store.Client{ID: "a", CreatedAt: now.Add(time.Second)}))
		check(t, s.PutClient(t.Context(), &store.Client{ID: "b", CreatedAt: now}))
		list, err := s.Clients(t.Context())
		check(t, err)
		if len(list) != 2 || list[0].ID != "b" || list[1].ID != "a" {
			t.Errorf("clients = %+v", list)
		}
	}},
}
