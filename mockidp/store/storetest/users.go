package storetest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"testing"
	"time"

	"example.com/postlogin/mockidp/store"
)

var users = []test{
	{"a user comes back as stored", func(t *testing.T, s *store.Store) {
		want := &store.User{ID: "auth0|0123456789abcdef01234567", Email: "Ada@Example.test", EmailVerified: true, Name: "Ada Lovelace", GivenName: "Ada", FamilyName: "Lovelace",
			Nickname: "ada", Picture: "https://example.test/ada.png", PasswordHash: "$argon2id$…", AppMetadata: json.RawMessage(`{"plan":"premium"}`), UserMetadata: json.RawMessage(`{"lang":"en"}`),
			Blocked: true, LoginsCount: 3, LastLogin: now, LastIP: ip.String(), CreatedAt: now, UpdatedAt: now.Add(time.Second)}
		check(t, s.CreateUser(t.Context(), want))
		for range 2 { // from the database, then perhaps from a cache
			got, err := s.User(t.Context(), want.ID)
			check(t, err)
			equal(t, "user", got, want)
		}
	}},
	{"a new user gets an id, times and empty metadata", func(t *testing.T, s *store.Store) {
		u := &store.User{Email: "ada@example.test"}
		check(t, s.CreateUser(t.Context(), u))
		if !regexp.MustCompile(`^auth0\|[0-9a-f]{24}$`).MatchString(u.ID) {
			t.Errorf("id = %q", u.ID)
		}
		got, err := s.User(t.Context(), u.ID)
		check(t, err)
		if got.CreatedAt.IsZero() || !got.UpdatedAt.Equal(got.CreatedAt) || !got.LastLogin.IsZero() {
			t.Errorf("created %v, updated %v, last login %v", got.CreatedAt, got.UpdatedAt, got.LastLogin)
		}
		equal(t, "metadata", string(got.AppMetadata)+string(got.UserMetadata), "{}{}")
	}},
	{"an email belongs to one user in any case", func(t *testing.T, s *store.Store) {
		check(t, s.CreateUser(t.Context(), &store.User{Email: "Änne@Example.test"}))
		wantErr(t, "second user", s.CreateUser(t.Context(), &store.User{Email: "äNNE@eXAMPLE.test"}), store.ErrExists)
		for _, email := range []string{"Änne@Example.test", "ÄNNE@EXAMPLE.TEST", "änne@example.test"} {
			u, err := s.UserByEmail(t.Context(), email)
			check(t, err)
			equal(t, "email as typed", u.Email, "Änne@Example.test")
		}
		n, err := s.CountUsers(t.Context())
		check(t, err)
		equal(t, "users", n, 1)
	}},
	{"an unknown user is not found", func(t *testing.T, s *store.Store) {
		_, err := s.User(t.Context(), "auth0|nobody")
		wantErr(t, "User", err, store.ErrNotFound)
		_, err = s.UserByEmail(t.Context(), "nobody@example.test")
		wantErr(t, "UserByEmail", err, store.ErrNotFound)
		_, err = s.UserByEmail(t.Context(), "")
		wantErr(t, "UserByEmail without one", err, store.ErrNotFound)
		wantErr(t, "SetBlocked", s.SetBlocked(t.Context(), "auth0|nobody", true), store.ErrNotFound)
		wantErr(t, "SetPasswordHash", s.SetPasswordHash(t.Context(), "auth0|nobody", "x"), store.ErrNotFound)
		for _, p := range []store.MetadataPatch{{}, {App: map[string]json.RawMessage{"a": json.RawMessage(`1`)}}} {
			_, err = s.PatchMetadata(t.Context(), "auth0|nobody", p, now)
			wantErr(t, "PatchMetadata", err, store.ErrNotFound)
		}
	}},
	{"users are listed in the order of their creation", func(t *testing.T, s *store.Store) {
		for _, name := range []string{"grace", "ada", "bob"} {
			check(t, s.CreateUser(t.Context(), &store.User{Email: name + "@example.test", Name: name, CreatedAt: now}))
		}
		for _, tt := range []struct {
			limit int
			want  string
		}{{0, "[grace ada bob]"}, {2, "[grace ada]"}, {2, "[grace ada]"}, {5, "[grace ada bob]"}, {1000, "[grace ada bob]"}} {
			equal(t, fmt.Sprintf("users, limit %d", tt.limit), names(t, s, tt.limit), tt.want)
		}
	}},
	{"a list of users shows every change at once", func(t *testing.T, s *store.Store) {
		equal(t, "at first", names(t, s, 5), "[]")
		u := newUser(t, s)
		equal(t, "with a user", names(t, s, 5), "[Ada Lovelace]")
		check(t, s.CreateUser(t.Context(), &store.User{Email: "bob@example.test", Name: "bob"}))
		equal(t, "with another", names(t, s, 5), "[Ada Lovelace bob]")
		check(t, s.SetBlocked(t.Context(), u.ID, true))
		check(t, s.CompleteLogin(t.Context(), "", &store.Login{UserID: u.ID, At: now}, nil))
		list, err := s.Users(t.Context(), 5)
		check(t, err)
		equal(t, "blocked, logins", fmt.Sprintln(list[0].Blocked, list[0].LoginsCount), "true 1\n")
		list[0].Name = "somebody else"
		equal(t, "after the caller changed its copy", names(t, s, 5), "[Ada Lovelace bob]")
	}},
	{"a blocked user and a new password are seen at once", func(t *testing.T, s *store.Store) {
		u := newUser(t, s)
		for _, blocked := range []bool{true, false} {
			check(t, s.SetBlocked(t.Context(), u.ID, blocked))
			check(t, s.SetPasswordHash(t.Context(), u.ID, fmt.Sprint("hash ", blocked)))
			got, err := s.User(t.Context(), u.ID)
			check(t, err)
			equal(t, "blocked", got.Blocked, blocked)
			equal(t, "hash", got.PasswordHash, fmt.Sprint("hash ", blocked))
		}
	}},
	{"a user read from the store is the caller's own", func(t *testing.T, s *store.Store) {
		u := newUser(t, s)
		for range 2 {
			got, err := s.User(t.Context(), u.ID)
			check(t, err)
			equal(t, "name", got.Name, "Ada Lovelace")
			got.Name, got.AppMetadata = "somebody else", nil
		}
	}},
	{"metadata must be a JSON object", func(t *testing.T, s *store.Store) {
		for _, bad := range []string{`[1]`, `"x"`, `{"a":`} {
			if err := s.CreateUser(t.Context(), &store.User{Email: "x@example.test", AppMetadata: json.RawMessage(bad)}); err == nil {
				t.Errorf("app_metadata %s was stored", bad)
			}
		}
	}},
	{"a patch sets, replaces and deletes top-level keys", func(t *testing.T, s *store.Store) {
		u := &store.User{Email: "ada@example.test", AppMetadata: json.RawMessage(`{"keep":1,"replace":{"a":1,"b":2},"delete":true}`)}
		check(t, s.CreateUser(t.Context(), u))
		got, err := s.PatchMetadata(t.Context(), u.ID, store.MetadataPatch{
			App:  map[string]json.RawMessage{"replace": json.RawMessage(`{"a":3}`), "delete": json.RawMessage(`null`), "absent": json.RawMessage(`null`)},
			User: map[string]json.RawMessage{"new": json.RawMessage(`"v"`)},
		}, now)
		check(t, err)
		equal(t, "app_metadata", string(got.AppMetadata), `{"keep":1,"replace":{"a":3}}`)
		equal(t, "user_metadata", string(got.UserMetadata), `{"new":"v"}`)
		equal(t, "updated at", got.UpdatedAt, now)
		again, err := s.User(t.Context(), u.ID)
		check(t, err)
		equal(t, "stored user", again, got)
	}},
	{"a patch that is no JSON changes nothing", func(t *testing.T, s *store.Store) {
		u := newUser(t, s)
		_, err := s.PatchMetadata(t.Context(), u.ID, store.MetadataPatch{App: map[string]json.RawMessage{"a": json.RawMessage(`{`)}}, now.Add(time.Hour))
		if err == nil {
			t.Error("broken JSON was accepted")
		}
		got, err := s.User(t.Context(), u.ID)
		check(t, err)
		equal(t, "app_metadata", string(got.AppMetadata), `{}`)
		equal(t, "updated at", got.UpdatedAt, now)
	}},
	{"patches at the same time all take effect", func(t *testing.T, s *store.Store) {
		u := newUser(t, s)
		for _, err := range race(40, func(i int) error {
			_, err := s.PatchMetadata(t.Context(), u.ID, store.MetadataPatch{App: map[string]json.RawMessage{fmt.Sprint("key", i): json.RawMessage(fmt.Sprint(i))}}, now)
			return err
		}) {
			check(t, err)
		}
		got, err := s.User(t.Context(), u.ID)
		check(t, err)
		var m map[string]int
		check(t, json.Unmarshal(got.AppMetadata, &m))
		for i := range 40 {
			if v, ok := m[fmt.Sprint("key", i)]; !ok || v != i {
				t.Errorf("patch %d is lost", i)
			}
		}
	}},
}

func names(t *testing.T, s *store.Store, limit int) string {
	t.Helper()
	list, err := s.Users(t.Context(), limit)
	check(t, err)
	names := []string{}
	for _, u := range list {
		names = append(names, u.Name)
	}
	return fmt.Sprint(names)
}
