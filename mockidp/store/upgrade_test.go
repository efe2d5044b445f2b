package store_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/postlogin/mockidp/store"
)

// firstSchema makes a database as the first version of this program left it,
// with a user, a session and a login whose refresh token still lives.
func firstSchema(t *testing.T) (dsn string) {
	t.Helper()
	dsn = file(t)
	text, err := os.ReadFile(filepath.Join("migrations", "00001_init.sql"))
	must(t, err)
	up, _, _ := strings.Cut(string(text), "-- +goose Down")
	raw(t, dsn, up)
	for _, query := range []string{
		`CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL, is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')))`,
		`INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1), (1, 1)`,
		`INSERT INTO users (id, seq, email, email_key, logins_count, created_at, updated_at) VALUES ('auth0|1', 1, 'Ada@example.test', 'ada@example.test', 7, 1, 1)`,
		`INSERT INTO sessions VALUES ('s', 'h', 'auth0|1', 1000, '203.0.113.7', 1, 'agent', '[{"name":"pwd","timestamp":"2026-11-20T21:04:05Z"}]', char(10) || 'app' || char(10), 1000, 9000)`,
		`INSERT INTO grants VALUES ('g', 'app', 'auth0|1', 's', 'https://app/cb', 'openid offline_access', 1, '', '', '', 1000, '203.0.113.7', 1, '{"login_count":7}', '', '', 'c', 1000, 1000, 1000, 0, 9000)`,
		`INSERT INTO tokens (hash, kind, grant_id, scope, created_at, expires_at) VALUES ('rt', 'refresh', 'g', 'openid offline_access', 1000, 9000)`,
	} {
		raw(t, dsn, query)
	}
	return dsn
}

func TestAnUpgradeLosesNothing(t *testing.T) {
	s := open(t, firstSchema(t))
	at := time.UnixMilli(2000)
	u, err := s.UserByEmail(t.Context(), "ada@example.test")
	must(t, err)
	ss, err := s.SessionByHash(t.Context(), "h", at)
	must(t, err)
	if u.LoginsCount != 7 || ss.UserID != u.ID || len(ss.Methods) != 1 || len(ss.Clients) != 1 || !ss.IdleEnd().Equal(ss.ExpiresAt) {
		t.Errorf("user %+v, session %+v", u, ss)
	}
	tok, g, err := s.Token(t.Context(), "rt")
	must(t, err)
	if string(g.IDClaims[0].Value) != "7" || g.AMR != nil || !g.LastExchangedAt.IsZero() {
		t.Errorf("grant %+v", g)
	}
	// What came with the upgrade works on the old rows.
	g.LastExchangedAt = at
	must(t, s.RotateRefresh(t.Context(), tok.Hash, g, at, nil, &store.Token{Hash: "rt2", Kind: store.RefreshToken, GrantID: "g", ExpiresAt: at.Add(time.Hour)}))
	if _, g, err = s.Token(t.Context(), "rt2"); err != nil || !g.LastExchangedAt.Equal(at) {
		t.Errorf("grant after the exchange %+v, %v", g, err)
	}
	changed, err := s.UpdateSession(t.Context(), "s", store.SessionChanges{AddMethods: []store.Method{{Name: "mfa", Type: "otp"}}}, at)
	must(t, err)
	if len(changed.Methods) != 2 {
		t.Errorf("methods %v", changed.Methods)
	}
	must(t, s.AddAuthenticator(t.Context(), &store.Authenticator{UserID: u.ID, Type: "otp"}))
}

func TestSuspendedLoginsSurviveARestart(t *testing.T) {
	dsn, now := file(t), time.Now()
	s := open(t, dsn)
	r := &store.Request{ID: "r", SessionID: "s", ExpiresAt: now.Add(time.Minute),
		Step: &store.Step{Kind: store.StepMFA, MFA: &store.MFAStep{Factors: []string{"otp"}}, State: json.RawMessage(`{"a":1}`)}}
	must(t, s.SuspendRequest(t.Context(), r))
	must(t, s.Close())

	s = open(t, dsn)
	must(t, s.AnswerStep(t.Context(), "r", store.Step{Kind: store.StepMFA, Answer: json.RawMessage(`{"method":"otp"}`)}, now))
	must(t, s.Close())

	got, err := open(t, dsn).TakeRequest(t.Context(), "r", now)
	must(t, err)
	if got.SessionID != "s" || !got.Step.Done || string(got.Step.State) != `{"a":1}` || string(got.Step.Answer) != `{"method":"otp"}` || got.Step.MFA.Factors[0] != "otp" {
		t.Errorf("request %+v, step %+v", got, got.Step)
	}
}
