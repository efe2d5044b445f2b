package storetest

import (
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
	{"a session notes each client once", func(t *testing.T, s *store.Store) {
		ss := newSession(t, s, newUser(t, s), "h")
		for _, client := range []string{"app", "app", "other app", "app2", "app"} {
			check(t, s.SaveGrant(t.Context(), &store.Grant{ClientID: client, SessionID: ss.ID}, nil))
		}
		got, err := s.Session(t.Context(), ss.ID, now)
		check(t, err)
		equal(t, "clients", got.Clients, []string{"app", "other app", "app2"})
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
