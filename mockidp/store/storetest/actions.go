package storetest

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.com/postlogin/mockidp/store"
)

func newAction(t *testing.T, s *store.Store, name string) *store.Action {
	t.Helper()
	a := &store.Action{Name: name, Trigger: "post-login", Runtime: "node22", Code: "// " + name, Secrets: map[string]string{"KEY": "v1"}, CreatedAt: now}
	check(t, s.CreateAction(t.Context(), a))
	return a
}

// flow is the flow of post-login as "name@version …".
func flow(t *testing.T, s *store.Store) string {
	t.Helper()
	versions, err := s.Flow(t.Context(), "post-login")
	check(t, err)
	var names []string
	for _, v := range versions {
		names = append(names, fmt.Sprintf("%s@%d", v.Name, v.Number))
	}
	return strings.Join(names, " ")
}

var keys = []test{
	{"keys come back from the newest, retired ones included", func(t *testing.T, s *store.Store) {
		old := &store.Key{ID: "k1", Alg: "RS256", PKCS8: []byte{0, 255, 1}, CreatedAt: now}
		next := &store.Key{ID: "k2", Alg: "ES256", PKCS8: []byte("der"), CreatedAt: now}
		check(t, s.AddKey(t.Context(), old))
		check(t, s.AddKey(t.Context(), next))
		wantErr(t, "same key", s.AddKey(t.Context(), old), store.ErrExists)
		check(t, s.RetireKey(t.Context(), "k1", now.Add(time.Minute)))
		wantErr(t, "unknown key", s.RetireKey(t.Context(), "k3", now), store.ErrNotFound)
		old.RetiredAt = now.Add(time.Minute)
		got, err := s.Keys(t.Context())
		check(t, err)
		equal(t, "keys", got, []*store.Key{next, old})
	}},
}

var actions = []test{
	{"an Action comes back as stored", func(t *testing.T, s *store.Store) {
		want := newAction(t, s, "claims")
		if !regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(want.ID) {
			t.Errorf("id = %q, want a UUID", want.ID)
		}
		byID, err := s.Action(t.Context(), want.ID)
		check(t, err)
		equal(t, "by id", byID, want)
		byName, err := s.ActionByName(t.Context(), "claims")
		check(t, err)
		equal(t, "by name", byName, want)
		wantErr(t, "same name", s.CreateAction(t.Context(), &store.Action{Name: "claims"}), store.ErrExists)
		newAction(t, s, "another")
		list, err := s.Actions(t.Context())
		check(t, err)
		equal(t, "Actions", fmt.Sprintln(len(list), list[1].Name), "2 claims\n")
	}},
	{"an unknown Action is not found", func(t *testing.T, s *store.Store) {
		_, err := s.Action(t.Context(), "nope")
		wantErr(t, "Action", err, store.ErrNotFound)
		_, err = s.ActionByName(t.Context(), "nope")
		wantErr(t, "ActionByName", err, store.ErrNotFound)
		wantErr(t, "SaveDraft", s.SaveDraft(t.Context(), "nope", "", now), store.ErrNotFound)
		wantErr(t, "SetSecret", s.SetSecret(t.Context(), "nope", "a", "b"), store.ErrNotFound)
		_, err = s.Deploy(t.Context(), "nope", now)
		wantErr(t, "Deploy", err, store.ErrNotFound)
		list, err := s.Versions(t.Context(), "nope")
		check(t, err)
		equal(t, "versions", len(list), 0)
	}},
	{"a deployed version is a snapshot of the draft and its secrets", func(t *testing.T, s *store.Store) {
		a := newAction(t, s, "claims")
		v1, err := s.Deploy(t.Context(), a.ID, now)
		check(t, err)
		equal(t, "version 1", v1, &store.Version{ActionID: a.ID, Name: "claims", Number: 1, Runtime: "node22", Code: "// claims", Secrets: map[string]string{"KEY": "v1"}, CreatedAt: now})
		check(t, s.SaveDraft(t.Context(), a.ID, "// second", now))
		check(t, s.SetSecret(t.Context(), a.ID, "KEY", ""))
		check(t, s.SetSecret(t.Context(), a.ID, "OTHER", "v2"))
		v2, err := s.Deploy(t.Context(), a.ID, now)
		check(t, err)
		equal(t, "version 2", fmt.Sprintln(v2.Number, v2.Code, v2.Secrets), "2 // second map[OTHER:v2]\n")
		list, err := s.Versions(t.Context(), a.ID)
		check(t, err)
		equal(t, "versions from the newest", list, []*store.Version{v2, v1})
		got, err := s.Action(t.Context(), a.ID)
		check(t, err)
		equal(t, "deployed version", got.DeployedVersion, 2)
	}},
	{"the flow runs what is deployed, in the order of binding", func(t *testing.T, s *store.Store) {
		equal(t, "at first", flow(t, s), "")
		first, second := newAction(t, s, "first"), newAction(t, s, "second")
		check(t, s.Bind(t.Context(), "post-login", []string{second.ID, first.ID}))
		equal(t, "nothing deployed", flow(t, s), "")
		for _, step := range []struct {
			deploy *store.Action
			want   string
		}{{first, "first@1"}, {second, "second@1 first@1"}, {first, "second@1 first@2"}} {
			_, err := s.Deploy(t.Context(), step.deploy.ID, now)
			check(t, err)
			equal(t, "after deploying "+step.deploy.Name, flow(t, s), step.want)
		}
		check(t, s.SaveDraft(t.Context(), first.ID, "// not live", now))
		equal(t, "after a new draft", flow(t, s), "second@1 first@2")
		check(t, s.Bind(t.Context(), "post-login", []string{first.ID}))
		equal(t, "after binding one", flow(t, s), "first@2")
		check(t, s.Bind(t.Context(), "post-login", nil))
		equal(t, "after binding none", flow(t, s), "")
	}},
	{"binding an Action that does not fit changes nothing", func(t *testing.T, s *store.Store) {
		a := newAction(t, s, "claims")
		other := &store.Action{Name: "other", Trigger: "pre-user-registration"}
		check(t, s.CreateAction(t.Context(), other))
		_, err := s.Deploy(t.Context(), a.ID, now)
		check(t, err)
		check(t, s.Bind(t.Context(), "post-login", []string{a.ID}))
		for _, id := range []string{"nope", other.ID} {
			wantErr(t, id, s.Bind(t.Context(), "post-login", []string{id, a.ID}), store.ErrNotFound)
			equal(t, "flow", flow(t, s), "claims@1")
		}
	}},
	{"secrets set at the same time are all kept", func(t *testing.T, s *store.Store) {
		a := newAction(t, s, "claims")
		for _, err := range race(20, func(i int) error { return s.SetSecret(t.Context(), a.ID, fmt.Sprint("S", i), "v") }) {
			check(t, err)
		}
		got, err := s.Action(t.Context(), a.ID)
		check(t, err)
		equal(t, "secrets", len(got.Secrets), 21)
	}},
	{"deploys at the same time get a version each", func(t *testing.T, s *store.Store) {
		a := newAction(t, s, "claims")
		for _, err := range race(10, func(int) error { _, err := s.Deploy(t.Context(), a.ID, now); return err }) {
			check(t, err)
		}
		list, err := s.Versions(t.Context(), a.ID)
		check(t, err)
		equal(t, "versions", len(list), 10)
	}},
}
