package web

import (
	"encoding/json"
	"net/http"
	"time"

	"example.com/postlogin/web/checks"
	"example.com/postlogin/web/claims"
	"example.com/postlogin/web/history"
	"example.com/postlogin/web/session"
	"example.com/postlogin/web/timeline"
	"example.com/postlogin/web/transaction"
)

// meAnswer is GET /api/me: everything on the profile page, for programs. Its shape
// is fixed; Schema grows when it must change.
type meAnswer struct {
	Schema        int              `json:"schema"` // 1
	Authenticated bool             `json:"authenticated"`
	UserProfile   json.RawMessage  `json:"user_profile"` // custom claims first
	Claims        []meClaim        `json:"claims"`
	Token         meToken          `json:"token"`
	Timeline      []timeline.Step  `json:"timeline"`
	UserInfo      json.RawMessage  `json:"userinfo,omitempty"`    // what the UserInfo endpoint said
	Refresh       *session.Refresh `json:"refresh,omitempty"`     // what the last refresh changed
	Logins        []history.Visit  `json:"logins"`                // of this person, as this app saw them, the newest first
	Transaction   string           `json:"transaction,omitempty"` // the login's id at a mock provider
}

// meClaim is a claim and who set it.
type meClaim struct {
	claims.Claim
	SetBy transaction.SetBy `json:"set_by"`
}

type meToken struct {
	Raw       string          `json:"raw,omitempty"` // only with Config.ShowRawToken
	Header    json.RawMessage `json:"header"`
	Payload   json.RawMessage `json:"payload"`
	ExpiresAt time.Time       `json:"expires_at"`
	Checks    []checks.Check  `json:"checks"`
}

// anonymousAnswer is GET /api/me when nobody is logged in.
type anonymousAnswer struct {
	Schema        int    `json:"schema"`
	Authenticated bool   `json:"authenticated"`
	LoginURL      string `json:"login_url"`
}

func (s *Server) me(w http.ResponseWriter, r *http.Request) error {
	who, _, err := s.sessions.Current(r)
	if err != nil {
		return err
	}
	if who == nil {
		s.writeJSON(w, r, http.StatusUnauthorized, anonymousAnswer{Schema: 1, LoginURL: "/login"})
		return nil
	}
	cs := who.Claims
	expires, _ := cs.Time("exp")
	answer := meAnswer{
		Schema: 1, Authenticated: true,
		UserProfile: who.Profile,
		Token:       meToken{Header: who.Header, Payload: who.Payload, ExpiresAt: expires.UTC(), Checks: who.Checks},
		Timeline:    who.Log.Steps,
		UserInfo:    who.UserInfo, Refresh: who.Refresh,
	}
	seen, err := s.history.Of(who.Claims)
	if err != nil {
		return err
	}
	answer.Logins = seen.Visits()
	for _, c := range cs.ByKind(claims.Custom, claims.Standard, claims.Protocol) {
		answer.Claims = append(answer.Claims, meClaim{c, who.Transaction.SetBy(c)})
	}
	if who.Transaction != nil {
		answer.Transaction = who.Transaction.ID
	}
	if s.cfg.ShowRawToken {
		answer.Token.Raw = who.IDToken
	}
	s.writeJSON(w, r, http.StatusOK, answer)
	return nil
}
