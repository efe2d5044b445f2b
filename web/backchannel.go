package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"example.com/postlogin/web/checks"
	"example.com/postlogin/web/claims"
	"example.com/postlogin/web/vault"
	"example.com/postlogin/web/words"
)

// backchannelPath is where the provider sends logout tokens to.
const backchannelPath = "/backchannel-logout"

const (
	// logoutEvent is what makes a token a logout token (Back-Channel Logout 1.0 section 2.4).
	logoutEvent = "http://schemas.openid.net/event/backchannel-logout"
	// maxLogoutAge is how old a logout token may be: it comes straight from the provider.
	maxLogoutAge = 2 * time.Minute
)

// backchannelLogout ends sessions because the provider says so, for instance when
// the person has logged out in another app (OpenID Connect Back-Channel Logout
// 1.0). No browser takes part and anyone can call it, so nothing counts but the
// signature: what is refused says why to the log, and little to the caller.
func (s *Server) backchannelLogout(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(oidc.ClientContext(r.Context(), s.provider.Client), s.cfg.Timeout)
	defer cancel()
	token, err := s.logoutToken(ctx, r.PostFormValue("logout_token"))
	if err != nil {
		s.cfg.Log.LogAttrs(ctx, slog.LevelWarn, "back-channel logout refused", slog.String("id", requestID(r)), slog.String("err", words.Shorten(err.Error(), words.MaxQuote)))
		// Section 2.8, with the error of RFC 6749 section 5.2.
		s.writeJSON(w, r, http.StatusBadRequest, map[string]string{"error": "invalid_request",
			"error_description": "The logout token was not accepted. This app's log says why, under request " + requestID(r) + "."})
		return nil
	}
	ended, err := s.sessions.End(token.iss, token.sub, token.sid)
	if err != nil {
		return err
	}
	s.cfg.Log.LogAttrs(ctx, slog.LevelInfo, "back-channel logout", slog.Int("sessions", ended))
	w.WriteHeader(http.StatusOK) // also when there was no such session any more
	return nil
}

// A logoutToken says whose sessions end: all of sub, or only the one called sid.
type logoutToken struct{ iss, sub, sid string }

// logoutToken verifies raw (section 2.6). go-oidc verifies the signature and has an
// opinion of its own; what it leaves out (typ, iat, a replayed jti) is checked here,
// and so is the rest, so that nothing hangs on one library alone.
func (s *Server) logoutToken(ctx context.Context, raw string) (t logoutToken, err error) {
	v := &verification{cfg: s.cfg, raw: raw, Ledger: checks.NewLedger()}
	// Section 2.4: an ID token must never pass for a logout token.
	if h, ok := v.header(); !ok || !strings.EqualFold(strings.TrimPrefix(h.Typ, "application/"), "logout+jwt") {
		return t, fmt.Errorf("expected a token of type logout+jwt, got %q", words.Shorten(h.Typ, 40))
	}
	if err := v.algorithm(); err != nil {
		return t, err
	}
	if v.conn, err = s.provider.Current(ctx); err != nil {
		return t, err
	}
	keys := &observedKeys{KeySet: v.conn.LogoutKeys}
	_, opinion := oidc.NewVerifier(v.conn.Issuer, keys, &oidc.Config{
		ClientID: s.cfg.ClientID, SupportedSigningAlgs: []string{s.cfg.SigningAlg}, Now: s.cfg.Now,
	}).VerifyLogout(ctx, raw)
	if keys.payload == nil {
		return t, fmt.Errorf("the signature does not hold: %w", opinion)
	}
	cs, err := claims.Parse(keys.payload)
	if err != nil {
		return t, err
	}
	for _, check := range []func(claims.Set) error{v.issuer, v.audience, v.expiry, s.logoutClaims} {
		if err := check(cs); err != nil {
			return t, err
		}
	}
	if opinion != nil {
		return t, opinion
	}
	return s.once(cs)
}

// logoutClaims checks what makes a token a logout token.
func (s *Server) logoutClaims(cs claims.Set) error {
	var events map[string]json.RawMessage
	if json.Unmarshal(cs.Raw("events"), &events) != nil || !strings.HasPrefix(string(events[logoutEvent]), "{") {
		return errors.New("expected the event " + logoutEvent + ", got " + show(cs, "events"))
	}
	if cs.Raw("nonce") != nil {
		return errors.New("it has a nonce: that is an ID token's")
	}
	now := s.cfg.Now()
	if iat, ok := cs.Time("iat"); !ok || iat.After(now.Add(futureLeeway)) || iat.Before(now.Add(-maxLogoutAge)) {
		return errors.New("expected one of the last 2 minutes, got iat " + show(cs, "iat"))
	}
	for _, name := range []string{"sub", "sid"} {
		if text, ok := cs.Text(name); cs.Raw(name) != nil && (!ok || text == "" || len(text) > maxSubject) {
			return fmt.Errorf("expected %s to be a short text, got %s", name, show(cs, name))
		}
	}
	if cs.Raw("sub") == nil && cs.Raw("sid") == nil {
		return errors.New("it says neither sub nor sid")
	}
	if jti, ok := cs.Text("jti"); !ok || jti == "" || len(jti) > maxSubject {
		return errors.New("expected a jti, got " + show(cs, "jti"))
	}
	return nil
}

// once refuses a token that came before. Its jti is kept for longer than the token
// could be accepted; the file system decides between two that come at once.
func (s *Server) once(cs claims.Set) (t logoutToken, err error) {
	t.iss, _ = cs.Text("iss")
	t.sub, _ = cs.Text("sub")
	t.sid, _ = cs.Text("sid")
	jti, _ := cs.Text("jti")
	err = s.vault.Put("jti", t.iss+"\x00"+jti, nil)
	if errors.Is(err, vault.ErrExists) {
		return t, errors.New("a token with this jti came before")
	}
	return t, err
}
