package storetest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/postlogin/mockidp/store"
)

func newRole(t *testing.T, s *store.Store, name string) *store.Role {
	t.Helper()
	r := &store.Role{Name: name, Description: "may " + name}
	check(t, s.CreateRole(t.Context(), r))
	return r
}

func newNamedUser(t *testing.T, s *store.Store, name string) *store.User {
	t.Helper()
	u := &store.User{ID: "auth0|" + name, Email: name + "@example.test", Name: name, PasswordHash: "hash of " + name, CreatedAt: now}
	check(t, s.CreateUser(t.Context(), u))
	return u
}

func newOrganization(t *testing.T, s *store.Store, name string) *store.Organization {
	t.Helper()
	o := &store.Organization{Name: name, DisplayName: strings.ToUpper(name), Metadata: map[string]string{"tier": "gold"}}
	check(t, s.CreateOrganization(t.Context(), o))
	return o
}

// roleNames are the user's roles as "a b".
func roleNames(t *testing.T, roles []*store.Role, err error) string {
	t.Helper()
	check(t, err)
	var names []string
	for _, r := range roles {
		names = append(names, r.Name)
	}
	return strings.Join(names, " ")
}

func userNames(t *testing.T, users []*store.User, err error) string {
	t.Helper()
	check(t, err)
	var names []string
	for _, u := range users {
		names = append(names, u.Name)
	}
	return strings.Join(names, " ")
}

func rolesOf(t *testing.T, s *store.Store, userID string) string {
	t.Helper()
	roles, err := s.UserRoles(t.Context(), userID)
	return roleNames(t, roles, err)
}

// linked are the identities of a user as "provider|id@connection …".
func linked(t *testing.T, s *store.Store, userID string) string {
	t.Helper()
	list, err := s.Identities(t.Context(), userID)
	check(t, err)
	var names []string
	for _, i := range list {
		names = append(names, i.Provider+"|"+i.UserID+"@"+i.Connection)
	}
	return strings.Join(names, " ")
}

var accounts = []test{
	{"roles are given, seen at once, and taken", func(t *testing.T, s *store.Store) {
		u, admin, editor := newUser(t, s), newRole(t, s, "admin"), newRole(t, s, "editor")
		equal(t, "at first", rolesOf(t, s, u.ID), "")
		for range 2 { // those they have already included
			check(t, s.AssignRoles(t.Context(), u.ID, editor.ID, admin.ID))
			equal(t, "given", rolesOf(t, s, u.ID), "admin editor")
		}
		users, err := s.RoleUsers(t.Context(), admin.ID)
		equal(t, "users of the role", userNames(t, users, err), "Ada Lovelace")
		check(t, s.RemoveRoles(t.Context(), u.ID, admin.ID, "rol_nope"))
		equal(t, "one taken", rolesOf(t, s, u.ID), "editor")
		check(t, s.UpdateRole(t.Context(), &store.Role{ID: editor.ID, Name: "writer"}))
		equal(t, "renamed", rolesOf(t, s, u.ID), "writer")
		check(t, s.DeleteRole(t.Context(), editor.ID))
		equal(t, "deleted", rolesOf(t, s, u.ID), "")
	}},
	{"a role that does not exist is not given, and none with it", func(t *testing.T, s *store.Store) {
		u, admin := newUser(t, s), newRole(t, s, "admin")
		wantErr(t, "unknown role", s.AssignRoles(t.Context(), u.ID, admin.ID, "rol_nope"), store.ErrNotFound)
		wantErr(t, "unknown user", s.AssignRoles(t.Context(), "auth0|nobody", admin.ID), store.ErrNotFound)
		equal(t, "roles", rolesOf(t, s, u.ID), "")
		_, err := s.Role(t.Context(), "rol_nope")
		wantErr(t, "Role", err, store.ErrNotFound)
		wantErr(t, "UpdateRole", s.UpdateRole(t.Context(), &store.Role{ID: "rol_nope"}), store.ErrNotFound)
		wantErr(t, "DeleteRole", s.DeleteRole(t.Context(), "rol_nope"), store.ErrNotFound)
	}},
	{"a role's name is its own", func(t *testing.T, s *store.Store) {
		admin, editor := newRole(t, s, "admin"), newRole(t, s, "editor")
		wantErr(t, "same name", s.CreateRole(t.Context(), &store.Role{Name: "admin"}), store.ErrExists)
		wantErr(t, "renamed to it", s.UpdateRole(t.Context(), &store.Role{ID: editor.ID, Name: "admin"}), store.ErrExists)
		got, err := s.Role(t.Context(), admin.ID)
		check(t, err)
		equal(t, "role", got, admin)
		list, err := s.Roles(t.Context())
		equal(t, "roles", roleNames(t, list, err), "admin editor")
	}},
	{"an organization is found by id and by name", func(t *testing.T, s *store.Store) {
		o := newOrganization(t, s, "acme")
		newOrganization(t, s, "bolt")
		for _, key := range []string{o.ID, o.Name} {
			got, err := s.Organization(t.Context(), key)
			check(t, err)
			equal(t, key, got, o)
		}
		wantErr(t, "same name", s.CreateOrganization(t.Context(), &store.Organization{Name: "acme"}), store.ErrExists)
		o.DisplayName, o.Metadata = "Acme Ltd", map[string]string{"tier": "silver"}
		check(t, s.UpdateOrganization(t.Context(), o))
		got, err := s.Organization(t.Context(), "acme")
		check(t, err)
		equal(t, "updated", got, o)
		list, err := s.Organizations(t.Context())
		check(t, err)
		equal(t, "organizations", fmt.Sprint(list[0].Name, list[1].Name, len(list)), "acmebolt2")
		wantErr(t, "renamed to it", s.UpdateOrganization(t.Context(), &store.Organization{ID: o.ID, Name: "bolt"}), store.ErrExists)
		check(t, s.DeleteOrganization(t.Context(), o.ID))
		_, err = s.Organization(t.Context(), "acme")
		wantErr(t, "deleted", err, store.ErrNotFound)
		wantErr(t, "deleted twice", s.DeleteOrganization(t.Context(), o.ID), store.ErrNotFound)
		wantErr(t, "update", s.UpdateOrganization(t.Context(), o), store.ErrNotFound)
	}},
	{"members come and go with their roles", func(t *testing.T, s *store.Store) {
		o, u, admin := newOrganization(t, s, "acme"), newUser(t, s), newRole(t, s, "admin")
		wantErr(t, "roles before the membership", s.AssignMemberRoles(t.Context(), o.ID, u.ID, admin.ID), store.ErrNotFound)
		wantErr(t, "unknown user", s.AddMembers(t.Context(), o.ID, u.ID, "auth0|nobody"), store.ErrNotFound)
		memberRoles := func() string {
			roles, err := s.MemberRoles(t.Context(), o.ID, u.ID)
			return roleNames(t, roles, err)
		}
		for range 2 {
			check(t, s.AddMembers(t.Context(), o.ID, u.ID))
			check(t, s.AssignMemberRoles(t.Context(), o.ID, u.ID, admin.ID))
		}
		check(t, s.AddMembers(t.Context(), o.ID, u.ID))
		equal(t, "roles of a member who is added again", memberRoles(), "admin")
		equal(t, "roles outside", rolesOf(t, s, u.ID), "")
		users, err := s.Members(t.Context(), o.ID)
		equal(t, "members", userNames(t, users, err), "Ada Lovelace")
		of, err := s.UserOrganizations(t.Context(), u.ID)
		check(t, err)
		equal(t, "organizations of the user", of, []*store.Organization{o})
		check(t, s.RemoveMemberRoles(t.Context(), o.ID, u.ID, admin.ID))
		equal(t, "roles taken", memberRoles(), "")
		check(t, s.AssignMemberRoles(t.Context(), o.ID, u.ID, admin.ID))
		check(t, s.RemoveMembers(t.Context(), o.ID, u.ID))
		member, err := s.IsMember(t.Context(), o.ID, u.ID)
		check(t, err)
		equal(t, "member, roles", fmt.Sprint(member, memberRoles()), "false")
	}},
	{"an identity is linked to one account", func(t *testing.T, s *store.Store) {
		ada, bob := newNamedUser(t, s, "ada"), newNamedUser(t, s, "bob")
		i := &store.Identity{Connection: "google-oauth2", Provider: "google-oauth2", UserID: "117", ProfileData: json.RawMessage(`{"name":"Ada"}`)}
		check(t, s.LinkIdentity(t.Context(), ada.ID, i))
		wantErr(t, "linked again", s.LinkIdentity(t.Context(), bob.ID, i), store.ErrExists)
		wantErr(t, "unknown user", s.LinkIdentity(t.Context(), "auth0|nobody", &store.Identity{Provider: "x", UserID: "1"}), store.ErrNotFound)
		for range 2 { // from the database, then perhaps from a cache
			list, err := s.Identities(t.Context(), ada.ID)
			check(t, err)
			equal(t, "identities", list, []*store.Identity{i})
		}
		wantErr(t, "unlink somebody else's", s.UnlinkIdentity(t.Context(), bob.ID, "google-oauth2", "117"), store.ErrNotFound)
		check(t, s.UnlinkIdentity(t.Context(), ada.ID, "google-oauth2", "117"))
		equal(t, "after unlinking", linked(t, s, ada.ID), "")
		n, err := s.CountUsers(t.Context())
		check(t, err)
		equal(t, "users", n, 2) // nobody was there to come back
	}},
	{"an account is linked with its identities and sessions, and comes back with its password", func(t *testing.T, s *store.Store) {
		ada, bob := newNamedUser(t, s, "ada"), newNamedUser(t, s, "bob")
		check(t, s.LinkIdentity(t.Context(), bob.ID, &store.Identity{Connection: "github", Provider: "github", UserID: "9"}))
		check(t, s.AssignRoles(t.Context(), bob.ID, newRole(t, s, "admin").ID))
		ss := newSession(t, s, bob, "cookie")
		equal(t, "before", linked(t, s, ada.ID), "")
		check(t, s.LinkAccount(t.Context(), ada.ID, bob.ID, "Users"))
		equal(t, "linked", linked(t, s, ada.ID), "github|9@github auth0|bob@Users")
		_, err := s.User(t.Context(), bob.ID)
		wantErr(t, "linked account", err, store.ErrNotFound)
		moved, err := s.Session(t.Context(), ss.ID, now)
		check(t, err)
		equal(t, "the session's user", moved.UserID, ada.ID)

		equal(t, "users while linked", names(t, s, 5), "[ada]")
		check(t, s.UnlinkIdentity(t.Context(), ada.ID, "auth0", "bob"))
		equal(t, "users", names(t, s, 5), "[ada bob]")
		back, err := s.UserByEmail(t.Context(), "bob@example.test")
		check(t, err)
		equal(t, "id, password, logins", fmt.Sprint(back.ID, back.PasswordHash, back.LoginsCount), fmt.Sprint("auth0|bob", "hash of bob", 1))
		equal(t, "roles", rolesOf(t, s, bob.ID), "")
		equal(t, "what stays linked", linked(t, s, ada.ID), "github|9@github")
		check(t, s.CompleteLogin(t.Context(), "", &store.Login{UserID: bob.ID, At: now}, nil)) // its history goes on
	}},
	{"linking is refused without two accounts", func(t *testing.T, s *store.Store) {
		ada := newNamedUser(t, s, "ada")
		wantErr(t, "with itself", s.LinkAccount(t.Context(), ada.ID, ada.ID, "Users"), store.ErrExists)
		wantErr(t, "with nobody", s.LinkAccount(t.Context(), ada.ID, "auth0|nobody", "Users"), store.ErrNotFound)
		wantErr(t, "nobody with it", s.LinkAccount(t.Context(), "auth0|nobody", ada.ID, "Users"), store.ErrNotFound)
		_, err := s.User(t.Context(), ada.ID)
		check(t, err)
	}},
	{"an account whose email was taken meanwhile stays linked", func(t *testing.T, s *store.Store) {
		ada, bob := newNamedUser(t, s, "ada"), newNamedUser(t, s, "bob")
		check(t, s.LinkAccount(t.Context(), ada.ID, bob.ID, "Users"))
		check(t, s.CreateUser(t.Context(), &store.User{Email: "bob@example.test"}))
		wantErr(t, "unlink", s.UnlinkIdentity(t.Context(), ada.ID, "auth0", "bob"), store.ErrExists)
		equal(t, "linked", linked(t, s, ada.ID), "auth0|bob@Users")
	}},
	{"an account is linked once by 8 at the same time", func(t *testing.T, s *store.Store) {
		bob := newNamedUser(t, s, "bob")
		for i := range 8 {
			newNamedUser(t, s, fmt.Sprint("ada", i))
		}
		wins := 0
		for _, err := range race(8, func(i int) error { return s.LinkAccount(t.Context(), fmt.Sprint("auth0|ada", i), bob.ID, "Users") }) {
			if err == nil {
				wins++
			} else {
				wantErr(t, "loser", err, store.ErrNotFound)
			}
		}
		equal(t, "winners", wins, 1)
	}},
	{"a user patch changes what it names and nothing else", func(t *testing.T, s *store.Store) {
		u := newUser(t, s)
		name, email, yes := "Countess", "countess@example.test", true
		_, err := s.PatchMetadata(t.Context(), u.ID, store.MetadataPatch{App: map[string]json.RawMessage{"a": json.RawMessage(`1`)}}, now)
		check(t, err)
		_, err = s.UserByEmail(t.Context(), u.Email) // fill the cache
		check(t, err)
		later := now.Add(time.Minute)
		got, err := s.UpdateUser(t.Context(), u.ID, store.UserPatch{Name: &name, Email: &email, Blocked: &yes, ClearApp: true,
			Metadata: store.MetadataPatch{App: map[string]json.RawMessage{"b": json.RawMessage(`2`)}, User: map[string]json.RawMessage{"c": json.RawMessage(`3`)}}}, later)
		check(t, err)
		want := *u
		want.Name, want.Email, want.Blocked, want.UpdatedAt = name, email, true, later
		want.AppMetadata, want.UserMetadata = json.RawMessage(`{"b":2}`), json.RawMessage(`{"c":3}`)
		equal(t, "patched", got, &want)
		again, err := s.UserByEmail(t.Context(), email)
		check(t, err)
		equal(t, "by the new email", again, &want)
		_, err = s.UserByEmail(t.Context(), "ada@example.test")
		wantErr(t, "by the old email", err, store.ErrNotFound)
	}},
	{"a user patch that can't be is refused whole", func(t *testing.T, s *store.Store) {
		ada, bob := newNamedUser(t, s, "ada"), newNamedUser(t, s, "bob")
		taken, name := "BOB@example.test", "Countess"
		_, err := s.UpdateUser(t.Context(), ada.ID, store.UserPatch{Name: &name, Email: &taken}, now)
		wantErr(t, "an email that is taken", err, store.ErrExists)
		got, err := s.User(t.Context(), ada.ID)
		check(t, err)
		equal(t, "name", got.Name, "ada")
		_, err = s.UpdateUser(t.Context(), "auth0|nobody", store.UserPatch{Name: &name}, now)
		wantErr(t, "nobody", err, store.ErrNotFound)
		_, err = s.UpdateUser(t.Context(), bob.ID, store.UserPatch{Email: &taken}, now)
		check(t, err) // their own, in other letters
	}},
	{"a deleted user leaves nothing behind", func(t *testing.T, s *store.Store) {
		u, o := newNamedUser(t, s, "ada"), newOrganization(t, s, "acme")
		ss := newSession(t, s, u, "cookie")
		check(t, s.AssignRoles(t.Context(), u.ID, newRole(t, s, "admin").ID))
		check(t, s.AddMembers(t.Context(), o.ID, u.ID))
		check(t, s.LinkIdentity(t.Context(), u.ID, &store.Identity{Provider: "github", UserID: "9"}))
		check(t, s.AddAuthenticator(t.Context(), &store.Authenticator{UserID: u.ID, Type: "otp"}))
		g := &store.Grant{ID: "g", UserID: u.ID, CodeHash: "code", CodeExpires: now.Add(time.Minute), CreatedAt: now}
		check(t, s.SaveGrant(t.Context(), g, nil))

		check(t, s.DeleteUser(t.Context(), u.ID))
		wantErr(t, "deleted twice", s.DeleteUser(t.Context(), u.ID), store.ErrNotFound)
		_, err := s.Session(t.Context(), ss.ID, now)
		wantErr(t, "session", err, store.ErrNotFound)
		wantErr(t, "code", s.RedeemCode(t.Context(), g.ID, now), store.ErrGone)

		newNamedUser(t, s, "ada") // the same id again
		factors, err := s.Authenticators(t.Context(), u.ID)
		check(t, err)
		member, err := s.IsMember(t.Context(), o.ID, u.ID)
		check(t, err)
		equal(t, "roles, identities, factors, member", fmt.Sprint(rolesOf(t, s, u.ID), linked(t, s, u.ID), len(factors), member), fmt.Sprint("", "", 0, false))
		check(t, s.CompleteLogin(t.Context(), "", &store.Login{UserID: u.ID, At: now}, nil)) // counted from 1
	}},
	{"one second factor of several is deleted", func(t *testing.T, s *store.Store) {
		u := newUser(t, s)
		for _, id := range []string{"totp|1", "sms|2"} {
			check(t, s.AddAuthenticator(t.Context(), &store.Authenticator{ID: id, UserID: u.ID, Type: "otp", CreatedAt: now}))
		}
		wantErr(t, "somebody else's", s.DeleteAuthenticator(t.Context(), "auth0|nobody", "totp|1"), store.ErrNotFound)
		check(t, s.DeleteAuthenticator(t.Context(), u.ID, "totp|1"))
		left, err := s.Authenticators(t.Context(), u.ID)
		check(t, err)
		equal(t, "left", fmt.Sprintln(len(left), left[0].ID), "1 sms|2\n")
	}},
}
