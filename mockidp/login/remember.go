package login

import (
	"encoding/base64"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"example.com/postlogin/mockidp/store"
)

const (
	// mfaCookie holds the secrets of this browser's remembered users, joined by
	// dots, the newest in front; the store has their hashes.
	mfaCookie = "mockidp_mfa"
	// rememberLifetime is how long a browser stays remembered (Auth0: "Customize MFA
	// Selection": 30 days).
	rememberLifetime = 30 * 24 * time.Hour
	// maxRemembered bounds the cookie: users of one browser who skip the factor.
	maxRemembered = 5
)

func newBrowserSecret() string { return base64.RawURLEncoding.EncodeToString(random(32)) }

// browserHash is what is kept of a remembered browser. The password's hash is in
// it: who changes the password sees to it that every browser is asked again.
func browserHash(secret string, u *store.User) string {
	return store.HashSecret(secret + "\n" + u.PasswordHash)
}

// rememberBrowser puts secret into the browser's cookie. The secrets of its other
// users stay; a planted one is worth nothing, because a new user never takes one over.
func (l *Login) rememberBrowser(w http.ResponseWriter, r *http.Request, secret string) {
	secrets := append([]string{secret}, browserSecrets(r)...)
	l.setCookie(w, mfaCookie, strings.Join(secrets[:min(len(secrets), maxRemembered)], "."), rememberLifetime)
}

func browserSecrets(r *http.Request) []string {
	c, err := r.Cookie(mfaCookie)
	if err != nil || c.Value == "" {
		return nil
	}
	secrets := strings.Split(c.Value, ".")
	return secrets[:min(len(secrets), maxRemembered)]
}

// Remembered reports whether the user has passed a second factor in the browser
// of r within the last 30 days and asked to be remembered there
// (api.multifactor.enable, allowRememberBrowser). It ends with the password that
// it began with, and with the user's authenticators. It is false when the store
// fails: then the factor is asked for.
func (l *Login) Remembered(r *http.Request, userID string) bool {
	secrets := browserSecrets(r)
	if len(secrets) == 0 {
		return false
	}
	u, err := l.cfg.Store.User(r.Context(), userID)
	if err != nil {
		return false
	}
	list, err := l.cfg.Store.Authenticators(r.Context(), userID)
	if err != nil {
		l.log.LogAttrs(r.Context(), slog.LevelWarn, "could not look up remembered browsers", slog.Any("err", err))
		return false
	}
	oldest := l.cfg.Now().Add(-rememberLifetime)
	for _, a := range list {
		if a.Type != rememberedBrowser || !a.CreatedAt.After(oldest) {
			continue
		}
		for _, secret := range secrets {
			if same(a.Secret, browserHash(secret, u)) {
				return true
			}
		}
	}
	return false
}
