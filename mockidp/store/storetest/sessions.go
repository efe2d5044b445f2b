package storetest

import (
	"fmt"
	"testing"
	"time"

	"example.com/postlogin/mockidp/store"
)

var sessions = []test{
	{"a session is found by its cookie's hash and by its id", func(t *testing.T, s *store.Store) {
		ss := newSession(t, s, newUser(t, s), "h")
		byHash, err := s.SessionByHash(t.Context(), "h", now)
		check(t, err)
		byID, err := s.Session(t.Context(), ss.ID, now)
		check(t, err)
		equal(t, "session", byHash, byID)
		_, err = s.Session(t.Context(), "h", now)
		wantErr(t, "the hash as id", err, store.ErrNotFound)
		_, err = s.SessionByHash(t.Context(), "", now)
		wantErr(t, "no hash", err, store.ErrNotFound)
	}},
	{"a session ends with its time", func(t *testing.T, s *store.Store) {
		ss := newSession(t, s, newUser(t, s), "h")
		for _, at := range []time.Time{ss.ExpiresAt, ss.ExpiresAt.Add(time.Hour)} {
			_, err := s.SessionByHash(t.Context(), "h", at)
			wantErr(t, "SessionByHash", err, store.ErrNotFound)
			_, err = s.Session(t.Context(), ss.ID, at)
			wantErr(t, "Session", err, store.ErrNotFound)
		}
		_, err := s.Session(t.Context(), ss.ID, ss.ExpiresAt.Add(-time.Millisecond))
		check(t, err)
	}},
	{"a session ends when it is not used", func(t *testing.T, s *store.Store) {
		ss := &store.Session{ID: "s", Hash: "h", UserID: newUser(t, s).ID, AuthTime: now, ExpiresAt: now.Add(30 * 24 * time.Hour)}
		check(t, s.CompleteLogin(t.Context(), "", &store.Login{UserID: ss.UserID, At: now}, ss))
		const days = 24 * time.Hour
		lives := func(what string, at time.Time, want bool) {
			t.Helper()
			_, err := s.SessionByHash(t.Context(), "h", at)
			equal(t, what, err == nil, want)
		}
		lives("unused for less than three days", now.Add(3*days-1), true)
		lives("unused for three days", now.Add(3*days), false)
		check(t, s.UseSession(t.Context(), "s", ip, "agent", now.Add(2*days)))
		lives("used two days ago", now.Add(4*days), true)
		lives("used three days ago", now.Add(5*days), false)
		_, err := s.UpdateSession(t.Context(), "s", store.SessionChanges{IdleExpiresAt: now.Add(3 * days)}, now)
		check(t, err)
		lives("before the time that an Action has set", now.Add(3*days-1), true)
		lives("at it", now.Add(3*days), false)
	}},
	{"a changed session comes back as changed", func(t *testing.T, s *store.Store) {
		ss := newSession(t, s, newUser(t, s), "h")
		later := now.Add(time.Minute)
		want := *ss
		want.UserID, want.ExpiresAt, want.IdleExpiresAt, want.CookieMode = "auth0|2", now.Add(time.Minute), now.Add(time.Second), "non-persistent"
		want.Metadata = map[string]string{"a": "b"}
		want.Methods = []store.Method{{Name: "mfa", Type: "otp", Timestamp: later}}
		want.UpdatedAt, want.LastUsedAt, want.LastIP, want.LastUserAgent = later, later, ip, "agent"
		check(t, s.UseSession(t.Context(), ss.ID, ip, "agent", later))
		got, err := s.UpdateSession(t.Context(), ss.ID, store.SessionChanges{UserID: want.UserID, ExpiresAt: want.ExpiresAt, IdleExpiresAt: want.IdleExpiresAt,
			CookieMode: want.CookieMode, Metadata: want.Metadata, AddMethods: want.Methods}, later)
		check(t, err)
		equal(t, "session returned", got, &want)
		got, err = s.SessionByHash(t.Context(), "h", now)
		check(t, err)
		equal(t, "session", got, &want)

		// Zero members change nothing, a later end neither; an empty map empties.
		got, err = s.UpdateSession(t.Context(), ss.ID, store.SessionChanges{ExpiresAt: now.Add(time.Hour)}, later)
		check(t, err)
		equal(t, "session", got, &want)
		got, err = s.UpdateSession(t.Context(), ss.ID, store.SessionChanges{Metadata: map[string]string{}}, later)
		check(t, err)
		equal(t, "metadata", len(got.Metadata), 0)
		_, err = s.UpdateSession(t.Context(), "nope", store.SessionChanges{}, now)
		wantErr(t, "an unknown session", err, store.ErrNotFound)
		wantErr(t, "using it", s.UseSession(t.Context(), "nope", ip, "", now), store.ErrNotFound)
	}},
	{"a method that is passed again stays once", func(t *testing.T, s *store.Store) {
		ss := newSession(t, s, newUser(t, s), "h")
		for i, m := range []store.Method{{Name: "pwd"}, {Name: "mfa", Type: "otp"}, {Name: "mfa", Type: "phone"}, {Name: "mfa", Type: "otp"}} {
			m.Timestamp = now.Add(time.Duration(i) * time.Minute)
			_, err := s.UpdateSession(t.Context(), ss.ID, store.SessionChanges{AddMethods: []store.Method{m}}, now)
			check(t, err)
		}
		got, err := s.Session(t.Context(), ss.ID, now)
		check(t, err)
		equal(t, "methods", got.Methods, []store.Method{{Name: "pwd", Timestamp: now}, {Name: "mfa", Type: "phone", Timestamp: now.Add(2 * time.Minute)}, {Name: "mfa", Type: "otp", Timestamp: now.Add(3 * time.Minute)}})
	}},
	{"changes of a session at the same time all take effect", func(t *testing.T, s *store.Store) {
		ss := newSession(t, s, newUser(t, s), "h")
		for _, err := range race(16, func(i int) error {
			_, err := s.UpdateSession(t.Context(), ss.ID, store.SessionChanges{AddMethods: []store.Method{{Name: fmt.Sprint(i), Timestamp: now}}}, now)
			return err
		}) {
			check(t, err)
		}
		got, err := s.Session(t.Context(), ss.ID, now)
		check(t, err)
		equal(t, "methods", len(got.Methods), 16)
	}},
	{"a session notes each client once", func(t *testing.T, s *store.Store) {
		ss := newSession(t, s, newUser(t, s), "h")
		for _, client := range []string{"app", "app", "other app", "app2", "app"} {
			check(t, s.SaveGrant(t.Context(), &store.Grant{ClientID: client, SessionID: ss.ID}, nil))
		}
		got, err := s.Session(t.Context(), ss.ID, now)
		check(t, err)
		equal(t, "clients", got.Clients, []string{"app", "other app", "app2"})
	}},
	{"revoking a session revokes all of its grants", func(t *testing.T, s *store.Store) {
		u := newUser(t, s)
		ss := newSession(t, s, u, "h")
		newGrant(t, s, "offline", ss.ID, "openid offline_access")
		newGrant(t, s, "none", "", "openid")
		check(t, s.RevokeSession(t.Context(), ss.ID))
		check(t, s.RevokeSession(t.Context(), ""))
		for id, revoked := range map[string]bool{"offline": true, "none": false} {
			g, err := s.GrantByCode(t.Context(), "code of "+id)
			check(t, err)
			equal(t, id+" revoked", g.Revoked, revoked)
		}
		_, err := s.Session(t.Context(), ss.ID, now)
		wantErr(t, "the session", err, store.ErrNotFound)
	}},
	{"ending a session revokes its grants, except offline ones", func(t *testing.T, s *store.Store) {
		u := newUser(t, s)
		ss, other := newSession(t, s, u, "h"), newSession(t, s, u, "other")
		newGrant(t, s, "online", ss.ID, "openid")
		newGrant(t, s, "offline", ss.ID, "openid offline_access")
		newGrant(t, s, "not quite", ss.ID, "openid not_offline_access")
		newGrant(t, s, "other", other.ID, "openid")
		newGrant(t, s, "none", "", "openid")
		for range 2 { // the second time it is gone already
			check(t, s.EndSession(t.Context(), ss.ID))
		}
		check(t, s.EndSession(t.Context(), ""))
		for id, revoked := range map[string]bool{"online": true, "offline": false, "not quite": true, "other": false, "none": false} {
			g, err := s.GrantByCode(t.Context(), "code of "+id)
			check(t, err)
			equal(t, id+" revoked", g.Revoked, revoked)
		}
		_, err := s.SessionByHash(t.Context(), "h", now)
		wantErr(t, "the session", err, store.ErrNotFound)
		_, err = s.Session(t.Context(), ss.ID, now)
		wantErr(t, "the session by id", err, store.ErrNotFound)
		_, err = s.Session(t.Context(), other.ID, now)
		check(t, err)
	}},
}
