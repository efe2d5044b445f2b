package storetest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/postlogin/mockidp/store"
)

var actionEdit = []test{
	{"an edit changes the draft alone", func(t *testing.T, s *store.Store) {
		a := newAction(t, s, "claims")
		_, err := s.Deploy(t.Context(), a.ID, now)
		check(t, err)
		later := now.Add(time.Minute)
		got, err := s.EditAction(t.Context(), a.ID, store.ActionPatch{
			Name: new("renamed"), Code: new("// new"), Runtime: new("node22"),
			Secrets:      map[string]*string{"KEY": nil, "NEW": new("n")},
			Dependencies: &[]store.Dependency{{Name: "lodash", Version: "4.17.21"}},
		}, later)
		check(t, err)
		want := *a
		want.Name, want.Code, want.Runtime, want.UpdatedAt, want.DeployedVersion = "renamed", "// new", "node22", later, 1
		want.Secrets, want.Dependencies = map[string]string{"KEY": "v1", "NEW": "n"}, []store.Dependency{{Name: "lodash", Version: "4.17.21"}}
		equal(t, "edited", got, &want)
		stored, err := s.Action(t.Context(), a.ID)
		check(t, err)
		equal(t, "stored", stored, &want)
		v, err := s.Version(t.Context(), a.ID, 1)
		check(t, err)
		equal(t, "version 1", v, &store.Version{ActionID: a.ID, Name: "claims", Number: 1, Runtime: "node22", Code: "// claims", Secrets: map[string]string{"KEY": "v1"}, CreatedAt: now})
		v, err = s.Deploy(t.Context(), a.ID, now)
		check(t, err)
		equal(t, "dependencies of version 2", v.Dependencies, want.Dependencies)
	}},
	{"an edit that can't be is refused whole", func(t *testing.T, s *store.Store) {
		a := newAction(t, s, "claims")
		newAction(t, s, "other")
		_, err := s.EditAction(t.Context(), a.ID, store.ActionPatch{Code: new("// lost"), Name: new("other")}, now)
		wantErr(t, "a name that is taken", err, store.ErrExists)
		_, err = s.EditAction(t.Context(), a.ID, store.ActionPatch{Code: new("// lost"), Secrets: map[string]*string{"NONE": nil}}, now)
		wantErr(t, "a secret without a value", err, store.ErrNoValue)
		_, err = s.EditAction(t.Context(), "nope", store.ActionPatch{}, now)
		wantErr(t, "an unknown Action", err, store.ErrNotFound)
		got, err := s.Action(t.Context(), a.ID)
		check(t, err)
		equal(t, "draft", got, a)
	}},
	{"a version that does not exist is not found", func(t *testing.T, s *store.Store) {
		a := newAction(t, s, "claims")
		_, err := s.Version(t.Context(), a.ID, 1)
		wantErr(t, "Version", err, store.ErrNotFound)
		_, err = s.Rollback(t.Context(), a.ID, 1, false, now)
		wantErr(t, "Rollback", err, store.ErrNotFound)
		_, err = s.Rollback(t.Context(), "nope", 1, false, now)
		wantErr(t, "Rollback of an unknown Action", err, store.ErrNotFound)
		got, err := s.Action(t.Context(), a.ID)
		check(t, err)
		equal(t, "deployed version", got.DeployedVersion, 0)
	}},
	{"a roll-back is a new version that is live at once", func(t *testing.T, s *store.Store) {
		a := newAction(t, s, "claims")
		_, err := s.Deploy(t.Context(), a.ID, now)
		check(t, err)
		check(t, s.BindLast(t.Context(), a.ID))
		_, err = s.EditAction(t.Context(), a.ID, store.ActionPatch{Code: new("// second"), Secrets: map[string]*string{}}, now)
		check(t, err)
		_, err = s.Deploy(t.Context(), a.ID, now)
		check(t, err)
		equal(t, "before", flow(t, s), "claims@2")
		v3, err := s.Rollback(t.Context(), a.ID, 1, false, now.Add(time.Minute))
		check(t, err)
		equal(t, "version 3", v3, &store.Version{ActionID: a.ID, Name: "claims", Number: 3, Runtime: "node22", Code: "// claims", Secrets: map[string]string{"KEY": "v1"}, CreatedAt: now.Add(time.Minute)})
		equal(t, "after", flow(t, s), "claims@3")
		draft := func() string {
			got, err := s.Action(t.Context(), a.ID)
			check(t, err)
			return fmt.Sprint(got.Code, len(got.Secrets), got.DeployedVersion)
		}
		equal(t, "the draft", draft(), "// second0 3")
		_, err = s.Rollback(t.Context(), a.ID, 1, true, now)
		check(t, err)
		equal(t, "the draft that is rolled back too", draft(), "// claims1 4")
	}},
	{"deploys and roll-backs at the same time get a version each", func(t *testing.T, s *store.Store) {
		a := newAction(t, s, "claims")
		_, err := s.Deploy(t.Context(), a.ID, now)
		check(t, err)
		for _, err := range race(16, func(i int) error {
			if i%2 == 0 {
				_, err := s.Deploy(t.Context(), a.ID, now)
				return err
			}
			_, err := s.Rollback(t.Context(), a.ID, 1, false, now)
			return err
		}) {
			check(t, err)
		}
		list, err := s.Versions(t.Context(), a.ID)
		check(t, err)
		equal(t, "versions", fmt.Sprint(len(list), list[0].Number), "17 17")
	}},
	{"edits at the same time all take effect", func(t *testing.T, s *store.Store) {
		a := newAction(t, s, "claims")
		for _, err := range race(16, func(i int) error {
			if i%2 == 0 {
				_, err := s.EditAction(t.Context(), a.ID, store.ActionPatch{Runtime: new("node18")}, now)
				return err
			}
			return s.SetSecret(t.Context(), a.ID, fmt.Sprint("S", i), "v")
		}) {
			check(t, err)
		}
		got, err := s.Action(t.Context(), a.ID)
		check(t, err)
		equal(t, "runtime, secrets", fmt.Sprintln(got.Runtime, len(got.Secrets)), "node18 9\n")
	}},
	{"an edit of an older text is refused", func(t *testing.T, s *store.Store) {
		a := newAction(t, s, "claims")
		base := store.HashCode(a.Code)
		got, err := s.EditAction(t.Context(), a.ID, store.ActionPatch{Code: new("// mine"), Base: base}, now)
		check(t, err)
		equal(t, "the first edit", got.Code, "// mine")
		_, err = s.EditAction(t.Context(), a.ID, store.ActionPatch{Code: new("// yours"), Name: new("yours"), Base: base}, now.Add(time.Hour))
		wantErr(t, "the second edit", err, store.ErrChanged)
		kept, err := s.Action(t.Context(), a.ID)
		check(t, err)
		equal(t, "draft", kept, got)
	}},
	{"of edits of one text one wins", func(t *testing.T, s *store.Store) {
		a := newAction(t, s, "claims")
		won := 0
		for _, err := range race(16, func(i int) error {
			_, err := s.EditAction(t.Context(), a.ID, store.ActionPatch{Code: new(fmt.Sprint("// ", i)), Base: store.HashCode(a.Code)}, now)
			return err
		}) {
			if err == nil {
				won++
			} else {
				wantErr(t, "a loser", err, store.ErrChanged)
			}
		}
		equal(t, "winners", won, 1)
	}},
	{"only the code that was checked is deployed", func(t *testing.T, s *store.Store) {
		a := newAction(t, s, "claims")
		_, err := s.DeployCode(t.Context(), a.ID, "// another", now)
		wantErr(t, "another code", err, store.ErrChanged)
		_, err = s.DeployCode(t.Context(), "nope", a.Code, now)
		wantErr(t, "an unknown Action", err, store.ErrNotFound)
		list, err := s.Versions(t.Context(), a.ID)
		check(t, err)
		equal(t, "versions", len(list), 0)
		v, err := s.DeployCode(t.Context(), a.ID, a.Code, now)
		check(t, err)
		equal(t, "version", v.Number, 1)
	}},
	{"a flow that somebody else changed is not replaced", func(t *testing.T, s *store.Store) {
		a, b := newAction(t, s, "a"), newAction(t, s, "b")
		first := []*store.Binding{{ActionID: a.ID}, {ActionID: b.ID}}
		check(t, s.ReplaceBindings(t.Context(), "post-login", []string{}, first))
		for what, seen := range map[string][]string{"empty": {}, "shorter": {a.ID}, "another order": {b.ID, a.ID}} {
			wantErr(t, what, s.ReplaceBindings(t.Context(), "post-login", seen, nil), store.ErrChanged)
		}
		got, err := s.Bindings(t.Context(), "post-login")
		check(t, err)
		equal(t, "bindings", got, first)
		check(t, s.ReplaceBindings(t.Context(), "post-login", []string{a.ID, b.ID}, []*store.Binding{{ActionID: b.ID}}))
		got, err = s.Bindings(t.Context(), "post-login")
		check(t, err)
		equal(t, "bindings after", got, []*store.Binding{{ActionID: b.ID}})
	}},
	{"an Action in a flow is deleted by force only", func(t *testing.T, s *store.Store) {
		a, b := newAction(t, s, "a"), newAction(t, s, "b")
		for _, x := range []*store.Action{a, b} {
			_, err := s.Deploy(t.Context(), x.ID, now)
			check(t, err)
			check(t, s.BindLast(t.Context(), x.ID))
		}
		wantErr(t, "bound", s.DeleteAction(t.Context(), a.ID, false), store.ErrBound)
		equal(t, "flow", flow(t, s), "a@1 b@1")
		check(t, s.DeleteAction(t.Context(), a.ID, true))
		equal(t, "flow without it", flow(t, s), "b@1")
		check(t, s.Unbind(t.Context(), b.ID))
		equal(t, "flow without both", flow(t, s), "")
		check(t, s.DeleteAction(t.Context(), b.ID, false))
		wantErr(t, "deleted twice", s.DeleteAction(t.Context(), b.ID, true), store.ErrNotFound)
		_, err := s.Version(t.Context(), a.ID, 1)
		wantErr(t, "its version", err, store.ErrNotFound)
	}},
	{"an Action is bound last once, whoever else binds", func(t *testing.T, s *store.Store) {
		var ids []string
		for i := range 8 {
			a := newAction(t, s, fmt.Sprint("a", i))
			_, err := s.Deploy(t.Context(), a.ID, now)
			check(t, err)
			ids = append(ids, a.ID)
		}
		for _, err := range race(16, func(i int) error { return s.BindLast(t.Context(), ids[i/2]) }) {
			if err != nil && !errors.Is(err, store.ErrExists) {
				t.Error(err)
			}
		}
		equal(t, "flow", len(strings.Fields(flow(t, s))), 8)
		wantErr(t, "unknown", s.BindLast(t.Context(), "nope"), store.ErrNotFound)
	}},
	{"bindings keep their order and names", func(t *testing.T, s *store.Store) {
		a, b := newAction(t, s, "a"), newAction(t, s, "b")
		want := []*store.Binding{{ActionID: b.ID, DisplayName: "B!"}, {ActionID: a.ID}}
		check(t, s.SetBindings(t.Context(), "post-login", want))
		got, err := s.Bindings(t.Context(), "post-login")
		check(t, err)
		equal(t, "bindings", got, want)
		wantErr(t, "unknown", s.SetBindings(t.Context(), "post-login", []*store.Binding{{ActionID: a.ID}, {ActionID: "nope"}}), store.ErrNotFound)
		wantErr(t, "other trigger", s.SetBindings(t.Context(), "pre-user-registration", []*store.Binding{{ActionID: a.ID}}), store.ErrNotFound)
		got, err = s.Bindings(t.Context(), "post-login")
		check(t, err)
		equal(t, "bindings after refusals", got, want)
	}},
}
